#pragma once
// From a checked schedule to the plan that people read: names, reasons, what leaks without each action, the
// verdict.

#include <string>
#include <vector>

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
  double cut_seconds = 0;
};

Plan describe(const Described &parts);

}  // namespace dislodge::evict
