#include "evict/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/words.hpp"
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

std::string_view name_of(ActionState state) {
  switch (state) {
    case ActionState::open:
      return "open";
    case ActionState::claimed:
      return "claimed";
    case ActionState::in_effect:
      return "in effect";
    case ActionState::failed:
      return "failed";
    case ActionState::rolled_back:
      return "rolled back";
  }
  return "open";
}

std::string_view name_of(Role role) {
  switch (role) {
    case Role::prepare:
      return "prepare";
    case Role::obligation:
      return "obligation";
    case Role::cut:
      return "cut";
    case Role::settle:
      return "settle";
  }
  return "cut";
}

namespace {

constexpr std::size_t kLeaksListed = 1000;
constexpr std::size_t kWaitsNamed = 20;  // of the actions before a sweep

void replace_all(std::string &text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

class Describer {
 public:
  explicit Describer(const Described &parts)
      : p_(parts), s_(parts.situation), program_(parts.situation.program()) {}

  Plan run() {
    plan_.start = p_.schedule.first;
    plan_.end = p_.schedule.end;
    plan_.cost = p_.cut.cost;
    plan_.bound = p_.cut.bound;
    plan_.method = p_.cut.method;
    plan_.seconds = p_.cut_seconds;
    plan_.not_needed = p_.not_needed;
    plan_.growth = p_.found.growth;
    for (const Step &step : p_.schedule.steps) plan_.actions.push_back(action(step));
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
    sweep();
    prepare();
    keep_states();
    sweep_again();
    plan_.waves = waves_of(s_, p_.schedule, p_.found, plan_.actions);
    leaks();
    capacity();
    verdict();
    return std::move(plan_);
  }

 private:
  std::string_view name(std::string_view id) const {
    for (const NodeType type : {NodeType::principal, NodeType::secret, NodeType::resource}) {
      const NodeId node = program_.find(type, id);
      if (node != reach::kNone) return program_.name(node);
    }
    return id;
  }

  std::string fill_in(std::string text, const Candidate &one) const {
    const std::string_view principal = one.principal;
    const std::string_view native =
        principal.substr(principal.rfind('/') == std::string_view::npos ? 0 : principal.rfind('/') + 1);
    replace_all(text, "{principal-name}", name(principal));
    replace_all(text, "{principal}", native);
    replace_all(text, "{secret}", one.secret);
    replace_all(text, "{resource}", name(one.resource));
    replace_all(text, "{fact}", one.fact.empty() ? evidence_of(one) : one.fact);
    return text;
  }

  std::string_view evidence_of(const Candidate &one) const {
    if (!one.secret.empty()) {
      const NodeId secret = program_.find(NodeType::secret, one.secret);
      for (const LabelId label : s_.without_plan().of_node(secret)) {
        const std::string_view place =
            program_.text(program_.edges[s_.without_plan().labels[label].edge].evidence);
        if (!place.empty()) return place;
      }
    }
    for (const Effect &effect : one.effects) {
      const std::string_view place = program_.text(program_.edges[effect.edge].evidence);
      if (!place.empty()) return place;
    }
    return {};
  }

  PlannedAction action(const Step &step) const {
    const Candidate &candidate = s_.candidates()[step.candidate];
    const Action &rule = *candidate.action;
    PlannedAction one;
    one.wave = step.wave;
    one.name = rule.name;
    one.action = rule.id;
    one.role = step.role;
    one.target = candidate.target;
    one.target_name = name(candidate.target);
    one.principal = candidate.principal;
    one.secret = candidate.secret;
    one.fact = candidate.fact;
    if (rule.target == Target::grant && !candidate.effects.empty()) {
      const Edge &edge = program_.edges[candidate.effects.front().edge];
      one.target_name = fmt::format("{}: {} on {}", name(candidate.principal), program_.text(edge.detail),
                                    program_.name(edge.conclusion));
    } else if (rule.target == Target::planted) {
      for (const Effect &effect : candidate.effects) {
        const Edge &edge = program_.edges[effect.edge];
        if (edge.fact != reach::FactKind::planted || program_.text(edge.subject) != candidate.fact) continue;
        if (!matches(rule.details, program_.text(edge.detail))) continue;
        one.target_name = fmt::format("{}: {}{}{}", name(candidate.principal), program_.text(edge.detail),
                                      candidate.fact.empty() ? "" : " ", candidate.fact);
        break;
      }
    } else if (rule.target == Target::binding) {
      one.target_name = fmt::format("{} at {}", name(candidate.secret), name(candidate.principal));
    }
    one.delivery = delivery(step, candidate);
    one.starts = step.issued;
    one.effective_by = step.complete;
    one.why = why(step, candidate);
    for (const Effect &effect : candidate.effects) {
      const std::string what = reach::clause(program_, effect.edge);
      const std::string text = fmt::format("{}{}", effect.closes ? "" : "what is left of: ", what);
      if (std::find(one.cuts.begin(), one.cuts.end(), text) == one.cuts.end()) one.cuts.push_back(text);
    }
    for (const Leave &leave : rule.leaves) {
      one.does_not_cut.push_back(leave.lives.empty() ? leave.text
                                                     : fmt::format("{} ({})", leave.text, leave.lives));
    }
    one.destroys_evidence = rule.destroys;
    one.save_first = rule.save_first;
    one.breaks = rule.breaks;
    const auto users = s_.options().users_of.find(candidate.principal);
    if (users != s_.options().users_of.end())
      one.breaks.insert(one.breaks.end(), users->second.begin(), users->second.end());
    one.visible_to_intruder = rule.visible;
    one.go_back = fill_in(rule.go_back, candidate);
    one.abort_when = rule.abort_when;
    one.command = fill_in(rule.command, candidate);
    one.who = rule.who;
    const std::string_view party = party_of(candidate);
    if (!party.empty()) one.who = fmt::format("the party: {}", party);
    one.cost = candidate.cost;
    return one;
  }

  std::string_view party_of(const Candidate &one) const {
    if (!one.principal.empty()) return s_.party_of(one.principal);
    if (one.secret.empty()) return {};
    const auto owner = s_.options().owners.find(one.secret);
    return owner == s_.options().owners.end() || owner->second.ours ? std::string_view()
                                                                    : owner->second.organisation;
  }

  std::string delivery(const Step &step, const Candidate &candidate) const {
    const auto list = s_.replacements(candidate);
    if (list.empty()) return {};
    if (step.by_hand) return "by hand";
    std::set<std::string_view> channels;
    for (const Replacement *one : list) {
      for (const NodeId channel : one->channels) channels.insert(program_.name(channel));
    }
    if (channels.empty()) return "by hand";
    std::string text;
    for (const std::string_view channel : channels)
      text += fmt::format("{}{}", text.empty() ? "" : ", ", channel);
    return text;
  }

  std::string why(const Step &step, const Candidate &candidate) const {
    if (!candidate.secret.empty()) {
      const NodeId secret = program_.find(NodeType::secret, candidate.secret);
      const Time since = s_.without_plan().since(secret);
      const std::string when =
          since == base::kTimeMin ? "at any time" : fmt::format("since {}", base::format_time(since));
      return fmt::format("the intruder can know it {}: {}", when, evidence_of(candidate));
    }
    switch (step.role) {
      case Role::obligation:
        return fmt::format("the intruder set it or has it: {}", evidence_of(candidate));
      case Role::settle:
        return "what they opened there goes on until it is revoked";
      default:
        break;
    }
    return way_in(candidate);
  }

  // How they come to hold what an action shuts: the last fact on that way for which there is evidence.
  std::string way_in(const Candidate &candidate) const {
    for (const Effect &effect : candidate.effects) {
      for (const NodeId premise : program_.premises(program_.edges[effect.edge])) {
        if (!s_.without_plan().holds(premise)) continue;
        const auto steps =
            reach::proof(program_, s_.without_plan(), s_.without_plan().of_node(premise).back());
        for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
          if (!step->evidence.empty()) return fmt::format("{} ({})", step->says, step->evidence);
        }
      }
    }
    return candidate.effects.empty() ? std::string()
                                     : reach::clause(program_, candidate.effects.front().edge);
  }

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
    for (const std::size_t i : order) {
      place[i] = sorted.size();
      sorted.push_back(std::move(plan_.actions[i]));
      sorted.back().id = fmt::format("a{}", sorted.size());
    }
    plan_.actions = std::move(sorted);
    return place;
  }

