#pragma once
// What each wave as a whole does, and which adjacent changes of the order would leak.

#include <vector>

#include "evict/plan.hpp"
#include "evict/schedule.hpp"

namespace dislodge::evict {

std::vector<Wave> waves_of(const Situation &situation, const Schedule &schedule, const CheckResult &found,
                           const std::vector<PlannedAction> &actions);

// Each step one wave earlier and one wave later, checked by reach; those that leak are returned, with the
// candidate's number as `action`. Stops at kSwapWork edge visits: `tried` says how many were run.
std::vector<Swap> adjacent_swaps(const Situation &situation, const Schedule &schedule,
                                 const CheckResult &found, std::uint64_t &tried);

inline constexpr std::uint64_t kSwapWork = 20'000'000;

}  // namespace dislodge::evict
