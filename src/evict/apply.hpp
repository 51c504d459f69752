#pragma once
// Actions as changes of the program: a fact that is closed ends at the action's effect, and what lingers from
// before a sweep ends at the sweep. Nothing is ever added here, so what the intruder holds can only shrink.

#include <span>
#include <vector>

#include "evict/candidate.hpp"
#include "evict/plan.hpp"
#include "reach/solve.hpp"

namespace dislodge::evict {

struct Timed {
  const Candidate *candidate = nullptr;
  base::Time at;  // in effect from here on
};

// For Solver::run(): the edges that change, with the times at which they still hold.
reach::Changes changes_of(const reach::Program &program, const std::vector<Timed> &actions);

// What a planned action means in a program: usually one candidate; none where it fits nothing there. A name
// that rules/actions does not know is a usage error.
base::Result<std::vector<Candidate>> resolve(const reach::Program &program, const EdgeIndex &index,
                                             const Actions &actions, const PlannedAction &planned);

// When an action in effect took effect: `since`, or where nobody said so when it was to be complete.
base::Time effect_of(const PlannedAction &planned);

// The program as it is once actions have taken effect. Only those in state in_effect count.
base::Result<reach::Program> apply(const reach::Program &program, const Actions &actions,
                                   std::span<const PlannedAction> planned);

}  // namespace dislodge::evict
