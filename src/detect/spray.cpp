// Sprays.
//
// The shipped rules count: so many accounts from one address in so many minutes. An intruder with a
// residential proxy makes one try an address, a few a day, on a few accounts, for weeks; every count stays at
// one. What they cannot vary cheaply is the program that makes the tries: its user agent, protocol, client,
// the application it poses as and the resource it asks for. And what they cannot know is where and with what
// each account signs in.
//
// So tries are not counted but compared with how this tenant signs in.
//
// 1. Everyday failures explain themselves. People mistype where they also succeed: the same account from the
//    same address, or with the same agent and client, or from an address that many accounts share. Such a try
//    is *homely*. A phone with an old password is homely by its agent. A try from an address where somebody
//    else of the tenant lives is most likely that person with another name. What remains are strangers: an
//    account tried from a place and by a program that have never worked for it. Everyday life has these too
//    (a new phone on a journey, a name typed wrong), and they are the noise of this method.
// 2. Strangers of everyday life show the programs of everyday life. Under the null hypothesis a stranger's
//    fingerprint f is drawn as ordinary sign-ins show it: with m account-days of success out of M, its share
//    is (m+1)/(M+1), and among N strangers we expect N times as many with it. Accounts that live are compared
//    with accounts that live, and the others (names that left, or never were) with their own kind, since
//    slips of the pen fill the second and hardly touch the first. Persons repeat themselves, so what is
//    counted is addresses, at most three an account, and the expectation is doubled. The surprise is minus
//    the logarithm of the Poisson tail, added up over tenants and kinds. It must exceed `surprise_min` plus
//    the logarithm of the number of fingerprints that were looked at, so that a tenant without campaigns
//    gives a false one in about e^-16 cases.
// 3. A fingerprint may be told by all its parts or by some: intruders rotate agents, or applications. Each
//    stranger is looked at under five choices of parts; the most surprising campaign is taken, its strangers
//    are taken away, and the rest is looked at again.
// 4. Programs that fail for years are no campaigns: a scanner with an old password comes back from the same
//    address, again and again. In a campaign four fifths of the addresses make at most three tries in all.
//    Phones with old passwords wander, but in the few networks of their owners: in a campaign the addresses
//    of an account lie in nearly as many networks. Fewer than three accounts make a campaign only with many
//    networks.
// 5. The old kind is found as well: one address and four or more accounts in a day, or three in ten minutes,
// that
//    it does not belong to; and one program that never worked in this tenant on three accounts in ten
//    minutes, whatever the addresses.
//
// Tenants of one case are looked at together: the same program in two tenants is one campaign. A right secret
// (a success, or a stop after the password was accepted) by the campaign's program, while it ran, for an
// account that does not itself use this program, is the campaign's.
//
// Measured on generated months (tests/detect/tenant_generator.hpp: 1,000 people, 500 everyday failures a day,
// 30 seeds): no false campaign; campaigns of two tries a day, each from a new address, found in all seeds for
// five kinds of program, down to a browser that a tenth of the tenant uses. What it cannot do: where no
// successful sign-in is held there is no ordinary to compare with, and only the fifth kind is found.

#include "detect/spray.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::Outcome;

// Choices of parts, the most telling first: ties are broken in this order.
constexpr std::uint8_t bit(Part part) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(part));
}
constexpr std::uint8_t kAll = 31;
constexpr std::uint8_t kMasks[] = {
    kAll,
    static_cast<std::uint8_t>(kAll & ~bit(Part::agent)),
    bit(Part::agent) | bit(Part::client) | bit(Part::protocol),
    bit(Part::client) | bit(Part::protocol) | bit(Part::application),
    bit(Part::agent),
};

constexpr double kClumping = 2;         // everyday strangers come in clumps: the expectation is multiplied
constexpr double kPartSurpriseMin = 2;  // what a tenant and kind must add at least to be counted in
constexpr double kSingleShare = 0.8;    // share of addresses with few tries
constexpr double kNetworkShare =
    0.4;  // networks to addresses of an account that was tried from three or more
