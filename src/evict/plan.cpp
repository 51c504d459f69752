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

#include "evict/control.hpp"
#include "evict/describe.hpp"
#include "evict/obligations.hpp"
#include "evict/order.hpp"
#include "evict/schedule.hpp"
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
constexpr std::int64_t kSlow = 4 * base::kHour;  // an action that takes this long holds up others

class Planner {
 public:
  Planner(Situation &situation, const Actions &actions) : s_(situation), actions_(actions) {}

  // The plan by itself.
  Plan run() {
    o_ = obligations_of(s_);
    find_leading();
    Schedule schedule;
    CheckResult found;
    for (int repairs = 0;; ++repairs) {
      choose_cut();
      schedule = make_schedule();
      found = check(s_, schedule);
      if (repairs >= kRepairsMax || !repair(schedule, found)) break;
    }
    explain_order(s_, schedule, postponed_);
    return describe({.situation = s_,
                     .actions = actions_,
                     .schedule = schedule,
                     .found = found,
                     .cut = cut_,
                     .uncuttable = uncuttable_,
                     .not_needed = o_.not_needed,
                     .refused = o_.refused,
                     .overlooked = {},
                     .out_of_order = {},
                     .cut_seconds = cut_seconds_});
  }

 private:
  const Candidate &candidate(CandidateId id) const { return s_.candidates()[id]; }

  void find_leading() {
    leads_.assign(s_.program().nodes.size(), 0);
    for (const EdgeId id : s_.relevant().edges) {
      const Edge &edge = s_.program().edges[id];
      const NodeType to = s_.program().nodes[edge.conclusion].type;
      if (to != NodeType::principal && to != NodeType::authenticated) continue;
      for (const NodeId premise : s_.program().premises(edge)) {
        leads_[premise] |= s_.program().nodes[premise].type == NodeType::principal;
      }
    }
  }

  void choose_cut() {
    const Horn horn = s_.horn(o_.usable);
    std::vector<double> costs;
    for (const Candidate &one : s_.candidates()) costs.push_back(one.cost);
    std::vector<std::vector<CandidateId>> also;
    for (const auto &set : also_) {
      const bool hit =
          std::any_of(set.begin(), set.end(), [&](CandidateId id) { return o_.set.contains(id); });
      if (!hit) also.push_back(set);
    }
    const auto begin = std::chrono::steady_clock::now();
    cut_ = cheapest_cut(horn, costs, o_.taken, also);
    cut_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    uncuttable_.clear();
    for (const Atom atom : cut_.uncuttable) uncuttable_.push_back(s_.node(atom));
  }

