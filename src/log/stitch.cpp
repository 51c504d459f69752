#include "log/stitch.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace dislodge::log {

namespace {

using base::StringId;

constexpr std::int64_t kOpenMax = base::kDay;    // of a session whose end is not in the log
constexpr std::int64_t kNoEnds = base::kHour;    // the same, where the host never tells of an end
constexpr std::int64_t kTerminal = base::kHour;  // a terminal goes to others
constexpr std::int64_t kRightsTaken = 10 * base::kMinute;

struct Open {
  StringId session = 0, address = 0;
  base::Time since;
};

// Who had which session where.
struct Host {
  std::map<StringId, std::vector<Open>> open;               // by account
  std::map<std::string, StringId, std::less<>> by_process;  // sshd's number -> session
  struct Terminal {
    StringId session = 0, account = 0, account_id = 0;
    base::Time time;
  };
  std::map<std::string, Terminal, std::less<>> terminals;
  std::vector<Terminal> took_root;  // of the last minutes
  bool tells_ends = false;
};

bool accepted(std::string_view operation) {
  return operation.starts_with("accepted ");
}

// "TTY=pts/1 ;" and "from=/dev/pts/1".
std::string_view terminal_in(std::string_view message) {
  for (const std::string_view mark : {"TTY=", "from=/dev/"}) {
    const std::size_t at = message.find(mark);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = message.substr(at + mark.size());
    return rest.substr(0, rest.find_first_of(" ;,"));
  }
  return {};
}

const Open *session_of(const Host &host, const Event &event) {
  const auto own = host.open.find(event.actor_name);
  if (own == host.open.end()) return nullptr;
  const Open *last = nullptr;
  bool elsewhere = false;
  for (const Open &one : own->second) {
    if (event.time.us - one.since.us > (host.tells_ends ? kOpenMax : kNoEnds)) continue;
    elsewhere = elsewhere || (last != nullptr && last->address != one.address);
    last = &one;
  }
  return elsewhere ? nullptr : last;
}

}  // namespace

void stitch_hosts(EventTable &table) {
  const StringId root = table.pool.find("root");
  std::map<StringId, Host> hosts;
  for (Event &event : table.events) {
    if ((event.source != Source::sshd && event.source != Source::syslog) || event.resource_name == 0)
      continue;
    Host &host = hosts[event.resource_name];
    const std::string_view operation = table.text(event.operation);
    const std::string_view process = table.extra(event, "pid");
    if (event.source == Source::sshd && accepted(operation)) {
      if (event.session == 0) continue;
      if (!process.empty()) host.by_process[std::string(process)] = event.session;
      host.open[event.actor_name].push_back({event.session, event.address, event.time});
      continue;
    }
    if (!process.empty()) {
      const auto session = host.by_process.find(process);
      if (session == host.by_process.end()) continue;
      event.session = session->second;
      if (operation != "session closed" && operation != "disconnected") continue;
      host.tells_ends = true;
      for (auto &[account, list] : host.open)
        std::erase_if(list, [&](const Open &one) { return one.session == event.session; });
      continue;
    }
    const std::string_view message = table.extra(event, "message");
    const std::string terminal(terminal_in(message));
    if (operation == "sudo" || operation == "su") {
      if (event.session == 0)
        if (const Open *open = session_of(host, event)) event.session = open->session;
      if (event.outcome != Outcome::ok) continue;
      const Host::Terminal now{event.session, event.actor_name, event.actor_id, event.time};
      if (!terminal.empty()) host.terminals[terminal] = now;
      if (event.target_name == root) host.took_root.push_back(now);
      continue;
    }
    if (event.event_class != EventClass::admin_change || event.actor_name != root || root == 0) continue;
    std::erase_if(host.took_root,
                  [&](const Host::Terminal &one) { return event.time.us - one.time.us > kRightsTaken; });
    const Host::Terminal *who = nullptr;
    if (const auto at = host.terminals.find(terminal);
        at != host.terminals.end() && event.time.us - at->second.time.us <= kTerminal)
      who = &at->second;
    else if (!host.took_root.empty() &&
             std::all_of(host.took_root.begin(), host.took_root.end(), [&](const Host::Terminal &one) {
               return one.account == host.took_root.front().account;
             }))
      who = &host.took_root.back();
    if (who == nullptr) continue;
    event.session = who->session;
    event.actor_name = who->account;
    event.actor_id = who->account_id;
  }
}

