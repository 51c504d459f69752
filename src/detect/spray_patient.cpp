// Sprays that take their time, by the browser that the staff has. spray_scattered.cpp finds many accounts
// that fail in the same days; who makes two tries a day for a month never has that many. But the list of
// accounts is short, so each is asked again, every time from another network, and so the account tells it:
// people lose sight of their password in one place, and then they try again at once, or get in; a telephone
// with an old password asks again and again, in the networks of its carrier. Nobody fails once and goes, in
// three and more networks in which they never were, and gets into their account from nowhere else.
//
// A *lost try* failed at an address where nobody ever gets in, in a network where its account never does. An
// account is *beset* in a window where its lost tries
//   - come from three networks or more, four of five tries from an address of their own,
//   - stand alone: seven of ten are not repeated within twenty minutes,
//   - outweigh its journeys: they are at least twice as many networks as those that it visited and got in.
// How many accounts are beset in a tenant where nobody attacks follows from those that lost tries in one and
// in two networks: the share of accounts with one or more falls by the ratio of the two from one number to
// the next. This is heavier than a Poisson tail, because some people travel more than others. So accounts
// with at least k networks are counted against what that share expects, for each k; the surprise is minus the
// logarithm of the Poisson tail and must exceed the bar of slow campaigns. Windows are two days, eight, and
// so on; the tries by one program, whatever its version, are looked at first, then those by all.
//
// Measured with tests/detect/tenant_generator.hpp (Program::staff_browser): docs/detections.md.

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

constexpr std::int64_t kFirstWindow = 2 * base::kDay;
constexpr std::int64_t kWindowGrows = 4;
constexpr std::size_t kNetworksMin = 3;  // of an account
constexpr std::size_t kAccountsMin = 4;
constexpr double kAddressShare = 0.8;  // addresses to tries, of an account
constexpr std::int64_t kAgain = 20 * base::kMinute;
constexpr double kAgainShare = 0.3;
constexpr std::size_t kVisitedDays = 2;  // a network of more days is one where the account lives
constexpr double kRatioMin = 0.1, kRatioMax = 0.5;
constexpr double kClumping = 2;  // as in spray.cpp
// Ids of accounts that do not exist are everybody's slips of the pen.
constexpr int kNoSuchUser = 50034;

struct Lost {
  std::size_t attempt = 0;
  base::Time time;
  StringId account = 0, address = 0;
  std::uint32_t network = 0;
};

// What one account lost in a window.
struct Losses {
  std::set<std::uint32_t> networks;
  std::set<StringId> addresses;
  std::size_t tries = 0, repeated = 0;
  base::Time last = base::kTimeMin;
};

class Patient {
 public:
  Patient(const View &view, const Ordinary &ordinary, std::vector<Attempt> &tries)
      : view_(view), ordinary_(ordinary), tries_(tries) {}

  std::vector<Campaign> run() {
    using Group = std::pair<StringId, std::string>;  // tenant, program without its version; "": of all
    std::map<Group, std::vector<Lost>> groups;
    for (std::size_t i = 0; i < tries_.size(); ++i) {
      const Attempt &one = tries_[i];
      const StringId agent = one.parts[static_cast<std::size_t>(Part::agent)];
      const log::Event &event = view_.event(one.index);
      if (one.claimed || one.address == 0 || ordinary_.accounts_at(one.tenant, one.address) != 0) continue;
      if (!one.living && (agent == 0 || event.code == kNoSuchUser)) continue;
      const Lost lost{i, event.time, one.actor, one.address,
                      network_id(network_of(view_, one.network, one.address))};
      if (agent != 0) groups[{one.tenant, log::program_of(view_.text(agent))}].push_back(lost);
      if (one.living) groups[{one.tenant, ""}].push_back(lost);
    }
    std::erase_if(groups, [](const auto &group) { return !enough(group.second); });
    if (groups.empty()) return {};
    learn_networks();
    for (auto &[group, list] : groups)
      std::erase_if(list, [&](const Lost &one) {
        return entered_.count({group.first, one.account, one.network}) != 0;
      });
    std::erase_if(groups, [](const auto &group) { return !enough(group.second); });
    // What one program explains is not looked at again among all.
    for (const bool all : {false, true})
      for (auto &[group, list] : groups) {
        if (group.second.empty() != all) continue;
        std::erase_if(list, [&](const Lost &one) { return tries_[one.attempt].claimed; });
        search(group.first, list, groups.size());
      }
    return std::move(campaigns_);
  }

