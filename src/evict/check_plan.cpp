// A plan made by hand, judged: its leaks, the obligations that it overlooks, and what stands in the wrong
// order.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "evict/describe.hpp"
#include "evict/obligations.hpp"
#include "evict/order.hpp"
#include "evict/plan.hpp"

namespace dislodge::evict {

namespace {

// The candidates that a line of a plan means: of its action, at its target (or the principal or resource that
// a person would name instead), narrowed by what else it says.
std::vector<CandidateId> matching(const Situation &situation, const PlannedAction &planned) {
  std::vector<CandidateId> fit, named;
  for (CandidateId id = 0; id < situation.candidates().size(); ++id) {
    const Candidate &one = situation.candidates()[id];
    if (one.action->id != planned.action) continue;
    if (one.target != planned.target && one.principal != planned.target && one.resource != planned.target)
      continue;
    if (!planned.principal.empty() && !one.principal.empty() && one.principal != planned.principal) continue;
    if (!planned.secret.empty() && one.secret != planned.secret) continue;
    if (!planned.fact.empty() && one.fact != planned.fact) continue;
    fit.push_back(id);
    if (one.action->name == planned.name) named.push_back(id);
  }
  // A user that the intruder made and one whom they hold are disabled by two actions of one name; the words
  // of the line tell which.
  return named.empty() ? fit : named;
}

// The action whose name is a slip of the pen away.
std::string nearest(const Actions &actions, std::string_view text) {
  std::string best;
  std::size_t least = std::max<std::size_t>(3, text.size() / 4) + 1;
  for (const Action &one : actions.all()) {
    std::vector<std::size_t> row(one.id.size() + 1);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::size_t corner = row[0]++;
      for (std::size_t j = 1; j < row.size(); ++j) {
        const std::size_t change = corner + (one.id[j - 1] != text[i]);
        corner = row[j];
        row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
      }
    }
    if (row.back() >= least) continue;
    least = row.back();
    best = one.id;
  }
  return best;
}

}  // namespace

base::Result<Plan> check_plan(const reach::Reach &reach, const Actions &actions,
                              std::vector<PlannedAction> planned, const PlanOptions &given) {
  PlanOptions options = given;
  for (const PlannedAction &one : planned) {
    if (one.state == ActionState::in_effect) options.previous.push_back(one);
  }
  DISLODGE_TRY_ASSIGN(const std::unique_ptr<Situation> situation, Situation::make(reach, actions, options));
  Situation &s = *situation;
  Schedule schedule;
  schedule.first = options.start + preparation_us(actions);
  std::vector<std::string> unfit;
  bool said_when = false;
  for (PlannedAction &one : planned) {
    const Action *rule = actions.find(one.action);
    if (rule == nullptr) {
      const std::string near = nearest(actions, one.action);
      return base::fail(base::ErrorKind::usage,
                        fmt::format("plan: action \"{}\"{} is in no file of rules/actions{}", one.action,
                                    one.id.empty() ? "" : " (" + one.id + ")",
                                    near.empty() ? "" : "; is it \"" + near + "\"?"));
    }
    if (one.state == ActionState::failed || one.state == ActionState::rolled_back) continue;
    if (rule->target == Target::preparation || rule->target == Target::place ||
        one.state == ActionState::in_effect)
      continue;
    if (one.wave < 1 || one.wave > 1000) {
      return base::fail(base::ErrorKind::usage, fmt::format("plan: {} {}: wave {} is not from 1 to 1000",
                                                            one.action, one.target, one.wave));
    }
    // A plan that says when a wave begins keeps that.
    if (one.starts > options.start) {
      const auto [at, fresh] = schedule.not_before.emplace(one.wave, one.starts);
      if (!fresh) at->second = std::min(at->second, one.starts);
      if (one.wave == 1) {
        schedule.first = said_when ? std::min(schedule.first, one.starts) : one.starts;
        said_when = true;
      }
    }
    const std::vector<CandidateId> fit = matching(s, one);
    if (fit.empty())
      unfit.push_back(fmt::format("{}{} {} changes nothing within reach", one.id.empty() ? "" : one.id + ": ",
                                  one.action, one.target_name.empty() ? one.target : one.target_name));
    for (const CandidateId id : fit) {
      const bool there = std::any_of(schedule.steps.begin(), schedule.steps.end(),
                                     [&](const Step &step) { return step.candidate == id; });
      if (there) continue;
      Step step;
      step.candidate = id;
      step.wave = one.wave;
      step.id = one.id;
      step.by_hand = one.delivery == "by hand";
      schedule.steps.push_back(std::move(step));
    }
  }
  const Obligations obligations = obligations_of(s);
  std::set<reach::EdgeId> closed;
  double cost = 0;
  for (Step &step : schedule.steps) {
    const Candidate &one = s.candidates()[step.candidate];
    step.role = obligations.set.contains(step.candidate) ? Role::obligation
                : one.action->settles                    ? Role::settle
                                                         : Role::cut;
    if (step.role != Role::obligation) cost += one.cost;
    for (const Effect &effect : one.effects) {
      if (effect.closes) closed.insert(effect.edge);
    }
  }
  std::vector<CandidateId> overlooked;
  for (const CandidateId id : obligations.taken) {
    const auto &effects = s.candidates()[id].effects;
    const bool done = std::all_of(effects.begin(), effects.end(), [&](const Effect &effect) {
      return !effect.closes || closed.contains(effect.edge);
    });
    if (!done) overlooked.push_back(id);
  }
  schedule.time(s);
  const CheckResult found = check(s, schedule);
  std::vector<OutOfOrder> out_of_order;
  explain_order(s, schedule, {}, &out_of_order);
  const CutResult none;
  Described parts{.situation = s,
                  .actions = actions,
                  .schedule = schedule,
                  .found = found,
                  .cut = none,
                  .uncuttable = {},
                  .not_needed = obligations.not_needed,
                  .refused = obligations.refused,
                  .overlooked = overlooked,
                  .out_of_order = out_of_order};
  Plan plan = describe(parts);
  plan.method = std::string(kByHand);
  plan.cost = cost;
  plan.remarks.insert(plan.remarks.begin(), unfit.begin(), unfit.end());
  return plan;
}

}  // namespace dislodge::evict
