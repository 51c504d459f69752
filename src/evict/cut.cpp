// The cheapest cut.
//
// The program is a set of Horn clauses; each may have actions that stop it. We want the cheapest set of
// actions after which no goal follows. Where every clause has one premise, and what each action stops has its
// conclusion or its premise in common (disabling an account shuts every way into it), that is a minimum cut,
// and maximum flow solves it exactly: the flow is a set of disjoint ways back in, and no plan can be cheaper
// than one action on each of them.
//
// Where clauses have several premises, or one action stops many, it is a hitting set over all proofs, and
// there are too many proofs to list. So we list them lazily: solve the hitting set of the proofs found so far
// (CBC, exact); see what still follows; if nothing does, the set is optimal, since every plan must hit those
// proofs. Else add, for what still follows, a maximal collection of proofs that share no action, and solve
// again. Every solution of a subset of the constraints is a lower bound, so whenever we stop, the bound is
// proven.

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "evict/flow.hpp"
#include "evict/horn.hpp"
#include "evict/master.hpp"

namespace dislodge::evict {
namespace {

constexpr std::uint32_t kRoundsMax = 400;
constexpr double kScale = 1000;  // costs have three decimals

class Cutter {
 public:
  Cutter(const Horn &horn, const std::vector<double> &costs, const std::vector<CandidateId> &forced,
         const std::vector<std::vector<CandidateId>> &also)
      : horn_(horn), costs_(costs), also_(also), goal_(horn.goal), closure_(horn) {
    chosen_.assign(costs.size(), 0);
    for (const CandidateId id : forced) chosen_[id] = 1;
    forced_ = chosen_;
  }

  CutResult run() {
    set_uncuttable_aside();
    closure_.run(forced_);
    if (also_.empty() && !any_goal()) return std::move(result_);
    restrict_to_what_matters();
    if (also_.empty() && by_flow()) {
      result_.method = "max-flow";
    } else {
      by_hitting_set();
      result_.method = "hitting set";
    }
    std::sort(result_.chosen.begin(), result_.chosen.end());
    return std::move(result_);
  }

 private:
  bool any_goal() const {
    return std::any_of(closure_.order().begin(), closure_.order().end(),
                       [&](Atom atom) { return goal_[atom]; });
  }

  void set_uncuttable_aside() {
    const std::vector<char> everything(costs_.size(), 1);
    closure_.run(everything);
    for (const Atom atom : closure_.order()) {
      if (!goal_[atom]) continue;
      goal_[atom] = 0;
      result_.uncuttable.push_back(atom);
    }
    std::sort(result_.uncuttable.begin(), result_.uncuttable.end());
  }

  bool stopped(const Clause &clause) const {
    return std::any_of(clause.killers.begin(), clause.killers.end(),
                       [&](CandidateId id) { return forced_[id]; });
  }

  // Clauses that can fire under the forced actions and lead to a goal.
  void restrict_to_what_matters() {
    std::vector<std::vector<ClauseId>> into(horn_.atoms);
    for (ClauseId id = 0; id < horn_.clauses.size(); ++id) {
      const Clause &clause = horn_.clauses[id];
      if (stopped(clause)) continue;
      const bool fires = std::all_of(clause.body.begin(), clause.body.end(),
                                     [&](Atom atom) { return closure_.holds(atom); });
      if (fires) into[clause.head].push_back(id);
    }
    std::vector<char> seen(horn_.atoms, 0);
    std::vector<Atom> queue;
    for (Atom atom = 0; atom < horn_.atoms; ++atom) {
      if (!goal_[atom] || !closure_.holds(atom)) continue;
      seen[atom] = 1;
      queue.push_back(atom);
    }
    for (std::size_t i = 0; i < queue.size(); ++i) {
      for (const ClauseId id : into[queue[i]]) {
        matters_.push_back(id);
        for (const Atom atom : horn_.clauses[id].body) {
          if (seen[atom]) continue;
          seen[atom] = 1;
          queue.push_back(atom);
        }
      }
    }
    std::sort(matters_.begin(), matters_.end());
    drop_dominated();
  }

