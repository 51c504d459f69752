#pragma once
// Silences that do not belong to a log's own rhythm. Nights, weekends and single holidays of an office are
// part of it; four days without an event in a log that has one every few minutes are not.

#include <string>
#include <vector>

#include "base/intervals.hpp"

namespace dislodge::log {

struct Silence {
  base::Interval interval;
  double expected = 0;        // events that the same hours bring at other times
  std::int64_t usual_us = 0;  // the longest silence of an ordinary week (of a day, in short logs)
};

// `times` sorted. Fewer than 50 events have no rhythm: nothing is found.
std::vector<Silence> unusual_silences(const std::vector<base::Time> &times);

// "3.9 days", "40 minutes".
std::string format_duration(std::int64_t us);

}  // namespace dislodge::log
