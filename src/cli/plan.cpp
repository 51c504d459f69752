// plan: the actions in waves; --check judges a plan written by hand; --tick records what was done.

#include <fmt/format.h>

#include <algorithm>

#include "cli/session.hpp"
#include "engine/inputs.hpp"
#include "report/json_lines.hpp"
#include "report/text.hpp"

namespace dislodge::cli {

using base::ErrorKind;

namespace {

// Records a state; it holds from the next reading on.
int tick(const PlanArguments &arguments) {
  static constexpr std::string_view kStates[] = {"open", "claimed", "in-effect", "failed", "rolled-back"};
  if (std::find(std::begin(kStates), std::end(kStates), arguments.state) == std::end(kStates))
    return report_error(
        {ErrorKind::usage, "--state is one of: open, claimed, in-effect, failed, rolled-back"});
  if (arguments.who.empty()) return report_error({ErrorKind::usage, "--who names the person who says so"});
  if (arguments.state == "in-effect" && arguments.evidence.empty())
    return report_error(
        {ErrorKind::usage, "in-effect needs --evidence: what shows it; somebody's word alone is `claimed`"});
  std::string key;
  const int code = with_picture(arguments, [&](casefile::Case &, const engine::Picture &picture) {
    for (const evict::PlannedAction &action : picture.plan.actions)
      if (action.id == arguments.tick) key = engine::action_key(action);
    return key.empty()
               ? report_error({ErrorKind::usage,
                               arguments.tick + ": the plan has no such action (dislodge plan lists them)"})
               : kDone;
  });
  if (code != kDone) return code;
  auto the_case = open_case(arguments, casefile::Case::Access::write);
  if (!the_case) return report_error(the_case.error());
  if (auto done = engine::record_tick(**the_case, key, arguments.state, arguments.who, arguments.evidence);
      !done)
    return report_error(done.error());
  print_line(fmt::format("{} is {} ({})", key, arguments.state, arguments.who));
  return kDone;
}

}  // namespace

int run_plan(const PlanArguments &arguments) {
  if (!arguments.tick.empty()) return tick(arguments);
  return with_picture(arguments, [&](casefile::Case &the_case, const engine::Picture &picture) {
    if (!arguments.check.empty()) {
      auto checked = engine::check_plan_file(the_case, picture, arguments.check, arguments.engine);
      if (!checked) return report_error(checked.error());
      print(arguments.json ? report::plan_json(*checked) : report::plan_text(picture, *checked));
      return checked->leaks.empty() ? kDone : kFindings;
    }
    print(arguments.json ? report::plan_json(picture.plan) : report::plan_text(picture, picture.plan));
    return kDone;
  });
}

}  // namespace dislodge::cli