 private:
  // Whether there are accounts enough that lost tries in three networks.
  static bool enough(const std::vector<Lost> &list) {
    if (list.size() < kAccountsMin * kNetworksMin) return false;
    std::map<StringId, std::set<std::uint32_t>> networks;
    std::size_t accounts = 0;
    for (const Lost &one : list) {
      auto &of = networks[one.account];
      if (of.insert(one.network).second && of.size() == kNetworksMin) ++accounts;
    }
    return accounts >= kAccountsMin;
  }

  std::uint32_t network_id(std::string name) {
    return networks_.emplace(std::move(name), static_cast<std::uint32_t>(networks_.size())).first->second;
  }

  void learn_networks() {
    for (const EventIndex index : view_.user_signins()) {
      const log::Event &event = view_.event(index);
      if (!worked(event)) continue;
      const StringId account = account_of(event);
      living_[event.tenant].insert(account);
      if (event.address == 0) continue;
      const std::uint32_t network = network_id(network_of(view_, event.network, event.address));
      Entered &one = entered_[{event.tenant, account, network}];
      one.days.insert(day_of(event));
    }
  }

  // Networks that an account visited, and got in, between two days.
  std::size_t visited(StringId tenant, StringId account, base::Time from, base::Time until) const {
    std::size_t count = 0;
    for (auto at = entered_.lower_bound({tenant, account, 0});
         at != entered_.end() && std::get<0>(at->first) == tenant && std::get<1>(at->first) == account;
         ++at) {
      const auto &days = at->second.days;
      if (days.size() > kVisitedDays) continue;
      const auto day = days.lower_bound(from.us / base::kDay);
      count += day != days.end() && *day <= until.us / base::kDay ? 1 : 0;
    }
    return count;
  }

  void search(StringId tenant, std::vector<Lost> &list, std::size_t groups) {
    if (list.empty()) return;
    const std::int64_t length = list.back().time.us - list.front().time.us;
    std::int64_t window = kFirstWindow;
    for (bool last = false; !last; window *= kWindowGrows) {
      last = window >= 2 * length;
      const double bar = view_.options().spray_surprise_min + std::log(static_cast<double>(groups)) +
                         std::log(1 + 2 * static_cast<double>(length) / static_cast<double>(window));
      std::size_t before_begin = SIZE_MAX, before_end = SIZE_MAX;
      for (base::Time at = list.empty() ? base::kTimeMax : list.front().time;
           !list.empty() && at <= list.back().time; at = at + window / 2) {
        const auto place = [&](base::Time time) {
          return static_cast<std::size_t>(
              std::lower_bound(list.begin(), list.end(), time,
                               [](const Lost &one, base::Time t) { return one.time < t; }) -
              list.begin());
        };
        const std::size_t begin = place(at), end = place(at + window);
        if (begin == before_begin && end == before_end) continue;
        before_begin = begin;
        before_end = end;
        const std::set<StringId> beset = judge(tenant, list, begin, end, bar);
        if (beset.empty()) continue;
        tell(tenant, list, begin, end, beset, window / 2);
        before_begin = before_end = SIZE_MAX;
      }
    }
  }

