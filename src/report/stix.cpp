#include "report/stix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/hash.hpp"
#include "base/json_writer.hpp"

namespace dislodge::report {
namespace {

using base::JsonWriter;
using engine::Picture;

// 00abedb4-aa42-466c-9c01-fed23315a9b7, STIX 2.1 section 2.9.
constexpr unsigned char kNameSpace[16] = {0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c,
                                          0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7};

std::string id_of(std::string_view type, std::string_view name) {
  return fmt::format("{}--{}", type, stix_uuid(fmt::format("{}:{}", type, name)));
}

// STIX times have milliseconds.
std::string stix_time(base::Time time) {
  const std::int64_t ms = (time.us % base::kSecond + base::kSecond) % base::kSecond / 1000;
  const base::Time second{time.us - (time.us % base::kSecond + base::kSecond) % base::kSecond};
  std::string text = base::format_time(second);
  if (text.ends_with('Z')) text.pop_back();
  if (const std::size_t dot = text.find('.'); dot != std::string::npos) text.resize(dot);
  return fmt::format("{}.{:03}Z", text, ms);
}

bool real(base::Time time) {
  return time != base::kTimeMin && time != base::kTimeMax;
}

class Bundle {
 public:
  explicit Bundle(const Picture &picture) : picture_(picture) {
    // One date for all objects, so that the bundle does not change while the case does not.
    for (const detect::Detection &one : picture.detections)
      if (real(one.last)) made_ = std::max(made_, one.last);
    for (const engine::EvidenceRow &row : picture.evidence)
      if (real(row.added)) made_ = std::max(made_, row.added);
  }

  std::string write() {
    JsonWriter json;
    json.object([&] {
      json.field("type", "bundle");
      json.field("id", id_of("bundle", stix_time(made_)));
      json.array_field("objects", [&] {
        producer(json);
        for (const detect::Detection &one : picture_.detections) detection(json, one);
        actions(json);
        grouping(json);
      });
    });
    return json.take() + "\n";
  }

 private:
  void common(JsonWriter &json, std::string_view type, const std::string &id) {
    json.field("type", type);
    json.field("spec_version", "2.1");
    json.field("id", id);
    if (type != "identity") json.field("created_by_ref", kProducer());
    json.field("created", stix_time(made_));
    json.field("modified", stix_time(made_));
  }
  static std::string kProducer() { return id_of("identity", "dislodge"); }

  void object(JsonWriter &json, std::string_view type, const std::string &id,
              const std::function<void()> &body) {
    if (!written_.insert(id).second) return;
    json.object([&] {
      common(json, type, id);
      body();
    });
    if (type != "identity") all_.push_back(id);
  }
  void relation(JsonWriter &json, const std::string &from, std::string_view kind, const std::string &to) {
    object(json, "relationship", id_of("relationship", from + kind.data() + to), [&] {
      json.field("relationship_type", kind);
      json.field("source_ref", from);
      json.field("target_ref", to);
    });
  }

  void producer(JsonWriter &json) {
    object(json, "identity", kProducer(), [&] {
      json.field("name", "Dislodge");
      json.field("identity_class", "system");
    });
  }

  // A detection attributed to the intruder gives indicators of its addresses; all give their techniques.
  void detection(JsonWriter &json, const detect::Detection &one) {
    std::vector<std::string> techniques;
    for (const std::string &technique : one.techniques) {
      const std::string id = id_of("attack-pattern", technique);
      techniques.push_back(id);
      object(json, "attack-pattern", id, [&] {
        json.field("name", technique);
        json.array_field("external_references", [&] {
          json.object([&] {
            json.field("source_name", "mitre-attack");
            json.field("external_id", technique);
          });
        });
      });
    }
    if (!one.intruder || !real(one.first)) return;
    for (const std::string &address : one.addresses) {
      // Only what reads as an address goes into a pattern.
      if (address.empty() || address.find_first_not_of("0123456789abcdefABCDEF.:") != std::string::npos)
        continue;
      const std::string id = id_of("indicator", address);
      object(json, "indicator", id, [&] {
        json.field("name", "address seen with the intruder's acts");
        json.field("description", "An address alone never attributes: others may share it.");
        json.array_field("indicator_types", [&] { json.value("malicious-activity"); });
        json.field("pattern",
                   fmt::format("[{}:value = '{}']",
                               address.find(':') == std::string::npos ? "ipv4-addr" : "ipv6-addr", address));
        json.field("pattern_type", "stix");
        json.field("valid_from", stix_time(one.first));
        json.field("confidence", static_cast<int>(one.confidence * 100));
      });
      for (const std::string &technique : techniques) relation(json, id, "indicates", technique);
    }
  }

