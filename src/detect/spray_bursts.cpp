// Bursts: one address that tries many accounts, and one program that does so from many addresses.

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "detect/passes.hpp"
#include "detect/spray_tries.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;

constexpr std::int64_t kQuick = 10 * base::kMinute;  // a burst: so many accounts in this time
constexpr std::size_t kQuickAccounts = 3;
constexpr std::int64_t kForgotten = 7 * base::kDay;  // an account that was let be so long is begun with anew
constexpr std::size_t kBarrenAccounts = 3;           // in a day, at an address where nobody ever signed in
// The same where a tenant has too few successes to say what is ordinary: accounts, and addresses.
constexpr std::size_t kBlindAccounts = 5;
constexpr std::size_t kBlindAddresses = 3;
// Account-days of success from which "never worked" says something.
constexpr std::size_t kOrdinaryDaysMin = 20;

class Bursts {
 public:
  Bursts(const View &view, const Ordinary &ordinary, std::vector<Attempt> &tries)
      : view_(view), options_(view.options()), ordinary_(ordinary), tries_(tries) {}

  std::vector<Campaign> run() {
    at_addresses();
    by_programs();
    return std::move(campaigns_);
  }

 private:
  void at_addresses() {
    std::map<std::pair<StringId, StringId>, std::vector<std::size_t>> at;  // tenant, address
    for (std::size_t i = 0; i < tries_.size(); ++i)
      if (!tries_[i].own_place && !tries_[i].claimed && tries_[i].address != 0)
        at[{tries_[i].tenant, tries_[i].address}].push_back(i);
    for (const auto &[place, all] : at)
      for (const auto &list : stretches(all)) at_address(place, list);
  }

  // What an address did weeks later may be others' doing, by another program.
  std::vector<std::vector<std::size_t>> stretches(const std::vector<std::size_t> &all) const {
    std::vector<std::vector<std::size_t>> out;
    for (const std::size_t i : all) {
      if (out.empty() ||
          view_.event(tries_[i].index).time.us - view_.event(tries_[out.back().back()].index).time.us >
              base::kDay)
        out.emplace_back();
      out.back().push_back(i);
    }
    return out;
  }

  void at_address(const std::pair<StringId, StringId> &place, const std::vector<std::size_t> &list) {
    if (list.size() < kQuickAccounts) return;
    std::set<StringId> accounts, recovered;
    std::map<Fingerprint, std::size_t> programs;
    for (const std::size_t i : list) {
      accounts.insert(tries_[i].actor);
      if (ordinary_.signed_in_at(place.first, place.second, tries_[i].actor))
        recovered.insert(tries_[i].actor);
      ++programs[under(tries_[i].parts, kAllParts)];
    }
    // People who mistype get in after all, and where people work others had been before.
    const base::Time first = view_.event(tries_[list.front()].index).time;
    if (recovered.size() * 2 > accounts.size() ||
        ordinary_.settled_at(place.first, place.second, first) * 2 > accounts.size())
      return;
    const auto most = std::max_element(programs.begin(), programs.end(),
                                       [](const auto &a, const auto &b) { return a.second < b.second; });
    const bool one_program = most->second * 5 >= list.size() * 4;
    if (!many_strangers(place, list) && !(one_program && many_accounts(list, kQuick, kQuickAccounts))) return;
    Campaign one;
    one.by_address = true;
    one.tenants = {place.first};
    one.addresses = {place.second};
    // What every try of the address shares, if no program makes most of them.
    one.fingerprint = one_program ? most->first : common(list);
    one.surprise = static_cast<double>(accounts.size()) * 4;
    for (const std::size_t i : list) tries_[i].claimed = true;
    campaigns_.push_back(std::move(one));
  }