  // An action that stops no more than a cheaper one is never needed: without such actions fewer are shared,
  // and maximum flow applies more often.
  void drop_dominated() {
    std::vector<std::vector<ClauseId>> stops(costs_.size());
    killers_.resize(horn_.clauses.size());
    for (const ClauseId id : matters_) {
      for (const CandidateId killer : horn_.clauses[id].killers) stops[killer].push_back(id);
    }
    std::vector<char> dropped(costs_.size(), 0);
    std::vector<char> asked(costs_.size(), 0);  // those that other sets name stay comparable with nothing
    for (const auto &set : also_) {
      for (const CandidateId id : set) asked[id] = 1;
    }
    for (CandidateId id = 0; id < stops.size(); ++id) {
      if (stops[id].empty() || asked[id]) continue;
      const ClauseId rarest =
          *std::min_element(stops[id].begin(), stops[id].end(), [&](ClauseId a, ClauseId b) {
            return horn_.clauses[a].killers.size() < horn_.clauses[b].killers.size();
          });
      for (const CandidateId other : horn_.clauses[rarest].killers) {
        if (other == id || dropped[other] || costs_[other] > costs_[id] ||
            stops[other].size() < stops[id].size())
          continue;
        // Of two equals the first stays.
        if (costs_[other] == costs_[id] && stops[other].size() == stops[id].size() && other > id) continue;
        if (!std::includes(stops[other].begin(), stops[other].end(), stops[id].begin(), stops[id].end()))
          continue;
        dropped[id] = 1;
        break;
      }
    }
    for (const ClauseId id : matters_) {
      for (const CandidateId killer : horn_.clauses[id].killers) {
        if (!dropped[killer]) killers_[id].push_back(killer);
      }
    }
  }

  CandidateId cheapest(const std::vector<CandidateId> &killers) const {
    return *std::min_element(killers.begin(), killers.end(), [&](CandidateId a, CandidateId b) {
      return costs_[a] != costs_[b] ? costs_[a] < costs_[b] : a < b;
    });
  }

  // A gate is an arc that one action shuts. An action that stops several clauses is one gate where they have
  // their conclusion or their premise in common and the sets of all such actions are nested: the narrower
  // gate then leads through the wider one.
  struct Gate {
    std::uint32_t from, to;
    CandidateId action;
  };

  // Builds the gates of one side. `at`: per clause the node where the innermost gate begins (conclusions) or
  // ends (premises). False where two sets overlap and neither holds the other.
  bool add_gates(Flow &flow, std::map<std::vector<ClauseId>, CandidateId> &sets, bool conclusions,
                 std::vector<std::uint32_t> &at, std::vector<Gate> &gates) const {
    std::vector<const std::pair<const std::vector<ClauseId>, CandidateId> *> order;
    for (const auto &set : sets) order.push_back(&set);
    std::stable_sort(order.begin(), order.end(),
                     [](const auto *x, const auto *y) { return x->first.size() > y->first.size(); });
    for (const auto *set : order) {
      const std::uint32_t outer = at[set->first.front()];
      for (const ClauseId id : set->first) {
        if (at[id] != outer) return false;
      }
      const std::uint32_t node = flow.add_node();
      const std::uint32_t from = conclusions ? node : outer;
      const std::uint32_t to = conclusions ? outer : node;
      flow.add_arc(from, to, std::llround(costs_[set->second] * kScale));
      gates.push_back({from, to, set->second});
      for (const ClauseId id : set->first) at[id] = node;
    }
    return true;
  }

  // False where the program is not one for maximum flow.
  bool by_flow() {
    const std::uint32_t source = horn_.atoms;
    const std::uint32_t sink = horn_.atoms + 1;
    const auto premise = [&](ClauseId id) {
      return horn_.clauses[id].body.empty() ? source : horn_.clauses[id].body.front();
    };
    std::vector<std::vector<ClauseId>> stops(costs_.size());
    for (const ClauseId id : matters_) {
      if (horn_.clauses[id].body.size() > 1) return false;
      for (const CandidateId killer : killers_[id]) stops[killer].push_back(id);
    }
    std::map<std::vector<ClauseId>, CandidateId> conclusions, premises;
    for (CandidateId id = 0; id < stops.size(); ++id) {
      const auto &set = stops[id];
      if (set.empty()) continue;
      const auto same = [&](auto &&of) {
        return std::all_of(set.begin(), set.end(), [&](ClauseId one) { return of(one) == of(set.front()); });
      };
      auto *side = same([&](ClauseId one) { return horn_.clauses[one].head; }) ? &conclusions
                   : same(premise)                                             ? &premises
                                                                               : nullptr;
      if (side == nullptr) return false;
      const auto [at, fresh] = side->emplace(set, id);
      if (!fresh && costs_[id] < costs_[at->second]) at->second = id;
    }
    Flow flow(horn_.atoms + 2);
    for (Atom atom = 0; atom < horn_.atoms; ++atom) {
      if (goal_[atom] && closure_.holds(atom)) flow.add_arc(atom, sink, Flow::kInfinite);
    }
    std::vector<std::uint32_t> into(horn_.clauses.size()), from(horn_.clauses.size());
    for (const ClauseId id : matters_) {
      into[id] = horn_.clauses[id].head;
      from[id] = premise(id);
    }
    std::vector<Gate> gates;
    if (!add_gates(flow, conclusions, true, into, gates) || !add_gates(flow, premises, false, from, gates))
      return false;
    for (const ClauseId id : matters_) flow.add_arc(from[id], into[id], Flow::kInfinite);
    if (flow.solve(source, sink) >= Flow::kInfinite) return false;
    for (const Gate &gate : gates) {
      if (!flow.source_side(gate.from) || flow.source_side(gate.to)) continue;
      result_.chosen.push_back(gate.action);
      result_.cost += costs_[gate.action];
    }
    result_.bound = result_.cost;
    return true;
  }