constexpr std::size_t kCampaignsMax = 100;
constexpr std::int64_t kQuick = 10 * base::kMinute;  // a burst: so many accounts in this time
constexpr std::size_t kQuickAccounts = 3;
constexpr std::size_t kOrdinaryDaysMin =
    20;  // account-days of success from which "never worked" says something

Fingerprint under(const std::array<StringId, kParts> &parts, std::uint8_t mask) {
  Fingerprint one;
  one.mask = mask;
  for (std::size_t i = 0; i < kParts; ++i)
    if ((mask >> i & 1) != 0) one.parts[i] = parts[i];
  return one;
}

// -log P(Poisson(mean) >= count), by the terms of the tail; a bound where the tail is far.
double tail_surprise(double mean, std::size_t count) {
  if (count == 0) return 0;
  const double n = static_cast<double>(count);
  if (n <= mean) return 0;
  double log_term = -mean + n * std::log(mean) - std::lgamma(n + 1);
  double sum = 1, term = 1;
  for (double k = n + 1; k < n + 1000 && term > 1e-12; ++k) {
    term *= mean / k;
    sum += term;
  }
  return -(log_term + std::log(sum));
}

struct Attempt {
  EventIndex index = 0;
  StringId tenant = 0, actor = 0, address = 0, network = 0;
  std::array<StringId, kParts> parts{};
  bool homely = false;     // explained: see 1
  bool near_home = false;  // somebody else of the tenant lives at this address
  bool living = false;     // the account signs in, some time
  bool claimed = false;
  bool stranger() const { return !homely && !near_home && !claimed; }
};

// Strangers are compared with strangers of their kind: tries on accounts that live, and on those that do not
// (names that left the company, or never were there), which everybody's slips of the pen fill.
struct Stratum {
  StringId tenant = 0;
  bool living = false;
  friend auto operator<=>(const Stratum &, const Stratum &) = default;
};

using Triple = std::array<StringId, 4>;

struct TripleHash {
  std::size_t operator()(const Triple &key) const {
    std::size_t hash = 0x9E3779B97F4A7C15ull;
    for (const StringId part : key) hash = (hash ^ part) * 0x100000001B3ull + (hash >> 29);
    return hash;
  }
};

class Sprays {
 public:
  explicit Sprays(const View &view) : view_(view), options_(view.options()) {}

  std::vector<Campaign> run() {
    learn_ordinary();
    collect_tries();
    find_slow();
    find_bursts();
    find_program_bursts();
    join_bursts();
    for (Campaign &one : campaigns_) {
      gather_tries(one);
      gather_right(one);
    }
    std::erase_if(campaigns_, [](const Campaign &one) { return one.tries.empty(); });
    std::sort(campaigns_.begin(), campaigns_.end(), [&](const Campaign &a, const Campaign &b) {
      return std::pair(a.tries.front(), a.fingerprint) < std::pair(b.tries.front(), b.fingerprint);
    });
    return std::move(campaigns_);
  }

 private:
  static bool worked(const Event &event) {
    return event.outcome == Outcome::ok || event.outcome == Outcome::interrupted;
  }
  static StringId actor_of(const Event &event) {
    return event.actor_name != 0 ? event.actor_name : event.actor_id;
  }
  static std::int64_t day_of(const Event &event) { return event.time.us / base::kDay; }

  // ---- 1: what is ordinary ----

