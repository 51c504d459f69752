// Sessions that somebody else goes on with: a cookie or token that was taken from a browser, or by a page
// that stood between (adversary in the middle), shows as one session id from two places. People carry their
// session about too, with the programs that they have: what tells the thief is that, within half a day, the
// session is seen at an address where nobody of the tenant had been, in another network and, where the log
// says it, another country, by a program that the account never had. The owner's part of the session stays
// the owner's.

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "detect/passes.hpp"
#include "log/trace.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::Outcome;
using log::program_of;

constexpr std::int64_t kSameDay = 12 * base::kHour;

struct Seen {
  std::map<std::pair<StringId, StringId>, base::Time> addresses;       // tenant, address -> first
  std::map<std::pair<std::string, std::string>, base::Time> programs;  // account, program -> first
};

}  // namespace

std::vector<StolenSession> find_stolen_sessions(const View &view) {
  Seen seen;
  std::map<std::pair<std::string, StringId>, std::vector<EventIndex>> sessions;  // account, session
  for (const EventIndex index : view.user_signins()) {
    const Event &event = view.event(index);
    if (event.outcome != Outcome::ok || event.address == 0) continue;
    const std::string account = view.actor(event);
    if (account.empty()) continue;
    seen.addresses.emplace(std::pair(event.tenant, event.address), event.time);
    seen.programs.emplace(std::pair(account, program_of(view.text(event.agent))), event.time);
    if (event.session != 0) sessions[{account, event.session}].push_back(index);
  }
  std::vector<StolenSession> out;
  for (const auto &[key, events] : sessions) {
    const Event &root = view.event(events.front());
    StolenSession one{key.first, key.second, events.front(), {}, {}};
    for (const EventIndex index : events) {
      const Event &event = view.event(index);
      if (event.address == root.address || event.agent == 0 || root.agent == 0) continue;
      if (event.time > root.time + kSameDay ||
          network_of(view, event.network, event.address) == network_of(view, root.network, root.address))
        continue;
      if (event.country != 0 && root.country != 0 && event.country == root.country) continue;
      if (program_of(view.text(event.agent)) == program_of(view.text(root.agent))) continue;
      // First seen here: the address for the tenant, the program for the account.
      if (seen.addresses.at({event.tenant, event.address}) < root.time) continue;
      if (seen.programs.at({key.first, program_of(view.text(event.agent))}) < root.time) continue;
      one.places.insert(event.address);
    }
    if (one.places.empty()) continue;
    for (const EventIndex index : events)
      if (one.places.count(view.event(index).address) != 0) one.theirs.push_back(index);
    out.push_back(std::move(one));
  }
  return out;
}

void add_session_seeds(const View &view, const std::vector<StolenSession> &stolen,
                       std::vector<Attribution::Seed> &seeds) {
  if (stolen.empty()) return;
  std::unordered_map<StringId, std::vector<std::size_t>> at;  // address -> sessions
  for (std::size_t i = 0; i < stolen.size(); ++i)
    for (const StringId place : stolen[i].places) at[place].push_back(i);
  const auto why = [&](const StolenSession &one) {
    return "the session was begun at " + view.table().source_of(view.event(one.root)) +
           " from another network by another program, and went on where neither had been seen";
  };
  for (EventIndex i = 0; i < view.size(); ++i) {
    const Event &event = view.event(i);
    if (event.address == 0) continue;
    const auto here = at.find(event.address);
    if (here == at.end()) continue;
    for (const std::size_t index : here->second) {
      const StolenSession &one = stolen[index];
      if (event.time < view.event(one.theirs.front()).time) continue;
      if (view.actor(event) == one.account) seeds.push_back({i, why(one), false, one.session});
    }
  }
}

void tell_stolen_sessions(const View &view, const std::vector<StolenSession> &found,
                          const Attribution &attribution, std::vector<Detection> &out) {
  for (const StolenSession &stolen : found) {
    std::vector<EventIndex> events = stolen.theirs;
    events.insert(events.begin(), stolen.root);
    Detection one = make_detection(view, "session-replayed", events);
    add_unique(one.principals, stolen.account);
    one.intruder = true;
    one.grade = Grade::confirmed;
    one.confidence = 0.9;
    one.because =
        "a session is one program's on one machine; this one went on, within half a day, in another "
        "network by a program that the account never had, where nobody had been";
    const Event &first = view.event(stolen.theirs.front());
    one.footholds.push_back(
        {stolen.account, {first.time, base::kTimeMax}, std::string(view.text(stolen.session))});
    for (const EventIndex index : view.mail())
      if (attribution.intruder(index) && view.actor(view.event(index)) == stolen.account)
        add_mail_read(view, index, one.mail_read);
    std::set<std::string> addresses{std::string(view.text(view.event(stolen.root).address))},
        agents{std::string(view.text(view.event(stolen.root).agent))};
    for (const EventIndex index : stolen.theirs) {
      addresses.emplace(view.text(view.event(index).address));
      agents.emplace(view.text(view.event(index).agent));
    }
    std::string places;
    for (const std::string &address : addresses) places += (places.empty() ? "" : " and ") + address;
    one.says = sentence(view, "session-replayed",
                        {{"session", std::string(view.text(stolen.session))},
                         {"account", view.name_of(stolen.account)},
                         {"addresses", places},
                         {"agents", std::to_string(agents.size())},
                         {"more", ", from " + spoken(first.time) + " on by somebody else"}});
    out.push_back(std::move(one));
  }
}

}  // namespace dislodge::detect
