#include "detect/spray_tries.hpp"

namespace dislodge::detect {

using base::StringId;
using log::Event;

Ordinary::Ordinary(const View &view) : view_(view) {
  std::unordered_set<Key, KeyHash> counted;  // of one day: sign-ins come in order of time
  std::int64_t counted_on = INT64_MIN;
  for (const EventIndex index : view_.user_signins()) {
    const Event &event = view_.event(index);
    if (!worked(event)) continue;
    const StringId actor = account_of(event);
    const auto parts = parts_of(view_, event);
    Stay &stay = homes_.try_emplace({event.tenant, actor, event.address, 0}, Stay{event.time}).first->second;
    if (stay.days == 0 || stay.last_day != day_of(event)) ++stay.days;
    stay.last_day = day_of(event);
    tools_.insert({event.tenant, actor, parts[0], parts[1]});
    living_.emplace(event.tenant, actor);
    days_at_[{event.tenant, event.address, 0, 0}].insert(day_of(event));
    accounts_at_[{event.tenant, event.address, 0, 0}].insert(actor);
    if (counted_on != day_of(event)) counted.clear();
    counted_on = day_of(event);
    for (const std::uint8_t mask : kMasks) {
      const Fingerprint fingerprint = under(parts, mask);
      // Account-days, so that a program that signs in every minute weighs no more than a person.
      const std::size_t id = id_of(fingerprint);
      if (counted.insert({event.tenant, actor, static_cast<StringId>(id), 0}).second)
        ++shown_[{event.tenant, static_cast<StringId>(id)}];
    }
    if (counted.insert({event.tenant, actor, UINT32_MAX, 0}).second) ++account_days_[event.tenant];
  }
}

std::size_t Ordinary::id_of(const Fingerprint &fingerprint) {
  return fingerprint_ids_.emplace(fingerprint, fingerprint_ids_.size()).first->second;
}

std::size_t Ordinary::account_days(StringId tenant) const {
  const auto found = account_days_.find(tenant);
  return found == account_days_.end() ? 0 : found->second;
}

double Ordinary::days(StringId tenant, const Fingerprint &fingerprint) const {
  const auto id = fingerprint_ids_.find(fingerprint);
  if (id == fingerprint_ids_.end()) return 0;
  const auto found = shown_.find({tenant, static_cast<StringId>(id->second)});
  return found == shown_.end() ? 0 : static_cast<double>(found->second);
}

std::size_t Ordinary::accounts_at(StringId tenant, StringId address) const {
  const auto found = accounts_at_.find({tenant, address, 0, 0});
  return found == accounts_at_.end() ? 0 : found->second.size();
}

std::size_t Ordinary::settled_at(StringId tenant, StringId address, base::Time before) const {
  const auto found = accounts_at_.find({tenant, address, 0, 0});
  if (found == accounts_at_.end()) return 0;
  std::size_t count = 0;
  for (const StringId account : found->second)
    count += homes_.at({tenant, account, address, 0}).settled(before) ? 1 : 0;
  return count;
}

bool Ordinary::signed_in_at(StringId tenant, StringId address, StringId account) const {
  return homes_.find({tenant, account, address, 0}) != homes_.end();
}

std::vector<Attempt> Ordinary::failed_tries() const {
  std::vector<Attempt> tries;
  std::map<std::pair<StringId, StringId>, std::set<StringId>> failing_at;  // tenant, address -> accounts
  for (const EventIndex index : view_.user_signins()) {
    const Event &event = view_.event(index);
    if (!is_failed_try(event)) continue;
    Attempt one;
    one.index = index;
    one.tenant = event.tenant;
    one.actor = account_of(event);
    one.address = event.address;
    one.network = event.network;
    one.parts = parts_of(view_, event);
    one.living = living_.count({one.tenant, one.actor}) != 0;
    tries.push_back(one);
    failing_at[{one.tenant, one.address}].insert(one.actor);
  }
  for (Attempt &one : tries) {
    const std::size_t at_home = accounts_at(one.tenant, one.address);
    const auto stay = homes_.find({one.tenant, one.actor, one.address, 0});
    one.own_place = stay != homes_.end() && stay->second.settled(view_.event(one.index).time);
    one.homely =
        stay != homes_.end() || tools_.count({one.tenant, one.actor, one.parts[0], one.parts[1]}) != 0;
    one.crowded = at_home >= 3 && at_home >= failing_at[{one.tenant, one.address}].size();
    const auto days = days_at_.find({one.tenant, one.address, 0, 0});
    one.near_home = days != days_at_.end() && days->second.size() >= 2;
  }
  return tries;
}

}  // namespace dislodge::detect
