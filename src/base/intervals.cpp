#include "base/intervals.hpp"

#include <algorithm>

namespace dislodge::base {

Interval intersect(const Interval &a, const Interval &b) {
  return Interval{std::max(a.from, b.from), std::min(a.until, b.until)};
}

void IntervalSet::add(Interval one) {
  if (one.empty()) return;
  // The first interval that ends at or after our start may touch us; swallow all that do.
  auto begin = std::lower_bound(items_.begin(), items_.end(), one.from,
                                [](const Interval &item, Time t) { return item.until < t; });
  auto end = begin;
  while (end != items_.end() && end->from <= one.until) {
    one.from = std::min(one.from, end->from);
    one.until = std::max(one.until, end->until);
    ++end;
  }
  begin = items_.erase(begin, end);
  items_.insert(begin, one);
}

bool IntervalSet::contains(Time t) const {
  auto after = std::upper_bound(items_.begin(), items_.end(), t,
                                [](Time value, const Interval &item) { return value < item.from; });
  return after != items_.begin() && std::prev(after)->contains(t);
}

bool IntervalSet::covers(const IntervalSet &other) const {
  return other.subtract(*this).empty();
}

IntervalSet IntervalSet::unite(const IntervalSet &other) const {
  IntervalSet result = *this;
  for (const Interval &item : other.items_) result.add(item);
  return result;
}

IntervalSet IntervalSet::intersect(const IntervalSet &other) const {
  IntervalSet result;
  auto a = items_.begin();
  auto b = other.items_.begin();
  while (a != items_.end() && b != other.items_.end()) {
    const Interval both = base::intersect(*a, *b);
    if (!both.empty()) result.items_.push_back(both);
    if (a->until < b->until)
      ++a;
    else
      ++b;
  }
  return result;
}

IntervalSet IntervalSet::subtract(const IntervalSet &other) const {
  IntervalSet result;
  auto cut = other.items_.begin();
  for (Interval item : items_) {
    while (cut != other.items_.end() && cut->until <= item.from) ++cut;
    for (auto next = cut; next != other.items_.end() && next->from < item.until && !item.empty(); ++next) {
      if (item.from < next->from) result.items_.push_back(Interval{item.from, next->from});
      item.from = std::max(item.from, next->until);
    }
    if (!item.empty()) result.items_.push_back(item);
  }
  return result;
}

std::string format_interval(const Interval &interval) {
  return "[" + format_time(interval.from) + ", " + format_time(interval.until) + ")";
}

}  // namespace dislodge::base