  // The accounts that are beset, if they are too many for chance.
  std::set<StringId> judge(StringId tenant, const std::vector<Lost> &list, std::size_t begin, std::size_t end,
                           double bar) {
    if (end - begin < kAccountsMin * kNetworksMin) return {};
    std::map<StringId, Losses> losses;
    for (std::size_t i = begin; i < end; ++i) {
      Losses &one = losses[list[i].account];
      one.networks.insert(list[i].network);
      one.addresses.insert(list[i].address);
      ++one.tries;
      if (one.last != base::kTimeMin && list[i].time.us - one.last.us <= kAgain) ++one.repeated;
      one.last = list[i].time;
    }
    std::size_t in_one = 0, in_two = 0;
    std::vector<std::size_t> networks;  // of accounts that are beset
    std::set<StringId> beset;
    const base::Time from = list[begin].time, until = list[end - 1].time;
    for (const auto &[account, one] : losses) {
      const std::size_t count = one.networks.size();
      if (count == 1) ++in_one;
      if (count == 2) ++in_two;
      if (count < 2 ||
          static_cast<double>(one.addresses.size()) < kAddressShare * static_cast<double>(one.tries) ||
          static_cast<double>(one.repeated) > kAgainShare * static_cast<double>(one.tries) ||
          count < 2 * visited(tenant, account, from, until))
        continue;
      beset.insert(account);
      if (count >= kNetworksMin) networks.push_back(count);
    }
    if (networks.size() < kAccountsMin) return {};
    const auto known = living_.find(tenant);
    const auto accounts =
        static_cast<double>(std::max(known == living_.end() ? 0 : known->second.size(), losses.size()));
    const double share = static_cast<double>(in_one + in_two + 1) / (accounts + 1);
    const double ratio =
        std::clamp(static_cast<double>(in_two + 1) / static_cast<double>(in_one + 2), kRatioMin, kRatioMax);
    std::sort(networks.rbegin(), networks.rend());
    surprise_ = 0;
    for (std::size_t i = kAccountsMin; i <= networks.size(); ++i) {
      const double expected =
          kClumping * accounts * share * std::pow(ratio, static_cast<double>(networks[i - 1] - 1));
      surprise_ = std::max(surprise_, tail_surprise(expected, i));
    }
    return surprise_ >= bar ? beset : std::set<StringId>();
  }

  // The window's tries on the accounts that are beset, and what goes on before and after without a pause.
  void tell(StringId tenant, std::vector<Lost> &list, std::size_t begin, std::size_t end,
            const std::set<StringId> &beset, std::int64_t pause) {
    Campaign one = scattered_campaign(tenant, surprise_);
    std::vector<std::size_t> theirs;
    for (std::size_t i = begin; i < end; ++i)
      if (beset.count(list[i].account) != 0) theirs.push_back(i);
    base::Time edge = list[theirs.front()].time;
    for (std::size_t i = begin; i-- > 0 && edge.us - list[i].time.us <= pause;)
      if (beset.count(list[i].account) != 0) {
        theirs.push_back(i);
        edge = list[i].time;
      }
    edge = list[*std::max_element(theirs.begin(), theirs.end())].time;
    for (std::size_t i = end; i < list.size() && list[i].time.us - edge.us <= pause; ++i)
      if (beset.count(list[i].account) != 0) {
        theirs.push_back(i);
        edge = list[i].time;
      }
    const StringId agent = tries_[list[theirs.front()].attempt].parts[static_cast<std::size_t>(Part::agent)];
    bool one_agent = agent != 0;
    std::set<StringId> addresses;
    for (const std::size_t i : theirs) {
      Attempt &attempt = tries_[list[i].attempt];
      one_agent = one_agent && attempt.parts[static_cast<std::size_t>(Part::agent)] == agent;
      attempt.claimed = true;
      addresses.insert(list[i].address);
    }
    one.addresses.assign(addresses.begin(), addresses.end());
    if (one_agent) {
      one.fingerprint.mask = bit_of(Part::agent);
      one.fingerprint.parts[static_cast<std::size_t>(Part::agent)] = agent;
    }
    std::erase_if(list, [&](const Lost &lost) { return tries_[lost.attempt].claimed; });
    campaigns_.push_back(std::move(one));
  }

  struct Entered {
    std::set<std::int64_t> days;
  };

  const View &view_;
  const Ordinary &ordinary_;
  std::vector<Attempt> &tries_;
  std::vector<Campaign> campaigns_;
  std::map<std::string, std::uint32_t> networks_;
  std::map<std::tuple<StringId, StringId, std::uint32_t>, Entered> entered_;  // tenant, account, network
  std::map<StringId, std::set<StringId>> living_;                             // tenant -> accounts
  double surprise_ = 0;  // of the last window that was judged
};

}  // namespace

std::vector<Campaign> find_patient(const View &view, const Ordinary &ordinary, std::vector<Attempt> &tries) {
  return Patient(view, ordinary, tries).run();
}

}  // namespace dislodge::detect
