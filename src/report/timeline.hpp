#pragma once
// The case on one axis of time: the intruder's acts, changes since first access, first knowledge of each
// secret, and the waves of the plan.

#include <string>
#include <vector>

#include "engine/picture.hpp"

namespace dislodge::report {

struct TimelineEntry {
  base::Time time;
  std::string what;  // detection, change, secret-known, wave
  std::string says;
  std::string evidence;
};

std::vector<TimelineEntry> timeline(const engine::Picture &picture);

}  // namespace dislodge::report
