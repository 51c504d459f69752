#include "evict/describe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/words.hpp"
#include "evict/action_text.hpp"
#include "evict/around.hpp"
#include "evict/numbering.hpp"
#include "evict/skip.hpp"
#include "evict/waves.hpp"
#include "reach/program.hpp"
#include "reach/why.hpp"

namespace dislodge::evict {

using base::Time;
using reach::Edge;
using reach::LabelId;
using reach::NodeId;
using reach::NodeType;

namespace {

constexpr std::size_t kLeaksListed = 1000;

class Describer {
 public:
  explicit Describer(const Described &parts)
      : p_(parts),
        s_(parts.situation),
        program_(parts.situation.program()),
        text_(parts.situation),
        numbers_(parts.situation.options().numbered) {}

  Plan run() {
    plan_.start = p_.schedule.first;
    plan_.end = p_.schedule.end;
    plan_.cost = p_.cut.cost;
    plan_.bound = p_.cut.bound;
    plan_.method = p_.cut.method;
    plan_.seconds = p_.cut_seconds;
    plan_.not_needed = p_.not_needed;
    plan_.growth = p_.found.growth;
    for (const Step &step : p_.schedule.steps) plan_.actions.push_back(text_.action(step));
    skip_each_one();
    std::map<std::size_t, std::size_t> place = number();
    // By candidate: a plan of a hundred thousand actions has as many steps to look through for each.
    std::unordered_map<std::size_t, std::vector<std::size_t>> steps_of;
    for (std::size_t i = 0; i < p_.schedule.steps.size(); ++i)
      steps_of[p_.schedule.steps[i].candidate].push_back(i);
    for (std::size_t i = 0; i < p_.schedule.steps.size(); ++i) {
      PlannedAction &one = plan_.actions[place[i]];
      for (const auto &[other, reason] : p_.schedule.steps[i].after) {
        const auto steps = steps_of.find(other);
        if (steps == steps_of.end()) continue;
        for (const std::size_t j : steps->second) {
          one.after.push_back(plan_.actions[place[j]].id);
          one.after_why.push_back(reason);
        }
      }
    }
    plan_.swaps = adjacent_swaps(s_, p_.schedule, p_.found, plan_.swaps_tried);
    for (Swap &swap : plan_.swaps) {
      for (std::size_t i = 0; i < p_.schedule.steps.size(); ++i) {
        if (swap.action == std::to_string(p_.schedule.steps[i].candidate)) {
          swap.action = plan_.actions[place[i]].id;
          break;
        }
      }
    }
    out_of_order(place);
    overlooked();
    add_sweeps(plan_.actions, p_.actions, s_.options().sweeps, std::max(plan_.end, plan_.start), numbers_);
    add_preparations(plan_.actions, p_.actions, s_.options().start, numbers_);
    keep_states();
    unsaved();
    sweep_again();
    plan_.waves = waves_of(s_, p_.schedule, p_.found, plan_.actions);
    leaks();
    capacity();
    unmet_wishes();
    verdict();
    return std::move(plan_);
  }

 private:
  // For each action what would follow without it, at the end, new secrets in their channels included.
  void skip_each_one() {
    std::vector<char> usable(s_.candidates().size(), 0);
    std::vector<CandidateId> chosen;
    std::vector<const Replacement *> deliveries;
    for (const Step &step : p_.schedule.steps) {
      usable[step.candidate] = 1;
      chosen.push_back(step.candidate);
      if (step.by_hand) continue;
      for (const Replacement *one : s_.replacements(s_.candidates()[step.candidate]))
        deliveries.push_back(one);
    }
    // A fact that runs out while the plan is carried out counts: what was issued from it may outlast it.
    const Horn horn = s_.horn_at_end(usable, p_.schedule.first, p_.found.with_plan, deliveries);
    const std::vector<Skipped> all = skip_each(horn, chosen, s_.candidates().size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      PlannedAction &one = plan_.actions[i];
      one.leaks_if_skipped_count = all[i].count;
      one.others_in_path = all[i].others;
      for (const Atom atom : all[i].leaks) one.leaks_if_skipped.emplace_back(program_.id(s_.node(atom)));
      std::sort(one.leaks_if_skipped.begin(), one.leaks_if_skipped.end());
      if (one.leaks_if_skipped.size() > kLeaksKept) one.leaks_if_skipped.resize(kLeaksKept);
    }
  }

