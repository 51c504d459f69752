#pragma once
// What stands around the cut: wave 0 before it (a channel that nobody reads, clean devices, evidence saved
// before an action destroys it), and after everything else one look at the credentials that could have been
// set unseen.

#include <vector>

#include "evict/numbering.hpp"
#include "evict/plan.hpp"

namespace dislodge::evict {

// Before the first action, where there is one. What destroys evidence waits for the step that saves it.
void add_preparations(std::vector<PlannedAction> &actions, const Actions &rules, base::Time start,
                      Numbering &numbers);
// A wave after the last: only when nobody can set another credential does a look at all of them settle it.
void add_sweeps(std::vector<PlannedAction> &actions, const Actions &rules, const std::vector<Sweep> &sweeps,
                base::Time after, Numbering &numbers);

}  // namespace dislodge::evict
