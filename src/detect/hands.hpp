#pragma once
// hands.cpp: what the intruder did as accounts of systems other than Entra, beside what other passes tell.

#include <string>
#include <vector>

#include "detect/attribution.hpp"
#include "detect/detection.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

// Call it when the rest is told.
// What `uses` or `out` tell already is not told again.
void tell_hands(const View &view, const Attribution &attribution, const std::vector<Detection> &uses,
                std::vector<Detection> &out);

// Whose rights an event of theirs shows in use beside the actor's own: the role of AWS behind a session of it
// ("arn:aws:sts::ACCOUNT:assumed-role/ROLE/NAME", a principal of its own), the account of a host that sudo
// made them; "" for other events.
std::string rights_in_use(const View &view, const log::Event &event);

}  // namespace dislodge::detect
