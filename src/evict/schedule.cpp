#include "evict/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace dislodge::evict {

using base::Time;
using reach::Edge;
using reach::FactKind;
using reach::NodeId;
using reach::NodeType;

namespace {

// The longest that anything outlives its cause at each principal, apart from what lasts until revoked.
std::unordered_map<std::string_view, std::int64_t> finite_lives(const Situation &situation) {
  std::unordered_map<std::string_view, std::int64_t> lives;
  for (const reach::EdgeId id : situation.relevant().edges) {
    const Edge &edge = situation.program().edges[id];
    if (edge.linger_us <= 0 || edge.linger_us == reach::kForever) continue;
    std::int64_t &longest = lives[situation.program().id(edge.conclusion)];
    longest = std::max(longest, edge.linger_us);
  }
  return lives;
}

}  // namespace

std::int64_t preparation_us(const Actions &actions) {
  std::int64_t longest = 0;
  for (const Action &action : actions.all()) {
    if (action.target == Target::preparation) longest = std::max(longest, action.latency_us);
  }
  return longest;
}

void Schedule::time(const Situation &situation) {
  const auto lives = finite_lives(situation);
  int last = 1;
  for (const Step &step : steps) last = std::max(last, step.wave);
  wave_start.assign(static_cast<std::size_t>(last) + 1, first);
  wave_start[0] = situation.options().start;
  Time begin = first;
  end = first;
  for (int wave = 1; wave <= last; ++wave) {
    const bool waits = std::any_of(steps.begin(), steps.end(),
                                   [&](const Step &step) { return step.wave == wave && step.waits; });
    if (waits) begin = std::max(begin, end);
    if (const auto set = not_before.find(wave); set != not_before.end()) begin = std::max(begin, set->second);
    wave_start[static_cast<std::size_t>(wave)] = begin;
    Time in_effect = begin;
    for (Step &step : steps) {
      if (step.wave != wave) continue;
      const Candidate &candidate = situation.candidates()[step.candidate];
      step.issued = begin;
      step.at = begin + candidate.action->latency_us;
      if (candidate.action->twice) step.at = step.at + candidate.action->gap_us;
      std::int64_t lingers = 0;
      for (const Effect &effect : candidate.effects) {
        lingers = std::max(lingers, effect.lag_us);
        const Edge &edge = situation.program().edges[effect.edge];
        if (edge.linger_us != reach::kForever) lingers = std::max(lingers, edge.linger_us);
        // What is closed feeds tokens of the same principal, which run out after it.
        const auto life = lives.find(situation.program().id(edge.conclusion));
        if (life != lives.end()) lingers = std::max(lingers, effect.lag_us + life->second);
      }
      step.complete = step.at + lingers;
      in_effect = std::max(in_effect, step.at);
      end = std::max(end, step.complete);
    }
    begin = in_effect;
  }
}

reach::Changes Schedule::changes(const Situation &situation) const {
  std::vector<Timed> timed;
  timed.reserve(steps.size());
  for (const Step &step : steps) timed.push_back({&situation.candidates()[step.candidate], step.at});
  reach::Changes changes = changes_of(situation.program(), timed);
  for (const Step &step : steps) {
    for (const Replacement *one : situation.replacements(situation.candidates()[step.candidate])) {
      const base::Interval from{step.at, base::kTimeMax};
      changes[one->binding] = {reach::Piece{from, 0, base::kTimeMax}};
      if (step.by_hand) continue;
      for (const reach::EdgeId delivery : one->deliveries)
        changes[delivery] = {reach::Piece{from, 0, base::kTimeMax}};
    }
  }
  return changes;
}

CheckResult check(const Situation &situation, const Schedule &schedule) {
  const reach::Program &program = situation.program();
  const reach::Changes changes = schedule.changes(situation);
  CheckResult result;
  result.with_plan = situation.solver().run(&changes);
  for (NodeId node = 0; node < program.nodes.size(); ++node) {
    if (!result.with_plan.holds(node)) continue;
    if (situation.is_goal(node) && result.with_plan.until(node) > schedule.end) result.left.push_back(node);
    const reach::Node &one = program.nodes[node];
    if (one.type != NodeType::principal && one.type != NodeType::resource) continue;
    const base::IntervalSet more =
        result.with_plan.intervals(node).subtract(situation.without_plan().intervals(node));
    if (more.empty()) continue;
    result.growth.push_back(fmt::format("{} is held {}, which would not be so without the plan",
                                        program.name(node), base::format_interval(more.items().front())));
  }
  for (const Replacement &one : situation.all_replacements()) {
    if (result.with_plan.holds(one.new_secret)) result.leaked.push_back(&one);
  }
  std::sort(result.left.begin(), result.left.end(),
            [&](NodeId a, NodeId b) { return program.id(a) < program.id(b); });
  std::sort(result.growth.begin(), result.growth.end());
  return result;
}

std::string wave_at(const Schedule &schedule, Time time) {
  if (time >= schedule.end) return "end";
  std::size_t wave = 0;
  while (wave + 1 < schedule.wave_start.size() && schedule.wave_start[wave + 1] <= time) ++wave;
  return fmt::format("wave {}", wave);
}

}  // namespace dislodge::evict