namespace {

void name_salesforce(EventTable &table) {
  constexpr StringId kSeveral = UINT32_MAX;
  std::unordered_map<StringId, StringId> names;
  const auto of = [](const Event &event) {
    return event.source == Source::salesforce && event.actor_id != 0;
  };
  for (const Event &event : table.events) {
    if (!of(event) || event.actor_name == 0) continue;
    const auto [name, fresh] = names.try_emplace(event.actor_id, event.actor_name);
    if (!fresh && name->second != event.actor_name) name->second = kSeveral;
  }
  if (names.empty()) return;
  for (Event &event : table.events) {
    if (!of(event) || event.actor_name != 0) continue;
    const auto name = names.find(event.actor_id);
    if (name != names.end() && name->second != kSeveral) event.actor_name = name->second;
  }
}

void name_windows(EventTable &table) {
  constexpr StringId kSeveral = UINT32_MAX;
  std::unordered_map<StringId, std::vector<StringId>> spelled;  // identifier -> names
  const auto learn = [&](StringId id, StringId name) {
    if (id == 0 || name == 0 || !table.text(id).starts_with("S-1-5-21-")) return;
    std::vector<StringId> &list = spelled[id];
    if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
  };
  for (const Event &event : table.events) {
    if (event.source != Source::windows) continue;
    learn(event.actor_id, event.actor_name);
    learn(event.target_id, event.target_name);
  }
  // DOMAIN\name before the rest, the short domain before the long one.
  const auto rank = [&](StringId name) {
    const std::string_view text = table.text(name);
    return std::tuple(text.find('\\') == std::string_view::npos, text.size(), text);
  };
  std::unordered_map<StringId, StringId> one_name;  // a spelling -> the one that stays
  for (auto &[id, list] : spelled) {
    const StringId best = *std::min_element(list.begin(), list.end(),
                                            [&](StringId a, StringId b) { return rank(a) < rank(b); });
    for (const StringId name : list) {
      const auto [known, fresh] = one_name.try_emplace(name, best);
      if (!fresh && known->second != best) known->second = kSeveral;
    }
  }
  // Records without an identifier (Kerberos' own, what failed): ann@brisk.local and brisk.local\\ann are
  // brisk\\ann where that is one account.
  const auto parts = [&](StringId name) {
    const std::string_view text = table.text(name);
    const std::size_t slash = text.find('\\'), at = text.find('@');
    const std::string_view account =
        slash != std::string_view::npos ? text.substr(slash + 1) : text.substr(0, at);
    const std::string_view domain = slash != std::string_view::npos ? text.substr(0, slash)
                                    : at != std::string_view::npos  ? text.substr(at + 1)
                                                                    : std::string_view();
    return std::pair(std::string(domain.substr(0, domain.find('.'))), std::string(account));
  };
  std::map<std::pair<std::string, std::string>, StringId> by_parts;
  for (const auto &[id, list] : spelled) {
    const StringId best = *std::min_element(list.begin(), list.end(),
                                            [&](StringId a, StringId b) { return rank(a) < rank(b); });
    for (const StringId name : list) {
      auto key = parts(name);
      if (key.first.empty()) continue;
      const auto [known, fresh] = by_parts.try_emplace(std::move(key), best);
      if (!fresh && known->second != best) known->second = kSeveral;
    }
  }
  std::unordered_map<StringId, StringId> found;  // by parts
  const auto rename = [&](StringId id, StringId &name) {
    if (name == 0) return;
    if (const auto own = spelled.find(id); own != spelled.end() && own->second.size() > 1) {
      name = *std::min_element(own->second.begin(), own->second.end(),
                               [&](StringId a, StringId b) { return rank(a) < rank(b); });
      return;
    }
    const auto known = one_name.find(name);
    if (known != one_name.end()) {
      if (known->second != kSeveral) name = known->second;
      return;
    }
    if (spelled.count(id) != 0) return;
    const auto [other, fresh] = found.try_emplace(name, name);
    if (fresh)
      if (const auto same = by_parts.find(parts(name)); same != by_parts.end() && same->second != kSeveral)
        other->second = same->second;
    name = other->second;
  };
  for (Event &event : table.events) {
    if (event.source != Source::windows) continue;
    rename(event.actor_id, event.actor_name);
    rename(event.target_id, event.target_name);
  }
}

}  // namespace

void name_actors(EventTable &table) {
  name_salesforce(table);
  name_windows(table);
}

}  // namespace dislodge::log
