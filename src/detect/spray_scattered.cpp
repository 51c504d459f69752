// Sprays without any program of their own: a try or two on each account, each from another network, by the
// browser that half of the tenant uses. Neither the address nor the program tells them. What does is that so
// many accounts fail in the same days, each where neither they nor anybody else ever gets in, and do not get
// in there afterwards. One such failure is a slip on a journey; each tenant has its own rate of them, and a
// campaign is a time in which there are far too many for that rate.
//
// Such failures are *lost tries*. Those of one agent are counted, because who sprays seldom brings a browser
// for each try; over windows of some hours to a week, in accounts; against the rate of lost tries by the same
// agent outside of the window. An account that loses tries at other times too is no part of it: telephones
// with an old password do, all over the carrier's networks. The surprise is minus the logarithm of the
// Poisson tail and must exceed the bar of slow campaigns.
//
// Who has the list of all accounts and asks each once may take so long that no week stands out. Then it is
// the list that tells it: whatever the rate at which people lose tries, and however unlike they are, some
// lose two. Where s accounts lost one try and n none, s*s/2n at least are expected to have lost two (the
// probabilities of 0, 1 and 2, times 1, 1 and 2, are convex in logarithms for every mixture of Poisson
// variables); a half of that is asked. A list has each account once. The surprise is minus the logarithm of
// the lower Poisson tail, by Chernoff's bound; it takes a quarter of the tenant's accounts, in networks of
// every kind.

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "detect/passes.hpp"
#include "detect/spray_tries.hpp"
#include "log/trace.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;

constexpr std::int64_t kWindows[] = {6 * base::kHour, 2 * base::kDay, 7 * base::kDay};
constexpr std::size_t kAccountsMin = 6;
constexpr std::size_t kTriesAnAccountMax = 2;
constexpr double kNetworkShare = 0.8;   // networks to accounts
constexpr double kNetworksEnough = 12;  // whatever the accounts: providers of homes are not many
constexpr double kClumping = 2;         // as in spray.cpp
constexpr int kSpans = 4;               // the log is at least so many windows long
// Where each account is asked once: the shortest window, by how much the next is longer, and campaigns at
// most.
constexpr std::int64_t kOnceWindow = 2 * base::kDay;
constexpr std::int64_t kOnceGrows = 4;
constexpr int kOnceMost = 10;
constexpr double kNoneMin = 0.05;  // share of accounts that are taken to have lost none, at least

struct Lost {
  std::size_t attempt = 0;
  base::Time time;
  StringId account = 0;
  std::string network;
  StringId address = 0;
};

class Scattered {
 public:
  Scattered(const View &view, const Ordinary &ordinary, std::vector<Attempt> &tries)
      : view_(view), ordinary_(ordinary), tries_(tries) {}

  std::vector<Campaign> run() {
    std::map<StringId, std::vector<Lost>> lost;  // by tenant
    for (std::size_t i = 0; i < tries_.size(); ++i) {
      const Attempt &one = tries_[i];
      if (one.claimed || !one.living || one.address == 0 ||
          ordinary_.accounts_at(one.tenant, one.address) != 0)
        continue;
      lost[one.tenant].push_back({i, view_.event(one.index).time, one.actor,
                                  network_of(view_, one.network, one.address), one.address});
    }
    std::erase_if(lost, [](const auto &list) { return list.second.size() < kAccountsMin; });
    if (lost.empty()) return {};
    learn_networks();
    for (auto &[tenant, list] : lost) {
      std::erase_if(list, [&, in = tenant](const Lost &one) {
        return networks_.count({in, one.account, one.network}) != 0;
      });
      asked_once(tenant, list);
      std::map<StringId, std::vector<Lost>> by_program;
      for (Lost &one : list)
        if (const Attempt &attempt = tries_[one.attempt]; !attempt.claimed && attempt.parts[0] != 0)
          by_program[attempt.parts[0]].push_back(std::move(one));
      for (auto &[program, of_program] : by_program)
        if (of_program.size() >= kAccountsMin) search(tenant, of_program);
    }
    return std::move(campaigns_);
  }

 private:
  // Where each account gets in, and from when to when the tenant's log reaches.
  void learn_networks() {
    for (const EventIndex index : view_.user_signins()) {
      const log::Event &event = view_.event(index);
      auto &[from, until] = spans_.try_emplace(event.tenant, event.time, event.time).first->second;
      until = std::max(until, event.time);
      if (!worked(event)) continue;
      living_[event.tenant].insert(account_of(event));
      if (event.address != 0)
        networks_.insert({event.tenant, account_of(event), network_of(view_, event.network, event.address)});
    }
  }