  // Accounts whose own programs these are do not count here: telephones of one carrier share addresses.
  bool many_strangers(const std::pair<StringId, StringId> &place,
                      const std::vector<std::size_t> &list) const {
    std::vector<std::size_t> strange;
    for (const std::size_t i : list)
      if (!tries_[i].homely && !tries_[i].crowded) strange.push_back(i);
    // Where nobody has ever got in, and the tenant shows where people do, three say what four say elsewhere.
    const bool barren = ordinary_.accounts_at(place.first, place.second) == 0 &&
                        ordinary_.account_days(place.first) >= kOrdinaryDaysMin;
    const std::size_t least = barren
                                  ? std::min<std::size_t>(kBarrenAccounts, options_.spray_burst_accounts_min)
                                  : options_.spray_burst_accounts_min;
    if (many_accounts(strange, base::kDay, least) || many_accounts(strange, kQuick, kQuickAccounts))
      return true;
    // Everybody's program says nothing where nobody of the tenant ever was, in all that network: there the
    // accounts count as they are.
    return ordinary_.account_days(place.first) >= kOrdinaryDaysMin && nobodys_network(place, list) &&
           many_accounts(list, base::kDay, kBarrenAccounts);
  }

  // Whether no account gets in anywhere else in the network of this address, and here at most one in four of
  // those that were tried: what the tries won.
  bool nobodys_network(const std::pair<StringId, StringId> &place,
                       const std::vector<std::size_t> &list) const {
    if (!worked_at_) {
      worked_at_.emplace();
      for (const EventIndex index : view_.user_signins()) {
        const log::Event &event = view_.event(index);
        if (!worked(event) || event.address == 0) continue;
        std::set<StringId> &addresses =
            (*worked_at_)[{event.tenant, network_of(view_, event.network, event.address)}];
        if (addresses.size() < 2) addresses.insert(event.address);  // of two one is another
      }
    }
    const auto found =
        worked_at_->find({place.first, network_of(view_, tries_[list.front()].network, place.second)});
    if (found == worked_at_->end()) return true;
    std::set<StringId> tried;
    for (const std::size_t i : list) tried.insert(tries_[i].actor);
    return found->second.size() == 1 && found->second.count(place.second) != 0 &&
           ordinary_.accounts_at(place.first, place.second) <= std::max<std::size_t>(1, tried.size() / 4);
  }

  // Three accounts fail within ten minutes by a program that has never worked in this tenant, which signs in
  // otherwise: a proxy may give each try its own address. Who sprays may also sit where somebody else lives
  // (the administrator of a laboratory, a stolen machine): accounts that never got in there count all the
  // same.
  void by_programs() {
    std::map<std::pair<StringId, Fingerprint>, std::vector<std::size_t>> by_program;
    for (std::size_t i = 0; i < tries_.size(); ++i)
      if (!tries_[i].homely && !tries_[i].claimed && tries_[i].parts[0] != 0)
        by_program[{tries_[i].tenant, under(tries_[i].parts, kAllParts)}].push_back(i);
    for (const auto &[program, list] : by_program) {
      const bool blind = ordinary_.account_days(program.first) < kOrdinaryDaysMin;
      if (ordinary_.days(program.first, program.second) > 0 || agent_worked(program.first, program.second))
        continue;
      // The stretches of time in which it tries many accounts, and the tries in them.
      const std::size_t least = blind ? kBlindAccounts : kQuickAccounts;
      if (!many_accounts(fresh(list), kQuick, least)) continue;
      const std::vector<std::size_t> burst = quick_bursts(list, least);
      if (burst.empty() || of_own_devices(list, burst)) continue;
      if (blind) {
        std::set<StringId> places;
        for (const std::size_t i : burst) places.insert(tries_[i].address);
        if (places.size() < kBlindAddresses) continue;
      }
      Campaign one;
      one.by_address = true;  // what the program does elsewhere may be others'
      one.tenants = {program.first};
      std::set<StringId> addresses;
      for (const std::size_t i : burst) {
        addresses.insert(tries_[i].address);
        tries_[i].claimed = true;
      }
      one.addresses.assign(addresses.begin(), addresses.end());
      one.fingerprint = program.second;
      one.surprise = static_cast<double>(burst.size()) * 4;
      campaigns_.push_back(std::move(one));
    }
  }