  // Sorts the actions and gives them ids; returns where each step's action went.
  std::map<std::size_t, std::size_t> number() {
    std::vector<std::size_t> order(plan_.actions.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto key = [&](std::size_t i) {
      const PlannedAction &one = plan_.actions[i];
      return std::tie(one.wave, one.role, one.action, one.target, one.principal, one.fact);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    std::map<std::size_t, std::size_t> place;
    std::vector<PlannedAction> sorted;
    // A plan by hand has ids of its own; no other action may take one of them.
    std::vector<char> named(order.size(), 0);
    for (const std::size_t i : order) named[i] = numbers_.reserve(p_.schedule.steps[i].id);
    for (const std::size_t i : order) {
      place[i] = sorted.size();
      sorted.push_back(std::move(plan_.actions[i]));
      sorted.back().id = named[i] ? p_.schedule.steps[i].id : numbers_.id_of(sorted.back(), 'a');
    }
    plan_.actions = std::move(sorted);
    return place;
  }

  // What a plan by hand puts the wrong way round.
  void out_of_order(const std::map<std::size_t, std::size_t> &place) {
    std::map<CandidateId, const PlannedAction *> of;
    for (const auto &[step, at] : place) of.emplace(p_.schedule.steps[step].candidate, &plan_.actions[at]);
    for (const OutOfOrder &one : p_.out_of_order) {
      const PlannedAction &first = *of.at(one.first), &then = *of.at(one.then);
      plan_.remarks.push_back(fmt::format("{} ({}, wave {}) should come after {} ({}, wave {}): {}", first.id,
                                          first.action, first.wave, then.id, then.action, then.wave,
                                          one.why));
    }
  }

  // Obligations that are in no line of it.
  void overlooked() {
    for (const CandidateId id : p_.overlooked) {
      Step step;
      step.candidate = id;
      step.role = Role::obligation;
      const PlannedAction one = text_.action(step);
      overlooked_.push_back(fmt::format("{} {} is in no line of this plan: {}", one.action,
                                        one.target_name.empty() ? one.target : one.target_name, one.why));
    }
  }

  // A sweep that was taken before the last of them was out has to be taken again.
  bool swept(const Sweep &need) const {
    const auto found =
        std::find_if(plan_.actions.begin(), plan_.actions.end(), [&](const PlannedAction &one) {
          const Action *rule = p_.actions.find(one.action);
          return rule != nullptr && rule->target == Target::place && one.target == need.place;
        });
    if (found == plan_.actions.end() || found->state != ActionState::in_effect) return false;
    if (need.when.until <= found->since) return true;
    return std::all_of(plan_.actions.begin(), plan_.actions.end(), [&](const PlannedAction &one) {
      const Action *rule = p_.actions.find(one.action);
      return one.role == Role::prepare || (rule != nullptr && rule->target == Target::place) ||
             (one.state == ActionState::in_effect && one.since <= found->since);
    });
  }

  void sweep_again() {
    for (const Sweep &need : s_.options().sweeps) {
      if (swept(need)) continue;
      for (PlannedAction &one : plan_.actions) {
        const Action *rule = p_.actions.find(one.action);
        if (rule == nullptr || rule->target != Target::place || one.target != need.place ||
            one.state != ActionState::in_effect)
          continue;
        one.state = ActionState::open;
        plan_.remarks.push_back(fmt::format(
            "{}: the look at all credentials was taken before the last of them was out; take it again",
            one.target_name));
      }
    }
  }

  // What an earlier plan says of the same actions. Those in effect are facts by now and stay in the list.
  void keep_states() {
    // What the earlier line does not say is not compared: a tick may name action and target only.
    const auto same = [](const PlannedAction &one, const PlannedAction &old) {
      const auto agrees = [](const std::string &a, const std::string &b) { return b.empty() || a == b; };
      return one.action == old.action && one.target == old.target && agrees(one.principal, old.principal) &&
             agrees(one.secret, old.secret) && agrees(one.fact, old.fact) && agrees(one.name, old.name);
    };
    for (const PlannedAction &old : s_.options().previous) {
      bool there = false;
      for (PlannedAction &one : plan_.actions) {
        if (!same(one, old)) continue;
        there = true;
        // In effect, and yet needed again: what was done has not held.
        const Action *rule = p_.actions.find(one.action);
        const bool look = one.role == Role::prepare || (rule != nullptr && rule->target == Target::place);
        if (old.state != ActionState::in_effect || look) one.state = old.state;
        one.since = old.state == ActionState::in_effect ? effect_of(old) : base::kTimeMin;
        one.said_by = old.said_by;
        one.said_evidence = old.said_evidence;
        one.said_at = old.said_at;
      }
      // A preparation that nothing waits for any more keeps what was said of it: that it failed matters most
      // when what it should have saved is gone.
      const Action *known = p_.actions.find(old.action);
      const bool told =
          known != nullptr && known->target == Target::preparation && old.state != ActionState::open;
      if (!there && (old.state == ActionState::in_effect || told)) {
        plan_.actions.push_back(old);
        plan_.actions.back().leaks_if_skipped.clear();
        plan_.actions.back().leaks_if_skipped_count = 0;
        plan_.actions.back().after.clear();
        plan_.actions.back().after_why.clear();
        const Numbered *called = numbers_.find(old);
        plan_.actions.back().id =
            called != nullptr && numbers_.reserve(called->id) ? called->id : fmt::format("d{}", ++done_);
        if (old.state == ActionState::in_effect) plan_.actions.back().since = effect_of(old);
        if (known != nullptr && known->target == Target::preparation)
          plan_.actions.back().role = Role::prepare;
        if (const Action *rule = p_.actions.find(old.action); rule != nullptr && old.name.empty()) {
          plan_.actions.back().name = called != nullptr && !called->name.empty() ? called->name : rule->name;
          plan_.actions.back().who = rule->who;
          plan_.actions.back().does_not_cut = leaves_of(old.action, plan_.actions.back().name);
        }
        if (old.target_name.empty())
          plan_.actions.back().target_name = called != nullptr && !called->target_name.empty()
                                                 ? called->target_name
                                                 : std::string(text_.name(old.target));
      }
    }
    std::stable_sort(plan_.actions.begin(), plan_.actions.end(),
                     [](const PlannedAction &a, const PlannedAction &b) { return a.wave < b.wave; });
  }

  // What was done and destroys evidence, while nobody has said that it was saved before.
  void unsaved() {
    for (const PlannedAction &one : plan_.actions) {
      if (one.state != ActionState::in_effect) continue;
      for (const Action &rule : p_.actions.all()) {
        if (rule.id != one.action || rule.name != one.name || rule.destroys.empty()) continue;
        const auto saves =
            std::find_if(plan_.actions.begin(), plan_.actions.end(), [&](const PlannedAction &other) {
              return other.role == Role::prepare &&
                     (other.fact == rule.save_first || other.name == rule.save_first);
            });
        if (saves != plan_.actions.end() && saves->state == ActionState::in_effect) break;
        plan_.remarks.push_back(fmt::format(
            "{} {} is in effect and destroys {}; \"{}\" {}: what of it is left, save now", one.id,
            one.target_name, fmt::join(rule.destroys, ", "), rule.save_first,
            saves == plan_.actions.end() ? std::string("was recorded by nobody")
                                         : fmt::format("is {} ({})", name_of(saves->state), saves->id)));
        break;
      }
    }
  }

  // What a kind of action leaves alive, of the variant with this name.
  std::vector<std::string> leaves_of(std::string_view id, std::string_view name) const {
    for (const Action &rule : p_.actions.all())
      if (rule.id == id && rule.name == name) return ActionText::leaves(rule);
    return {};
  }

  std::string last_steps(LabelId label) const {
    const auto steps = reach::proof(program_, p_.found.with_plan, label);
    std::string text;
    const std::size_t begin = steps.size() > 4 ? steps.size() - 4 : 0;
    for (std::size_t i = begin; i < steps.size(); ++i)
      text += fmt::format("{}{}", text.empty() ? "" : "; ", steps[i].says);
    return text;
  }

  void leaks() {
    const reach::Solution &held = p_.found.with_plan;
    for (const Replacement *one : p_.found.leaked) {
      const LabelId label = held.of_node(one->new_secret).front();
      plan_.leaks.push_back({std::string(program_.id(one->new_secret)),
                             wave_at(p_.schedule, held.labels[label].interval.from), last_steps(label),
                             held.labels[label].interval});
    }
    for (const NodeId node : p_.found.left) {
      if (plan_.leaks.size() >= kLeaksListed) break;
      const LabelId label = held.of_node(node).back();
      plan_.leaks.push_back(
          {std::string(program_.id(node)), "end", last_steps(label), held.labels[label].interval});
    }
  }

  // A component of principals that restore each other is never split, so its wave can pass the capacity: say
  // so.
  void capacity() {
    const std::uint32_t capacity = s_.options().wave_capacity;
    if (capacity == 0) return;
    std::map<int, std::uint32_t> sizes;
    for (const PlannedAction &one : plan_.actions) {
      if (one.wave > 0) ++sizes[one.wave];
    }
    for (const auto &[wave, size] : sizes) {
      if (size <= capacity) continue;
      plan_.remarks.push_back(
          fmt::format("wave {} has {} actions that must be in effect together, {} more than its capacity: "
                      "freeze its accounts first "
                      "or raise the capacity to {}",
                      wave, size, size - capacity, size));
    }
  }

  void unmet_wishes() {
    for (const std::string &wish : s_.unmet_wishes()) {
      const std::string_view text = std::string_view(wish).substr(0, wish.find('\t'));
      const std::size_t blank = text.find(' ');
      plan_.remarks.push_back(fmt::format(
          "\"{}{}{}\" fits nothing that could be done within reach", text.substr(0, blank),
          blank == std::string_view::npos ? "" : " ",
          blank == std::string_view::npos ? std::string_view() : text_.name(text.substr(blank + 1))));
    }
  }

  void verdict() {
    Verdict &verdict = plan_.verdict;
    verdict.does_not_cover = s_.options().not_covered;
    const auto said = [&](const std::string &thing) {
      return std::any_of(verdict.does_not_cover.begin(), verdict.does_not_cover.end(),
                         [&](const std::string &line) { return line.find(thing) != std::string::npos; });
    };
    if (!s_.missing().empty() && !said(s_.missing().front().name)) {
      verdict.does_not_cover.push_back(
          fmt::format("{} thing{} that the intruder could read and nobody handed in, first of all {}: "
                      "secrets in them are in no plan",
                      s_.missing().size(), s_.missing().size() == 1 ? "" : "s", s_.missing().front().name));
    }
    if (!s_.options().protect.empty()) {
      const reach::Solution &held = p_.found.with_plan;
      std::uint64_t stay = 0;
      for (NodeId node = 0; node < program_.nodes.size(); ++node)
        stay +=
            s_.is_thing(node) && !s_.is_goal(node) && held.holds(node) && held.until(node) > p_.schedule.end;
      if (stay > 0)
        verdict.does_not_cover.push_back(
            fmt::format("only what --protect names is freed: {} that they hold {} (dislodge plan without it)",
                        base::counted(stay, "thing", "things"), base::choice(stay, "stays", "stay")));
    }
    for (const std::string &kind : program_.unknown_rights) {
      verdict.does_not_cover.push_back(fmt::format("rights of kind {}: no rule says what they allow", kind));
    }
    for (const NodeId node : p_.uncuttable) {
      verdict.does_not_cover.push_back(
          s_.options().forbid.empty()
              ? fmt::format("{}: no action in the rules frees it", program_.name(node))
              : fmt::format("{}: no action that may be taken frees it (--forbid)", program_.name(node)));
    }
    verdict.does_not_cover.insert(verdict.does_not_cover.end(), p_.refused.begin(), p_.refused.end());
    verdict.does_not_cover.insert(verdict.does_not_cover.end(), overlooked_.begin(), overlooked_.end());
    for (const Sweep &need : s_.options().sweeps) {
      if (!swept(need)) verdict.does_not_cover.push_back(need.why);
    }
    std::size_t in_effect = 0;
    std::size_t counted = 0;
    for (const PlannedAction &one : plan_.actions) {
      if (one.role == Role::prepare) continue;
      ++counted;
      in_effect += one.state == ActionState::in_effect;
    }
    verdict.closed = plan_.leaks.empty() && verdict.does_not_cover.empty();
    const std::string progress =
        counted == 0 ? verdict.closed ? "nothing to do" : "no action follows from what is known"
                     : fmt::format("{} of {} {} in effect", in_effect, base::counted(counted, "action"),
                                   base::choice(in_effect, "is", "are"));
    if (verdict.closed) {
      verdict.says =
          in_effect == counted
              ? fmt::format("closed against the evidence held: {}", progress)
              : fmt::format("closed against the evidence held once every action is in effect: {}", progress);
      return;
    }
    verdict.says = "incomplete: ";
    if (!plan_.leaks.empty()) {
      verdict.says += fmt::format("{} thing{} would still be held after the plan; ", plan_.leaks.size(),
                                  plan_.leaks.size() == 1 ? "" : "s");
    }
    if (!verdict.does_not_cover.empty()) {
      verdict.says += fmt::format("{} point{} not covered; ", verdict.does_not_cover.size(),
                                  verdict.does_not_cover.size() == 1 ? "" : "s");
    }
    verdict.says += progress;
  }

  const Described &p_;
  const Situation &s_;
  const reach::Program &program_;
  const ActionText text_;
  Numbering numbers_;
  std::vector<std::string> overlooked_;
  Plan plan_;
  int done_ = 0;
};

}  // namespace

Plan describe(const Described &parts) {
  return Describer(parts).run();
}

}  // namespace dislodge::evict