  // ---- each account once ----

  // The tries by one program, whatever its version, and then those by all.
  void asked_once(StringId tenant, const std::vector<Lost> &list) {
    std::map<std::string, std::vector<Lost>> groups;
    for (const Lost &one : list) {
      if (const StringId agent = tries_[one.attempt].parts[0]; agent != 0)
        groups[log::program_of(view_.text(agent))].push_back(one);
      groups[""].push_back(one);
    }
    for (const bool all : {false, true})
      for (auto &[program, group] : groups) {
        if (program.empty() != all) continue;
        for (int i = 0; i < kOnceMost && tell_once(tenant, group, groups.size()); ++i) {
        }
      }
  }

  // The most surprising window, if it is a campaign: told, and true.
  bool tell_once(StringId tenant, std::vector<Lost> &list, std::size_t groups) {
    std::erase_if(list, [&](const Lost &one) { return tries_[one.attempt].claimed; });
    if (list.empty()) return false;
    const auto accounts = static_cast<double>(living_[tenant].size());
    const std::int64_t length = list.back().time.us - list.front().time.us;
    std::pair<std::size_t, std::size_t> best;
    double most = 0;
    std::int64_t window = kOnceWindow;
    for (bool last = false; !last; window *= kOnceGrows) {
      last = window > length;
      const double bar = view_.options().spray_surprise_min + std::log(static_cast<double>(groups)) +
                         std::log(1 + 2 * static_cast<double>(length) / static_cast<double>(window));
      std::size_t begin = 0, end = 0;
      for (base::Time at = list.front().time; at <= list.back().time; at = at + window / 2) {
        while (begin < list.size() && list[begin].time < at) ++begin;
        while (end < list.size() && list[end].time < at + window) ++end;
        // Not even if each were another account.
        if (const auto tries = static_cast<double>(end - begin);
            twice_of(tries, accounts - tries, accounts) < bar)
          continue;
        if (const double surprise = once(list, begin, end, accounts); surprise >= bar && surprise > most) {
          most = surprise;
          best = {begin, end};
        }
      }
    }
    if (most == 0) return false;
    std::map<StringId, std::size_t> tries_of;
    for (std::size_t i = best.first; i < best.second; ++i) ++tries_of[list[i].account];
    std::vector<Lost> theirs;
    for (std::size_t i = best.first; i < best.second; ++i)
      if (tries_of[list[i].account] == 1) theirs.push_back(list[i]);
    surprise_ = most;
    tell(tenant, theirs, 0, theirs.size());
    return true;
  }

  // How many are expected to have lost two, where so many lost one and so many none.
  static double twice_of(double singles, double none, double accounts) {
    return singles * singles / (2 * kClumping * std::max(none, accounts * kNoneMin));
  }

  static double once(const std::vector<Lost> &list, std::size_t begin, std::size_t end, double accounts) {
    std::map<StringId, std::pair<std::size_t, std::size_t>> tries_of;  // how many, and one of them
    for (std::size_t i = begin; i < end; ++i) {
      auto &[count, index] = tries_of[list[i].account];
      ++count;
      index = i;
    }
    std::set<StringId> addresses;
    std::set<std::string_view> networks;
    std::size_t asked = 0;
    for (const auto &[account, tries] : tries_of) {
      if (tries.first != 1) continue;
      ++asked;
      addresses.insert(list[tries.second].address);
      networks.insert(list[tries.second].network);
    }
    const auto singles = static_cast<double>(asked);
    if (static_cast<double>(networks.size()) < kNetworksEnough ||
        static_cast<double>(addresses.size()) < kNetworkShare * singles)
      return 0;
    const double expected = twice_of(singles, accounts - static_cast<double>(tries_of.size()), accounts);
    const auto repeated = static_cast<double>(tries_of.size() - asked);
    if (repeated >= expected) return 0;
    return expected - repeated + (repeated == 0 ? 0 : repeated * std::log(repeated / expected));
  }

  // ---- far too many in a time ----

  // Of the lost tries of one program: where each account's begin and end, and how many account-days they are.
  struct Extent {
    std::map<StringId, std::pair<std::size_t, std::size_t>> of;  // account -> first and last index
    std::size_t account_days = 0;
    explicit Extent(const std::vector<Lost> &list) {
      std::set<std::pair<StringId, std::int64_t>> days;
      for (std::size_t i = 0; i < list.size(); ++i) {
        of.try_emplace(list[i].account, i, i).first->second.second = i;
        days.emplace(list[i].account, list[i].time.us / base::kDay);
      }
      account_days = days.size();
    }
  };

