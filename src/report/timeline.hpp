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

// How the intruder got in and went on, for a summary: the first act of each kind, at most `most`. Where a
// rule of a general kind saw the same moment as a particular one (a risky sign-in beside the success after a
// spray), the particular one tells it.
std::vector<const detect::Detection *> key_acts(const engine::Picture &picture, std::size_t most);
// Why there is none of them: no log, logs that show nothing, or findings that are nobody's yet.
std::string no_acts_because(const engine::Picture &picture);

}  // namespace dislodge::report
