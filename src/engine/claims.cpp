#include "engine/claims.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "detect/object_lines.hpp"
#include "identity/history.hpp"
#include "identity/ids.hpp"
#include "log/operation.hpp"

namespace dislodge::engine {

using base::Result;
using casefile::Case;

namespace {

constexpr std::string_view kClaim = "claim:", kDetection = "detection:";

Whose whose_of(std::string_view name) {
  return name == "ours" ? Whose::ours : name == "intruder" ? Whose::intruder : Whose::open;
}

// Those against whom something was tried did nothing.
bool of_tries(const detect::Detection &detection) {
  return detection.kind == "spray" || detection.kind == "brute-force";
}

std::string word_on(const Claim &claim) {
  return fmt::format("{} says that it is {}: {}", claim.who,
                     claim.whose == Whose::ours ? "ours" : "the intruder's", claim.reason);
}

}  // namespace

std::string_view name_of(Whose whose) {
  static constexpr std::string_view kNames[] = {"ours", "intruder", "open"};
  return kNames[static_cast<std::size_t>(whose)];
}

Result<std::vector<Claim>> claims_of(Case &the_case) {
  std::vector<Claim> list;
  simdjson::dom::parser parser;
  DISLODGE_TRY_ASSIGN(auto query, the_case.database().prepare(
                                      "SELECT value FROM meta WHERE key GLOB 'claim:*' ORDER BY key"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) break;
    const std::string text(query.text(0));
    simdjson::dom::element row;
    if (parser.parse(text).get(row) != simdjson::SUCCESS) continue;
    Claim one;
    one.thing = detect::text_of(row, "thing");
    one.whose = whose_of(detect::text_of(row, "whose"));
    one.who = detect::text_of(row, "who");
    one.reason = detect::text_of(row, "reason");
    one.at = base::parse_time(detect::text_of(row, "time")).value_or(base::kTimeMin);
    simdjson::dom::array places;
    if (row["events"].get(places) == simdjson::SUCCESS)
      for (const simdjson::dom::element place : places)
        if (std::string_view where; place.get(where) == simdjson::SUCCESS) one.events.emplace_back(where);
    if (one.whose != Whose::open) list.push_back(std::move(one));
  }
  std::sort(list.begin(), list.end(), [](const Claim &a, const Claim &b) { return a.thing < b.thing; });
  return list;
}

detect::Words words_of(const std::vector<Claim> &claims) {
  detect::Words words;
  for (const Claim &one : claims)
    for (const std::string &place : one.events)
      words.emplace(place, detect::Word{one.whose == Whose::intruder, word_on(one)});
  return words;
}

Result<void> record_claim(Case &the_case, const Picture &picture, const Claim &claim) {
  if (base::trim(claim.who).empty() || base::trim(claim.reason).empty())
    return base::fail(base::ErrorKind::usage,
                      "a claim is a named person's word, with a reason: give --who and --reason");
  const auto finding = std::find_if(picture.detections.begin(), picture.detections.end(),
                                    [&](const detect::Detection &one) { return one.id == claim.thing; });
  const bool told = finding != picture.detections.end();
  const bool change = std::any_of(picture.changes.begin(), picture.changes.end(),
                                  [&](const identity::Change &one) { return one.evidence == claim.thing; });
  // Before anything was concluded nothing counts as a change, and somebody may know better.
  const auto an_event = [&] {
    return std::any_of(picture.events.events.begin(), picture.events.events.end(),
                       [&](const log::Event &one) { return picture.events.source_of(one) == claim.thing; });
  };
  if (!told && !change && claim.whose != Whose::open && !an_event())
    return base::fail(
        base::ErrorKind::usage,
        fmt::format("\"{}\" is no finding and no event of this case: name the id that `dislodge "
                    "detections --json` gives, or the evidence that `dislodge timeline` gives, as "
                    "audit.json:line 12",
                    claim.thing));
  std::vector<std::string> places;
  if (!told)
    places.push_back(claim.thing);
  else if (claim.whose == Whose::ours || !of_tries(*finding))
    for (const detect::EventReference &event : finding->events) places.push_back(event.place());
  base::JsonWriter json;
  json.object([&] {
    json.field("thing", claim.thing);
    json.field("whose", name_of(claim.whose));
    json.field("who", claim.who);
    json.field("reason", claim.reason);
    json.list_field("events", places);
    json.field("time", base::format_time(base::now()));
  });
  const std::string text = json.take();
  casefile::Transaction transaction(the_case.database());
  DISLODGE_TRY(transaction.begin());
  DISLODGE_TRY(
      the_case.set_meta(std::string(kClaim) + base::to_hex(base::sha256(claim.thing)).substr(0, 32), text));
  DISLODGE_TRY(the_case.journal().append("claim", text));
  return transaction.commit();
}

namespace {

// What was set by an event: keys and users, which the plan takes away again.
void plant(const Picture &picture, const log::Event &event, detect::Detection &one) {
  const log::EventTable &events = picture.events;
  const std::string tenant(events.text(event.tenant)), id(events.text(event.target_id));
  if (!identity::is_guid(tenant) || !identity::is_guid(id)) return;
  const std::string target = identity::entra_principal(tenant, id);
  const auto add = [&](std::string_view slot, std::string_view key) {
    const bool told = std::any_of(one.planted.begin(), one.planted.end(), [&](const detect::Planted &other) {
      return other.principal == target && other.key_id == key;
    });
    if (!told) one.planted.push_back({target, std::string(slot), std::string(key), event.time, ""});
  };
  for (const std::string_view key : events.extras_of(event, "key-added")) {
    std::string_view slot = "app-secret";
    for (const identity::Credential &known : picture.facts.credentials)
      if (base::equal_ignoring_case(known.key_id, key)) slot = known.slot;
    add(slot, key);
  }
  if (log::canonical_operation(events.text(event.operation)) == "add user") add("user", "");
}

// The events at these places, and what is said of each.
template <typename Each>
void at_places(const log::EventTable &events, const std::map<std::string, const Claim *, std::less<>> &places,
               Each each) {
  if (places.empty()) return;
  for (const log::Event &event : events.events)
    if (const auto found = places.find(events.source_of(event)); found != places.end())
      each(event, *found->second);
}

// A change of the intruder's that no finding tells: whoever made it was in their hands.
detect::Detection told_of(const Picture &picture, const log::Event &event, const Claim &claim) {
  const log::EventTable &events = picture.events;
  detect::Detection one;
  one.kind = "claimed-act";
  one.first = one.last = event.time;
  if (const std::string actor = identity::actor_of(events, event); !actor.empty())
    one.principals.push_back(actor);
  if (const std::string_view address = events.text(event.address); !address.empty())
    one.addresses.emplace_back(address);
  detect::set_events(one, {{events.files[event.file], event.line, event.column}});
  const std::string_view name = events.text(event.actor_name), target = events.text(event.target_name);
  one.says = fmt::format("{}: {}{}{}", name.empty() ? "somebody" : name, events.text(event.operation),
                         target.empty() ? "" : " on ", target);
  one.intruder = true;
  one.because = word_on(claim);
  one.confidence = 1;
  for (const std::string &principal : one.principals)
    one.footholds.push_back({principal, {one.first, base::kTimeMax}, ""});
  plant(picture, event, one);
  one.id = detect::id_of(one);
  return one;
}

void tell_claimed_changes(const std::vector<Claim> &claims, Picture &picture) {
  std::map<std::string, const Claim *, std::less<>> untold;
  for (const Claim &one : claims)
    if (one.whose == Whose::intruder && !one.thing.starts_with(kDetection)) untold.emplace(one.thing, &one);
  for (const detect::Detection &one : picture.detections)
    if (one.intruder && !untold.empty())
      for (const detect::EventReference &event : one.events) untold.erase(event.place());
  std::vector<detect::Detection> told;
  at_places(picture.events, untold, [&](const log::Event &event, const Claim &claim) {
    told.push_back(told_of(picture, event, claim));
  });
  if (told.empty()) return;
  std::move(told.begin(), told.end(), std::back_inserter(picture.detections));
  detect::settle(picture.detections);
}

}  // namespace

void name_changes(const std::vector<Claim> &claims, std::vector<identity::Change> &changes) {
  std::map<std::string_view, const Claim *> theirs;
  for (const Claim &one : claims)
    if (one.whose == Whose::intruder)
      for (const std::string &place : one.events) theirs.emplace(place, &one);
  for (identity::Change &change : changes)
    if (const auto found = theirs.find(change.evidence); found != theirs.end()) {
      change.owner = identity::ChangeOwner::intruder;
      change.because = word_on(*found->second);
    }
}

void apply_claims(const std::vector<Claim> &claims, Picture &picture) {
  if (claims.empty()) return;
  tell_claimed_changes(claims, picture);
  apply_claims(claims, picture, picture.detections);
}

void apply_claims(const std::vector<Claim> &claims, const Picture &picture,
                  std::vector<detect::Detection> &detections) {
  std::map<std::string_view, const Claim *> by_thing;
  for (const Claim &one : claims) by_thing.emplace(one.thing, &one);
  for (detect::Detection &one : detections) {
    const auto found = by_thing.find(one.id);
    if (found == by_thing.end()) continue;
    const Claim &claim = *found->second;
    one.intruder = claim.whose == Whose::intruder;
    one.because = word_on(claim);
    if (claim.whose == Whose::ours) {
      one.confidence = 0;  // of its being the intruder's
      one.footholds.clear();
      one.planted.clear();
      one.mail_read.clear();
      one.uses.clear();
    } else if (one.footholds.empty() && one.planted.empty() && !of_tries(one)) {
      for (const std::string &principal : one.principals)
        one.footholds.push_back({principal, {one.first, base::kTimeMax}, ""});
      std::map<std::string, const Claim *, std::less<>> places;
      for (const detect::EventReference &event : one.events) places.emplace(event.place(), &claim);
      at_places(picture.events, places,
                [&](const log::Event &event, const Claim &) { plant(picture, event, one); });
    }
  }
}

std::set<std::string> claimed_changes(const std::vector<Claim> &claims,
                                      const std::vector<detect::Detection> &detections) {
  std::set<std::string> ours, places;
  for (const Claim &one : claims)
    if (one.whose == Whose::ours) {
      ours.insert(one.thing);
      places.insert(one.events.begin(), one.events.end());
    }
  places.insert(ours.begin(), ours.end());
  for (const detect::Detection &one : detections)
    if (ours.count(one.id) != 0)
      for (const detect::EventReference &event : one.events) places.insert(event.place());
  return places;
}

}  // namespace dislodge::engine
