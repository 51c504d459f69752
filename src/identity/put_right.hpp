#pragma once
// Settings that somebody put right: a rule or delegation that was removed, auditing that was switched on
// again, a policy that has all the values from before it was changed. What the intruder had set there is
// over.
//
//   add_put_right(events, facts, sweeps);   // part of add_undone()

#include <vector>

#include "identity/fact.hpp"
#include "identity/sweeps.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

// Sweep::what is the slot, a blank, and which setting of it, as detections name what was planted: by the
// operation that made it and the name of its thing. Events must be in order of time.
void add_put_right(const log::EventTable &events, const Facts &facts, std::vector<Sweep> &sweeps);

}  // namespace dislodge::identity
