#include "serve/secret_page.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/json_writer.hpp"
#include "report/json_line.hpp"
#include "secret/context.hpp"

namespace dislodge::serve {

using base::JsonWriter;
using engine::Picture;
using report::optional_text;

namespace {

struct Use {
  base::Interval at;
  std::string principal;
};

void bindings(JsonWriter &json, const Picture &picture, std::string_view id) {
  std::vector<Use> uses;
  json.array_field("bindings", [&] {
    for (const identity::Binding &binding : picture.facts.bindings) {
      if (binding.secret != id) continue;
      for (const base::Interval &use : binding.used) uses.push_back({use, binding.principal});
      json.object([&] {
        json.field("principal", binding.principal);
        json.field("name", picture.name_of(binding.principal));
        json.field("slot", binding.slot);
        json.field("why", binding.why);
        json.field("strength", binding.strength);
        json.field("valid_from", binding.valid.from);
        json.field("valid_until", binding.valid.until);
        json.field("evidence", binding.evidence);
      });
    }
  });
  std::sort(uses.begin(), uses.end(), [](const Use &a, const Use &b) { return a.at.from > b.at.from; });
  json.field("uses_total", static_cast<std::uint64_t>(uses.size()));
  if (uses.size() > kUsesShown) uses.resize(kUsesShown);
  json.array_field("uses", [&] {
    for (const Use &use : uses)
      json.object([&] {
        json.field("from", use.at.from);
        json.field("until", use.at.until);
        json.field("name", picture.name_of(use.principal));
      });
  });
}

constexpr std::string_view kHidden = "\u2022\u2022\u2022";  // as in what stands around a secret

void places(JsonWriter &json, const Picture &picture, const identity::SecretFact &secret,
            const Contexts &contexts) {
  const std::string_view digits = std::string_view(secret.id).substr(std::string_view("secret:").size());
  std::vector<engine::StoredSighting> seen;
  std::size_t total = 0;
  for (std::size_t i = 0; i < picture.sightings.size(); ++i) {
    const engine::SightingTable::Row row = picture.sightings.row(i);
    if (row.secret != digits || !row.sighting.rejected.empty()) continue;
    ++total;
    if (seen.size() < kPlacesShown) seen.push_back(row.whole());
  }
  std::unordered_map<std::int64_t, const evidence::Record *> records;
  for (const engine::StoredSighting &row : seen)
    if (row.record != 0) records.emplace(row.record, nullptr);
  for (const engine::StoredRecord &row : picture.records)
    if (const auto wanted = records.find(row.id); wanted != records.end()) wanted->second = &row.record;
  // Messages in whose head something was found: then the head is not shown.
  std::unordered_map<std::string_view, bool> heads;
  for (const auto &[id, record] : records)
    if (record != nullptr) heads.emplace(record->item, false);
  for (std::size_t i = 0; i < picture.sightings.size(); ++i)
    if (const auto head = heads.find(picture.sightings.row(i).sighting.item); head != heads.end())
      head->second = true;
  json.field("places_total", static_cast<std::uint64_t>(total));
  json.array_field("places", [&] {
    for (const engine::StoredSighting &row : seen) {
      const secret::Sighting &one = row.sighting;
      const auto within = records.find(row.record);
      const evidence::Record *record = within == records.end() ? nullptr : within->second;
      json.object([&] {
        json.field("item", one.item);
        json.field("line", one.line);
        json.field("column", one.column);
        json.field("mask", one.mask);
        json.field("quoted", one.quote_depth > 0);
        optional_text(json, "closing", secret::name_of(one.closing));
        json.field("rule", one.rule);
        json.field("confidence", one.confidence);
        const bool found_in_head =
            record != nullptr && record->kind == evidence::RecordKind::message && heads[record->item];
        optional_text(json, "subject",
                      record == nullptr || record->subject.empty() ? std::string()
                      : found_in_head                              ? std::string(kHidden)
                                      : secret::without_likely_secrets(record->subject));
        optional_text(json, "folder", record != nullptr ? record->folder : "");
        optional_text(json, "path", record != nullptr ? record->path : "");
        optional_text(json, "commit", record != nullptr ? record->commit : "");
        json.field("time", record == nullptr                            ? base::kTimeMin
                           : record->sent != base::kTimeMin             ? record->sent
                           : record->kind == evidence::RecordKind::blob ? record->committed
                                                                        : record->received);
        json.array_field("people", [&] {
          if (record == nullptr) return;
          for (const evidence::Person &person : record->people) {
            if (person.role != evidence::PersonRole::from && person.role != evidence::PersonRole::to &&
                person.role != evidence::PersonRole::author)
              continue;
            json.object([&] {
              json.field("role", person.role == evidence::PersonRole::to ? "to" : "from");
              json.field("name", person.name.empty() || found_in_head
                                     ? person.address
                                     : secret::without_likely_secrets(person.name));
            });
          }
        });
        const auto context = contexts.find({one.item, one.offset});
        if (context == contexts.end()) {
          json.field("before", nullptr);
          json.field("after", nullptr);
        } else {
          const std::string_view text = context->second;
          const std::size_t here = std::min(text.find(secret::kContextHere), text.size());
          json.field("before", text.substr(0, here));
          json.field("after", here < text.size() ? text.substr(here + 1) : std::string_view());
        }
        json.array_field("hints", [&] {
          for (const secret::Hint &hint : one.hints)
            json.object([&] {
              json.field("kind", secret::name_of(hint.kind));
              json.field("value", hint.value);
            });
        });
      });
    }
  });
}

}  // namespace

base::Result<std::string> secret_json(const Picture &picture, std::string_view id, const Contexts &contexts) {
  const identity::SecretFact *secret = picture.secret(id);
  if (secret == nullptr) return base::fail(base::ErrorKind::usage, "the case has no secret of this id");
  JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("id", secret->id);
    json.field("kind", secret->kind);
    json.field("rule", secret->rule);
    const auto mask = picture.masks.find(secret->id);
    json.field("mask", mask == picture.masks.end() ? std::string() : mask->second);
    json.field("length", secret->length);
    json.field("latent", secret->latent);
    json.field("confidence", secret->confidence);
    optional_text(json, "owner", secret->owner);
    optional_text(json, "owner_why", secret->owner_why);
    const auto unbound = std::find_if(picture.unbound.begin(), picture.unbound.end(),
                                      [&](const identity::Unbound &one) { return one.secret == secret->id; });
    optional_text(json, "opens_nobody", unbound == picture.unbound.end() ? "" : unbound->why);
    bindings(json, picture, secret->id);
    json.array_field("resources", [&] {
      std::vector<std::string> told;
      for (const identity::SecretPlace &place : secret->places) {
        if (place.resource.empty() || std::find(told.begin(), told.end(), place.resource) != told.end())
          continue;
        told.push_back(place.resource);
        json.object([&] {
          json.field("id", place.resource);
          json.field("name", picture.name_of(place.resource));
        });
        if (told.size() >= kPlacesShown) break;
      }
    });
    places(json, picture, *secret, contexts);
  });
  return json.take();
}

}  // namespace dislodge::serve
