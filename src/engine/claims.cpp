#include "engine/claims.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <map>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "detect/object_lines.hpp"

namespace dislodge::engine {

using base::Result;
using casefile::Case;

namespace {

constexpr std::string_view kClaim = "claim:";

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
    if (one.whose != Whose::open) list.push_back(std::move(one));
  }
  std::sort(list.begin(), list.end(), [](const Claim &a, const Claim &b) { return a.thing < b.thing; });
  return list;
}

Result<void> record_claim(Case &the_case, const Picture &picture, const Claim &claim) {
  if (base::trim(claim.who).empty() || base::trim(claim.reason).empty())
    return base::fail(base::ErrorKind::usage,
                      "a claim is a named person's word, with a reason: give --who and --reason");
  const bool finding = std::any_of(picture.detections.begin(), picture.detections.end(),
                                   [&](const detect::Detection &one) { return one.id == claim.thing; });
  const bool change = std::any_of(picture.changes.begin(), picture.changes.end(),
                                  [&](const identity::Change &one) { return one.evidence == claim.thing; });
  if (!finding && !change)
    return base::fail(
        base::ErrorKind::usage,
        fmt::format("\"{}\" is no finding and no change of this case: name the id that `dislodge "
                    "detections --json` gives, or the evidence that `dislodge timeline` gives",
                    claim.thing));
  if (!finding && claim.whose == Whose::intruder)
    return base::fail(
        base::ErrorKind::usage,
        "a change is claimed as ours; that it is the intruder's is said of the finding that tells "
        "it (its id)");
  base::JsonWriter json;
  json.object([&] {
    json.field("thing", claim.thing);
    json.field("whose", name_of(claim.whose));
    json.field("who", claim.who);
    json.field("reason", claim.reason);
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

void apply_claims(const std::vector<Claim> &claims, std::vector<detect::Detection> &detections) {
  if (claims.empty()) return;
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
    } else if (one.footholds.empty() && !of_tries(one)) {
      for (const std::string &principal : one.principals)
        one.footholds.push_back({principal, {one.first, base::kTimeMax}, ""});
    }
  }
}

std::set<std::string> claimed_changes(const std::vector<Claim> &claims,
                                      const std::vector<detect::Detection> &detections) {
  std::set<std::string> ours, places;
  for (const Claim &one : claims)
    if (one.whose == Whose::ours) ours.insert(one.thing);
  places = ours;
  for (const detect::Detection &one : detections)
    if (ours.count(one.id) != 0)
      for (const detect::EventReference &event : one.events) places.insert(event.place());
  return places;
}

}  // namespace dislodge::engine
