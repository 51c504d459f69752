#include "drill/answers.hpp"

#include <algorithm>
#include <map>

#include "base/json_writer.hpp"

namespace dislodge::drill {
namespace {

using base::JsonWriter;

void find_all(std::string_view value, std::string_view bytes, const Place &where, std::vector<Place> &out) {
  for (std::size_t at = bytes.find(value); at != std::string_view::npos;
       at = bytes.find(value, at + value.size())) {
    Place place = where;
    place.offset = at;
    place.length = value.size();
    place.line = 1 + static_cast<std::uint64_t>(
                         std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    out.push_back(std::move(place));
  }
}

void write_places(JsonWriter &json, std::string_view name, const std::vector<Place> &places) {
  json.array_field(name, [&] {
    for (const Place &place : places) {
      json.object([&] {
        json.field("item", place.item);
        json.field("space", place.extracted ? "text" : "item");
        json.field("line", place.line);
        json.field("offset", place.offset);
        json.field("length", place.length);
      });
    }
  });
}

void write_principal(JsonWriter &json, const KnownPrincipal &one) {
  json.object([&] {
    json.field("id", one.id);
    json.list_field("also", one.also);
    json.field("name", one.name);
    json.field("grade", one.confirmed ? "confirmed" : "possible");
    json.field("since", one.since);
    json.field("possible_since", one.possible_since);
    json.field("why", one.why);
  });
}

}  // namespace

PlantedSecret &Answers::secret(std::string_view name) {
  const auto found = std::find_if(secrets.begin(), secrets.end(),
                                  [&](const PlantedSecret &one) { return one.name == name; });
  return found == secrets.end() ? secrets.front() : *found;
}

void Answers::look_into(const std::string &item, std::string_view bytes, bool extracted,
                        const std::string &resource, const std::string &message_id, base::Time present_from) {
  Place where;
  where.item = item;
  where.extracted = extracted;
  where.resource = resource;
  where.message_id = message_id;
  where.present_from = present_from;
  for (PlantedSecret &one : secrets) {
    const std::size_t before = one.places.size();
    find_all(one.value, bytes, where, one.places);
    if (one.places.size() == before) continue;  // a user name alone is no companion
    for (const std::string &companion : one.companions)
      find_all(companion, bytes, where, one.companion_places);
  }
  for (Decoy &one : decoys) find_all(one.value, bytes, where, one.places);
}

std::string Answers::to_json() const {
  JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("kind", kind);
    json.field("seed", seed);
    json.field("size", size);
    json.object_field("organisation", [&] {
      json.field("name", organisation);
      json.list_field("domains", domains);
    });
    json.object_field("window", [&] {
      json.field("first_access", first_access);
      json.field("first_seen", first_seen);
      json.field("last_seen", last_seen);
      json.field("logs_from", logs_from);
      json.field("logs_until", logs_until);
    });
    json.array_field("secrets", [&] {
      for (const PlantedSecret &one : secrets) {
        json.object([&] {
          json.field("name", one.name);
          json.field("kind", one.kind);
          write_places(json, "places", one.places);
          write_places(json, "companions", one.companion_places);
          json.field("owner", one.owner);
          json.field("principal", one.principal);
          json.list_field("also", one.also);
          json.field("obligation", one.obligation);
          json.field("known_since", one.known_since);
          json.field("known_grade", one.confirmed ? "confirmed" : "possible");
          json.field("possible_since", one.possible_since);
          json.field("stolen", one.stolen);
        });
      }
    });
    json.array_field("decoys", [&] {
      for (const Decoy &one : decoys) {
        json.object([&] {
          json.field("what", one.what);
          write_places(json, "places", one.places);
        });
      }
    });
    json.array_field("principals", [&] {
      for (const auto &one : principals) write_principal(json, one);
    });
    json.list_field("principals_optional", principals_optional);
    json.list_field("principals_not_reached", principals_not_reached);
    json.array_field("readings", [&] {
      for (const Reading &one : readings) {
        json.object([&] {
          json.field("resource", one.resource);
          json.field("grade", one.confirmed ? "confirmed" : "possible");
          json.field("since", one.since);
          json.list_field("message_ids", one.message_ids);
          json.list_field("folders", one.folders);
        });
      }
    });
    json.array_field("uses", [&] {
      for (const SecretUsed &one : uses) {
        json.object([&] {
          json.field("secret", one.secret);
          json.field("principal", one.principal);
          json.field("time", one.time);
          json.field("result", one.result);
          json.field("address", one.address);
        });
      }
    });
    json.array_field("detections", [&] {
      for (const ExpectedDetection &one : detections) {
        json.object([&] {
          json.field("kind", one.kind);
          json.field("first", one.first);
          json.field("last", one.last);
          json.list_field("principals", one.principals);
          json.list_field("addresses", one.addresses);
          json.list_field("applications", one.applications);
        });
      }
    });
    json.array_field("suspicions", [&] {
      for (const ExpectedDetection &one : suspicions) {
        json.object([&] {
          json.field("kind", one.kind);
          json.field("first", one.first);
        });
      }
    });
    json.list_field("hidden", hidden);
    json.array_field("look_alikes", [&] {
      for (const LookAlike &one : look_alikes) {
        json.object([&] {
          json.field("operation", one.operation);
          json.field("time", one.time);
          json.field("says", one.says);
        });
      }
    });
    json.array_field("not_held", [&] {
      for (const MissingMessage &one : not_held) {
        json.object([&] {
          json.field("message_id", one.message_id);
          json.field("mailbox", one.mailbox);
        });
      }
    });
    json.list_field("not_exported", not_exported);
    json.array_field("cannot_say", [&] {
      for (const Uncertain &one : cannot_say) {
        json.object([&] {
          json.field("source", one.source);
          json.field("principal", one.principal);
          json.field("from", one.from);
          json.field("until", one.until);
          json.field("why", one.why);
        });
      }
    });
    json.array_field("parties", [&] {
      std::map<std::string, std::vector<std::string>> parties;
      for (const PlantedSecret &one : secrets) {
        if (one.owner && one.stolen != "not-exposed" &&
            std::find(domains.begin(), domains.end(), *one.owner) == domains.end())
          parties[*one.owner].push_back(one.name);
      }
      for (const auto &[domain, names] : parties) {
        json.object([&] {
          json.field("organisation", domain);
          json.list_field("secrets", names);
        });
      }
    });
    json.array_field("footholds", [&] {
      for (const auto &one : footholds) write_principal(json, one);
    });
    json.object_field("plan", [&] {
      json.array_field("must_cut", [&] {
        for (const MustCut &one : must_cut) {
          json.object([&] {
            json.field("target", one.target);
            json.list_field("any_of", one.any_of);
            json.field("obliged", one.obliged);
            json.field("why", one.why);
          });
        }
      });
    });
    world.write(json);
  });
  // One entry a line: the file is read by people and by diff.
  std::string out;
  int depth = 0;
  bool quoted = false;
  const std::string &text = json.text();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    out += byte;
    if (byte == '"' && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
    if (quoted) continue;
    if (byte == '{' || byte == '[') ++depth;
    if (byte == '}' || byte == ']') --depth;
    if (byte == ',' && depth <= 2) out += '\n';
  }
  return out + "\n";
}

}  // namespace dislodge::drill
