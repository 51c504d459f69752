#include "report/sarif.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "base/json_writer.hpp"

namespace dislodge::report {
namespace {

using base::JsonWriter;

constexpr std::string_view kSchema = "https://json.schemastore.org/sarif-2.1.0.json";
constexpr std::string_view kSite = "https://github.com/dislodge/dislodge";

// What a URI may not hold as it is. "%" stays: paths of items are escaped already.
std::string uri_of(std::string_view path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string_view level_of(double confidence) {
  return confidence >= 0.8 ? "error" : confidence >= 0.5 ? "warning" : "note";
}

}  // namespace

std::int64_t SarifWriter::artifact(std::string_view path) {
  if (const auto known = artifact_numbers_.find(path); known != artifact_numbers_.end()) return known->second;
  // Parents first, from the outermost in; a nested artifact's URI begins with "/" (3.24.2).
  std::int64_t parent = -1;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find("!/", begin), path.size());
    const std::string_view so_far = path.substr(0, end);
    auto known = artifact_numbers_.find(so_far);
    if (known == artifact_numbers_.end()) {
      const std::string uri = (begin == 0 ? "" : "/") + uri_of(path.substr(begin, end - begin));
      artifacts_.push_back({uri, parent});
      known = artifact_numbers_.emplace(so_far, static_cast<std::int64_t>(artifacts_.size()) - 1).first;
    }
    parent = known->second;
    begin = end + 2;
  }
  return parent;
}

std::size_t SarifWriter::rule_number(std::string_view id) {
  if (const auto known = rule_numbers_.find(id); known != rule_numbers_.end()) return known->second;
  rule_ids_.emplace_back(id);
  return rule_numbers_.emplace(id, rule_ids_.size() - 1).first->second;
}

void SarifWriter::add(const secret::Sighting &sighting, std::string_view path, std::string_view fingerprint,
                      std::string_view suppressed) {
  const std::int64_t number = artifact(path);
  JsonWriter json;
  json.object([&] {
    json.field("ruleId", sighting.rule);
    json.field("ruleIndex", static_cast<std::uint64_t>(rule_number(sighting.rule)));
    json.field("level", suppressed.empty() ? level_of(sighting.confidence) : std::string_view("none"));
    json.object_field("message", [&] { json.field("text", sighting.kind + " " + sighting.mask); });
    json.array_field("locations", [&] {
      json.object([&] {
        json.object_field("physicalLocation", [&] {
          json.object_field("artifactLocation", [&] {
            json.field("uri", artifacts_[static_cast<std::size_t>(number)].uri);
            json.field("index", number);
          });
          json.object_field("region", [&] {
            json.field("startLine", sighting.line);
            json.field("startColumn", sighting.column);
            if (sighting.space == evidence::Space::item) {
              json.field("byteOffset", sighting.offset);
              json.field("byteLength", sighting.length);
            }
          });
        });
        json.array_field("logicalLocations",
                         [&] { json.object([&] { json.field("fullyQualifiedName", sighting.item); }); });
      });
    });
    json.object_field("partialFingerprints", [&] { json.field("dislodgeSecret/v1", fingerprint); });
    if (!suppressed.empty())
      json.array_field("suppressions", [&] {
        json.object([&] {
          json.field("kind", suppressed.find("comment") != std::string_view::npos ? "inSource" : "external");
          json.field("justification", suppressed);
        });
      });
    json.object_field("properties", [&] {
      json.field("kind", sighting.kind);
      json.field("confidence", sighting.confidence);
    });
  });
  results_ += (results_.empty() ? "" : ",") + json.text();
}

void SarifWriter::add_foreign(const SarifResult &result) {
  JsonWriter json;
  json.object([&] {
    const std::string rule = result.tool + "/" + result.rule;
    json.field("ruleId", rule);
    json.field("ruleIndex", static_cast<std::uint64_t>(rule_number(rule)));
    json.field("level", "warning");
    json.object_field("message", [&] { json.field("text", "reported by " + result.tool + " only"); });
    json.array_field("locations", [&] {
      json.object([&] {
        json.object_field("physicalLocation", [&] {
          json.object_field("artifactLocation", [&] { json.field("uri", uri_of(result.path)); });
          if (result.line > 0)
            json.object_field("region", [&] {
              json.field("startLine", result.line);
              if (result.column > 0) json.field("startColumn", result.column);
            });
        });
      });
    });
  });
  results_ += (results_.empty() ? "" : ",") + json.text();
}

std::string SarifWriter::finish() {
  JsonWriter head;
  head.object([&] {
    head.object_field("driver", [&] {
      head.field("name", "Dislodge");
      head.field("informationUri", kSite);
      head.array_field("rules", [&] {
        for (const std::string &id : rule_ids_) {
          const secret::Rule *rule = rules_.find(id);
          head.object([&] {
            head.field("id", id);
            head.object_field("shortDescription",
                              [&] { head.field("text", rule != nullptr ? rule->name : id); });
            if (rule != nullptr && !rule->rotate.empty())
              head.object_field("help", [&] { head.field("text", rule->rotate); });
          });
        }
      });
    });
  });
  JsonWriter artifacts;
  artifacts.array([&] {
    for (const Artifact &one : artifacts_)
      artifacts.object([&] {
        artifacts.object_field("location", [&] { artifacts.field("uri", one.uri); });
        if (one.parent >= 0) artifacts.field("parentIndex", one.parent);
      });
  });
  std::string out =
      "{\"$schema\":\"" + std::string(kSchema) + "\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":";
  out += head.text() + ",\"columnKind\":\"unicodeCodePoints\",\"artifacts\":" + artifacts.text();
  return out + ",\"results\":[" + results_ + "]}]}\n";
}

}  // namespace dislodge::report
