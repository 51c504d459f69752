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
//    fingerprint f is drawn as ordinary sign-ins show it: with m account-days of success out of M, its odds
//    are (m+1)/(M-m), and beside N strangers without it we expect N times as many with it. Accounts that live
//    are compared with accounts that live, and the others (names that left, or never were) with their own
//    kind, since slips of the pen fill the second and hardly touch the first. Persons repeat themselves, so
//    what is counted is addresses, at most three an account, and the expectation is doubled. The surprise is
//    minus the logarithm of the Poisson tail, added up over tenants and kinds. It must exceed `surprise_min`
//    plus the logarithm of the number of fingerprints that were looked at, so that a tenant without campaigns
//    gives a false one in about e^-16 cases.
// 3. A fingerprint may be told by all its parts or by some: intruders rotate agents, or applications. Each
//    stranger is looked at under five choices of parts; the most surprising campaign is taken, its strangers
//    are taken away, and the rest is looked at again.
// 4. Programs that fail for years are no campaigns: a scanner with an old password comes back from the same
//    address, again and again. In a campaign four fifths of the addresses make at most three tries in all.
//    Phones with old passwords wander, but in the few networks of their owners: in a campaign the addresses
//    of an account lie in nearly as many networks; or, by a program that hardly anybody has, in one from
//    which several are asked and in which nobody works (a provider that lends out addresses). Fewer than
//    three accounts make a campaign only with many networks.
// 5. The old kind is found as well (spray_bursts.cpp): one address and four or more accounts in a day, or
// three
//    in ten minutes, that it does not belong to, three in a day where nobody ever signed in (by everybody's
//    program too, where nobody ever signed in in all that network); and one program
//    that never worked in this tenant on three accounts in ten minutes, whatever the addresses. What tries
//    the same few names that nobody has, from one address, on nearly every day of the log, is a scanner.
//
// 6. Where neither the place nor the program tells it, the time may (spray_scattered.cpp), or that the same
//    accounts are asked again and again (spray_patient.cpp).
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

#include "detect/passes.hpp"
#include "detect/spray_tries.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;

constexpr double kClumping = 2;         // everyday strangers come in clumps: the expectation is multiplied
constexpr double kPartSurpriseMin = 2;  // what a tenant and kind must add at least to be counted in
constexpr double kSingleShare = 0.8;    // share of addresses with few tries
// Networks to addresses, of accounts that were tried from three or more.
constexpr double kNetworkShare = 0.4;
constexpr std::size_t kCampaignsMax = 100;
constexpr std::size_t kAskedFromMin = 3;  // accounts, of a network that is not its owner's
constexpr double kRareOf = 50;            // one in so many account-days of success shows a rare program
constexpr std::size_t kAtWorkMin = 2;     // accounts, of a network in which people work

// Strangers are compared with strangers of their kind: tries on accounts that live, and on those that do not
// (names that left the company, or never were there), which everybody's slips of the pen fill.
struct Stratum {
  StringId tenant = 0;
  bool living = false;
  friend auto operator<=>(const Stratum &, const Stratum &) = default;
};

class Slow {
 public:
  Slow(const View &view, const Ordinary &ordinary, std::vector<Attempt> &tries)
      : view_(view), options_(view.options()), ordinary_(ordinary), tries_(tries) {}

  std::vector<Campaign> run() {
    std::vector<Campaign> campaigns;
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
    while (campaigns.size() < kCampaignsMax) {
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
      if (!best) return campaigns;
      for (const std::size_t i : candidates[best->fingerprint].tries)
        if (std::binary_search(best->tenants.begin(), best->tenants.end(), tries_[i].tenant))
          tries_[i].claimed = true;
      campaigns.push_back(std::move(*best));
    }
    return campaigns;
  }

 private:
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
    const auto all = static_cast<double>(ordinary_.account_days(tenant));
    const double shown = std::min(all, ordinary_.days(tenant, fingerprint)) + 1;
    // So many with it come to those without it: where nearly everybody shows it, any number is none.
    const double odds = shown / std::max(1.0, all + 1 - shown);
    return tail_surprise(kClumping * static_cast<double>(others + 1) * odds, counted);
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