  void learn_ordinary() {
    std::unordered_set<Triple, TripleHash> counted;
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (!worked(event)) continue;
      const StringId actor = actor_of(event);
      const auto parts = parts_of(view_, event);
      homes_.insert({event.tenant, actor, event.address, 0});
      tools_.insert({event.tenant, actor, parts[0], parts[1]});
      living_.emplace(event.tenant, actor);
      days_at_[{event.tenant, event.address, 0, 0}].insert(day_of(event));
      ++successes_at_[{event.tenant, event.address, 0, 0}][actor];
      const auto day = static_cast<StringId>(day_of(event));
      for (const std::uint8_t mask : kMasks) {
        const Fingerprint fingerprint = under(parts, mask);
        // Account-days, so that a program that signs in every minute weighs no more than a person.
        const std::size_t id = id_of(fingerprint);
        if (counted.insert({event.tenant, actor, day, static_cast<StringId>(id)}).second)
          ++ordinary_[{event.tenant, static_cast<StringId>(id)}];
      }
      if (counted.insert({event.tenant, actor, day, UINT32_MAX}).second) ++account_days_[event.tenant];
    }
  }

  std::size_t id_of(const Fingerprint &fingerprint) {
    return fingerprint_ids_.emplace(fingerprint, fingerprint_ids_.size()).first->second;
  }

  void collect_tries() {
    std::map<std::pair<StringId, StringId>, std::set<StringId>> failing_at;  // tenant, address -> accounts
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (!is_failed_try(event)) continue;
      Attempt one;
      one.index = index;
      one.tenant = event.tenant;
      one.actor = actor_of(event);
      one.address = event.address;
      one.network = event.network;
      one.parts = parts_of(view_, event);
      one.living = living_.count({one.tenant, one.actor}) != 0;
      tries_.push_back(one);
      failing_at[{one.tenant, one.address}].insert(one.actor);
    }
    for (Attempt &one : tries_) {
      const auto shared = successes_at_.find({one.tenant, one.address, 0, 0});
      const std::size_t at_home = shared == successes_at_.end() ? 0 : shared->second.size();
      one.homely = homes_.count({one.tenant, one.actor, one.address, 0}) != 0 ||
                   tools_.count({one.tenant, one.actor, one.parts[0], one.parts[1]}) != 0 ||
                   (at_home >= 3 && at_home >= failing_at[{one.tenant, one.address}].size());
      const auto days = days_at_.find({one.tenant, one.address, 0, 0});
      one.near_home = days != days_at_.end() && days->second.size() >= 2;
    }
  }

  // ---- 2 to 4: slow campaigns ----

  // What the strangers of one fingerprint come to in one tenant.
  struct Tally {
    std::map<StringId, std::set<StringId>> addresses_of;  // account -> addresses
    std::size_t counted(std::size_t cap) const {
      std::size_t sum = 0;
      for (const auto &[account, addresses] : addresses_of) sum += std::min(addresses.size(), cap);
      return sum;
    }
  };

  struct Candidate {
    Fingerprint fingerprint;
    std::vector<std::size_t> tries;  // strangers, indexes into tries_
  };

  double surprise_in(StringId tenant, const Fingerprint &fingerprint, const Tally &tally,
                     std::size_t strangers_of_kind) const {
    const std::size_t counted = tally.counted(options_.spray_account_cap);
    const std::size_t others = strangers_of_kind - std::min(strangers_of_kind, counted);
    const auto days = account_days_.find(tenant);
    const double all = days == account_days_.end() ? 0 : static_cast<double>(days->second);
    const double share = std::min(1.0, (ordinary_days(tenant, fingerprint) + 1) / (all + 1));
    return tail_surprise(kClumping * static_cast<double>(others + 1) * share, counted);
  }

  double ordinary_days(StringId tenant, const Fingerprint &fingerprint) const {
    const auto id = fingerprint_ids_.find(fingerprint);
    if (id == fingerprint_ids_.end()) return 0;
    const auto found = ordinary_.find({tenant, static_cast<StringId>(id->second)});
    return found == ordinary_.end() ? 0 : static_cast<double>(found->second);
  }

  // Strangers of each kind, counted as a fingerprint's are: addresses, at most three an account.
  std::map<Stratum, std::size_t> strangers() const {
    std::map<Stratum, Tally> tallies;
    for (const Attempt &one : tries_)
      if (one.stranger()) tallies[{one.tenant, one.living}].addresses_of[one.actor].insert(one.address);
    std::map<Stratum, std::size_t> counts;
    for (const auto &[stratum, tally] : tallies) counts[stratum] = tally.counted(options_.spray_account_cap);
    return counts;
  }

  void find_slow() {
    std::map<Fingerprint, Candidate> candidates;
    for (std::size_t i = 0; i < tries_.size(); ++i) {
      if (!tries_[i].stranger()) continue;
      for (const std::uint8_t mask : kMasks) {
        const Fingerprint fingerprint = under(tries_[i].parts, mask);
        // Parts that the record does not give tell nothing.
        if (std::all_of(fingerprint.parts.begin(), fingerprint.parts.end(),
                        [](StringId id) { return id == 0; }))
          continue;
        Candidate &one = candidates[fingerprint];
        one.fingerprint = fingerprint;
        one.tries.push_back(i);
      }
    }
    const double bar = options_.spray_surprise_min + std::log(static_cast<double>(candidates.size()) + 1);
    while (campaigns_.size() < kCampaignsMax) {
      const auto counts = strangers();
      std::optional<Campaign> best;
      std::size_t best_order = 0;
      for (const auto &[fingerprint, candidate] : candidates) {
        auto judged = judge(candidate, counts, bar);
        if (!judged) continue;
        const auto order = static_cast<std::size_t>(
            std::find(std::begin(kMasks), std::end(kMasks), fingerprint.mask) - std::begin(kMasks));
        // A choice of fewer parts has to surprise more than one of more parts, by a twentieth.
        const double edge = !best                ? 0
                            : order < best_order ? best->surprise * 0.95
                            : order > best_order ? best->surprise * 1.05
                                                 : best->surprise;
        if (!best || judged->surprise > edge) {
          best = std::move(judged);
          best_order = order;
        }
      }
      if (!best) return;
      for (const std::size_t i : candidates[best->fingerprint].tries)
        if (std::binary_search(best->tenants.begin(), best->tenants.end(), tries_[i].tenant))
          tries_[i].claimed = true;
      campaigns_.push_back(std::move(*best));
    }
  }

  std::optional<Campaign> judge(const Candidate &candidate, const std::map<Stratum, std::size_t> &counts,
                                double bar) const {
    std::map<Stratum, Tally> tallies;
    for (const std::size_t i : candidate.tries)
      if (!tries_[i].claimed)
        tallies[{tries_[i].tenant, tries_[i].living}].addresses_of[tries_[i].actor].insert(tries_[i].address);
    Campaign one;
    one.fingerprint = candidate.fingerprint;
    for (const auto &[stratum, tally] : tallies) {
      const double surprise = surprise_in(stratum.tenant, candidate.fingerprint, tally, counts.at(stratum));
      if (surprise < kPartSurpriseMin) continue;
      one.surprise += surprise;
      if (one.tenants.empty() || one.tenants.back() != stratum.tenant) one.tenants.push_back(stratum.tenant);
    }
    if (one.surprise < bar) return std::nullopt;
    std::map<StringId, std::size_t> tries_at;
    std::map<std::pair<StringId, StringId>, std::set<std::string>> networks_of;
    std::map<std::pair<StringId, StringId>, std::set<StringId>> addresses_of;
    std::set<std::string> networks;
    for (const std::size_t i : candidate.tries) {
      const Attempt &attempt = tries_[i];
      if (attempt.claimed || !in_tenants(one, attempt.tenant)) continue;
      ++tries_at[attempt.address];
      const std::string network = network_of(attempt);
      networks.insert(network);
      networks_of[{attempt.tenant, attempt.actor}].insert(network);
      addresses_of[{attempt.tenant, attempt.actor}].insert(attempt.address);
    }
    const auto single = std::count_if(tries_at.begin(), tries_at.end(), [&](const auto &at) {
      return at.second <= options_.spray_tries_an_address_max;
    });
    if (static_cast<double>(single) < kSingleShare * static_cast<double>(tries_at.size()))
      return std::nullopt;
    // Phones on the road: each account's addresses lie in the few networks of its owner.
    std::size_t repeated = 0, repeated_networks = 0;
    for (const auto &[account, addresses] : addresses_of) {
      if (addresses.size() < 3) continue;
      repeated += addresses.size();
      repeated_networks += networks_of[account].size();
    }
    if (static_cast<double>(repeated_networks) < kNetworkShare * static_cast<double>(repeated))
      return std::nullopt;
    const bool spray =
        addresses_of.size() >= options_.spray_accounts_min && tries_at.size() >= options_.spray_addresses_min;
    const bool guess =
        tries_at.size() >= options_.guess_addresses_min && networks.size() >= options_.guess_networks_min;
    if (!spray && !guess) return std::nullopt;
    for (const auto &[address, count] : tries_at) one.addresses.push_back(address);
    return one;
  }

  // The autonomous system where the log knows it, else the first half of the address.
  std::string network_of(const Attempt &attempt) const {
    if (attempt.network != 0) return std::string(view_.text(attempt.network));
    const std::string_view address = view_.text(attempt.address);
    const char separator = address.find(':') == std::string_view::npos ? '.' : ':';
    const std::size_t first = address.find(separator);
    return std::string(
        address.substr(0, first == std::string_view::npos ? first : address.find(separator, first + 1)));
  }

  // ---- 5: one address, many accounts ----

  void find_bursts() {
    std::map<std::pair<StringId, StringId>, std::vector<std::size_t>> at;  // tenant, address
    for (std::size_t i = 0; i < tries_.size(); ++i)
      if (!tries_[i].homely && !tries_[i].claimed && tries_[i].address != 0)
        at[{tries_[i].tenant, tries_[i].address}].push_back(i);
    for (const auto &[place, list] : at) {
      if (!many_accounts_in_a_day(list)) continue;
      const auto shared = successes_at_.find({place.first, place.second, 0, 0});
      std::set<StringId> accounts;
      std::map<Fingerprint, std::size_t> programs;
      for (const std::size_t i : list) {
        accounts.insert(tries_[i].actor);
        ++programs[under(tries_[i].parts, kAll)];
      }
      if (shared != successes_at_.end() && shared->second.size() * 2 > accounts.size()) continue;
      Campaign one;
      one.by_address = true;
      one.tenants = {place.first};
      one.addresses = {place.second};
      const auto most = std::max_element(programs.begin(), programs.end(),
                                         [](const auto &a, const auto &b) { return a.second < b.second; });
      // What every try of the address shares, if no program makes most of them.
      one.fingerprint = most->second * 5 >= list.size() * 4 ? most->first : common(list);
      one.surprise = static_cast<double>(accounts.size()) * 4;
      for (const std::size_t i : list) tries_[i].claimed = true;
      campaigns_.push_back(std::move(one));
    }
  }

  bool many_accounts_in_a_day(const std::vector<std::size_t> &list) const {
    return many_accounts(list, base::kDay, options_.spray_burst_accounts_min) ||
           many_accounts(list, kQuick, kQuickAccounts);
  }

  // Three accounts fail within ten minutes by a program that has never worked in this tenant, which signs in
  // otherwise: a proxy may give each try its own address.
  void find_program_bursts() {
    std::map<std::pair<StringId, Fingerprint>, std::vector<std::size_t>> by_program;
    for (std::size_t i = 0; i < tries_.size(); ++i)
      if (tries_[i].stranger() && tries_[i].parts[0] != 0)
        by_program[{tries_[i].tenant, under(tries_[i].parts, kAll)}].push_back(i);
    for (const auto &[program, list] : by_program) {
      const auto days = account_days_.find(program.first);
      if (days == account_days_.end() || days->second < kOrdinaryDaysMin) continue;
      if (ordinary_days(program.first, program.second) > 0 || agent_worked(program.first, program.second))
        continue;
      // The stretches of time in which it tries many accounts, and the tries in them.
      const std::vector<std::size_t> burst = quick_bursts(list);
      if (burst.empty() || of_own_devices(list, burst)) continue;
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

  bool agent_worked(StringId tenant, const Fingerprint &program) const {
    return ordinary_days(tenant, under(program.parts, bit(Part::agent))) > 0;
  }

  // The tries that lie in some window of ten minutes with many accounts; each is looked at twice at most.
  std::vector<std::size_t> quick_bursts(const std::vector<std::size_t> &list) const {
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
      if (inside.size() < kQuickAccounts) continue;
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
    Fingerprint one = under(tries_[list.front()].parts, kAll);
    for (const std::size_t i : list)
      for (std::size_t part = 0; part < kParts; ++part)
        if (tries_[i].parts[part] != one.parts[part]) {
          one.parts[part] = 0;
          one.mask = static_cast<std::uint8_t>(one.mask & ~(1u << part));
        }
    return one;
  }

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

  // ---- what belongs to a campaign ----

  bool belongs(const Campaign &one, const std::array<StringId, kParts> &parts, StringId address) const {
    if (!matches(one.fingerprint, parts)) return false;
    // Where the program is everybody's (or is not told), only the campaign's own addresses speak.
    if (!one.by_address) return true;
    return std::binary_search(one.addresses.begin(), one.addresses.end(), address);
  }

  // Who uses this program themselves: with success before the campaign began, or on three days from one
  // place.
  std::set<std::pair<StringId, StringId>> ordinary_users(const Campaign &one, base::Time first) const {
    std::set<std::pair<StringId, StringId>> users;
    std::map<std::array<StringId, 3>, std::set<std::int64_t>> days_at;
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (!worked(event) || !matches(one.fingerprint, parts_of(view_, event))) continue;
      const StringId actor = actor_of(event);
      auto &days = days_at[{event.tenant, actor, event.address}];
      days.insert(day_of(event));
      if (event.time < first || days.size() >= 3) users.emplace(event.tenant, actor);
    }
    return users;
  }

  void gather_tries(Campaign &one) {
    base::Time first = base::kTimeMax;
    for (const Attempt &attempt : tries_)
      if (attempt.claimed && in_tenants(one, attempt.tenant) && belongs(one, attempt.parts, attempt.address))
        first = std::min(first, view_.event(attempt.index).time);
    const auto users = ordinary_users(one, first);
    std::set<StringId> addresses;
    for (const Attempt &attempt : tries_) {
      if (!in_tenants(one, attempt.tenant) || !belongs(one, attempt.parts, attempt.address)) continue;
      if (!attempt.claimed && users.count({attempt.tenant, attempt.actor}) != 0) continue;
      one.tries.push_back(attempt.index);
      addresses.insert(attempt.address);
    }
    std::sort(one.tries.begin(), one.tries.end());
    one.addresses.assign(addresses.begin(), addresses.end());
  }

  static bool in_tenants(const Campaign &one, StringId tenant) {
    return std::binary_search(one.tenants.begin(), one.tenants.end(), tenant);
  }

  void gather_right(Campaign &one) {
    if (one.tries.empty()) return;
    const base::Time first = view_.event(one.tries.front()).time;
    const base::Time last = view_.event(one.tries.back()).time;
    const auto users = ordinary_users(one, first);
    // Places where an account signs in with other programs are its own.
    std::set<Triple> own_places;
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (worked(event) && !matches(one.fingerprint, parts_of(view_, event)))
        own_places.insert({event.tenant, actor_of(event), event.address, 0});
    }
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (!secret_was_right(event.outcome) || event.time < first) continue;
      if (!belongs(one, parts_of(view_, event), event.address)) continue;
      const StringId actor = actor_of(event);
      one.ordinary = one.ordinary || users.count({event.tenant, actor}) != 0;
      if (users.count({event.tenant, actor}) != 0 ||
          own_places.count({event.tenant, actor, event.address, 0}) != 0)
        continue;
      const bool during = event.time <= last + options_.spray_slack_us;
      // An account that has fallen stays fallen, however long after.
      const bool fallen = std::any_of(one.right.begin(), one.right.end(), [&](EventIndex known) {
        return view_.event(known).tenant == event.tenant && actor_of(view_.event(known)) == actor;
      });
      if (in_tenants(one, event.tenant) && (during || fallen))
        one.right.push_back(index);
      else
        one.later.push_back(index);
    }
  }

  const View &view_;
  const DetectOptions &options_;
  std::unordered_set<Triple, TripleHash> homes_;  // tenant, account, address
  std::unordered_set<Triple, TripleHash> tools_;  // tenant, account, agent, client
  std::unordered_map<Triple, std::map<StringId, std::uint32_t>, TripleHash>
      successes_at_;  // tenant, address -> account
  std::unordered_map<Triple, std::set<std::int64_t>, TripleHash>
      days_at_;                                     // tenant, address -> days of success
  std::set<std::pair<StringId, StringId>> living_;  // tenant, account
  std::map<Fingerprint, std::size_t> fingerprint_ids_;
  std::map<std::pair<StringId, StringId>, std::size_t> ordinary_;  // tenant, fingerprint id -> account-days
  std::map<StringId, std::size_t> account_days_;                   // tenant -> account-days
  std::vector<Attempt> tries_;
  std::vector<Campaign> campaigns_;
};

