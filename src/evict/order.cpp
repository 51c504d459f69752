#include "evict/order.hpp"

#include <fmt/format.h>

#include <set>

namespace dislodge::evict {

using reach::kNone;
using reach::NodeId;

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
}

}  // namespace dislodge::evict