  std::optional<Campaign> judge(const Candidate &candidate, const std::map<Stratum, std::size_t> &counts,
                                double bar) {
    std::map<Stratum, Tally> tallies;
    for (const std::size_t i : candidate.tries)
      if (!tries_[i].claimed)
        tallies[{tries_[i].tenant, tries_[i].living}].addresses_of[tries_[i].actor].insert(tries_[i].address);
    Campaign one;
    one.fingerprint = candidate.fingerprint;
    for (const auto &[stratum, tally] : tallies) {
      // Where a log shows no program (sshd), names that nobody has here are asked for by all the world,
      // always.
      if (!stratum.living && !candidate.fingerprint.shows_program()) continue;
      const double surprise = surprise_in(stratum.tenant, candidate.fingerprint, tally, counts.at(stratum));
      if (surprise < kPartSurpriseMin) continue;
      one.surprise += surprise;
      if (one.tenants.empty() || one.tenants.back() != stratum.tenant) one.tenants.push_back(stratum.tenant);
    }
    if (one.surprise < bar) return std::nullopt;
    std::map<StringId, std::size_t> tries_at;
    std::map<std::pair<StringId, StringId>, std::set<std::string>> networks_of;
    std::map<std::pair<StringId, StringId>, std::set<StringId>> addresses_of;
    std::map<std::pair<StringId, StringId>, std::size_t> tries_of;
    std::set<std::string> networks;
    for (const std::size_t i : candidate.tries) {
      const Attempt &attempt = tries_[i];
      if (attempt.claimed || !in_tenants(one, attempt.tenant)) continue;
      ++tries_at[attempt.address];
      ++tries_of[{attempt.tenant, attempt.actor}];
      const std::string network = network_of(view_, attempt.network, attempt.address);
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
    std::optional<std::set<std::pair<StringId, std::string>>> rented;
    for (const auto &[account, addresses] : addresses_of) {
      if (addresses.size() < 3) continue;
      if (!rented) rented = rented_networks(one.fingerprint, networks_of);
      const std::set<std::string> &in = networks_of[account];
      const bool few = tries_of[account] <= options_.spray_tries_an_address_max * addresses.size();
      if (few && std::all_of(in.begin(), in.end(), [&, tenant = account.first](const std::string &network) {
            return rented->count({tenant, network}) != 0;
          }))
        continue;
      repeated += addresses.size();
      repeated_networks += in.size();
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

  // Networks from which several accounts are asked by this program, and in which at most one is ever at work
  // with another: the one that fell.
  std::set<std::pair<StringId, std::string>> rented_networks(
      const Fingerprint &fingerprint,
      const std::map<std::pair<StringId, StringId>, std::set<std::string>> &networks_of) {
    std::map<std::pair<StringId, std::string>, std::size_t> asked;
    for (const auto &[account, networks] : networks_of) {
      const auto all = static_cast<double>(ordinary_.account_days(account.first));
      if (ordinary_.days(account.first, fingerprint) * kRareOf > all) continue;
      for (const std::string &network : networks) ++asked[{account.first, network}];
    }
    std::erase_if(asked, [](const auto &one) { return one.second < kAskedFromMin; });
    std::set<std::pair<StringId, std::string>> rented;
    if (asked.empty()) return rented;
    const auto [known, fresh] = at_work_.try_emplace(fingerprint);
    if (fresh)
      for (const EventIndex index : view_.user_signins()) {
        const Event &event = view_.event(index);
        if (!worked(event) || matches(fingerprint, parts_of(view_, event))) continue;
        std::set<StringId> &accounts =
            known->second[{event.tenant, network_of(view_, event.network, event.address)}];
        if (accounts.size() < kAtWorkMin) accounts.insert(account_of(event));
      }
    for (const auto &[network, count] : asked) {
      const auto at_work = known->second.find(network);
      if (at_work == known->second.end() || at_work->second.size() < kAtWorkMin) rented.insert(network);
    }
    return rented;
  }

  const View &view_;
  const DetectOptions &options_;
  const Ordinary &ordinary_;
  std::vector<Attempt> &tries_;
  // Who works in which network (tenant, network) by other programs than this: asked of few.
  std::map<Fingerprint, std::map<std::pair<StringId, std::string>, std::set<StringId>>> at_work_;
};

}  // namespace

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

namespace {

// A scanner of weaknesses tries the same few names that nobody has, from its one address, night after night
// for as long as the log goes: who asks so does not look for a way in, and could not find one.
constexpr std::size_t kScannedMax = 5;  // names
constexpr std::size_t kScanDaysMin = 14;
constexpr double kScanShare = 0.7;  // of the days of the log

bool is_scanner(const View &view, const Campaign &campaign) {
  if (campaign.addresses.size() != 1 || campaign.tenants.size() != 1 || !campaign.right.empty() ||
      !campaign.later.empty() || !campaign.perhaps.empty() || !campaign.concluded.empty())
    return false;
  std::set<StringId> names;
  std::set<std::int64_t> days;
  for (const EventIndex index : campaign.tries) {
    const Event &event = view.event(index);
    names.insert(event.actor_name != 0 ? event.actor_name : event.actor_id);
    days.insert(event.time.us / base::kDay);
  }
  if (names.size() > kScannedMax || days.size() < kScanDaysMin) return false;
  std::set<std::int64_t> all_days;
  for (const EventIndex index : view.user_signins()) {
    const Event &event = view.event(index);
    if (event.tenant != campaign.tenants.front()) continue;
    all_days.insert(event.time.us / base::kDay);
    if (!is_failed_try(event) &&
        (names.count(event.actor_name) != 0 || (event.actor_name == 0 && names.count(event.actor_id) != 0)))
      return false;  // somebody has the name
  }
  const std::int64_t span = *all_days.rbegin() - *all_days.begin() + 1;
  return static_cast<double>(days.size()) >= kScanShare * static_cast<double>(span);
}

}  // namespace

std::vector<Campaign> find_sprays(const View &view) {
  const Ordinary ordinary(view);
  std::vector<Attempt> tries = ordinary.failed_tries();
  std::vector<Campaign> campaigns = Slow(view, ordinary, tries).run();
  for (Campaign &one : find_bursts(view, ordinary, tries)) campaigns.push_back(std::move(one));
  for (Campaign &one : find_scattered(view, ordinary, tries)) campaigns.push_back(std::move(one));
  for (Campaign &one : find_patient(view, ordinary, tries)) campaigns.push_back(std::move(one));
  complete_campaigns(view, tries, campaigns);
  std::erase_if(campaigns, [&](const Campaign &one) { return is_scanner(view, one); });
  return campaigns;
}

}  // namespace dislodge::detect