// "Chrome/76.0.5893.88 on Windows NT 10.0" for a browser's agent; what is no browser's stays.
std::string short_agent(const std::string &agent) {
  if (!agent.starts_with("Mozilla/5.0 (")) return agent;
  const std::string platform = agent.substr(13, agent.find_first_of(";)") - 13);
  for (const std::string_view name : {"Edg/", "OPR/", "Firefox/", "Chrome/", "Version/", "Trident/"}) {
    const std::size_t at = agent.find(name);
    if (at == std::string::npos) continue;
    return agent.substr(at, agent.find(' ', at) - at) + " on " + platform;
  }
  return agent;
}

}  // namespace

std::array<StringId, kParts> parts_of(const View &view, const Event &event) {
  const StringId protocol = view.table().pool.find(view.table().extra(event, "protocol"));
  return {event.agent, event.client, protocol, event.application_id, event.resource_id};
}

bool matches(const Fingerprint &fingerprint, const std::array<StringId, kParts> &parts) {
  for (std::size_t i = 0; i < kParts; ++i)
    if ((fingerprint.mask >> i & 1) != 0 && fingerprint.parts[i] != parts[i]) return false;
  return true;
}

std::string describe(const View &view, const Fingerprint &fingerprint) {
  std::string out;
  for (const Part part : {Part::application, Part::client, Part::protocol, Part::agent}) {
    const StringId id = fingerprint.parts[static_cast<std::size_t>(part)];
    if (id == 0) continue;
    std::string text(view.text(id));
    if (part == Part::application) {
      for (const EventIndex index : view.user_signins()) {
        const Event &event = view.event(index);
        if (event.application_id != id || event.application_name == 0) continue;
        text = view.text(event.application_name);
        break;
      }
    }
    if (text == "none") continue;
    if (part == Part::agent) text = short_agent(text);
    out += (out.empty() ? "" : ", ") + text;
  }
  return out.empty() ? "no common program" : out;
}

std::vector<Campaign> find_sprays(const View &view) {
  return Sprays(view).run();
}

}  // namespace dislodge::detect