  // Every account over and over, for hours, from one address that no other uses: telephones with an old
  // password, after an update of their mail program. Who sprays moves on.
  bool of_own_devices(const std::vector<std::size_t> &list, const std::vector<std::size_t> &burst) const {
    std::set<StringId> accounts;
    for (const std::size_t i : burst) accounts.insert(tries_[i].actor);
    const auto time_of = [&](std::size_t i) { return view_.event(tries_[i].index).time.us; };
    const std::int64_t begin = time_of(burst.front()) - base::kDay, end = time_of(burst.back()) + base::kDay;
    std::set<StringId> addresses;
    std::set<std::pair<StringId, StringId>> pairs;
    std::size_t all = 0;
    for (const std::size_t i : list) {
      if (accounts.count(tries_[i].actor) == 0 || time_of(i) < begin || time_of(i) > end) continue;
      addresses.insert(tries_[i].address);
      pairs.emplace(tries_[i].actor, tries_[i].address);
      ++all;
    }
    return pairs.size() == addresses.size() && all >= 3 * pairs.size();
  }

  // The first try on each account in a week: telephones with an old password try their own account day after
  // day, and now and then three of one make do so together; who sprays begins with many at once.
  std::vector<std::size_t> fresh(const std::vector<std::size_t> &list) const {
    std::map<StringId, base::Time> last;
    std::vector<std::size_t> out;
    for (const std::size_t i : list) {
      const base::Time time = view_.event(tries_[i].index).time;
      const auto [known, added] = last.emplace(tries_[i].actor, time);
      if (added || time.us - known->second.us > kForgotten) out.push_back(i);
      known->second = time;
    }
    return out;
  }

  bool agent_worked(StringId tenant, const Fingerprint &program) const {
    return ordinary_.days(tenant, under(program.parts, bit_of(Part::agent))) > 0;
  }

  // The tries that lie in some window of ten minutes with many accounts; each is looked at twice at most.
  std::vector<std::size_t> quick_bursts(const std::vector<std::size_t> &list, std::size_t least) const {
    std::vector<std::size_t> out;
    std::map<StringId, std::size_t> inside;
    std::size_t begin = 0, taken = 0;  // those before `taken` are in `out` or never will be
    for (std::size_t end = 0; end < list.size(); ++end) {
      ++inside[tries_[list[end]].actor];
      while (view_.event(tries_[list[end]].index).time.us - view_.event(tries_[list[begin]].index).time.us >
             kQuick) {
        const auto gone = inside.find(tries_[list[begin]].actor);
        if (--gone->second == 0) inside.erase(gone);
        ++begin;
      }
      if (inside.size() < least) continue;
      for (std::size_t i = std::max(begin, taken); i <= end; ++i) out.push_back(list[i]);
      taken = end + 1;
    }
    return out;
  }

  bool many_accounts(const std::vector<std::size_t> &list, std::int64_t within, std::size_t least) const {
    std::map<StringId, std::size_t> inside;
    std::size_t begin = 0;
    for (std::size_t end = 0; end < list.size(); ++end) {
      ++inside[tries_[list[end]].actor];
      while (view_.event(tries_[list[end]].index).time.us - view_.event(tries_[list[begin]].index).time.us >
             within) {
        const auto gone = inside.find(tries_[list[begin]].actor);
        if (--gone->second == 0) inside.erase(gone);
        ++begin;
      }
      if (inside.size() >= least) return true;
    }
    return false;
  }

  Fingerprint common(const std::vector<std::size_t> &list) const {
    Fingerprint one = under(tries_[list.front()].parts, kAllParts);
    for (const std::size_t i : list)
      for (std::size_t part = 0; part < kParts; ++part)
        if (tries_[i].parts[part] != one.parts[part]) {
          one.parts[part] = 0;
          one.mask = static_cast<std::uint8_t>(one.mask & ~(1u << part));
        }
    return one;
  }

  const View &view_;
  const DetectOptions &options_;
  const Ordinary &ordinary_;
  std::vector<Attempt> &tries_;
  std::vector<Campaign> campaigns_;
  // tenant, network -> addresses with success, two at most; made when it is asked for
  mutable std::optional<std::map<std::pair<StringId, std::string>, std::set<StringId>>> worked_at_;
};

}  // namespace

std::vector<Campaign> find_bursts(const View &view, const Ordinary &ordinary, std::vector<Attempt> &tries) {
  return Bursts(view, ordinary, tries).run();
}

}  // namespace dislodge::detect
