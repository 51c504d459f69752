#pragma once
// Repositories that the intruder was seen to read. A clone is a copy of all that its repository ever held, so
// it is a second place in which secrets lie; where it was not handed in it is missing evidence.
//
//   add_code_read(events, detections, facts);   // before make_program(); facts stay settled but for
//   exposures

#include <vector>

#include "detect/detection.hpp"
#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::reach {

// Adds an exposure of each repository at its first reading of each grade, by the events of detections that
// are the intruder's, and the repository where nobody knows it.
void add_code_read(const log::EventTable &events, const std::vector<detect::Detection> &detections,
                   identity::Facts &facts);

}  // namespace dislodge::reach
