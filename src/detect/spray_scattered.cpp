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

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "detect/passes.hpp"
#include "detect/spray_tries.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;

constexpr std::int64_t kWindows[] = {6 * base::kHour, 2 * base::kDay, 7 * base::kDay};
constexpr std::size_t kAccountsMin = 6;
constexpr std::size_t kTriesAnAccountMax = 2;
constexpr double kNetworkShare = 0.8;  // networks to accounts
constexpr double kClumping = 2;        // as in spray.cpp
constexpr int kSpans = 4;              // the log is at least so many windows long

struct Lost {
  std::size_t attempt = 0;
  base::Time time;
  StringId account = 0;
  std::string network;
};

class Scattered {
 public:
  Scattered(const View &view, const Ordinary &ordinary, std::vector<Attempt> &tries)
      : view_(view), ordinary_(ordinary), tries_(tries) {}

  std::vector<Campaign> run() {
    std::map<std::pair<StringId, StringId>, std::vector<Lost>> by_program;  // tenant, agent
    for (std::size_t i = 0; i < tries_.size(); ++i) {
      const Attempt &one = tries_[i];
      if (one.claimed || !one.living || one.parts[0] == 0 || one.address == 0 ||
          ordinary_.accounts_at(one.tenant, one.address) != 0)
        continue;
      by_program[{one.tenant, one.parts[0]}].push_back(
          {i, view_.event(one.index).time, one.actor, network_of(view_, one.network, one.address)});
    }
    std::erase_if(by_program, [](const auto &list) { return list.second.size() < kAccountsMin; });
    if (by_program.empty()) return {};
    learn_networks();
    for (auto &[program, list] : by_program) {
      std::erase_if(list, [&](const Lost &one) {
        return networks_.count({program.first, one.account, one.network}) != 0;
      });
      search(program.first, list);
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
      if (worked(event) && event.address != 0)
        networks_.insert({event.tenant, account_of(event), network_of(view_, event.network, event.address)});
    }
  }

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
        static_cast<double>(networks.size()) < kNetworkShare * static_cast<double>(accounts))
      return false;
    surprise_ = surprise(days.size(), accounts);
    return surprise_ >= bar;
  }

  void tell(StringId tenant, const std::vector<Lost> &list, std::size_t begin, std::size_t end) {
    Campaign one = scattered_campaign(tenant, surprise_);
    one.fingerprint.mask = bit_of(Part::agent);
    one.fingerprint.parts[static_cast<std::size_t>(Part::agent)] = tries_[list[begin].attempt].parts[0];
    for (std::size_t i = begin; i < end; ++i) {
      Attempt &attempt = tries_[list[i].attempt];
      attempt.claimed = true;
      one.addresses.push_back(attempt.address);
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
  std::map<StringId, std::pair<base::Time, base::Time>> spans_;     // of the tenant's sign-ins
  double surprise_ = 0;                                             // of the last that holds() saw
};

}  // namespace

std::vector<Campaign> find_scattered(const View &view, const Ordinary &ordinary,
                                     std::vector<Attempt> &tries) {
  return Scattered(view, ordinary, tries).run();
}

}  // namespace dislodge::detect
