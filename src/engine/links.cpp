#include "engine/links.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <map>
#include <set>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "detect/object_lines.hpp"
#include "engine/correspondence.hpp"
#include "engine/inputs.hpp"

namespace dislodge::engine {

using base::Result;
using casefile::Case;
using detect::text_of;

namespace {

constexpr std::string_view kKind = "dislodge-link";

struct Entry {
  std::string what, ours, detail;
};

// Hash under the pair key -> what of ours has it.
Result<std::multimap<std::string, Entry>> hashed(Case &the_case, const Picture &picture,
                                                 std::string_view pair_key) {
  DISLODGE_TRY_ASSIGN(const casefile::CaseKeys keys, casefile::CaseKeys::from_user_key(pair_key));
  std::multimap<std::string, Entry> out;
  const auto add = [&](std::string_view what, std::string_view value, Entry entry) {
    if (!value.empty()) out.emplace(keys.fingerprint(fmt::format("{}\n{}", what, value)), std::move(entry));
  };
  DISLODGE_TRY_ASSIGN(auto query, the_case.database().prepare("SELECT id, sealed FROM secret ORDER BY id"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) break;
    const std::string id = "secret:" + std::string(query.text(0));
    const identity::SecretFact *secret = picture.secret(id);
    if (secret == nullptr) continue;  // rejected, or an identifier
    DISLODGE_TRY_ASSIGN(const base::SecretBytes value, the_case.keys().open(query.text(1)));
    // Hashed from locked memory: the text of it stays here.
    base::SecretBytes named("secret\n" + std::string(value.view()));
    out.emplace(keys.fingerprint(named.view()), Entry{"secret", id, secret->kind});
  }
  for (const reach::ReachRow &row : picture.reach.rows) {
    if (row.type != "principal" || row.grade == detect::Grade::excluded) continue;
    const identity::Principal *principal = picture.facts.principal(row.id);
    if (principal == nullptr) continue;
    for (const std::string &name : principal->names)
      if (name.find('@') != std::string::npos) add("account", base::lower(name), {"account", row.id, ""});
  }
  std::set<std::string> addresses, applications;
  for (const detect::Detection &one : picture.detections) {
    if (!one.intruder) continue;
    addresses.insert(one.addresses.begin(), one.addresses.end());
    applications.insert(one.applications.begin(), one.applications.end());
  }
  for (const std::string &one : addresses) add("address", one, {"address", one, ""});
  for (const std::string &one : applications) add("application", one, {"application", one, ""});
  return out;
}

std::string link_text(const Link &link) {
  base::JsonWriter json;
  json.object([&] {
    json.field("from", link.from);
    json.field("case", link.label);
    json.array_field("matches", [&] {
      for (const LinkMatch &one : link.matches)
        json.object([&] {
          json.field("what", one.what);
          json.field("ours", one.ours);
        });
    });
  });
  return json.take();
}

}  // namespace

Result<std::string> export_links(Case &the_case, const Picture &picture, std::string_view pair_key,
                                 std::string_view label) {
  DISLODGE_TRY_ASSIGN(const auto ours, hashed(the_case, picture, pair_key));
  base::JsonWriter head;
  head.object([&] {
    head.field("schema", 1);
    head.field("kind", kKind);
    head.field("from", ourselves_of(picture).primary);
    head.field("case", label);
  });
  std::string out = head.take() + "\n";
  for (const auto &[hash, entry] : ours) {
    base::JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("what", entry.what);
      json.field("hash", hash);
    });
    out += json.take() + "\n";
  }
  DISLODGE_TRY(the_case.journal().append("link-export", fmt::format("{{\"entries\":{}}}", ours.size())));
  return out;
}