  void search(StringId tenant, std::vector<Lost> &list) {
    const auto span = spans_.find(tenant);
    if (span == spans_.end()) return;
    const std::int64_t length = span->second.second.us - span->second.first.us;
    for (const std::int64_t window : kWindows) {
      if (length < kSpans * window) continue;
      const double bar = view_.options().spray_surprise_min +
                         std::log(3.0 * static_cast<double>(length) / static_cast<double>(window));
      Extent extent(list);
      std::size_t end = 0;
      for (std::size_t begin = 0; begin < list.size();) {
        end = std::max(end, begin);
        while (end < list.size() && list[end].time.us - list[begin].time.us <= window) ++end;
        if (!holds(list, extent, begin, end, window, length, bar)) {
          ++begin;
          continue;
        }
        tell(tenant, list, begin, end);
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(begin),
                   list.begin() + static_cast<std::ptrdiff_t>(end));
        extent = Extent(list);
        end = begin;
      }
    }
  }

  bool holds(const std::vector<Lost> &list, const Extent &extent, std::size_t begin, std::size_t end,
             std::int64_t window, std::int64_t length, double bar) {
    if (end - begin < kAccountsMin) return false;
    const auto surprise = [&](std::size_t inside_days, std::size_t accounts) {
      const std::size_t outside = extent.account_days - std::min(extent.account_days, inside_days);
      const double rate = static_cast<double>(outside + 1) / static_cast<double>(length - window);
      return tail_surprise(kClumping * rate * static_cast<double>(window), accounts);
    };
    // Not even if each were another account: most windows end here.
    if (surprise(end - begin, end - begin) < bar) return false;
    std::map<StringId, std::size_t> tries_of;
    std::set<std::pair<StringId, std::int64_t>> days;
    for (std::size_t i = begin; i < end; ++i) {
      days.emplace(list[i].account, list[i].time.us / base::kDay);
      const auto &[first, last] = extent.of.at(list[i].account);
      if (first >= begin && last < end) ++tries_of[list[i].account];
    }
    std::erase_if(tries_of, [](const auto &account) { return account.second > kTriesAnAccountMax; });
    std::set<std::string_view> networks;
    for (std::size_t i = begin; i < end; ++i)
      if (tries_of.count(list[i].account) != 0) networks.insert(list[i].network);
    const std::size_t accounts = tries_of.size();
    if (accounts < kAccountsMin ||
        static_cast<double>(networks.size()) <
            std::min(kNetworksEnough, kNetworkShare * static_cast<double>(accounts)))
      return false;
    surprise_ = surprise(days.size(), accounts);
    return surprise_ >= bar;
  }

  void tell(StringId tenant, const std::vector<Lost> &list, std::size_t begin, std::size_t end) {
    Campaign one = scattered_campaign(tenant, surprise_);
    const StringId agent = tries_[list[begin].attempt].parts[static_cast<std::size_t>(Part::agent)];
    bool one_agent = agent != 0;
    for (std::size_t i = begin; i < end; ++i) {
      Attempt &attempt = tries_[list[i].attempt];
      one_agent = one_agent && attempt.parts[static_cast<std::size_t>(Part::agent)] == agent;
      attempt.claimed = true;
      one.addresses.push_back(attempt.address);
    }
    if (one_agent) {
      one.fingerprint.mask = bit_of(Part::agent);
      one.fingerprint.parts[static_cast<std::size_t>(Part::agent)] = agent;
    }
    std::sort(one.addresses.begin(), one.addresses.end());
    one.addresses.erase(std::unique(one.addresses.begin(), one.addresses.end()), one.addresses.end());
    campaigns_.push_back(std::move(one));
  }

  const View &view_;
  const Ordinary &ordinary_;
  std::vector<Attempt> &tries_;
  std::vector<Campaign> campaigns_;
  std::set<std::tuple<StringId, StringId, std::string>> networks_;  // tenant, account, network
  std::map<StringId, std::set<StringId>> living_;                   // of a tenant, accounts that get in
  std::map<StringId, std::pair<base::Time, base::Time>> spans_;     // of the tenant's sign-ins
  double surprise_ = 0;                                             // of the last that holds() saw
};

}  // namespace

std::vector<Campaign> find_scattered(const View &view, const Ordinary &ordinary,
                                     std::vector<Attempt> &tries) {
  return Scattered(view, ordinary, tries).run();
}

}  // namespace dislodge::detect
