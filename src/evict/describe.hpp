#pragma once
// From a checked schedule to the plan that people read: names, reasons, what leaks without each action, the
// verdict.

#include <string>
#include <vector>

#include "evict/order.hpp"
#include "evict/schedule.hpp"

namespace dislodge::evict {

struct Described {
  const Situation &situation;
  const Actions &actions;
  const Schedule &schedule;
  const CheckResult &found;
  const CutResult &cut;
  std::vector<reach::NodeId> uncuttable;
  std::vector<std::string> not_needed;
  std::vector<std::string> refused;      // what would have to be done and is forbidden
  std::vector<CandidateId> overlooked;   // of a plan by hand: obligations that it has not
  std::vector<OutOfOrder> out_of_order;  // of a plan by hand
  double cut_seconds = 0;
};

Plan describe(const Described &parts);

}  // namespace dislodge::evict