Result<Link> import_links(Case &the_case, const Picture &picture, std::string_view pair_key,
                          std::string_view text) {
  DISLODGE_TRY_ASSIGN(const auto ours, hashed(the_case, picture, pair_key));
  Link link;
  std::set<std::pair<std::string, std::string>> seen;
  bool headed = false;
  const auto take = [&](std::size_t number, simdjson::dom::element row) -> Result<void> {
    if (!headed) {
      if (text_of(row, "kind") != kKind)
        return base::fail(
            base::ErrorKind::usage,
            fmt::format("line {} is none of a file that `dislodge link --export` wrote", number));
      link.from = text_of(row, "from");
      link.label = text_of(row, "case");
      headed = true;
      return {};
    }
    const auto [first, last] = ours.equal_range(text_of(row, "hash"));
    for (auto found = first; found != last; ++found)
      if (found->second.what == text_of(row, "what") &&
          seen.emplace(found->second.what, found->second.ours).second)
        link.matches.push_back({found->second.what, found->second.ours});
    return {};
  };
  DISLODGE_TRY(detect::each_object_line(text, "the link", take));
  if (!headed) return base::fail(base::ErrorKind::usage, "the link is empty");
  const std::string kept = link_text(link);
  DISLODGE_TRY(the_case.set_meta("link:" + base::to_hex(base::sha256(link.from + "\n" + link.label)), kept));
  DISLODGE_TRY(the_case.journal().append("link", kept));
  return link;
}

Result<std::vector<Link>> links_of(Case &the_case) {
  std::vector<Link> list;
  simdjson::dom::parser parser;
  DISLODGE_TRY_ASSIGN(
      auto query, the_case.database().prepare("SELECT value FROM meta WHERE key GLOB 'link:*' ORDER BY key"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) break;
    simdjson::dom::element row;
    const std::string text(query.text(0));
    if (parser.parse(text).get(row) != simdjson::SUCCESS) continue;
    Link link{text_of(row, "from"), text_of(row, "case"), {}};
    simdjson::dom::array matches;
    if (row["matches"].get(matches) == simdjson::SUCCESS)
      for (const simdjson::dom::element one : matches)
        link.matches.push_back({text_of(one, "what"), text_of(one, "ours")});
    list.push_back(std::move(link));
  }
  return list;
}

Result<void> apply_links(Case &the_case, Picture &picture) {
  DISLODGE_TRY_ASSIGN(const std::vector<Link> links, links_of(the_case));
  std::vector<detect::Detection> made;
  for (const Link &link : links) {
    if (link.matches.empty()) continue;
    std::map<std::string, std::size_t> counts;
    detect::Detection one;
    for (const LinkMatch &match : link.matches) {
      ++counts[match.what];
      if (match.what == "account") one.principals.push_back(match.ours);
      if (match.what == "address") one.addresses.push_back(match.ours);
      if (match.what == "application") one.applications.push_back(match.ours);
    }
    std::string common;
    for (const auto &[what, count] : counts)
      common += fmt::format("{}{} {}{}", common.empty() ? "" : ", ", count, what,
                            count == 1          ? ""
                            : what == "address" ? "es"
                                                : "s");
    one.kind = "linked-case";
    one.id = "detection:" +
             base::to_hex(base::sha256("linked-case\n" + link.from + "\n" + link.label)).substr(0, 32);
    one.first = base::kTimeMin;
    one.last = base::kTimeMax;
    one.grade = detect::Grade::possible;
    one.confidence = counts.count("secret") != 0 || counts.count("application") != 0 ? 0.8 : 0.5;
    one.says = fmt::format(
        "the case {} of {} has {} in common with this one: related occurrences are looked at together, and "
        "counted "
        "together where a rule says so",
        link.label, link.from.empty() ? "another organisation" : link.from, common);
    one.because = "equal under a pair key (dislodge link)";
    std::sort(one.principals.begin(), one.principals.end());
    std::sort(one.addresses.begin(), one.addresses.end());
    std::sort(one.applications.begin(), one.applications.end());
    made.push_back(std::move(one));
  }
  merge_detections(picture.detections, std::move(made));
  return {};
}

}  // namespace dislodge::engine