  // What is done, by kind: whom it is done to stays in the case.
  void actions(JsonWriter &json) {
    std::map<std::string, std::pair<std::string, std::size_t>> kinds;
    for (const evict::PlannedAction &action : picture_.plan.actions) {
      auto &[name, count] = kinds[action.action];
      name = action.name.empty() ? action.action : action.name;
      ++count;
    }
    for (const auto &[kind, what] : kinds)
      object(json, "course-of-action", id_of("course-of-action", kind), [&] {
        json.field("name", kind);
        json.field("description",
                   fmt::format("Planned {} time{}.", what.second, what.second == 1 ? "" : "s"));
      });
  }

  void grouping(JsonWriter &json) {
    if (all_.empty()) return;
    const std::vector<std::string> members = all_;
    object(json, "grouping", id_of("grouping", stix_time(made_)), [&] {
      json.field("name", "Intrusion under investigation");
      json.field("context", "suspicious-activity");
      json.list_field("object_refs", members);
    });
  }

  const Picture &picture_;
  base::Time made_{0};
  std::set<std::string> written_;
  std::vector<std::string> all_;
};

}  // namespace

std::string stix_uuid(std::string_view name) {
  std::string input(reinterpret_cast<const char *>(kNameSpace), sizeof kNameSpace);
  input += name;
  const base::Sha1 digest = base::sha1(input);
  unsigned char bytes[16];
  std::copy_n(digest.begin(), 16, bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x50);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string out;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", bytes[i]);
  }
  return out;
}

std::string stix(const Picture &picture) {
  return Bundle(picture).write();
}

std::string navigator_layer(const Picture &picture) {
  struct Seen {
    std::size_t detections = 0;
    bool confirmed = false;
    std::set<std::string> kinds;
  };
  std::map<std::string, Seen> techniques;
  for (const detect::Detection &one : picture.detections) {
    for (const std::string &technique : one.techniques) {
      Seen &seen = techniques[technique];
      ++seen.detections;
      seen.confirmed |= one.grade == detect::Grade::confirmed;
      seen.kinds.insert(one.kind);
    }
  }
  JsonWriter json;
  json.object([&] {
    json.field("name", "Intrusion under investigation");
    json.object_field("versions", [&] {
      json.field("attack", "18");
      json.field("navigator", "5.1.0");
      json.field("layer", "4.5");
    });
    json.field("domain", "enterprise-attack");
    json.field("description", "Techniques of the case's detections. Confirmed: an event shows it.");
    json.array_field("techniques", [&] {
      for (const auto &[id, seen] : techniques) {
        json.object([&] {
          json.field("techniqueID", id);
          json.field("score", seen.confirmed ? 100 : 50);
          std::string kinds;
          for (const std::string &kind : seen.kinds) kinds += (kinds.empty() ? "" : ", ") + kind;
          json.field("comment",
                     fmt::format("{}: {} detection{}: {}", seen.confirmed ? "confirmed" : "possible",
                                 seen.detections, seen.detections == 1 ? "" : "s", kinds));
          json.field("enabled", true);
        });
      }
    });
    json.object_field("gradient", [&] {
      json.array_field("colors", [&] {
        json.value("#ffe08a");
        json.value("#c0392b");
      });
      json.field("minValue", 0);
      json.field("maxValue", 100);
    });
  });
  return json.take() + "\n";
}

}  // namespace dislodge::report
