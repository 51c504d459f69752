#include "evict/around.hpp"

#include "evict/action_text.hpp"
#include "evict/candidate.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace dislodge::evict {

using base::Time;

namespace {

constexpr std::size_t kWaitsNamed = 20;  // of the actions before a sweep

}  // namespace

void add_preparations(std::vector<PlannedAction> &actions, const Actions &rules, Time start,
                      Numbering &numbers) {
  if (actions.empty()) return;
  std::vector<PlannedAction> before;
  const auto add = [&](const Action &rule) -> PlannedAction & {
    PlannedAction one;
    one.name = rule.name;
    one.action = rule.id;
    one.role = Role::prepare;
    one.target = "case";
    one.target_name = "the case";
    one.starts = start;
    one.effective_by = start + rule.latency_us;
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
  for (const Action &rule : rules.all()) {
    if (rule.target != Target::preparation) continue;
    if (rule.id != "preserve-evidence") {
      PlannedAction &one = add(rule);
      one.id = numbers.id_of(one, 'p');
      continue;
    }
    std::set<std::string> needed;
    for (const PlannedAction &one : actions) {
      if (!one.destroys_evidence.empty()) needed.insert(one.save_first);
    }
    for (const std::string &save : needed) {
      PlannedAction &one = add(rule);
      one.name = save;
      one.fact = save;
      one.id = numbers.id_of(one, 'p');
      one.command = save;
      one.why = "a later action destroys it";
      saved[save] = one.id;
    }
  }
  for (PlannedAction &one : actions) {
    if (one.destroys_evidence.empty()) continue;
    const auto found = saved.find(one.save_first);
    if (found == saved.end()) continue;
    one.after.push_back(found->second);
    one.after_why.push_back("it destroys what that saves");
  }
  actions.insert(actions.begin(), std::make_move_iterator(before.begin()),
                 std::make_move_iterator(before.end()));
}

void add_sweeps(std::vector<PlannedAction> &actions, const Actions &rules, const std::vector<Sweep> &sweeps,
                Time after, Numbering &numbers) {
  int last = 0;
  for (const PlannedAction &one : actions) last = std::max(last, one.wave);
  std::vector<std::string> before;
  for (const PlannedAction &one : actions) {
    if (one.wave == last) before.push_back(one.id);
  }
  for (const Sweep &need : sweeps) {
    const Action *rule = nullptr;
    for (const Action &each : rules.all()) {
      if (each.target != Target::place) continue;
      if (fits_realm(each, need.place) && rule == nullptr) rule = &each;  // the most particular comes first
    }
    if (rule == nullptr) continue;
    PlannedAction one;
    one.wave = last + 1;
    one.name = rule->name;
    one.action = rule->id;
    one.role = Role::obligation;
    one.target = need.place;
    one.target_name = need.name;
    one.principal = need.place;
    one.id = numbers.id_of(one, 's');
    one.starts = after;
    one.effective_by = one.starts + rule->latency_us;
    one.why = need.why;
    for (const std::string &id : before) {
      if (one.after.size() >= kWaitsNamed) break;
      one.after.push_back(id);
      one.after_why.push_back("until they are out, another credential can be set");
    }
    one.does_not_cut = ActionText::leaves(*rule);
    one.destroys_evidence = rule->destroys;
    one.save_first = rule->save_first;
    one.breaks = rule->breaks;
    one.visible_to_intruder = rule->visible;
    one.go_back = rule->go_back;
    one.abort_when = rule->abort_when;
    one.command = rule->command;
    one.who = rule->who;
    one.cost = rule->cost;
    actions.push_back(std::move(one));
  }
}

}  // namespace dislodge::evict
