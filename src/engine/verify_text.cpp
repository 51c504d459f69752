// What a verification says, for people and for programs.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "engine/verify.hpp"

namespace dislodge::engine {

namespace {

constexpr std::string_view kContrary[] = {
    "an event by a session, address or program of the intruder",
    "a sign-in with a secret that lay in stolen mail, replaced or not",
    "a credential, consent, role or rule that nobody has claimed",
    "any use of a canary, or of an account that was put out of use",
};

}  // namespace

std::string verification_text(const Picture &, const Verification &found) {
  std::string out = found.says + "\n";
  for (const Sign &one : found.signs) {
    out += fmt::format("{}  {}{}\n", base::format_time(one.time), one.says,
                       one.certain ? "" : " [to be judged]");
    if (!one.evidence.empty()) out += fmt::format("    evidence: {}\n", one.evidence);
    out += fmt::format("    likely path: {}\n", one.likely_path);
  }
  if (!found.watched.empty()) out += "watched:\n";
  for (const Watched &one : found.watched) {
    out += fmt::format("  {} ({}){} until {}{}\n", one.source, one.event_class,
                       one.tenant.empty() ? "" : " of " + one.tenant, base::format_time(one.until),
                       one.declared ? "" : ", by its content only: nobody declared it whole");
    for (const std::string &gap : one.gaps) out += fmt::format("    silent {}\n", gap);
  }
  if (!found.everyday.empty()) out += "everyday changes, which are no sign:\n";
  for (const std::string &one : found.everyday) out += fmt::format("  {}\n", one);
  if (!found.not_watched.empty()) out += "not watched:\n";
  for (const std::string &one : found.not_watched) out += fmt::format("  {}\n", one);
  if (!found.canaries.empty()) out += fmt::format("canaries watched: {}\n", fmt::join(found.canaries, ", "));
  out += fmt::format("Watch period: until {}. What would show the contrary:\n",
                     base::format_time(found.watch_until));
  for (const std::string_view one : kContrary) out += fmt::format("  {}\n", one);
  return out;
}

std::string verification_json(const Verification &found) {
  std::string out;
  for (const Sign &one : found.signs) {
    base::JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("time", one.time);
      json.field("what", one.what);
      base::optional_text(json, "principal", one.principal);
      json.field("says", one.says);
      json.field("evidence", one.evidence);
      json.field("likely_path", one.likely_path);
      json.field("certain", one.certain);
    });
    out += json.take() + "\n";
  }
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("verdict", found.says);
    json.field("reopened", found.reopened());
    json.field("since", found.since);
    json.field("until", found.until);
    json.field("watch_until", found.watch_until);
    json.array_field("watched", [&] {
      for (const Watched &one : found.watched)
        json.object([&] {
          json.field("source", one.source);
          json.field("tenant", one.tenant);
          json.field("class", one.event_class);
          json.field("until", one.until);
          json.field("declared", one.declared);
          json.list_field("gaps", one.gaps);
        });
    });
    json.list_field("not_watched", found.not_watched);
    json.list_field("everyday", found.everyday);
    json.list_field("canaries", found.canaries);
  });
  return out + json.take() + "\n";
}

}  // namespace dislodge::engine
