#include "report/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/json_writer.hpp"
#include "report/sarif.hpp"
#include "report/stix.hpp"

namespace dislodge::report {
namespace {

using base::JsonWriter;
using engine::Picture;

bool real(base::Time time) {
  return time != base::kTimeMin && time != base::kTimeMax;
}

// One date for all, so that a file does not change while the case does not.
base::Time made_at(const Picture &picture) {
  base::Time made{0};
  for (const detect::Detection &one : picture.detections)
    if (real(one.last)) made = std::max(made, one.last);
  for (const engine::EvidenceRow &row : picture.evidence)
    if (real(row.added)) made = std::max(made, row.added);
  return made;
}

// Only what reads as an address, since an attacker chooses what stands in a log.
bool is_address(std::string_view text) {
  return text.size() >= 3 && text.size() <= 45 &&
         text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos &&
         text.find_first_of(".:") != std::string_view::npos;
}

struct Indicator {
  std::string type, category, value, comment;
  base::Time first = base::kTimeMax, last = base::kTimeMin;
};

// By (type, value), with the span over which it was seen.
std::vector<Indicator> indicators(const Picture &picture) {
  std::map<std::pair<std::string, std::string>, Indicator> found;
  const auto add = [&](std::string type, std::string category, const std::string &value, std::string comment,
                       const detect::Detection &seen) {
    Indicator &one = found[{type, value}];
    if (one.value.empty()) one = {type, category, value, std::move(comment), base::kTimeMax, base::kTimeMin};
    if (real(seen.first)) one.first = std::min(one.first, seen.first);
    if (real(seen.last)) one.last = std::max(one.last, seen.last);
  };
  for (const detect::Detection &one : picture.detections) {
    if (!one.intruder) continue;
    for (const std::string &address : one.addresses)
      if (is_address(address))
        add("ip-src", "Network activity", address,
            "seen with the intruder's acts; an address alone never attributes", one);
  }
  std::vector<Indicator> list;
  for (auto &[key, one] : found) list.push_back(std::move(one));
  return list;
}

std::string seconds_of(base::Time time) {
  return std::to_string(time.us / base::kSecond);
}

std::string credential_type(std::string_view kind) {
  if (kind.find("password") != kind.npos || kind == "basic-auth") return "password";
  if (kind.find("private-key") != kind.npos) return "encryption-key";
  if (kind.find("token") != kind.npos || kind.find("key") != kind.npos) return "api-key";
  return "unknown";
}

}  // namespace

std::string misp_event(const Picture &picture) {
  const base::Time made = made_at(picture);
  std::set<std::string> techniques;
  for (const detect::Detection &one : picture.detections)
    if (one.intruder) techniques.insert(one.techniques.begin(), one.techniques.end());
  const auto attribute = [&](JsonWriter &json, std::string_view key, std::string_view type,
                             std::string_view category, std::string_view value, std::string_view comment,
                             std::string_view relation, bool to_ids) {
    json.field("uuid", stix_uuid(fmt::format("misp:{}:{}:{}", key, relation, value)));
    json.field("type", type);
    json.field("category", category);
    json.field("value", value);
    json.field("to_ids", to_ids);
    json.field("distribution", "5");
    json.field("timestamp", seconds_of(made));
    json.field("comment", comment);
    if (!relation.empty()) json.field("object_relation", relation);
  };
  // Credentials whose user is known: the template asks for a user or a password, and a password is never
  // given.
  struct Known {
    const identity::SecretFact *secret;
    std::string user;
    bool told;
  };
  std::vector<Known> credentials;
  for (const identity::SecretFact &secret : picture.secrets) {
    const auto binding = std::find_if(picture.facts.bindings.begin(), picture.facts.bindings.end(),
                                      [&](const identity::Binding &one) { return one.secret == secret.id; });
    if (binding == picture.facts.bindings.end()) continue;
    credentials.push_back({&secret, picture.name_of(binding->principal), false});
  }
  JsonWriter json;
  json.object([&] {
    json.object_field("Event", [&] {
      json.field("uuid", stix_uuid("misp:event:" + seconds_of(made)));
      json.field("info", "Intrusion under investigation: mail read, secrets in it");
      json.field("date", base::format_date(base::date_of(made)));
      json.field("timestamp", seconds_of(made));
      json.field("threat_level_id", "1");
      json.field("analysis", "1");
      json.field("distribution", "0");
      json.field("published", false);
      json.array_field("Tag", [&] {
        json.object([&] { json.field("name", "tlp:red"); });
        for (const std::string &technique : techniques)
          json.object(
              [&] { json.field("name", fmt::format("dislodge:attack-technique=\"{}\"", technique)); });
      });
      json.array_field("Attribute", [&] {
        for (const Indicator &one : indicators(picture))
          json.object([&] {
            attribute(json, "attribute", one.type, one.category, one.value, one.comment, "", false);
            if (real(one.first)) json.field("first_seen", one.first);
            if (real(one.last)) json.field("last_seen", one.last);
          });
      });
      json.array_field("Object", [&] {
        for (const Known &one : credentials)
          json.object([&] {
            const std::string key = one.secret->id;
            json.field("uuid", stix_uuid("misp:object:" + key));
            json.field("name", "credential");
            json.field("meta-category", "misc");
            json.field("template_uuid", "a27e98c9-9b0e-414c-8076-d201e039ca09");
            json.field("template_version", "4");
            json.field("distribution", "5");
            json.field("timestamp", seconds_of(made));
            json.array_field("Attribute", [&] {
              const auto member = [&](std::string_view relation, std::string_view value) {
                json.object([&] { attribute(json, key, "text", "Other", value, "", relation, false); });
              };
              member("username", one.user);
              member("type", credential_type(one.secret->kind));
              member("origin", "leak");
              member("format", "unknown");
              member("text", one.secret->kind + ", found in stolen mail or files; its value is not given");
              member("notification", "none");
            });
          });
      });
    });
  });
  return json.take() + "\n";
}

std::string ocsf_findings(const Picture &picture) {
  std::string out;
  const base::Time made = made_at(picture);
  const auto milliseconds = [](base::Time time) { return time.us / 1000; };
  const auto metadata = [&](JsonWriter &json, std::string_view uid) {
    json.object_field("metadata", [&] {
      json.field("version", "1.5.0");
      json.field("uid", uid);
      json.object_field("product", [&] {
        json.field("name", "Dislodge");
        json.field("vendor_name", "Dislodge");
      });
    });
  };
  const auto techniques = [&](JsonWriter &json, const std::vector<std::string> &list) {
    json.array_field("attacks", [&] {
      for (const std::string &one : list)
        json.object([&] {
          json.field("version", "18");
          json.object_field("technique", [&] { json.field("uid", one); });
        });
    });
  };
  const auto information = [&](JsonWriter &json, const detect::Detection &one) {
    json.field("uid", one.id);
    json.field("title", one.kind);
    json.field("desc", one.says);
    if (real(one.first)) json.field("first_seen_time", milliseconds(one.first));
    if (real(one.last)) json.field("last_seen_time", milliseconds(one.last));
  };
  const auto line = [&](auto &&body) {
    JsonWriter json;
    json.object([&] { body(json); });
    out += json.take() + "\n";
  };
  line([&](JsonWriter &json) {
    json.field("class_uid", 2005);
    json.field("category_uid", 2);
    json.field("category_name", "Findings");
    json.field("class_name", "Incident Finding");
    json.field("activity_id", 1);
    json.field("type_uid", 200501);
    json.field("time", milliseconds(made));
    json.field("severity_id", 4);
    json.field("status_id", 2);  // in progress
    json.field("message", picture.plan.verdict.says);
    metadata(json, "dislodge:incident");
    json.array_field("finding_info_list", [&] {
      for (const detect::Detection &one : picture.detections)
        if (one.intruder) json.object([&] { information(json, one); });
    });
    std::set<std::string> all;
    for (const detect::Detection &one : picture.detections)
      if (one.intruder) all.insert(one.techniques.begin(), one.techniques.end());
    techniques(json, {all.begin(), all.end()});
  });
  for (const detect::Detection &one : picture.detections) {
    line([&](JsonWriter &json) {
      json.field("class_uid", 2004);
      json.field("category_uid", 2);
      json.field("category_name", "Findings");
      json.field("class_name", "Detection Finding");
      json.field("activity_id", 1);
      json.field("type_uid", 200401);
      json.field("time", milliseconds(real(one.last) ? one.last : made));
      json.field("severity_id", one.intruder ? 4 : 2);
      json.field("status_id", 1);
      json.field("confidence_score", static_cast<int>(one.confidence * 100));
      json.field("message", one.says);
      metadata(json, one.id);
      json.object_field("finding_info", [&] { information(json, one); });
      techniques(json, one.techniques);
      json.array_field("observables", [&] {
        for (const std::string &address : one.addresses)
          if (is_address(address))
            json.object([&] {
              json.field("name", "src_endpoint.ip");
              json.field("type_id", 2);
              json.field("value", address);
            });
      });
    });
  }
  return out;
}

std::string playbook_ng(const Picture &picture, const evict::Actions &actions) {
  // technique -> countermeasures of the plan's actions; what answers to no technique of the case is unmapped.
  std::map<std::string, bool> seen;  // technique -> an event shows it
  for (const detect::Detection &one : picture.detections)
    if (one.intruder)
      for (const std::string &technique : one.techniques)
        seen[technique] |= one.grade == detect::Grade::confirmed;
  std::map<std::string, std::set<std::string>> items;
  for (const evict::PlannedAction &planned : picture.plan.actions) {
    for (const evict::Action &action : actions.all()) {
      if (action.id != planned.action || action.name != planned.name) continue;
      std::set<std::string> of;
      for (const std::string &technique : action.attack)
        if (seen.count(technique) != 0) of.insert(technique);
      if (of.empty()) of.insert("unmapped");
      for (const std::string &technique : of)
        for (const std::string &counter : action.counter) items[technique].insert(counter);
      break;
    }
  }
  items["unmapped"];
  for (const auto &[technique, shown] : seen) items[technique];
  const base::Time made = made_at(picture);
  JsonWriter json;
  json.object([&] {
    json.field("spec_version", "2.0.0");
    json.field("dataset_id", "coun7er");
    json.field("dataset_version", "latest");
    json.field("title", "Eviction plan of the case");
    json.field("template_used", nullptr);
    json.field("version", "1.0.0");
    json.field("created", base::format_time(made));
    json.field("updated", base::format_time(made));
    json.object_field("tech_to_items", [&] {
      for (const auto &[technique, counters] : items)
        json.object_field(technique, [&] {
          const auto found = seen.find(technique);
          json.field("confidence", found == seen.end() ? "none" : found->second ? "confirmed" : "suspected");
          json.array_field("items", [&] {
            for (const std::string &counter : counters)
              json.object([&] {
                json.field("id", counter);
                json.field("version", "1.0");
              });
          });
        });
    });
    json.list_field("ignored_items", std::vector<std::string>{});
  });
  return json.take() + "\n";
}

std::string sarif(const Picture &picture) {
  static const secret::RuleSet kNoRules;
  SarifWriter writer(kNoRules);
  for (const engine::StoredSighting &row : picture.sightings) {
    if (row.sighting.identifier || !row.sighting.rejected.empty()) continue;
    writer.add(row.sighting, row.sighting.item, row.secret, "");
  }
  return writer.finish();
}

}  // namespace dislodge::report
