// plan: the actions in waves; --check judges a plan written by hand; tick records what was done.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/files.hpp"
#include "base/words.hpp"
#include "cli/session.hpp"
#include "engine/checklist.hpp"
#include "engine/planning.hpp"
#include "report/json_lines.hpp"
#include "report/text.hpp"
#include "report/text_parts.hpp"

namespace dislodge::cli {

using base::ErrorKind;

namespace {

base::Result<engine::PlanWishes> wishes_of(const PlanArguments &arguments) {
  engine::PlanWishes wishes;
  wishes.protect = arguments.protect;
  wishes.forbid = arguments.forbid;
  wishes.prefer = arguments.prefer;
  wishes.capacity = arguments.capacity;
  if (!arguments.start.empty()) {
    const auto start = base::parse_time(arguments.start);
    if (!start)
      return base::fail(ErrorKind::usage,
                        fmt::format("--start {}: write a time as 2026-03-01T08:00:00Z", arguments.start));
    wishes.start = *start;
    if (*start < base::now())
      fmt::print(stderr,
                 "dislodge: --start {} is in the past: the plan leaves out whatever only came within reach "
                 "after its end\n",
                 arguments.start);
  }
  if (!arguments.costs.empty()) {
    DISLODGE_TRY_ASSIGN(const std::string csv, base::read_file(arguments.costs));
    DISLODGE_TRY(engine::add_costs(wishes, csv, arguments.costs.string()));
  }
  return wishes;
}

// What should have been in effect before; it is recorded all the same, since it has happened.
// `ticks`: what is recorded with it.
void warn_of_order(const evict::Plan &plan, const evict::PlannedAction &done,
                   const std::vector<engine::Tick> &ticks) {
  const auto state_of = [&](const evict::PlannedAction &one) {
    for (const engine::Tick &tick : ticks)
      if (tick.action == evict::key_of(one)) return evict::state_of(tick.state).value_or(one.state);
    return one.state;
  };
  for (std::size_t i = 0; i < done.after.size(); ++i)
    for (const evict::PlannedAction &before : plan.actions)
      if (before.id == done.after[i] && state_of(before) != evict::ActionState::in_effect)
        fmt::print(stderr, "dislodge: {} comes after {} {}, which is {}: {}; it stays in the plan\n", done.id,
                   before.id, before.name, evict::name_of(state_of(before)),
                   i < done.after_why.size() ? done.after_why[i] : "");
}

// Records states; the plan is solved again from them on the next reading.
int tick(const PlanArguments &arguments) {
  std::vector<engine::Tick> ticks;
  std::map<std::string, std::string> names;  // of actions by key, for people
  evict::Plan shown;
  engine::Tick said{arguments.tick, arguments.state, arguments.who, arguments.evidence, base::kTimeMin};
  if (!arguments.at.empty()) {
    const auto at = base::parse_time(arguments.at);
    if (!at)
      return report_error(
          {ErrorKind::usage, fmt::format("--at {}: write a time as 2026-03-01T08:00:00Z", arguments.at)});
    said.at = *at;
  }
  if (arguments.ticks.empty()) {
    if (const auto fine = engine::check_tick(said); !fine) return report_error(fine.error());
  }
  const int code = with_picture(arguments, [&](casefile::Case &, const engine::Picture &picture) {
    shown = picture.plan;
    for (const evict::PlannedAction &action : picture.plan.actions)
      names[evict::key_of(action)] =
          fmt::format("{} {} {}", action.id, action.action,
                      action.target_name.empty() ? action.target : action.target_name);
    if (!arguments.ticks.empty()) {
      const auto text = base::read_file(arguments.ticks);
      if (!text) return report_error(text.error());
      auto read = engine::ticks_of_checklist(picture.plan, *text, arguments.ticks.string());
      if (!read) return report_error(read.error());
      ticks = std::move(*read);
      for (const evict::PlannedAction &action : picture.plan.actions)
        for (const engine::Tick &one : ticks) {
          if (one.action != evict::key_of(action)) continue;
          if (const auto fine = engine::check_when(picture, action, one); !fine)
            return report_error(fine.error());
          if (one.state == "in-effect") warn_of_order(picture.plan, action, ticks);
        }
      return kDone;
    }
    for (const evict::PlannedAction &action : picture.plan.actions) {
      if (action.id != arguments.tick) continue;
      said.action = evict::key_of(action);
      if (const auto fine = engine::check_when(picture, action, said); !fine)
        return report_error(fine.error());
      if (said.state == "in-effect") warn_of_order(picture.plan, action, {});
      ticks.push_back(said);
      return kDone;
    }
    return report_error(
        {ErrorKind::usage, arguments.tick + ": the plan has no such action (dislodge plan lists them)"});
  });
  if (code != kDone) return code;
  bool changed = false;
  auto the_case = open_case(arguments, casefile::Case::Access::write);
  if (!the_case) return report_error(the_case.error());
  // Whoever ticks has seen these ids.
  if (auto kept = engine::remember_actions(**the_case, shown); !kept) return report_error(kept.error());
  for (const engine::Tick &one : ticks) {
    if (!arguments.ticks.empty()) {
      // What was recorded once already, and stands on the list as it was printed, says nothing new.
      const auto known = engine::was_recorded(**the_case, one);
      if (!known) return report_error(known.error());
      if (*known) continue;
    }
    if (auto done = engine::record_tick(**the_case, one.action, one); !done)
      return report_error(done.error());
    print_line(fmt::format("{} is {} ({})", names[one.action], evict::name_of(*evict::state_of(one.state)),
                           one.who));
    changed = true;
  }
  if (!changed) print_line("Nothing has changed since.");
  return kDone;
}

}  // namespace

int run_plan(const PlanArguments &arguments) {
  if (!arguments.tick.empty() || !arguments.ticks.empty()) return tick(arguments);
  const auto wishes = wishes_of(arguments);
  if (!wishes) return report_error(wishes.error());
  return with_picture(arguments, [&](casefile::Case &the_case, const engine::Picture &picture) {
    const auto show = [&](const evict::Plan &plan) {
      if (!arguments.checklist.empty()) {
        const bool csv = arguments.checklist.extension() == ".csv";
        const auto written = base::write_file(
            arguments.checklist, csv ? engine::checklist_csv(plan) : engine::checklist_markdown(plan));
        if (!written) return report_error(written.error());
        print_line(fmt::format("{} in {}", base::counted(plan.actions.size(), "action"),
                               arguments.checklist.string()));
        return kDone;
      }
      print(!arguments.json                 ? report::fitted(report::plan_text(picture, plan))
            : plan.method == evict::kByHand ? report::checked_plan_json(picture, plan)
                                            : report::plan_json(plan));
      return kDone;
    };
    if (!arguments.check.empty()) {
      const auto checked =
          engine::check_plan_file(the_case, picture, arguments.check, *wishes, arguments.engine);
      if (!checked) return report_error(checked.error());
      const int code = show(*checked);
      return code != kDone ? code : checked->leaks.empty() ? kDone : kFindings;
    }
    if (!wishes->any()) return show(picture.plan);
    const auto plan = engine::plan_again(the_case, picture, *wishes, arguments.engine);
    return plan ? show(*plan) : report_error(plan.error());
  });
}

}  // namespace dislodge::cli
