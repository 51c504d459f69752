#include "evict/waves.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace dislodge::evict {

using base::Time;
using reach::NodeId;

std::vector<Wave> waves_of(const Situation &situation, const Schedule &schedule, const CheckResult &found,
                           const std::vector<PlannedAction> &actions) {
  std::map<int, Wave> waves;
  const auto at = [&](int number) -> Wave & {
    Wave &wave = waves[number];
    wave.number = number;
    return wave;
  };
  for (const PlannedAction &one : actions) {
    if (one.state == ActionState::in_effect && one.role != Role::prepare) continue;
    Wave &wave = at(one.wave);
    if (wave.actions++ == 0) {
      wave.starts = one.starts;
      wave.in_effect = wave.complete = one.effective_by;
    }
    wave.starts = std::min(wave.starts, one.starts);
    wave.complete = std::max(wave.complete, one.effective_by);
    if (one.wave == 0) wave.in_effect = wave.complete;
    wave.visible |= one.visible_to_intruder;
    for (const std::string &text : one.breaks) {
      if (std::find(wave.breaks.begin(), wave.breaks.end(), text) == wave.breaks.end())
        wave.breaks.push_back(text);
    }
  }
  for (const Step &step : schedule.steps) {
    const auto wave = waves.find(step.wave);
    if (wave == waves.end()) continue;
    Time &in_effect = wave->second.in_effect;
    in_effect = in_effect < wave->second.starts || in_effect == wave->second.complete
                    ? step.at
                    : std::max(in_effect, step.at);
  }
  // What is held past the moment at which a wave is complete.
  Time latest = base::kTimeMin;
  for (auto &[number, wave] : waves) {
    latest = std::max(latest, wave.complete);
    for (NodeId node = 0; node < situation.program().nodes.size(); ++node) {
      if (!situation.is_thing(node) || !found.with_plan.holds(node)) continue;
      wave.still_held += found.with_plan.until(node) > latest;
    }
  }
  std::vector<Wave> list;
  for (auto &[number, wave] : waves) list.push_back(std::move(wave));
  return list;
}

std::vector<Swap> adjacent_swaps(const Situation &situation, const Schedule &schedule,
                                 const CheckResult &found, std::uint64_t &tried) {
  std::vector<Swap> swaps;
  int last = 1;
  for (const Step &step : schedule.steps) last = std::max(last, step.wave);
  if (last < 2) return swaps;
  const std::set<NodeId> left(found.left.begin(), found.left.end());
  const std::set<const Replacement *> leaked(found.leaked.begin(), found.leaked.end());
  // A run costs about what it reaches, and each step of the plan, timed and made a change anew, as much as
  // some dozen edges.
  constexpr std::uint64_t kStepEdges = 32;
  const std::uint64_t each = situation.relevant().edges.size() + situation.program().nodes.size() +
                             kStepEdges * schedule.steps.size() + 1;
  std::uint64_t work = 0;
  Schedule other = schedule;  // one step of it is moved at a time, and put back
  for (std::size_t i = 0; i < schedule.steps.size(); ++i) {
    for (const bool earlier : {true, false}) {
      const int wave = schedule.steps[i].wave + (earlier ? -1 : 1);
      if (wave < 1 || wave > last) continue;
      if (work += each; work > kSwapWork) return swaps;
      ++tried;
      other.steps[i].wave = wave;
      other.steps[i].waits = false;
      other.time(situation);
      const CheckResult result = check(situation, other);
      other.steps[i].wave = schedule.steps[i].wave;
      other.steps[i].waits = schedule.steps[i].waits;
      Swap swap;
      swap.action = std::to_string(schedule.steps[i].candidate);
      swap.earlier = earlier;
      for (const NodeId node : result.left) {
        if (!left.contains(node)) swap.leaks.emplace_back(situation.program().id(node));
      }
      for (const Replacement *one : result.leaked) {
        if (!leaked.contains(one)) swap.leaks.emplace_back(situation.program().id(one->new_secret));
      }
      if (!swap.leaks.empty()) swaps.push_back(std::move(swap));
    }
  }
  return swaps;
}

}  // namespace dislodge::evict
