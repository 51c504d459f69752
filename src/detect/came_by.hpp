#pragma once
// What the intruder came in by, where a log tells the id of the key or token that a call was made with. They
// have that one, and nothing shows that they have another credential of the account: it is planted as "used-"
// and its slot (identity/places.hpp), beside the foothold.
//
//   came_by(view, account, index, detection);   // instead of detection.footholds.push_back(...)

#include <string>

#include "detect/view.hpp"

namespace dislodge::detect {

// Adds the foothold of a principal from an event on, and by what.
void came_by(const View &view, const std::string &principal, EventIndex index, Detection &detection);

}  // namespace dislodge::detect
