// What belongs to a campaign once it is found: the bursts that ran its program, every try by it, and the
// right secrets that it won.

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "detect/passes.hpp"
#include "detect/spray_tries.hpp"
#include "log/trace.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using OwnPlace = std::array<StringId, 3>;  // tenant, account, address
// The first tries may be the right ones.
constexpr std::int64_t kBefore = base::kHour;
constexpr std::size_t kAccountsAtPlace = 3;
constexpr std::int64_t kSlept = base::kDay;
// Sign-ins of one visit.
constexpr std::int64_t kLone = base::kHour;
constexpr std::int64_t kBrief = 7 * base::kDay;
// What is so like the tries that nobody else comes to mind may come this long after them.
constexpr std::int64_t kWonAfter = 7 * base::kDay;

// "Stay signed in?" is asked of whoever gave the right password; who tries passwords does not answer.
bool password_was_right(const Event &event) {
  return secret_was_right(event.outcome) ||
         (event.code == 50140 &&
          (event.source == log::Source::entra_signin || event.source == log::Source::m365_audit));
}

// Whether a right secret came as the tries of a scattered campaign did, and not as its owner does. Its
// program says nothing, and no place is seen twice. What speaks is the country (one of the campaign's, in
// which nobody of the tenant is ever at work) with the password alone; and an account of which nothing had
// been seen before it was asked for.
class Likeness {
 public:
  Likeness(const View &view, const Campaign &one) : view_(view) {
    for (const EventIndex index : one.tries) {
      const Event &event = view.event(index);
      if (event.country != 0) countries_.insert(event.country);
      if (event.agent != 0) programs_.insert(log::program_of(view.text(event.agent)));
      asked_.try_emplace({event.tenant, account_of(event)}, event.time);
    }
    for (const EventIndex index : view.user_signins()) {
      const Event &event = view.event(index);
      begin_.try_emplace(event.tenant, event.time);
      if (!worked(event) && !secret_was_right(event.outcome)) continue;
      first_.try_emplace({event.tenant, account_of(event)}, event.time);
      if (event.address != 0)
        at_[{event.tenant, network_of(view, event.network, event.address)}].insert(account_of(event));
      if (event.country == 0) continue;
      auto &[from, until] =
          in_.try_emplace({event.tenant, event.country, account_of(event)}, event.time, event.time)
              .first->second;
      until = std::max(until, event.time);
    }
  }

  // Where it goes; nullptr: nowhere.
  std::vector<EventIndex> *list(Campaign &one, EventIndex index, bool brief) const {
    const Event &event = view_.event(index);
    if (event.agent != 0 && programs_.count(log::program_of(view_.text(event.agent))) == 0) return nullptr;
    const std::pair account{event.tenant, account_of(event)};
    const auto asked = asked_.find(account);
    const bool tried = asked != asked_.end() && asked->second < event.time;
    const base::Time first = first_.at(account);
    const bool alone = at_.at({event.tenant, network_of(view_, event.network, event.address)}).size() == 1;
    // A colleague who begins is not asked for before, or begins where the others are.
    if (first == event.time) {
      const bool slept = event.time.us - begin_.at(event.tenant).us >= kSlept;
      return tried && slept && alone ? &one.concluded : nullptr;
    }
    if (event.country == 0) return brief ? &one.perhaps : nullptr;
    bool own = false, others = false;
    for (auto at = in_.lower_bound({event.tenant, event.country, 0});
         at != in_.end() && std::get<0>(at->first) == event.tenant && std::get<1>(at->first) == event.country;
         ++at) {
      const auto &[from, until] = at->second;
      const bool stayed = until.us - from.us > kLone;
      (std::get<2>(at->first) == account.second ? own : others) |= stayed;
    }
    if (own) return nullptr;  // people move about at home
    const bool factor =
        view_.table().extra(event, "authentication-requirement") == "multiFactorAuthentication";
    if (tried && !others && !factor && countries_.count(event.country) != 0) return &one.concluded;
    return brief ? &one.perhaps : nullptr;
  }

 private:
  const View &view_;
  std::set<StringId> countries_;
  std::set<std::string> programs_;
  std::map<std::pair<StringId, StringId>, base::Time> asked_, first_;  // tenant, account
  std::map<StringId, base::Time> begin_;                               // tenant
  std::map<std::pair<StringId, std::string>, std::set<StringId>> at_;  // tenant, network -> accounts
  // tenant, country, account -> first and last there
  std::map<std::tuple<StringId, StringId, StringId>, std::pair<base::Time, base::Time>> in_;
};