  // The clauses that matter by themselves, with the actions that are worth a thought: what the rounds run
  // over.
  void make_small() {
    small_.atoms = horn_.atoms;
    for (const ClauseId id : matters_) {
      small_.clauses.push_back(horn_.clauses[id]);
      small_.clauses.back().killers = killers_[id];
    }
    small_.index();
    closure_ = Closure(small_);
  }

  std::vector<CandidateId> killers_of_proof(Atom atom) const {
    std::vector<CandidateId> set;
    for (const ClauseId id : closure_.proof(atom)) {
      const auto &killers = small_.clauses[id].killers;
      set.insert(set.end(), killers.begin(), killers.end());
    }
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
    return set;
  }

  // For what follows under `chosen`: proofs that share no action, as many as there are.
  bool add_disjoint_proofs(std::vector<char> chosen) {
    bool added = false;
    std::vector<char> used(costs_.size(), 0);
    for (bool more = true; more;) {
      more = false;
      closure_.run(chosen);
      // Premises come before conclusions, so what stands on a used action is known without looking at whole
      // proofs: those are long, and most share an action.
      std::vector<char> spoiled(horn_.atoms, 0);
      for (const Atom atom : closure_.order()) {
        const ClauseId by = closure_.by(atom);
        const auto &[body, head, killers] = small_.clauses[by];
        spoiled[atom] = std::any_of(body.begin(), body.end(), [&](Atom one) { return spoiled[one]; }) ||
                        std::any_of(killers.begin(), killers.end(), [&](CandidateId id) { return used[id]; });
        if (!goal_[atom] || spoiled[atom]) continue;
        std::vector<CandidateId> set = killers_of_proof(atom);
        if (set.empty()) continue;  // uncuttable, and set aside before
        if (std::any_of(set.begin(), set.end(), [&](CandidateId id) { return used[id]; })) continue;
        for (const CandidateId id : set) used[id] = chosen[id] = 1;
        spoiled[atom] = 1;
        sets_.push_back(std::move(set));
        added = more = true;
      }
    }
    return added;
  }

  void by_hitting_set() {
    make_small();
    for (const auto &set : also_) {
      if (!set.empty()) sets_.push_back(set);
    }
    for (result_.rounds = 1; result_.rounds <= kRoundsMax; ++result_.rounds) {
      const HittingSet hitting = hit(sets_, costs_);
      if (!hitting.solved) break;
      result_.bound = std::max(result_.bound, hitting.bound);
      chosen_ = forced_;
      for (const CandidateId id : hitting.chosen) chosen_[id] = 1;
      if (!add_disjoint_proofs(chosen_)) {
        result_.chosen = hitting.chosen;
        result_.cost = hitting.cost;
        return;
      }
    }
    complete();
  }

  // Out of rounds: the last solution, completed by the cheapest member of whatever is not hit yet, then
  // thinned.
  void complete() {
    for (;;) {
      const std::size_t before = sets_.size();
      if (!add_disjoint_proofs(chosen_)) break;
      for (std::size_t i = before; i < sets_.size(); ++i) chosen_[cheapest(sets_[i])] = 1;
    }
    std::vector<CandidateId> order(costs_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](CandidateId a, CandidateId b) { return costs_[a] > costs_[b]; });
    for (const CandidateId id : order) {
      if (!chosen_[id] || forced_[id]) continue;
      chosen_[id] = 0;
      const bool needed = std::any_of(also_.begin(), also_.end(), [&](const auto &set) {
        return std::none_of(set.begin(), set.end(), [&](CandidateId one) { return chosen_[one]; });
      });
      closure_.run(chosen_);
      if (needed || any_goal()) chosen_[id] = 1;
    }
    for (CandidateId id = 0; id < chosen_.size(); ++id) {
      if (!chosen_[id] || forced_[id]) continue;
      result_.chosen.push_back(id);
      result_.cost += costs_[id];
    }
  }

  const Horn &horn_;
  const std::vector<double> &costs_;
  const std::vector<std::vector<CandidateId>> &also_;
  std::vector<char> goal_, chosen_, forced_;
  Closure closure_;
  Horn small_;
  std::vector<ClauseId> matters_;
  std::vector<std::vector<CandidateId>> killers_;  // per clause that matters: those worth a thought
  std::vector<std::vector<CandidateId>> sets_;
  CutResult result_;
};

}  // namespace

CutResult cheapest_cut(const Horn &horn, const std::vector<double> &costs,
                       const std::vector<CandidateId> &forced,
                       const std::vector<std::vector<CandidateId>> &also) {
  return Cutter(horn, costs, forced, also).run();
}

}  // namespace dislodge::evict
