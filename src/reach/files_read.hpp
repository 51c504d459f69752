#pragma once
// Files that the intruder was seen to open or download from a site of SharePoint, OneDrive or whatever else a
// log names by its address. The site is read in part, and what lies in it is missing evidence until it is
// handed in.
//
//   add_files_read(events, detections, facts);   // before make_program(); facts stay settled but for
//   exposures

#include <vector>

#include "detect/detection.hpp"
#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::reach {

// Adds an exposure of each file at its first reading of each grade, by the events of detections that are the
// intruder's, and its site where nobody knows it.
void add_files_read(const log::EventTable &events, const std::vector<detect::Detection> &detections,
                    identity::Facts &facts);

}  // namespace dislodge::reach