class Completer {
 public:
  Completer(const View &view, const std::vector<Attempt> &tries, std::vector<Campaign> &campaigns)
      : view_(view), options_(view.options()), tries_(tries), campaigns_(campaigns) {}

  void run() {
    join_bursts();
    for (Campaign &one : campaigns_) {
      gather_tries(one);
      gather_right(one);
    }
    std::erase_if(campaigns_, [](const Campaign &one) { return one.tries.empty(); });
    std::sort(campaigns_.begin(), campaigns_.end(), [&](const Campaign &a, const Campaign &b) {
      return std::pair(a.tries.front(), a.fingerprint) < std::pair(b.tries.front(), b.fingerprint);
    });
  }

 private:
  // Addresses that ran the same program, and those that ran a slow campaign's, are one campaign.
  void join_bursts() {
    std::vector<Campaign> joined;
    for (Campaign &one : campaigns_) {
      Campaign *same = nullptr;
      for (Campaign &other : joined) {
        const bool slow = !other.by_address && matches(other.fingerprint, one.fingerprint.parts);
        if (one.by_address && one.fingerprint.mask != 0 && (slow || other.fingerprint == one.fingerprint))
          same = &other;
      }
      if (same == nullptr) {
        joined.push_back(std::move(one));
        continue;
      }
      same->addresses.insert(same->addresses.end(), one.addresses.begin(), one.addresses.end());
      same->tenants.insert(same->tenants.end(), one.tenants.begin(), one.tenants.end());
      same->surprise += one.surprise;
      for (auto *list : {&same->addresses, &same->tenants}) {
        std::sort(list->begin(), list->end());
        list->erase(std::unique(list->begin(), list->end()), list->end());
      }
    }
    campaigns_ = std::move(joined);
  }

  bool belongs(const Campaign &one, const std::array<StringId, kParts> &parts, StringId address) const {
    if (!matches(one.fingerprint, parts)) return false;
    // Where the program is everybody's (or is not told), only the campaign's own addresses speak.
    if (!one.by_address) return true;
    return std::binary_search(one.addresses.begin(), one.addresses.end(), address);
  }

  using Account = std::pair<StringId, StringId>;  // tenant, name

