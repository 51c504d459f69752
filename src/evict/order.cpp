#include "evict/order.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "evict/control.hpp"

namespace dislodge::evict {

using reach::kNone;
using reach::NodeId;

namespace {

constexpr std::size_t kLookedAt = 200;  // steps of which it is asked what hangs on them

// What is done in one wave, and could be undone before a later one by whoever that one shuts out.
void find_undone(const Situation &s, const Schedule &schedule, std::vector<OutOfOrder> &out) {
  std::set<int> waves;
  std::set<std::pair<CandidateId, CandidateId>> said;
  for (const Step &step : schedule.steps) waves.insert(step.wave);
  for (const OutOfOrder &one : out) said.emplace(one.first, one.then);
  if (waves.size() < 2) return;
  const std::vector<std::uint32_t> rank = Control(s).ranks();
  const auto rank_of = [&](const Candidate &one) {
    const NodeId node =
        one.principal.empty() ? kNone : s.program().find(reach::NodeType::principal, one.principal);
    return node == kNone ? kNone : rank[node];
  };
  std::size_t looked_at = 0;
  for (const int wave : waves) {
    std::vector<char> closed(s.program().edges.size(), 0);
    std::vector<NodeId> open;
    for (const Step &step : schedule.steps) {
      const Candidate &one = s.candidates()[step.candidate];
      if (step.wave <= wave) {
        for (const Effect &effect : one.effects)
          if (effect.closes) closed[effect.edge] = 1;
      } else if (!one.action->settles) {
        const std::vector<NodeId> more = shuts(s, one);
        open.insert(open.end(), more.begin(), more.end());
      }
    }
    const Control control(s, closed);
    const std::vector<char> reached = control.from(open);
    std::vector<const Step *> undone;
    for (const Step &step : schedule.steps)
      if (step.wave == wave && hangs_on(s, s.candidates()[step.candidate], reached)) undone.push_back(&step);
    if (undone.empty()) continue;
    for (const Step &then : schedule.steps) {
      const Candidate &later = s.candidates()[then.candidate];
      if (then.wave <= wave || later.action->settles || ++looked_at > kLookedAt) continue;
      const std::vector<char> by_it = control.from(shuts(s, later));
      for (const Step *first : undone) {
        const Candidate &sooner = s.candidates()[first->candidate];
        if (!hangs_on(s, sooner, by_it) || !said.emplace(first->candidate, then.candidate).second) continue;
        const NodeId holder = s.program().find(reach::NodeType::principal, later.principal);
        const std::string_view name = holder == kNone ? later.target : s.program().name(holder);
        const bool both = rank_of(sooner) != kNone && rank_of(sooner) == rank_of(later);
        out.push_back({first->candidate, then.candidate,
                       sooner.principal == later.principal ? "until then what it shuts can be opened again"
                       : both ? "each can restore the other, so both must be in effect together"
                              : fmt::format("until then {} leads there and can undo it", name)});
      }
    }
  }
}

}  // namespace

void explain_order(const Situation &s, Schedule &schedule, const std::map<CandidateId, int> &postponed_by,
                   std::vector<OutOfOrder> *out_of_order) {
  std::map<std::string_view, std::vector<CandidateId>> closers;  // by principal
  std::map<CandidateId, const Step *> taken;
  for (const Step &step : schedule.steps) {
    taken.emplace(step.candidate, &step);
    const Candidate &one = s.candidates()[step.candidate];
    if (!one.action->settles && !one.principal.empty()) closers[one.principal].push_back(step.candidate);
  }
  const std::vector<char> nothing(s.candidates().size(), 0);
  std::vector<char> usable(s.candidates().size(), 0);
  for (const Step &step : schedule.steps) usable[step.candidate] = 1;
  const Horn horn = s.horn(usable);
  Closure closure(horn);
  closure.run(nothing);
  for (Step &step : schedule.steps) {
    const Candidate &one = s.candidates()[step.candidate];
    std::set<CandidateId> said;
    const auto wait = [&](CandidateId other, std::string reason) {
      const auto found = taken.find(other);
      if (other == step.candidate || found == taken.end()) return;
      if (found->second->wave >= step.wave) {
        if (out_of_order != nullptr && found->second->wave > step.wave && said.insert(other).second)
          out_of_order->push_back({step.candidate, other, std::move(reason)});
        return;
      }
      if (said.insert(other).second) step.after.emplace_back(other, std::move(reason));
    };
    if (one.action->settles) {
      for (const CandidateId other : closers[one.principal]) {
        wait(other, "what is revoked before this is in effect can be opened again");
      }
    }
    const bool postponed = postponed_by.contains(step.candidate);
    const bool travels = one.action->target == Target::secret || (out_of_order != nullptr && !step.by_hand);
    if (postponed || travels) {
      for (const Replacement *replacement : s.replacements(one)) {
        for (const NodeId channel : replacement->channels) {
          if (s.without_plan().until(channel) <= s.options().start || s.atom(channel) == kNone) continue;
          for (const ClauseId clause : closure.proof(s.atom(channel))) {
            for (const CandidateId killer : horn.clauses[clause].killers) {
              wait(killer,
                   fmt::format("the new secret would travel through {}, which the intruder reads until then",
                               s.program().name(channel)));
            }
          }
        }
      }
    }
    if (postponed) {
      // What could issue anew what this ends: whatever leads to it.
      const std::size_t before = step.after.size();
      for (const Effect &effect : one.effects) {
        if (!effect.ends) continue;
        for (const NodeId premise : s.program().premises(s.program().edges[effect.edge])) {
          if (s.atom(premise) == kNone || !closure.holds(s.atom(premise))) continue;
          for (const ClauseId clause : closure.proof(s.atom(premise))) {
            for (const CandidateId killer : horn.clauses[clause].killers)
              wait(killer, "until then what this ends could be issued anew");
          }
        }
      }
      if (step.after.size() == before)
        step.placed = "until the waves before are complete, what this ends could be issued anew";
    }
    if (!step.after.empty() || step.wave <= 1) step.placed.clear();
  }
  if (out_of_order != nullptr) find_undone(s, schedule, *out_of_order);
}

}  // namespace dislodge::evict
