#include "engine/first_things.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/encode.hpp"
#include "identity/fact.hpp"

namespace dislodge::engine {

using base::Result;
using casefile::Case;

namespace {

// Within a band the newest comes first: a day is one.
constexpr int kBand = 1'000'000;
constexpr int kLogs = 0, kKeepersOfKeys = 10, kMail = 20, kRepositories = 30, kPictures = 40;

int newest_first(const std::filesystem::path &path) {
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(path, error);
  if (error) return kBand - 1;
  const auto days = std::chrono::duration_cast<std::chrono::days>(
      std::chrono::file_clock::to_sys(changed).time_since_epoch());
  return std::clamp(kBand - 1 - static_cast<int>(days.count()), 0, kBand - 1);
}

// "lena.brandt" in "mailboxes/lena.brandt.mbox", and in no longer name.
bool has_name(std::string_view text, std::string_view name) {
  const auto part_of_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    // "ann.lee" is another than "lee": a dot in front makes a longer name; one behind is a suffix.
    const bool begins = at == 0 || (!part_of_name(text[at - 1]) && text[at - 1] != '.');
    if (begins && (end == text.size() || !part_of_name(text[end]))) return true;
  }
  return false;
}

// In lower case, as mailboxes are called after people: local parts of the addresses, and full names, of those
// whom directories give a role, by themselves or as members of a group, or whose department or title is that
// of people who hold keys.
Result<std::set<std::string>> administrators(Case &the_case) {
  const auto each_fact = [&](auto &&each) {
    return load_blocks(the_case, "facts", [&](const Block &block) -> Result<void> {
      DISLODGE_TRY_ASSIGN(const identity::Facts facts, identity::Facts::decode(block.body));
      each(facts);
      return {};
    });
  };
  // By hash: there are millions, and one that is taken for another costs a place in a queue.
  const std::hash<std::string_view> id;
  std::unordered_set<std::size_t> privileged;
  std::vector<std::pair<std::size_t, std::size_t>> memberships;
  DISLODGE_TRY(each_fact([&](const identity::Facts &facts) {
    for (const identity::Grant &grant : facts.grants)
      if (grant.kind == "AZHasRole" || grant.kind == "AZRoleEligible" ||
          base::contains_ignoring_case(grant.kind, "admin"))
        privileged.insert(id(grant.from));
      else if (grant.kind.ends_with("MemberOf"))
        memberships.emplace_back(id(grant.from), id(grant.to));
  }));
  for (std::size_t before = 0; before != privileged.size();) {
    before = privileged.size();
    for (const auto &[member, group] : memberships)
      if (privileged.contains(group)) privileged.insert(member);
  }
  std::set<std::string> names;
  DISLODGE_TRY(each_fact([&](const identity::Facts &facts) {
    for (const identity::Principal &one : facts.principals) {
      const auto says = [&](std::string_view attribute) {
        const auto found = one.attributes.find(std::string(attribute));
        return found != one.attributes.end() && names_role(found->second);
      };
      if (one.kind != identity::PrincipalKind::user ||
          (!privileged.contains(id(one.id)) && !says("department") && !says("title")))
        continue;
      std::vector<std::string_view> all(one.names.begin(), one.names.end());
      all.push_back(one.name);
      for (const std::string_view name : all) {
        constexpr std::size_t kTellingMin = 3;  // shorter ones are found in anything
        const std::size_t at = std::min(name.find('@'), name.size());
        if (at < name.size() ? at >= kTellingMin : name.find(' ') != name.npos)
          names.insert(base::lower(name.substr(0, at)));
      }
    }
  }));
  return names;
}

}  // namespace

bool names_role(std::string_view name) {
  static constexpr std::string_view kRoles[] = {"admin",    "admins",   "administrator", "administrators",
                                                "sysadmin", "root",     "helpdesk",      "servicedesk",
                                                "support",  "it",       "itops",         "ops",
                                                "devops",   "secops",   "security",      "soc",
                                                "infra",    "network",  "noc",           "dba",
                                                "cloud",    "platform", "sre",           "postmaster",
                                                "identity", "iam",      "engineering"};
  const std::string lower = base::lower(name);
  std::size_t at = 0;
  while (at < lower.size()) {
    const std::size_t end = std::min(lower.find_first_not_of("abcdefghijklmnopqrstuvwxyz", at), lower.size());
    const std::string_view word = std::string_view(lower).substr(at, end - at);
    if (std::find(std::begin(kRoles), std::end(kRoles), word) != std::end(kRoles)) return true;
    at = end + 1;
  }
  return base::contains_ignoring_case(lower, "helpdesk") || base::contains_ignoring_case(lower, "sysadmin");
}

int priority_of(const EvidenceRow &row, const std::filesystem::path &path) {
  if (row.type == "json" || row.type == "csv") return kLogs;
  if (row.type == "image") return kPictures * kBand;
  if (row.repository() || row.type == "git-bundle" || row.type == "git-pack") return kRepositories * kBand;
  const int band = names_role(row.custodian) || names_role(row.root) ? kKeepersOfKeys : kMail;
  return band * kBand + newest_first(path);
}

Result<std::vector<UnitRow>> units_of_logs(Case &the_case) {
  DISLODGE_TRY_ASSIGN(std::vector<UnitRow> units, load_units(the_case, true));
  std::set<std::pair<std::int64_t, std::string>> later;
  DISLODGE_TRY_ASSIGN(
      auto query,
      the_case.database().prepare("SELECT evidence, id FROM unit WHERE state = 'pending' AND priority >= ?"));
  query.bind_all(kKeepersOfKeys * kBand);
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) break;
    later.emplace(query.integer(0), query.text(1));
  }
  std::erase_if(units, [&](const UnitRow &unit) { return later.contains({unit.evidence, unit.id}); });
  return units;
}

Result<void> put_administrators_first(Case &the_case) {
  DISLODGE_TRY_ASSIGN(const std::set<std::string> names, administrators(the_case));
  if (names.empty()) return {};
  DISLODGE_TRY_ASSIGN(auto query, the_case.database().prepare(
                                      "SELECT DISTINCT e.id, e.root, e.custodian FROM evidence e JOIN unit u"
                                      " ON u.evidence = e.id WHERE u.state = 'pending' AND u.priority >= ?"));
  query.bind_all(kMail * kBand);
  std::vector<std::int64_t> theirs;
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) break;
    const std::string root = base::lower(query.text(1));
    const std::string custodian = base::lower(query.text(2));
    if (std::any_of(names.begin(), names.end(), [&](const std::string &name) {
          return has_name(root, name) || custodian.substr(0, custodian.find('@')) == name;
        }))
      theirs.push_back(query.integer(0));
  }
  DISLODGE_TRY_ASSIGN(
      auto raise, the_case.database().prepare("UPDATE unit SET priority = priority - ?1 WHERE evidence = ?2"
                                              " AND state = 'pending' AND priority BETWEEN ?3 AND ?4"));
  for (const std::int64_t id : theirs) {
    raise.bind_all((kMail - kKeepersOfKeys) * kBand, id, kMail * kBand, kRepositories * kBand - 1);
    DISLODGE_TRY(raise.run());
  }
  return {};
}

}  // namespace dislodge::engine
