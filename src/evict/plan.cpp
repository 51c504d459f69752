// How a plan is made: obligations, the cheapest cut of what is left, waves, and the check by running reach
// through them. What the check finds goes back into the plan: a new secret that leaks is handed over by hand,
// a sweep that came too early moves to a later wave, and a way back in that the static cut could not see
// (roles that keep each other alive) becomes one more set that the cut must hit. docs/eviction.md has the
// whole argument.

#include "evict/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <tuple>

#include "evict/describe.hpp"
#include "evict/schedule.hpp"
#include "reach/components.hpp"
#include "reach/why.hpp"

namespace dislodge::evict {

using base::Time;
using reach::Edge;
using reach::EdgeId;
using reach::FactKind;
using reach::kNone;
using reach::LabelId;
using reach::NodeId;
using reach::NodeType;

namespace {

constexpr int kRepairsMax = 16;
constexpr int kWavesMax = 24;

class Planner {
 public:
  Planner(Situation &situation, const Actions &actions) : s_(situation), actions_(actions) {}

  Plan run() {
    choose_obligations();
    Schedule schedule;
    CheckResult found;
    for (int repairs = 0;; ++repairs) {
      choose_cut();
      schedule = make_schedule();
      found = check(s_, schedule);
      if (repairs >= kRepairsMax || !repair(schedule, found)) break;
    }
    explain_order(schedule);
    Described parts{s_, actions_, schedule, found, cut_, uncuttable_, not_needed_, cut_seconds_};
    return describe(parts);
  }

 private:
  const Candidate &candidate(CandidateId id) const { return s_.candidates()[id]; }

  bool forbidden(const Candidate &one) const {
    const auto &list = s_.options().forbid;
    return std::any_of(list.begin(), list.end(), [&](const std::string &text) {
      return text == one.action->id || text == fmt::format("{} {}", one.action->id, one.target);
    });
  }

  // Among the candidates of an obligation for one thing, the most particular: actions come in that order.
  CandidateId best(Obligation obligation, std::string_view principal, std::string_view secret,
                   std::string_view fact, EdgeId edge) const {
    CandidateId found = kNone;
    for (const CandidateId id : by_edge_.at(edge)) {
      const Candidate &one = candidate(id);
      if (one.action->obligation != obligation || one.principal != principal || one.secret != secret ||
          one.fact != fact) {
        continue;
      }
      if (found == kNone || one.action < candidate(found).action) found = id;
    }
    return found;
  }

  // Every secret that the intruder can know and that is not shown to be dead; every credential and right that
  // they set.
  void choose_obligations() {
    leads_.assign(s_.program().nodes.size(), 0);
    for (const EdgeId id : s_.relevant().edges) {
      const Edge &edge = s_.program().edges[id];
      if (s_.program().nodes[edge.conclusion].type != NodeType::principal) continue;
      for (const NodeId premise : s_.program().premises(edge)) {
        leads_[premise] |= s_.program().nodes[premise].type == NodeType::principal;
      }
    }
    usable_.assign(s_.candidates().size(), 0);
    for (CandidateId id = 0; id < s_.candidates().size(); ++id) {
      const Candidate &one = candidate(id);
      usable_[id] = one.action->obligation == Obligation::none && !forbidden(one);
      for (const Effect &effect : one.effects) by_edge_[effect.edge].push_back(id);
    }
    std::map<NodeId, std::vector<EdgeId>> bindings;
    std::vector<EdgeId> planted;
    for (std::size_t i = 0; i < s_.relevant().edges.size(); ++i) {
      const EdgeId id = s_.relevant().edges[i];
      const Edge &edge = s_.program().edges[id];
      if (!s_.relevant().alive[i]) continue;
      by_edge_.try_emplace(id);
      if (edge.fact == FactKind::binding && edge.premise_count > 0)
        bindings[s_.program().premises(edge).front()].push_back(id);
      if (edge.fact == FactKind::planted) planted.push_back(id);
    }
    for (const NodeId secret : s_.known_secrets()) {
      const auto found = bindings.find(secret);
      if (found == bindings.end()) {
        not_needed_.push_back(
            fmt::format("{}: every credential that it is known to open has expired or been replaced",
                        s_.program().id(secret)));
        continue;
      }
      oblige_secret(secret, found->second);
    }
    for (const std::string &dead : s_.options().dead)
      not_needed_.push_back(fmt::format("{}: shown to be dead by a test", dead));
    // A user that the intruder made goes as a whole; then what they set on it is dealt with.
    std::stable_partition(planted.begin(), planted.end(), [&](EdgeId id) {
      return s_.program().text(s_.program().edges[id].detail) == "user";
    });
    for (const EdgeId id : planted) oblige_planted(id);
  }