  // Wave 0, where there is anything to do: what the rules prepare, and one preservation for each thing to
  // save.
  void prepare() {
    if (plan_.actions.empty()) return;
    std::vector<PlannedAction> before;
    const auto add = [&](const Action &rule) -> PlannedAction & {
      PlannedAction one;
      one.name = rule.name;
      one.action = rule.id;
      one.role = Role::prepare;
      one.target = "case";
      one.target_name = "the case";
      one.starts = s_.options().start;
      one.effective_by = s_.options().start + rule.latency_us;
      one.why = "before the intruder can notice anything";
      one.go_back = rule.go_back;
      one.abort_when = rule.abort_when;
      one.command = rule.command;
      one.who = rule.who;
      one.cost = rule.cost;
      before.push_back(std::move(one));
      return before.back();
    };
    std::map<std::string, std::string> saved;  // what is saved -> id of the preparation
    for (const Action &rule : p_.actions.all()) {
      if (rule.target != Target::preparation) continue;
      if (rule.id != "preserve-evidence") {
        PlannedAction &one = add(rule);
        one.id = fmt::format("p{}", before.size());
        continue;
      }
      std::set<std::string> needed;
      for (const PlannedAction &one : plan_.actions) {
        if (!one.destroys_evidence.empty()) needed.insert(one.save_first);
      }
      for (const std::string &save : needed) {
        PlannedAction &one = add(rule);
        one.id = fmt::format("p{}", before.size());
        one.name = save;
        one.fact = save;
        one.command = save;
        one.why = "a later action destroys it";
        saved[save] = one.id;
      }
    }
    for (PlannedAction &one : plan_.actions) {
      if (one.destroys_evidence.empty()) continue;
      const auto found = saved.find(one.save_first);
      if (found == saved.end()) continue;
      one.after.push_back(found->second);
      one.after_why.push_back("it destroys what that saves");
    }
    plan_.actions.insert(plan_.actions.begin(), std::make_move_iterator(before.begin()),
                         std::make_move_iterator(before.end()));
  }

