#include "engine/opened_items.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "base/item_path.hpp"
#include "identity/closed.hpp"

namespace dislodge::engine {
namespace {

constexpr std::string_view kOpened = "encrypted, and opened with ";
constexpr std::string_view kNumber = "the password that was tried as number ";
constexpr std::string_view kKeyInLine = "the private key in line ";

// "mail/alice.mbox!/3!/2!/secret.txt:line 12".
std::string_view item_of(const identity::Presence &presence) {
  const std::string_view where = presence.evidence;
  return where.substr(0, where.rfind(":line "));
}

}  // namespace

evidence::LedgerRow opened_row(std::string_view item, std::uint64_t line, std::size_t password) {
  evidence::LedgerRow row;
  row.item = base::join_item(item, base::decoded_view_step("opened", line));
  row.parent = item;
  row.state = evidence::LedgerState::read;
  row.reason = fmt::format("{}{}{}{}", line == 0 ? "" : fmt::format("{}{}: ", kKeyInLine, line), kOpened,
                           kNumber, password);
  return row;
}

void name_passwords(std::vector<evidence::LedgerRow> &rows, const evidence::Unlock &unlock,
                    const casefile::CaseKeys &keys) {
  for (evidence::LedgerRow &row : rows) {
    const std::size_t at = row.reason.find(kNumber);
    if (at == std::string::npos || row.reason.find(kOpened) == std::string::npos) continue;
    std::size_t number = 0;
    const std::string_view digits = std::string_view(row.reason).substr(at + kNumber.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (number >= unlock.passwords.size()) continue;
    row.reason.replace(at, std::string::npos, "secret:" + keys.fingerprint(unlock.passwords[number]));
  }
}

base::Result<std::vector<OpenedItem>> load_opened(casefile::Case &the_case) {
  std::vector<OpenedItem> all;
  DISLODGE_TRY_ASSIGN(auto query,
                      the_case.database().prepare("SELECT parent, reason FROM ledger WHERE state = 'read' AND"
                                                  " reason LIKE '%encrypted, and opened with secret:%'"
                                                  " ORDER BY parent, reason"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) return all;
    OpenedItem one;
    one.item = query.text(0);
    const std::string reason(query.text(1));
    one.key = reason.substr(reason.rfind("secret:"));
    if (reason.starts_with(kKeyInLine))
      std::from_chars(reason.data() + kKeyInLine.size(), reason.data() + reason.size(), one.line);
    all.push_back(std::move(one));
  }
}

void lock_presences(const std::vector<OpenedItem> &opened, identity::Facts &facts) {
  if (opened.empty()) return;
  std::map<std::string, std::string, std::less<>> lies;  // a password, and where it is seen
  for (const identity::Presence &presence : facts.presences) lies.emplace(presence.secret, presence.evidence);
  // By item, or by item and line where it is one private key: the passwords.
  std::map<std::string, std::set<std::string_view>, std::less<>> keys;
  for (const OpenedItem &one : opened)
    if (lies.contains(one.key))
      keys[one.line == 0 ? one.item : fmt::format("{}:line {}", one.item, one.line)].insert(one.key);
  if (keys.empty()) return;

  std::vector<identity::Presence> presences;
  std::vector<identity::Unlock> unlocks;
  for (identity::Presence &presence : facts.presences) {
    // From the outermost closed thing around it to the innermost.
    std::vector<std::pair<std::string, std::string_view>> levels;  // a closed thing and what opens it
    const auto add = [&](std::string_view item) {
      const auto found = keys.find(item);
      if (found == keys.end()) return;
      for (const std::string_view key : found->second)
        if (key != presence.secret) levels.emplace_back(identity::closed_id(item, key), key);
    };
    std::vector<std::string_view> around;
    for (std::string_view item = item_of(presence); !item.empty(); item = base::item_parent(item))
      around.push_back(item);
    std::reverse(around.begin(), around.end());
    for (const std::string_view item : around) add(item);
    add(presence.evidence);
    if (levels.empty()) {
      presences.push_back(std::move(presence));
      continue;
    }
    for (std::size_t i = 0; i < levels.size(); ++i) {
      identity::Unlock unlock;
      unlock.cipher = levels[i].first;
      unlock.key = levels[i].second;
      unlock.secret = i + 1 < levels.size() ? levels[i + 1].first : presence.secret;
      unlock.evidence = lies.find(levels[i].second)->second;
      unlocks.push_back(std::move(unlock));
    }
    presence.secret = levels.front().first;
    presences.push_back(std::move(presence));
  }
  facts.presences = std::move(presences);
  for (identity::Unlock &unlock : unlocks) facts.unlocks.push_back(std::move(unlock));
  facts.settle();
}

}  // namespace dislodge::engine