  void take(CandidateId id, Role role) {
    if (id == kNone || forced_set_.contains(id)) return;
    forced_set_.insert(id);
    forced_.push_back(id);
    roles_[id] = role;
    usable_[id] = 1;
  }

  void oblige_secret(NodeId secret, const std::vector<EdgeId> &edges) {
    const reach::Program &program = s_.program();
    const std::string_view id = program.id(secret);
    const auto owner = s_.options().owners.find(id);
    const bool theirs = owner != s_.options().owners.end() && !owner->second.ours;
    const bool unknown = program.text(program.edges[edges.front()].object).starts_with(kUnknownPrincipal);
    if (theirs || unknown) {
      take(best(theirs ? Obligation::party : Obligation::find_owner, {}, id, {}, edges.front()),
           Role::obligation);
      return;
    }
    for (const EdgeId edge : edges) {
      take(best(Obligation::rotate, program.text(program.edges[edge].object), id, {}, edge),
           Role::obligation);
    }
  }

  void oblige_planted(EdgeId id) {
    const Edge &edge = s_.program().edges[id];
    const std::string_view principal = s_.program().text(edge.object);
    const std::string_view fact = s_.program().text(edge.subject);
    const std::string_view slot = s_.program().text(edge.detail);
    for (const CandidateId other : by_edge_[id]) {
      if (forced_set_.contains(other)) return;  // another obligation closes it already
    }
    if (slot == "consent" || slot == "app-role" || slot == "role") {
      // The right itself is what they set; how they hold the application is for the cut.
      CandidateId found = kNone;
      for (CandidateId one = 0; one < s_.candidates().size(); ++one) {
        if (candidate(one).action->target != Target::grant || candidate(one).fact != fact || fact.empty())
          continue;
        if (found == kNone || candidate(one).action < candidate(found).action) found = one;
      }
      take(found, Role::obligation);
      return;
    }
    take(best(Obligation::planted, principal, {}, fact, id), Role::obligation);
  }

  void choose_cut() {
    const Horn horn = s_.horn(usable_);
    std::vector<double> costs;
    for (const Candidate &one : s_.candidates()) costs.push_back(one.cost);
    std::vector<std::vector<CandidateId>> also;
    for (const auto &set : also_) {
      const bool hit =
          std::any_of(set.begin(), set.end(), [&](CandidateId id) { return forced_set_.contains(id); });
      if (!hit) also.push_back(set);
    }
    const auto begin = std::chrono::steady_clock::now();
    cut_ = cheapest_cut(horn, costs, forced_, also);
    cut_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    uncuttable_.clear();
    for (const Atom atom : cut_.uncuttable) uncuttable_.push_back(s_.node(atom));
  }