  // After everything else: only when nobody can set another credential does a look at all of them settle it.
  void sweep() {
    int last = 0;
    for (const PlannedAction &one : plan_.actions) last = std::max(last, one.wave);
    std::vector<std::string> before;
    for (const PlannedAction &one : plan_.actions) {
      if (one.wave == last) before.push_back(one.id);
    }
    std::size_t count = 0;
    for (const Sweep &need : s_.options().sweeps) {
      const Action *rule = nullptr;
      for (const Action &each : p_.actions.all()) {
        if (each.target != Target::place) continue;
        const bool fits = each.realms.empty() || std::find(each.realms.begin(), each.realms.end(),
                                                           realm_of(need.place)) != each.realms.end();
        if (fits && rule == nullptr) rule = &each;  // the most particular comes first
      }
      if (rule == nullptr) continue;
      PlannedAction one;
      one.wave = last + 1;
      one.id = fmt::format("s{}", ++count);
      one.name = rule->name;
      one.action = rule->id;
      one.role = Role::obligation;
      one.target = need.place;
      one.target_name = need.name;
      one.principal = need.place;
      one.starts = std::max(plan_.end, plan_.start);
      one.effective_by = one.starts + rule->latency_us;
      one.why = need.why;
      for (const std::string &id : before) {
        if (one.after.size() >= kWaitsNamed) break;
        one.after.push_back(id);
        one.after_why.push_back("until they are out, another credential can be set");
      }
      for (const Leave &leave : rule->leaves) one.does_not_cut.push_back(leave.text);
      one.destroys_evidence = rule->destroys;
      one.save_first = rule->save_first;
      one.breaks = rule->breaks;
      one.visible_to_intruder = rule->visible;
      one.go_back = rule->go_back;
      one.abort_when = rule->abort_when;
      one.command = rule->command;
      one.who = rule->who;
      one.cost = rule->cost;
      plan_.actions.push_back(std::move(one));
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
        plan_.growth.push_back(fmt::format(
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
      if (!there && old.state == ActionState::in_effect) {
        plan_.actions.push_back(old);
        plan_.actions.back().leaks_if_skipped.clear();
        plan_.actions.back().leaks_if_skipped_count = 0;
        plan_.actions.back().after.clear();
        plan_.actions.back().after_why.clear();
        plan_.actions.back().id = fmt::format("d{}", ++done_);
        plan_.actions.back().since = effect_of(old);
        if (const Action *rule = p_.actions.find(old.action); rule != nullptr && old.name.empty()) {
          plan_.actions.back().name = rule->name;
          plan_.actions.back().who = rule->who;
        }
        if (old.target_name.empty()) plan_.actions.back().target_name = name(old.target);
      }
    }
    std::stable_sort(plan_.actions.begin(), plan_.actions.end(),
                     [](const PlannedAction &a, const PlannedAction &b) { return a.wave < b.wave; });
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
      plan_.growth.push_back(
          fmt::format("wave {} has {} actions that must be in effect together, {} more than its capacity: "
                      "freeze its accounts first "
                      "or raise the capacity to {}",
                      wave, size, size - capacity, size));
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
    for (const std::string &kind : program_.unknown_rights) {
      verdict.does_not_cover.push_back(fmt::format("rights of kind {}: no rule says what they allow", kind));
    }
    for (const NodeId node : p_.uncuttable) {
      verdict.does_not_cover.push_back(
          fmt::format("{}: no action in the rules frees it", program_.name(node)));
    }
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
        counted == 0 ? "nothing to do"
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
  Plan plan_;
  int done_ = 0;
};

}  // namespace

Plan describe(const Described &parts) {
  return Describer(parts).run();
}

}  // namespace dislodge::evict
