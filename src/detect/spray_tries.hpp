#pragma once
// The steps of finding sprays (the essay is in spray.cpp): what is ordinary, the tries that failed, slow
// campaigns among them, bursts, and what belongs to a campaign once it is found.

#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "detect/spray.hpp"

namespace dislodge::detect {

// Choices of parts, the most telling first: ties are broken in this order.
constexpr std::uint8_t bit_of(Part part) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(part));
}
inline constexpr std::uint8_t kAllParts = 31;
inline constexpr std::uint8_t kMasks[] = {
    kAllParts,
    static_cast<std::uint8_t>(kAllParts & ~bit_of(Part::agent)),
    bit_of(Part::agent) | bit_of(Part::client) | bit_of(Part::protocol),
    bit_of(Part::client) | bit_of(Part::protocol) | bit_of(Part::application),
    bit_of(Part::agent),
};

// The fingerprint of a sign-in under a choice of parts.
Fingerprint under(const std::array<base::StringId, kParts> &parts, std::uint8_t mask);

// A try that failed.
struct Attempt {
  EventIndex index = 0;
  base::StringId tenant = 0, actor = 0, address = 0, network = 0;
  std::array<base::StringId, kParts> parts{};
  bool homely = false;     // explained by the account itself: see 1 in spray.cpp
  bool crowded = false;    // many accounts share this address
  bool own_place = false;  // the account had signed in from there before, or does so on three days
  bool near_home = false;  // somebody else of the tenant lives at this address
  bool living = false;     // the account signs in, some time
  bool claimed = false;    // by a campaign
  bool stranger() const { return !homely && !crowded && !near_home && !claimed; }
};

// How the tenants sign in when nobody attacks: homes, tools and the programs of successes.
class Ordinary {
 public:
  explicit Ordinary(const View &view);

  // Account-days of success, of a tenant and of those that show a fingerprint.
  std::size_t account_days(base::StringId tenant) const;
  double days(base::StringId tenant, const Fingerprint &fingerprint) const;
  // Accounts that have signed in from an address, some time; those that had before a time, or do on three
  // days; and whether one of them has.
  std::size_t accounts_at(base::StringId tenant, base::StringId address) const;
  std::size_t settled_at(base::StringId tenant, base::StringId address, base::Time before) const;
  bool signed_in_at(base::StringId tenant, base::StringId address, base::StringId account) const;
  // Every failed try, in order of time, with what explains it.
  std::vector<Attempt> failed_tries() const;

 private:
  using Key = std::array<base::StringId, 4>;
  struct KeyHash {
    std::size_t operator()(const Key &key) const {
      std::size_t hash = 0x9E3779B97F4A7C15ull;
      for (const base::StringId part : key) hash = (hash ^ part) * 0x100000001B3ull + (hash >> 29);
      return hash;
    }
  };
  // An account's successes at an address.
  struct Stay {
    base::Time first;
    std::int64_t last_day = 0;
    std::uint32_t days = 0;
    bool settled(base::Time before) const { return first < before || days >= 3; }
  };
  std::size_t id_of(const Fingerprint &fingerprint);

  const View &view_;
  std::unordered_map<Key, Stay, KeyHash> homes_;                            // tenant, account, address
  std::unordered_set<Key, KeyHash> tools_;                                  // tenant, account, agent, client
  std::unordered_map<Key, std::set<base::StringId>, KeyHash> accounts_at_;  // tenant, address
  std::unordered_map<Key, std::set<std::int64_t>, KeyHash> days_at_;  // tenant, address -> days of success
  std::set<std::pair<base::StringId, base::StringId>> living_;        // tenant, account
  std::map<Fingerprint, std::size_t> fingerprint_ids_;
  std::map<std::pair<base::StringId, base::StringId>, std::size_t>
      shown_;  // tenant, fingerprint -> account-days
  std::map<base::StringId, std::size_t> account_days_;
};

// spray_bursts.cpp: tries that are close in time. They are claimed.
std::vector<Campaign> find_bursts(const View &view, const Ordinary &ordinary, std::vector<Attempt> &tries);

// spray_scattered.cpp: many accounts that fail in the same days, each in a network of its own. They are
// claimed.
std::vector<Campaign> find_scattered(const View &view, const Ordinary &ordinary, std::vector<Attempt> &tries);

// spray_patient.cpp: accounts that are asked again and again, each time from another network. They are
// claimed.
std::vector<Campaign> find_patient(const View &view, const Ordinary &ordinary, std::vector<Attempt> &tries);

// spray.cpp: minus the logarithm of the chance that a Poisson variable of this mean reaches the count.
double tail_surprise(double mean, std::size_t count);

// spray_campaign.cpp: joins bursts with what ran the same program, and gives each campaign its tries and the
// right secrets that it won. Campaigns without tries are left out.
void complete_campaigns(const View &view, const std::vector<Attempt> &tries,
                        std::vector<Campaign> &campaigns);

// A success, or a step on the way to one.
inline bool worked(const log::Event &event) {
  return event.outcome == log::Outcome::ok || event.outcome == log::Outcome::interrupted;
}
inline base::StringId account_of(const log::Event &event) {
  return event.actor_name != 0 ? event.actor_name : event.actor_id;
}
inline std::int64_t day_of(const log::Event &event) {
  return event.time.us / base::kDay;
}
// A campaign by the program that everybody has: told by its addresses, each of which it uses once.
Campaign scattered_campaign(base::StringId tenant, double surprise);
// Whether a campaign was found in this tenant.
bool in_tenants(const Campaign &campaign, base::StringId tenant);

}  // namespace dislodge::detect