  // Waves before the check: what closes, then what ends sessions, then what waits for people elsewhere.
  Schedule make_schedule() {
    Schedule schedule;
    schedule.first = s_.options().start + preparation_us(actions_);
    std::vector<CandidateId> all = o_.taken;
    all.insert(all.end(), cut_.chosen.begin(), cut_.chosen.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    const Control control(s_);
    const std::vector<std::uint32_t> rank = control.ranks();
    for (const CandidateId id : all) {
      const Candidate &one = candidate(id);
      Step step;
      step.candidate = id;
      step.role = o_.set.contains(id) ? Role::obligation : one.action->settles ? Role::settle : Role::cut;
      step.by_hand = by_hand_.contains(id) || reads_a_channel(one);
      schedule.steps.push_back(step);
    }
    std::vector<Step *> first, settle, last;
    for (Step &step : schedule.steps) {
      const Candidate &one = candidate(step.candidate);
      const bool elsewhere = one.action->target == Target::secret && !leads_on(one);
      (elsewhere ? last : one.action->settles ? settle : first).push_back(&step);
    }
    // What takes long holds up only what hangs on it: the sessions of everybody else end before it begins.
    std::vector<NodeId> slow;
    for (const Step *step : first)
      if (takes_us(candidate(step->candidate)) >= kSlow) add(slow, shuts(s_, candidate(step->candidate)));
    const std::vector<char> hang_on_slow = control.from(slow);
    const auto waits = [&](const Step *step) {
      const Candidate &one = candidate(step->candidate);
      return takes_us(one) >= kSlow || hangs_on(s_, one, hang_on_slow);
    };
    std::vector<Step *> first_slow = split(first, waits), settle_slow = split(settle, waits);
    if (slow.empty() || first.empty() || settle.empty()) {
      first.insert(first.end(), first_slow.begin(), first_slow.end());
      settle.insert(settle.end(), settle_slow.begin(), settle_slow.end());
      first_slow.clear();
      settle_slow.clear();
    }
    for (Step *step : first_slow)
      step->placed = "it takes longer, or waits for what does: the sessions that do not hang on it end first";
    for (Step *step : last)
      step->placed =
          "it waits for people elsewhere, and nothing within reach hangs on it: it may begin sooner";
    int wave = close_and_settle(first, settle, control, rank, 1);
    wave = close_and_settle(first_slow, settle_slow, control, rank, wave);
    fill(last, rank, wave);
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

  static std::int64_t takes_us(const Candidate &one) {
    return one.action->latency_us + (one.action->twice ? one.action->gap_us : 0);
  }

  static void add(std::vector<NodeId> &into, const std::vector<NodeId> &more) {
    into.insert(into.end(), more.begin(), more.end());
  }

  // Takes out those for which it holds.
  template <typename Holds>
  static std::vector<Step *> split(std::vector<Step *> &steps, const Holds &holds) {
    const auto at =
        std::stable_partition(steps.begin(), steps.end(), [&](const Step *step) { return !holds(step); });
    std::vector<Step *> taken(at, steps.end());
    steps.erase(at, steps.end());
    return taken;
  }

  // What closes, then what ends sessions. A session that nothing which closes could open anew ends with the
  // first. Returns the first wave that is free.
  int close_and_settle(std::vector<Step *> &first, std::vector<Step *> &settle, const Control &control,
                       const std::vector<std::uint32_t> &rank, int wave) {
    std::vector<NodeId> closed;
    for (const Step *step : first) add(closed, shuts(s_, candidate(step->candidate)));
    const std::vector<char> reopens = control.from(closed);
    std::vector<Step *> now =
        split(settle, [&](const Step *step) { return !hangs_on(s_, candidate(step->candidate), reopens); });
    if (!first.empty()) {
      first.insert(first.end(), now.begin(), now.end());
      now.clear();
    }
    settle.insert(settle.end(), now.begin(), now.end());
    for (Step *step : settle)
      step->placed = "what it ends could be opened again before the waves before are in effect";
    if (!first.empty()) wave = fill(first, rank, wave) + 1;
    if (!settle.empty()) wave = fill(settle, rank, wave) + 1;
    return wave;
  }

  // Waves are numbered without gaps.
  static void close_gaps(Schedule &schedule) {
    std::map<int, int> number;
    for (const Step &step : schedule.steps) number[step.wave] = 0;
    int next = 0;
    for (auto &[wave, own] : number) own = ++next;
    for (Step &step : schedule.steps) step.wave = number[step.wave];
  }

  std::uint32_t rank_of(const Candidate &one, const std::vector<std::uint32_t> &rank) const {
    NodeId node = one.principal.empty() ? kNone : s_.program().find(NodeType::principal, one.principal);
    if (node == kNone && !one.resource.empty()) node = s_.program().find(NodeType::resource, one.resource);
    return node == kNone ? kNone : rank[node];
  }

  // Puts steps into waves from `wave` on: controllers first, a component never split, at most `wave_capacity`
  // a wave unless one component alone is larger; what belongs to no principal (a secret of which nobody knows
  // what it opens) stands by itself, last. Returns the last wave used.
  int fill(std::vector<Step *> &steps, const std::vector<std::uint32_t> &rank, int wave) {
    const auto place = [&](const Step *step) {
      const std::uint32_t own = rank_of(candidate(step->candidate), rank);
      return own == kNone ? std::uint64_t{0} : std::uint64_t{own} + 1;
    };
    std::stable_sort(steps.begin(), steps.end(),
                     [&](const Step *a, const Step *b) { return place(a) > place(b); });
    const std::uint32_t capacity = s_.options().wave_capacity;
    const int first = wave;
    std::uint32_t used = 0;
    for (std::size_t i = 0; i < steps.size();) {
      std::size_t next = i + 1;
      while (place(steps[i]) != 0 && next < steps.size() && place(steps[next]) == place(steps[i])) ++next;
      const auto size = static_cast<std::uint32_t>(next - i);
      if (capacity > 0 && used > 0 && used + size > capacity) {
        ++wave;
        used = 0;
      }
      used += size;
      for (; i < next; ++i) {
        steps[i]->wave = wave;
        if (wave > first)
          steps[i]->placed = fmt::format(
              "the waves before are full (capacity {}); who controls others goes first", capacity);
      }
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
        const auto options = o_.by_edge.find(step.edge);
        if (options == o_.by_edge.end()) continue;
        for (const CandidateId id : options->second) {
          if (o_.usable[id] && !taken.contains(id)) set.push_back(id);
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
      const auto options = o_.by_edge.find(step.edge);
      if (options == o_.by_edge.end()) continue;
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

  Situation &s_;
  const Actions &actions_;
  Obligations o_;
  std::vector<char> leads_;  // per node: a principal that acts as another
  std::set<CandidateId> by_hand_;
  std::map<CandidateId, int> postponed_;
  std::vector<std::vector<CandidateId>> also_;
  CutResult cut_;
  double cut_seconds_ = 0;
  std::vector<NodeId> uncuttable_;
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

}  // namespace dislodge::evict
