#include "reach/bounds.hpp"

#include <algorithm>

namespace dislodge::reach {

using base::Interval;
using base::IntervalSet;
using base::Time;

namespace {

std::string key_of(std::string_view principal, std::string_view what) {
  std::string key(principal);
  key += '\n';
  key += what;
  return key;
}

}  // namespace

Bounds::Bounds(const std::vector<identity::Sweep> &sweeps,
               const std::vector<identity::Requirement> &requirements, const std::vector<Watched> &watched,
               const std::vector<identity::Disabled> &disabled) {
  for (const identity::Disabled &one : disabled) disabled_.emplace(one.principal, &one);
  for (const identity::Sweep &sweep : sweeps) {
    const std::string key = key_of(sweep.principal, sweep.what);
    sweeps_[key].push_back(sweep.time);
    if (!sweep.by_themselves) by_others_[key].push_back(sweep.time);
  }
  for (auto *all : {&sweeps_, &by_others_}) {
    for (auto &[key, times] : *all) {
      std::sort(times.begin(), times.end());
      times.erase(std::unique(times.begin(), times.end()), times.end());
    }
  }
  for (const identity::Requirement &one : requirements) {
    if (one.every_protocol && one.resists_phishing && !one.valid.empty())
      requirements_.emplace(one.principal, &one);
  }
  for (const Watched &one : watched) watched_.emplace(one.resource, &one);
}

std::vector<Bounds::Span> Bounds::until_swept(std::string_view principal, std::string_view what,
                                              Interval valid) const {
  std::vector<Span> spans;
  const auto found = sweeps_.find(key_of(principal, what));
  if (found == sweeps_.end()) return {{valid, base::kTimeMax}};
  Time from = valid.from;
  for (const Time sweep : found->second) {
    const Interval part{from, std::min(sweep, valid.until)};
    if (sweep <= from) continue;
    if (!part.empty()) spans.push_back({part, sweep});
    from = sweep;
    if (from >= valid.until) return spans;
  }
  spans.push_back({{from, valid.until}, base::kTimeMax});
  return spans;
}

Time Bounds::swept_by_others(std::string_view principal, std::string_view what, Time since) const {
  const auto found = by_others_.find(key_of(principal, what));
  if (found == by_others_.end()) return base::kTimeMax;
  const auto next = std::upper_bound(found->second.begin(), found->second.end(), since);
  return next == found->second.end() ? base::kTimeMax : *next;
}

std::vector<Interval> Bounds::while_enabled(std::string_view principal, Interval valid) const {
  const auto found = disabled_.find(principal);
  if (found == disabled_.end()) return {valid};
  return IntervalSet(valid).subtract(found->second->when).items();
}

Time Bounds::deleted(std::string_view principal) const {
  const auto found = disabled_.find(principal);
  return found == disabled_.end() ? base::kTimeMax : found->second->deleted;
}

std::vector<Bounds::Guarded> Bounds::guarded(std::string_view principal, std::string_view slot,
                                             Interval valid) const {
  std::vector<Guarded> parts;
  IntervalSet open(valid);
  const auto [first, last] = requirements_.equal_range(principal);
  for (auto at = first; at != last; ++at) {
    const identity::Requirement &one = *at->second;
    if (!one.slot.empty() && one.slot != slot) continue;
    const Interval when = base::intersect(one.valid, valid);
    if (when.empty()) continue;
    parts.push_back({when, &one});
    open = open.subtract(IntervalSet(when));
  }
  for (const Interval &one : open.items()) parts.push_back({one, nullptr});
  return parts;
}

std::vector<Interval> Bounds::not_excluded(std::string_view resource, std::string_view holder,
                                           const std::vector<std::string_view> &others,
                                           Interval valid) const {
  const auto found = watched_.find(resource);
  if (found == watched_.end()) return {valid};
  const Watched &watched = *found->second;
  IntervalSet excluded = watched.complete;
  for (const auto &[who, when] : watched.seen) {
    const bool another = holder.empty() ? std::find(others.begin(), others.end(), who) != others.end()
                                        : who != holder && !who.empty();
    if (!another) excluded = excluded.subtract(when);
  }
  return IntervalSet(valid).subtract(excluded).items();
}

}  // namespace dislodge::reach
