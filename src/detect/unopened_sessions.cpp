#include "detect/unopened_sessions.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "detect/passes.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;

// So many everyday sessions must find their sign-in, on so many days, and all but one in fifty of them: else
// the exports do not join, and what does not is the rule.
constexpr std::size_t kJoinedMin = 20;
constexpr std::size_t kJoinedDays = 5;
constexpr std::size_t kUnjoinedShare = 50;
// And what does not find any is rare.
constexpr std::size_t kStrangeShare = 10;
// A session that a sign-in before the log's begin opened may go on for so long.
constexpr std::int64_t kOpenedBefore = 7 * base::kDay;

struct Tenant {
  std::set<StringId> opened;     // sessions and tokens of sign-ins
  std::set<StringId> addresses;  // where anybody signed in
  base::Time begin = base::kTimeMax, end = base::kTimeMin;
  bool token_logs = false;
};

// The thread of a read: its session, else its token.
StringId thread_of(const Event &event) {
  return event.session != 0 ? event.session : event.token;
}

}  // namespace

std::vector<Unopened> find_unopened(const View &view) {
  std::map<StringId, Tenant> tenants;
  for (const EventIndex index : view.user_signins()) {
    const Event &event = view.event(index);
    if (is_failed_try(event)) continue;
    Tenant &tenant = tenants[event.tenant];
    for (const StringId thread : {event.session, event.token})
      if (thread != 0) tenant.opened.insert(thread);
    if (event.address != 0) tenant.addresses.insert(event.address);
    tenant.begin = std::min(tenant.begin, event.time);
    tenant.end = std::max(tenant.end, event.time);
    tenant.token_logs = tenant.token_logs || event.event_class == log::EventClass::noninteractive_signin;
  }
  struct Reads {
    std::set<StringId> joined;                        // sessions
    std::set<std::int64_t> days;                      // of those
    std::set<StringId> homeless;                      // unjoined, from where somebody signs in
    std::map<StringId, std::set<StringId>> users_at;  // address -> sessions that joined there
    std::vector<EventIndex> strange;                  // unjoined, from elsewhere
  };
  // By tenant and program: telephones renew their tokens by sign-ins that are seldom exported, and what a
  // program never shows it cannot miss.
  std::map<std::pair<StringId, StringId>, Reads> all;
  for (const EventIndex index : view.mail()) {
    const Event &event = view.event(index);
    const auto tenant = tenants.find(event.tenant);
    const StringId thread = thread_of(event);
    if (tenant == tenants.end() || thread == 0 || event.address == 0) continue;
    // Applications sign in elsewhere, and read by tokens of their own.
    if (view.text(event.actor_type) != "user" || !view.table().extra(event, "app-only").empty()) continue;
    if (event.application_id != 0 && view.options().mail_clients.count(view.text(event.application_id)) == 0)
      continue;
    const Tenant &signins = tenant->second;
    if (event.time < signins.begin + kOpenedBefore || event.time > signins.end) continue;
    Reads &reads = all[{event.tenant, event.application_id}];
    const bool joined = signins.opened.count(event.session) != 0 || signins.opened.count(event.token) != 0;
    if (joined) {
      reads.joined.insert(thread);
      reads.days.insert(event.time.us / base::kDay);
      reads.users_at[event.address].insert(thread);
    } else if (signins.addresses.count(event.address) != 0) {
      reads.homeless.insert(thread);
    } else {
      reads.strange.push_back(index);
    }
  }
  std::vector<Unopened> out;
  for (auto &[key, reads] : all) {
    if (reads.joined.size() < kJoinedMin || reads.days.size() < kJoinedDays ||
        reads.homeless.size() * kUnjoinedShare > reads.joined.size())
      continue;
    std::erase_if(reads.strange,
                  [&](EventIndex index) { return reads.users_at.count(view.event(index).address) != 0; });
    std::set<StringId> strange;
    for (const EventIndex index : reads.strange) strange.insert(thread_of(view.event(index)));
    if (strange.empty() || strange.size() * kStrangeShare > reads.joined.size()) continue;
    Unopened one;
    one.reads = std::move(reads.strange);
    one.joined = reads.joined.size();
    one.token_logs = tenants.at(key.first).token_logs;
    out.push_back(std::move(one));
  }
  return out;
}

void add_unopened_seeds(const View &view, const std::vector<Unopened> &found,
                        std::vector<Attribution::Seed> &seeds) {
  for (const Unopened &one : found)
    for (const EventIndex index : one.reads)
      seeds.push_back({index,
                       "mail was read in a session that no sign-in held opened, from an address where nobody "
                       "had been, at " +
                           view.table().source_of(view.event(index)),
                       true});
}

void tell_unopened(const View &view, const std::vector<Unopened> &found, const Attribution &attribution,
                   std::vector<Detection> &out) {
  for (const Unopened &one : found) {
    std::vector<EventIndex> reads;
    std::copy_if(one.reads.begin(), one.reads.end(), std::back_inserter(reads),
                 [&](EventIndex index) { return attribution.by_absence(index); });
    if (reads.empty()) continue;
    Detection told = make_detection(view, "forged-token", reads);
    told.techniques = {"T1114.002", "T1550.001", "T1606.002"};
    told.intruder = true;
    told.grade = Grade::possible;
    told.confidence = 0.7;
    std::set<StringId> sessions, addresses, mailboxes;
    std::map<std::string, EventIndex> accounts;
    for (const EventIndex index : reads) {
      const Event &event = view.event(index);
      sessions.insert(thread_of(event));
      addresses.insert(event.address);
      mailboxes.insert(event.mailbox);
      accounts.emplace(view.actor(event), index);
      add_mail_read(view, index, told.mail_read);
    }
    for (const auto &[account, first] : accounts) {
      if (account.empty() || told.footholds.size() >= kEventsKept) continue;
      add_unique(told.principals, account);
      told.footholds.push_back({account,
                                {view.event(first).time, base::kTimeMax},
                                std::string(view.text(thread_of(view.event(first))))});
    }
    told.because = "no sign-in that is held opened these sessions, while " +
                   counted(one.joined, "other session", "other sessions") +
                   " of those days found theirs, and nobody of the tenant was ever at these addresses: the "
                   "tokens were forged, or come from a kind of sign-in that is not held; " +
                   (one.token_logs ? std::string("the sign-ins of other tenants and of administrators on "
                                                 "behalf of the tenant")
                                   : std::string("the export of non-interactive sign-ins "
                                                 "(AADNonInteractiveUserSignInLogs)")) +
                   " would decide";
    told.says = "mail of " + counted(mailboxes.size(), "mailbox", "mailboxes") + " was read in " +
                counted(sessions.size(), "session", "sessions") + " that no sign-in opened, from " +
                counted(addresses.size(), "address", "addresses") + " where nobody had been, between " +
                spoken(told.first) + " and " + spoken(told.last);
    out.push_back(std::move(told));
  }
}

}  // namespace dislodge::detect
