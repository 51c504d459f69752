#include "reach/bounds.hpp"

#include <algorithm>

#include "base/encode.hpp"

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

// Whether what was taken away is the thing of this key, which may stand behind the operation that made it
// ("new-inboxrule ."), and behind its mailbox ("new-inboxrule boss\\.").
bool is_of(std::string_view key, std::string_view taken) {
  if (taken.empty() || base::equal_ignoring_case(key, taken)) return true;
  return key.size() > taken.size() &&
         (key[key.size() - taken.size() - 1] == ' ' || key[key.size() - taken.size() - 1] == '\\') &&
         base::equal_ignoring_case(key.substr(key.size() - taken.size()), taken);
}

}  // namespace

Bounds::Bounds(const std::vector<identity::Sweep> &sweeps,
               const std::vector<identity::Requirement> &requirements, const std::vector<Watched> &watched,
               const std::vector<identity::Disabled> &disabled) {
  for (const identity::Disabled &one : disabled) disabled_.emplace(one.principal, &one);
  for (const identity::Sweep &sweep : sweeps) {
    // "token 00tbk": only what has this key is dead.
    const std::size_t blank = std::min(sweep.what.find(' '), sweep.what.size());
    const std::string key = key_of(sweep.principal, std::string_view(sweep.what).substr(0, blank));
    const std::string one = blank < sweep.what.size() ? sweep.what.substr(blank + 1) : std::string();
    if (one.empty()) sweeps_[key].push_back(sweep.time);
    if (!sweep.by_themselves) by_others_[key].push_back({sweep.time, one});
  }
  for (auto &[key, times] : sweeps_) {
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
  }
  for (auto &[key, taken] : by_others_)
    std::stable_sort(taken.begin(), taken.end(),
                     [](const Taken &a, const Taken &b) { return a.time < b.time; });
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

Time Bounds::swept_by_others(std::string_view principal, std::string_view what, Time since,
                             std::string_view key) const {
  Time first = base::kTimeMax;
  // Whose a token was is not always told by the log that shows it revoked.
  for (const std::string_view whose : {principal, std::string_view()}) {
    const auto found = by_others_.find(key_of(whose, what));
    if (found == by_others_.end()) continue;
    for (const Taken &one : found->second) {
      if (one.time <= since || !is_of(key, one.key)) continue;
      first = std::min(first, one.time);
      break;
    }
  }
  return first;
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
