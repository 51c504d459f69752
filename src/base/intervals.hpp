#pragma once
// Half-open intervals of time and sets of them: the algebra on which reach stands.
// A set is kept sorted, disjoint and with touching intervals joined, so equal sets compare equal.

#include <string>
#include <vector>

#include "base/time.hpp"

namespace dislodge::base {

// [from, until): from is in, until is not. kTimeMin and kTimeMax are the open ends.
struct Interval {
  Time from = kTimeMin;
  Time until = kTimeMax;

  bool empty() const { return from >= until; }
  bool contains(Time t) const { return from <= t && t < until; }
  friend bool operator==(const Interval &, const Interval &) = default;
};

Interval intersect(const Interval &a, const Interval &b);

class IntervalSet {
 public:
  IntervalSet() = default;
  IntervalSet(Interval one) { add(one); }  // NOLINT: an interval is a set
  static IntervalSet always() { return IntervalSet(Interval{}); }

  void add(Interval one);  // empty intervals are ignored
  bool empty() const { return items_.empty(); }
  bool contains(Time t) const;
  bool covers(const IntervalSet &other) const;  // other is a subset of this
  Time first() const { return items_.empty() ? kTimeMax : items_.front().from; }
  Time last() const { return items_.empty() ? kTimeMin : items_.back().until; }
  const std::vector<Interval> &items() const { return items_; }

  IntervalSet unite(const IntervalSet &other) const;
  IntervalSet intersect(const IntervalSet &other) const;
  IntervalSet subtract(const IntervalSet &other) const;

  friend bool operator==(const IntervalSet &, const IntervalSet &) = default;

 private:
  std::vector<Interval> items_;
};

std::string format_interval(const Interval &interval);  // "[2024-01-01T00:00:00Z, infinity)"

}  // namespace dislodge::base