  // Waves before the check: what closes, then what ends sessions, then what waits for people elsewhere.
  Schedule make_schedule() {
    Schedule schedule;
    schedule.first = s_.options().start + preparation_us();
    std::vector<CandidateId> all = forced_;
    all.insert(all.end(), cut_.chosen.begin(), cut_.chosen.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    const std::vector<std::uint32_t> rank = ranks();
    for (const CandidateId id : all) {
      const Candidate &one = candidate(id);
      Step step;
      step.candidate = id;
      step.role = forced_set_.contains(id) ? Role::obligation
                  : one.action->settles    ? Role::settle
                                           : Role::cut;
      step.by_hand = by_hand_.contains(id) || reads_a_channel(one);
      schedule.steps.push_back(step);
    }
    std::vector<Step *> first, settle, last;
    for (Step &step : schedule.steps) {
      const Candidate &one = candidate(step.candidate);
      const bool elsewhere = one.action->target == Target::secret && !leads_on(one);
      (elsewhere ? last : one.action->settles ? settle : first).push_back(&step);
    }
    int wave = fill(first, rank, 1);
    if (!settle.empty()) wave = fill(settle, rank, first.empty() ? 1 : wave + 1);
    if (!last.empty()) fill(last, rank, first.empty() && settle.empty() ? 1 : wave + 1);
    for (Step &step : schedule.steps) {
      const auto later = postponed_.find(step.candidate);
      if (later == postponed_.end()) continue;
      step.wave += later->second;
      step.waits = true;
    }
    close_gaps(schedule);
    schedule.time(s_);
    return schedule;
  }

  // Waves are numbered without gaps.
  static void close_gaps(Schedule &schedule) {
    std::map<int, int> number;
    for (const Step &step : schedule.steps) number[step.wave] = 0;
    int next = 0;
    for (auto &[wave, own] : number) own = ++next;
    for (Step &step : schedule.steps) step.wave = number[step.wave];
  }

  std::int64_t preparation_us() const {
    std::int64_t longest = 0;
    for (const Action &action : actions_.all()) {
      if (action.target == Target::preparation) longest = std::max(longest, action.latency_us);
    }
    return longest;
  }

  // Components of the graph of control while nothing is done: who can restore whom is in one, and controllers
  // have higher numbers than what they control.
  std::vector<std::uint32_t> ranks() const {
    const reach::Program &program = s_.program();
    std::vector<std::pair<NodeId, NodeId>> arcs;
    for (std::size_t i = 0; i < s_.relevant().edges.size(); ++i) {
      const Edge &edge = program.edges[s_.relevant().edges[i]];
      if (program.nodes[edge.conclusion].type == NodeType::secret) continue;
      for (const NodeId premise : program.premises(edge)) {
        if (program.nodes[premise].type != NodeType::secret) arcs.push_back({premise, edge.conclusion});
      }
    }
    std::sort(arcs.begin(), arcs.end());
    std::vector<std::uint32_t> begin(program.nodes.size() + 1, 0), to;
    for (const auto &[from, head] : arcs) {
      ++begin[from + 1];
      to.push_back(head);
    }
    for (std::size_t i = 0; i + 1 < begin.size(); ++i) begin[i + 1] += begin[i];
    return reach::components(begin, to);
  }

  std::uint32_t rank_of(const Candidate &one, const std::vector<std::uint32_t> &rank) const {
    NodeId node = one.principal.empty() ? kNone : s_.program().find(NodeType::principal, one.principal);
    if (node == kNone && !one.resource.empty()) node = s_.program().find(NodeType::resource, one.resource);
    return node == kNone ? 0 : rank[node];
  }

  // Puts steps into waves from `wave` on: controllers first, a component never split, at most `wave_capacity`
  // a wave unless one component alone is larger. Returns the last wave used.
  int fill(std::vector<Step *> &steps, const std::vector<std::uint32_t> &rank, int wave) {
    std::stable_sort(steps.begin(), steps.end(), [&](const Step *a, const Step *b) {
      return rank_of(candidate(a->candidate), rank) > rank_of(candidate(b->candidate), rank);
    });
    const std::uint32_t capacity = s_.options().wave_capacity;
    std::uint32_t used = 0;
    for (std::size_t i = 0; i < steps.size();) {
      std::size_t next = i;
      while (next < steps.size() && rank_of(candidate(steps[next]->candidate), rank) ==
                                        rank_of(candidate(steps[i]->candidate), rank)) {
        ++next;
      }
      const auto size = static_cast<std::uint32_t>(next - i);
      if (capacity > 0 && used > 0 && used + size > capacity) {
        ++wave;
        used = 0;
      }
      used += size;
      for (; i < next; ++i) steps[i]->wave = wave;
    }
    return wave;
  }

  // Whether the old secret was seen where the intruder still reads when the plan starts.
  bool reads_a_channel(const Candidate &one) const {
    if (one.action->target == Target::secret) return false;  // waits until the channels are clean
    for (const Replacement *replacement : s_.replacements(one)) {
      for (const NodeId channel : replacement->channels) {
        if (s_.without_plan().until(channel) > s_.options().start) return true;
      }
    }
    return false;
  }

  // Whether the principals that a secret opens lead on to others: then it cannot wait.
  bool leads_on(const Candidate &one) const {
    const auto list = s_.replacements(one);
    return std::any_of(list.begin(), list.end(),
                       [&](const Replacement *each) { return leads_[each->principal]; });
  }

  // Turns what the check found into changes of the plan; false where nothing can be changed.
  bool repair(const Schedule &schedule, const CheckResult &found) {
    bool changed = false;
    std::map<CandidateId, const Step *> taken;
    for (const Step &step : schedule.steps) taken.emplace(step.candidate, &step);
    for (const Replacement *leak : found.leaked) {
      for (const Step &step : schedule.steps) {
        const auto list = s_.replacements(candidate(step.candidate));
        if (step.by_hand || std::find(list.begin(), list.end(), leak) == list.end()) continue;
        changed |= by_hand_.insert(step.candidate).second;
      }
    }
    if (changed) return true;
    const std::set<NodeId> known(uncuttable_.begin(), uncuttable_.end());
    for (const NodeId node : found.left) {
      if (known.contains(node)) continue;
      const LabelId last = found.with_plan.of_node(node).back();
      const auto steps = reach::proof(s_.program(), found.with_plan, last);
      if (postpone(steps, taken)) {
        changed = true;
        continue;
      }
      std::vector<CandidateId> set;
      for (const reach::Step &step : steps) {
        const auto options = by_edge_.find(step.edge);
        if (options == by_edge_.end()) continue;
        for (const CandidateId id : options->second) {
          if (usable_[id] && !taken.contains(id)) set.push_back(id);
        }
      }
      std::sort(set.begin(), set.end());
      set.erase(std::unique(set.begin(), set.end()), set.end());
      if (set.empty() || std::find(also_.begin(), also_.end(), set) != also_.end()) continue;
      also_.push_back(std::move(set));
      changed = true;
    }
    return changed;
  }

  // A sweep ends what was there before it. Where what it should have ended was issued after it, it came too
  // early.
  bool postpone(const std::vector<reach::Step> &steps, const std::map<CandidateId, const Step *> &taken) {
    for (const reach::Step &step : steps) {
      const auto options = by_edge_.find(step.edge);
      if (options == by_edge_.end()) continue;
      for (const CandidateId id : options->second) {
        const auto planned = taken.find(id);
        if (planned == taken.end()) continue;
        const auto &effects = candidate(id).effects;
        const bool sweeps = std::any_of(effects.begin(), effects.end(), [&](const Effect &effect) {
          return effect.edge == step.edge && effect.ends;
        });
        if (!sweeps || step.interval.until <= planned->second->at || planned->second->wave >= kWavesMax)
          continue;
        ++postponed_[id];
        return true;
      }
    }
    return false;
  }

  // Why one step waits for another, for people.
  void explain_order(Schedule &schedule) {
    std::map<std::string_view, std::vector<CandidateId>> closers;  // by principal
    std::map<CandidateId, const Step *> taken;
    for (const Step &step : schedule.steps) {
      taken.emplace(step.candidate, &step);
      const Candidate &one = candidate(step.candidate);
      if (!one.action->settles && !one.principal.empty()) closers[one.principal].push_back(step.candidate);
    }
    const std::vector<char> nothing(s_.candidates().size(), 0);
    std::vector<char> usable(s_.candidates().size(), 0);
    for (const Step &step : schedule.steps) usable[step.candidate] = 1;
    const Horn horn = s_.horn(usable);
    Closure closure(horn);
    closure.run(nothing);
    for (Step &step : schedule.steps) {
      const Candidate &one = candidate(step.candidate);
      std::set<CandidateId> said;
      const auto wait = [&](CandidateId other, std::string reason) {
        if (other == step.candidate || taken.at(other)->wave >= step.wave || !said.insert(other).second)
          return;
        step.after.emplace_back(other, std::move(reason));
      };
      if (one.action->settles) {
        for (const CandidateId other : closers[one.principal]) {
          wait(other, "what is revoked before this is in effect can be opened again");
        }
      }
      if (const auto later = postponed_.find(step.candidate);
          later != postponed_.end() || one.action->target == Target::secret) {
        for (const Replacement *replacement : s_.replacements(one)) {
          for (const NodeId channel : replacement->channels) {
            if (s_.without_plan().until(channel) <= s_.options().start || s_.atom(channel) == kNone) continue;
            for (const ClauseId clause : closure.proof(s_.atom(channel))) {
              for (const CandidateId killer : horn.clauses[clause].killers) {
                wait(
                    killer,
                    fmt::format("the new secret would travel through {}, which the intruder reads until then",
                                s_.program().name(channel)));
              }
            }
          }
        }
        if (later != postponed_.end()) {
          for (const Step &other : schedule.steps) {
            if (other.wave + 1 == step.wave)
              wait(other.candidate, "until then what this ends could be issued anew");
          }
        }
      }
    }
  }

  Situation &s_;
  const Actions &actions_;
  std::vector<char> usable_;
  std::vector<char> leads_;  // per node: a principal that acts as another
  std::map<EdgeId, std::vector<CandidateId>> by_edge_;
  std::vector<CandidateId> forced_;
  std::set<CandidateId> forced_set_;
  std::map<CandidateId, Role> roles_;
  std::set<CandidateId> by_hand_;
  std::map<CandidateId, int> postponed_;
  std::vector<std::vector<CandidateId>> also_;
  CutResult cut_;
  double cut_seconds_ = 0;
  std::vector<NodeId> uncuttable_;
  std::vector<std::string> not_needed_;
};

}  // namespace

Plan make_plan(const reach::Reach &reach, const Actions &actions, const PlanOptions &options) {
  auto situation = Situation::make(reach, actions, options);
  if (!situation) {
    Plan plan;
    plan.start = plan.end = options.start;
    plan.verdict.says = "incomplete: " + situation.error().message;
    plan.verdict.does_not_cover.push_back(situation.error().message);
    return plan;
  }
  return Planner(**situation, actions).run();
}

namespace {

// The candidates that a line of a plan means: of its action, at its target, narrowed by what else it names.
std::vector<CandidateId> matching(const Situation &situation, const PlannedAction &planned) {
  std::vector<CandidateId> fit;
  for (CandidateId id = 0; id < situation.candidates().size(); ++id) {
    const Candidate &one = situation.candidates()[id];
    if (one.action->id != planned.action || one.target != planned.target) continue;
    if (!planned.principal.empty() && !one.principal.empty() && one.principal != planned.principal) continue;
    if (!planned.secret.empty() && one.secret != planned.secret) continue;
    if (!planned.fact.empty() && one.fact != planned.fact) continue;
    fit.push_back(id);
  }
  return fit;
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
  schedule.first = options.start;
  std::vector<std::string> unfit;
  for (PlannedAction &one : planned) {
    if (actions.find(one.action) == nullptr) {
      return base::fail(base::ErrorKind::usage,
                        fmt::format("plan: action \"{}\" is in no file of rules/actions", one.action));
    }
    if (one.state == ActionState::failed || one.state == ActionState::rolled_back) continue;
    const Target target = actions.find(one.action)->target;
    if (target == Target::preparation || target == Target::place || one.state == ActionState::in_effect)
      continue;
    if (one.wave < 1 || one.wave > 1000) {
      return base::fail(base::ErrorKind::usage, fmt::format("plan: {} {}: wave {} is not from 1 to 1000",
                                                            one.action, one.target, one.wave));
    }
    const std::vector<CandidateId> fit = matching(s, one);
    if (fit.empty())
      unfit.push_back(fmt::format("{} {} changes nothing within reach", one.action, one.target));
    for (const CandidateId id : fit) {
      const bool there = std::any_of(schedule.steps.begin(), schedule.steps.end(),
                                     [&](const Step &step) { return step.candidate == id; });
      if (there) continue;
      Step step;
      step.candidate = id;
      step.wave = one.wave;
      step.by_hand = one.delivery == "by hand";
      const Candidate &candidate = s.candidates()[id];
      step.role = candidate.action->obligation != Obligation::none ? Role::obligation
                  : candidate.action->settles                      ? Role::settle
                                                                   : Role::cut;
      schedule.steps.push_back(step);
    }
  }
  // A plan that says when its first wave begins keeps that.
  Time first = base::kTimeMax;
  for (const PlannedAction &one : planned) {
    if (one.wave == 1 && one.starts > options.start) first = std::min(first, one.starts);
  }
  if (first != base::kTimeMax) schedule.first = first;
  schedule.time(s);
  const CheckResult found = check(s, schedule);
  const CutResult none;
  Described parts{s, actions, schedule, found, none, {}, {}, 0};
  Plan plan = describe(parts);
  plan.method = "made by hand";
  plan.cost = 0;
  for (const Step &step : schedule.steps) {
    if (step.role != Role::obligation) plan.cost += s.candidates()[step.candidate].cost;
  }
  plan.growth.insert(plan.growth.end(), unfit.begin(), unfit.end());
  return plan;
}

}  // namespace dislodge::evict