  // What was there before an account first showed the campaign's program. What came after is no habit of its
  // owner: whoever won the password goes on from the same place with other programs, for days.
  struct Past {
    base::Time fall = base::kTimeMax;   // the first success by the campaign's program
    base::Time asked = base::kTimeMax;  // the campaign's first try on it
    base::Time begin = base::kTimeMax;  // its first success by any program
    std::set<std::string> networks;     // of its successes before the fall
    std::map<StringId, base::Time> at;  // address -> first success there by another program
  };
  std::map<Account, Past> pasts(const Campaign &one, base::Time first) const {
    std::map<Account, Past> pasts;
    for (const Attempt &attempt : tries_)
      if (!attempt.own_place && in_tenants(one, attempt.tenant) &&
          belongs(one, attempt.parts, attempt.address)) {
        base::Time &asked = pasts[{attempt.tenant, attempt.actor}].asked;
        asked = std::min(asked, view_.event(attempt.index).time);
      }
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (!worked(event)) continue;
      Past &past = pasts[{event.tenant, account_of(event)}];
      past.begin = std::min(past.begin, event.time);
      const bool theirs = matches(one.fingerprint, parts_of(view_, event));
      if (theirs && event.time >= first) past.fall = std::min(past.fall, event.time);
      if (event.time < past.fall) past.networks.insert(network_of(view_, event.network, event.address));
      if (!theirs) past.at.try_emplace(event.address, event.time);
    }
    return pasts;
  }
  base::Time begin_of(StringId tenant) const {
    for (const EventIndex index : view_.user_signins())
      if (view_.event(index).tenant == tenant) return view_.event(index).time;
    return base::kTimeMax;
  }

  // Places where an account signs in with other programs are its own. Where the campaign asked for it, by a
  // program that nobody has or while it slept, only if it was there before it fell, or in that network.
  bool own_place(const Past &past, const Event &event, base::Time log_begin, bool nobodys) const {
    const auto at = past.at.find(event.address);
    if (at == past.at.end()) return false;
    // An account of which nothing is seen until that day, in a log that goes further back.
    const bool asked = past.asked < past.fall;
    const bool slept = past.begin >= past.fall - kSlept && log_begin <= past.fall - kSlept;
    if (at->second < past.fall) return !(slept && asked);
    if (!asked || !(slept || nobodys)) return true;
    return past.networks.count(network_of(view_, event.network, event.address)) != 0;
  }

  // Who uses this program themselves: with success before the campaign began, or on three days from one
  // place that is theirs, or before the campaign asked for them.
  std::set<Account> ordinary_users(const Campaign &one, base::Time first,
                                   const std::map<Account, Past> &pasts) const {
    std::set<Account> users;
    std::map<std::array<StringId, 3>, std::set<std::int64_t>> days_at;
    std::map<std::pair<StringId, StringId>, std::pair<StringId, base::Time>>
        first_at;  // who came first, when
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (!worked(event)) continue;
      const StringId actor = account_of(event);
      const auto &came = first_at.try_emplace({event.tenant, event.address}, actor, event.time).first->second;
      if (!matches(one.fingerprint, parts_of(view_, event))) continue;
      auto &days = days_at[{event.tenant, actor, event.address}];
      days.insert(day_of(event));
      const Past &past = pasts.at({event.tenant, actor});
      const bool apart = past.asked == base::kTimeMax || past.fall < past.asked - kBefore ||
                         past.networks.count(network_of(view_, event.network, event.address)) != 0 ||
                         (came.first != actor && came.second < past.fall);
      if (event.time < first || (days.size() >= 3 && apart)) users.emplace(event.tenant, actor);
    }
    return users;
  }

  void gather_tries(Campaign &one) {
    base::Time first = base::kTimeMax;
    for (const Attempt &attempt : tries_)
      if (attempt.claimed && in_tenants(one, attempt.tenant) && belongs(one, attempt.parts, attempt.address))
        first = std::min(first, view_.event(attempt.index).time);
    const auto users = ordinary_users(one, first, pasts(one, first));
    std::set<StringId> addresses;
    for (const Attempt &attempt : tries_) {
      if (!in_tenants(one, attempt.tenant) || !belongs(one, attempt.parts, attempt.address)) continue;
      if (!attempt.claimed && users.count({attempt.tenant, attempt.actor}) != 0) continue;
      // Where all programs look alike, who gets in from the same place had mistyped.
      if (!attempt.claimed && attempt.homely && !one.fingerprint.shows_program()) continue;
      one.tries.push_back(attempt.index);
      addresses.insert(attempt.address);
    }
    std::sort(one.tries.begin(), one.tries.end());
    one.addresses.assign(addresses.begin(), addresses.end());
  }

  // Whoever tries passwords with a tool signs in with a browser, and the first try may be the right one: an
  // address from which nobody of the tenant had signed in before the tries belongs to who makes them,
  // whatever program is shown there, or where the log shows none.
  std::set<StringId> strange_places(const Campaign &one, base::Time first) const {
    // Where one account was tried, it may be somebody on the way who mistyped.
    std::map<StringId, std::set<StringId>> tried;
    for (const EventIndex index : one.tries)
      tried[view_.event(index).address].insert(account_of(view_.event(index)));
    std::set<StringId> places;
    for (const auto &[address, accounts] : tried)
      if (address != 0 && accounts.size() >= kAccountsAtPlace) places.insert(address);
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (event.time >= first - kBefore || places.empty()) break;
      if (worked(event) && in_tenants(one, event.tenant)) places.erase(event.address);
    }
    return places;
  }

  // Right secrets in a network in which the account was that one time, at an address where nobody else was.
  void find_lone() {
    if (looked_for_lone_) return;
    looked_for_lone_ = true;
    std::map<std::tuple<StringId, StringId, std::string>, std::vector<EventIndex>> in_network;
    std::map<std::pair<StringId, StringId>, std::set<StringId>> at;  // tenant, address -> accounts
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (event.address == 0 || !(worked(event) || secret_was_right(event.outcome))) continue;
      in_network[{event.tenant, account_of(event), network_of(view_, event.network, event.address)}]
          .push_back(index);
      at[{event.tenant, event.address}].insert(account_of(event));
    }
    for (const auto &[place, list] : in_network) {
      const Event &event = view_.event(list.front());
      if (view_.event(list.back()).time.us - event.time.us <= kLone &&
          at.at({event.tenant, event.address}).size() == 1)
        lone_.insert(list.front());
    }
  }

  void gather_right(Campaign &one) {
    if (one.tries.empty()) return;
    const base::Time first = view_.event(one.tries.front()).time;
    const base::Time last = view_.event(one.tries.back()).time;
    const auto pasts = this->pasts(one, first);
    const auto users = ordinary_users(one, first, pasts);
    const auto strange = strange_places(one, first);
    std::map<StringId, base::Time> begins;
    for (const StringId tenant : one.tenants) begins[tenant] = begin_of(tenant);
    // Who comes from there with the program that they had before may be the owner: the administrator of a
    // laboratory sits where the tests are run.
    std::set<OwnPlace> own_programs;  // tenant, account, agent
    // And networks in which two or more of a tenant were at work.
    std::map<std::pair<StringId, std::string>, std::set<StringId>> at_network;
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (event.time >= first) break;
      if (!worked(event) || strange.count(event.address) != 0) continue;
      own_programs.insert({event.tenant, account_of(event), event.agent});
      if (event.address != 0)
        at_network[{event.tenant, network_of(view_, event.network, event.address)}].insert(account_of(event));
    }
    std::set<std::pair<StringId, std::string>> at_work;
    for (const auto &[place, accounts] : at_network)
      if (accounts.size() >= 2) at_work.insert(place);
    // In a week some people travel; in a month very many do.
    const bool brief = last.us - first.us <= kBrief;
    if (brief || one.scattered) find_lone();
    std::optional<Likeness> likeness;
    if (one.scattered) likeness.emplace(view_, one);
    std::set<std::pair<StringId, StringId>> fallen;  // tenant, account
    std::set<std::pair<StringId, StringId>> asked;   // the same, whoever the campaign tried
    for (const EventIndex index : one.tries)
      asked.insert({view_.event(index).tenant, account_of(view_.event(index))});
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (!password_was_right(event) || event.time < first - kBefore) continue;
      const std::pair account{event.tenant, account_of(event)};
      const bool during = event.time <= last + options_.spray_slack_us;
      // An account that has fallen stays fallen, however long after.
      const bool mine = in_tenants(one, event.tenant) && (during || fallen.count(account) != 0);
      const bool own = event.agent != 0 && !matches(one.fingerprint, parts_of(view_, event)) &&
                       own_programs.count({event.tenant, account.second, event.agent}) != 0;
      if (mine && !own && strange.count(event.address) != 0) {
        one.right.push_back(index);
        fallen.insert(account);
        continue;
      }
      if (mine && own && strange.count(event.address) != 0) one.perhaps.push_back(index);
      // The program is the account's own, the place is nobody's.
      if (likeness && in_tenants(one, event.tenant) && event.time <= last + kWonAfter) {
        auto *list = likeness->list(one, index, brief && during);
        if (list != nullptr && lone_.count(index) != 0 && matches(one.fingerprint, parts_of(view_, event)))
          list->push_back(index);
      } else if (brief && mine && users.count(account) != 0 && lone_.count(index) != 0 &&
                 matches(one.fingerprint, parts_of(view_, event))) {
        one.perhaps.push_back(index);
      }
      if (event.time < first || !belongs(one, parts_of(view_, event), event.address)) continue;
      one.ordinary = one.ordinary || users.count(account) != 0;
      const auto begin = begins.try_emplace(event.tenant, base::kTimeMin).first;
      const auto past = pasts.find(account);
      if (users.count(account) != 0 ||
          (past != pasts.end() && own_place(past->second, event, begin->second, users.empty())))
        continue;
      // Where the log shows no program (sshd), everybody looks alike: an account that the campaign never
      // tried did not fall to it.
      if (event.agent == 0 && event.application_id == 0 && asked.count(account) == 0) continue;
      // A spray wins what it tries. Another's password may have been found elsewhere: but not by a colleague
      // who begins to work where the others do.
      if (asked.count(account) == 0 && in_tenants(one, event.tenant) &&
          at_work.contains({event.tenant, network_of(view_, event.network, event.address)}))
        continue;
      if (mine) {
        one.right.push_back(index);
        fallen.insert(account);
      } else {
        one.later.push_back(index);
      }
    }
  }

  const View &view_;
  const DetectOptions &options_;
  const std::vector<Attempt> &tries_;
  std::vector<Campaign> &campaigns_;
  std::set<EventIndex> lone_;
  bool looked_for_lone_ = false;
};

}  // namespace

Campaign scattered_campaign(StringId tenant, double surprise) {
  Campaign one;
  one.by_address = true;
  one.scattered = true;
  one.ordinary = true;
  one.tenants = {tenant};
  one.surprise = surprise;
  return one;
}

bool in_tenants(const Campaign &campaign, StringId tenant) {
  return std::binary_search(campaign.tenants.begin(), campaign.tenants.end(), tenant);
}

void complete_campaigns(const View &view, const std::vector<Attempt> &tries,
                        std::vector<Campaign> &campaigns) {
  Completer(view, tries, campaigns).run();
}

}  // namespace dislodge::detect
