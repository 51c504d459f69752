#pragma once
// Those of whom every event is to be looked at, where the logs are too many to look at each (log/gather.hpp).

#include <set>
#include <string>
#include <vector>

#include "detect/detection.hpp"
#include "identity/fact.hpp"

namespace dislodge::detect {

// Ids, names, sessions and addresses, as events write them, of those whom detections name. Addresses only of
// sign-ins that are the intruder's.
std::set<std::string> words_about(const std::vector<Detection> &detections, const identity::Facts &facts);

}  // namespace dislodge::detect
