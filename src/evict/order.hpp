#pragma once
// Why one step waits for another. The schedule has the order; this finds the reasons, for people, and in a
// plan by hand what stands the wrong way round.

#include <map>
#include <string>
#include <vector>

#include "evict/schedule.hpp"

namespace dislodge::evict {

struct OutOfOrder {
  CandidateId first = 0;  // comes sooner
  CandidateId then = 0;   // comes later, and should not
  std::string why;
};

// Fills `after` of each step, and `placed` where a step of a later wave waits for none by name. `postponed`:
// sweeps that the check has moved to a later wave. `out_of_order`, where it is given: the plan is somebody's,
// and so may be its order.
void explain_order(const Situation &situation, Schedule &schedule,
                   const std::map<CandidateId, int> &postponed,
                   std::vector<OutOfOrder> *out_of_order = nullptr);

}  // namespace dislodge::evict
