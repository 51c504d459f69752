#include "report/actors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/json_writer.hpp"
#include "base/toml.hpp"

namespace dislodge::report {

using base::ErrorKind;
using base::fail;

base::Result<std::vector<Actor>> load_actors(std::span<const base::EmbeddedRule> files) {
  std::vector<Actor> actors;
  for (const base::EmbeddedRule &file : files) {
    if (file.path.find("actors/") == std::string_view::npos || !file.path.ends_with(".toml")) continue;
    DISLODGE_TRY_ASSIGN(const toml::table document, base::parse_toml(file.text, file.path));
    const toml::array *list = document["actor"].as_array();
    if (list == nullptr) continue;
    for (const auto &node : *list) {
      const toml::table *table = node.as_table();
      if (table == nullptr) continue;
      const auto text = [&](const char *key) { return (*table)[key].value_or(std::string()); };
      const auto texts = [&](const char *key) {
        std::vector<std::string> out;
        if (const toml::array *items = (*table)[key].as_array())
          for (const auto &item : *items)
            if (const auto value = item.value<std::string>()) out.push_back(*value);
        return out;
      };
      Actor actor{text("id"),    text("name"),     text("source"),
                  text("as-of"), texts("aliases"), texts("techniques")};
      if (actor.id.empty() || actor.name.empty() || actor.source.empty() || actor.techniques.empty())
        return fail(ErrorKind::usage,
                    fmt::format("{}:{}: actor \"{}\": id, name, source and techniques are needed", file.path,
                                table->source().begin.line, actor.id));
      std::sort(actor.techniques.begin(), actor.techniques.end());
      actors.push_back(std::move(actor));
    }
  }
  return actors;
}

Likeness likeness(const engine::Picture &picture, const Actor &actor) {
  std::set<std::string> ours;
  for (const detect::Detection &one : picture.detections)
    if (one.intruder) ours.insert(one.techniques.begin(), one.techniques.end());
  const std::set<std::string> theirs(actor.techniques.begin(), actor.techniques.end());
  Likeness out;
  std::set_intersection(ours.begin(), ours.end(), theirs.begin(), theirs.end(), std::back_inserter(out.both));
  std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                      std::back_inserter(out.case_only));
  std::set_difference(theirs.begin(), theirs.end(), ours.begin(), ours.end(),
                      std::back_inserter(out.actor_only));
  return out;
}

std::string actor_layer(const engine::Picture &picture, const Actor &actor) {
  const Likeness found = likeness(picture, actor);
  base::JsonWriter json;
  json.object([&] {
    json.field("name", fmt::format("The case beside {}", actor.name));
    json.object_field("versions", [&] {
      json.field("attack", "18");
      json.field("navigator", "5.1.0");
      json.field("layer", "4.5");
    });
    json.field("domain", "enterprise-attack");
    json.field(
        "description",
        fmt::format("{} techniques in both, {} in the case only, {} in the profile only. A likeness is no "
                    "attribution. Profile: {} (as of {})",
                    found.both.size(), found.case_only.size(), found.actor_only.size(), actor.source,
                    actor.as_of));
    json.array_field("techniques", [&] {
      const auto each = [&](const std::vector<std::string> &list, int score, std::string_view says) {
        for (const std::string &id : list)
          json.object([&] {
            json.field("techniqueID", id);
            json.field("score", score);
            json.field("comment", says);
            json.field("enabled", true);
          });
      };
      each(found.both, 100, "in the case and in the profile");
      each(found.case_only, 60, "in the case only");
      each(found.actor_only, 20, "in the profile only");
    });
    json.object_field("gradient", [&] {
      json.array_field("colors", [&] {
        json.value("#dddddd");
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
