// drill: write a breach with known answers; drill grade: score a case against them.

#include "drill/drill.hpp"

#include "base/files.hpp"
#include "cli/session.hpp"
#include "drill/grade.hpp"
#include "engine/planning.hpp"
#include "report/json_lines.hpp"

namespace dislodge::cli {

int run_drill(const DrillArguments &arguments) {
  if (arguments.list) {
    for (const drill::KindInfo &kind : drill::kinds()) print_line(std::string(kind.name));
    return kDone;
  }
  if (arguments.folder.empty())
    return report_error({base::ErrorKind::usage, "drill needs a folder: dislodge drill --seed 7 DIR"});
  drill::DrillOptions options;
  options.kind = arguments.kind;
  options.seed = arguments.seed;
  options.folder = arguments.folder;
  const auto size = drill::parse_size(arguments.size);
  if (!size) return report_error(size.error());
  options.size = *size;
  if (auto written = drill::write_drill(options); !written) return report_error(written.error());
  print_line("Evidence in " + (arguments.folder / "evidence").string() + ", the answers in " +
             (arguments.folder / "answers.json").string());
  return kDone;
}

int run_grade(const GradeArguments &arguments) {
  const auto answers = base::read_file(arguments.drill / "answers.json");
  if (!answers) return report_error(answers.error());
  const auto prices = drill::prices(*answers);
  if (!prices) return report_error(prices.error());
  return with_picture(arguments, [&](casefile::Case &the_case, const engine::Picture &picture) {
    // The drill sets the prices of actions, so that its optimum and the plan's cost are of one currency.
    engine::PlanWishes wishes;
    if (auto read = engine::add_costs(wishes, *prices, "answers.json"); !read)
      return report_error(read.error());
    const auto plan = engine::plan_again(the_case, picture, wishes, arguments.engine);
    if (!plan) return report_error(plan.error());
    drill::CaseSays says;
    says.secrets = report::secrets_json(picture);
    says.reach = report::reach_json(picture);
    says.detections = report::detections_json(picture);
    says.ledger = report::ledger_json(picture);
    says.coverage = report::coverage_json(picture);
    says.plan = report::plan_json(*plan);
    says.parties = report::parties_json(picture);
    for (const engine::EvidenceRow &row : picture.evidence) says.exposure_told |= row.exposure_said;
    const auto grading = drill::grade(*answers, says);
    if (!grading) return report_error(grading.error());
    print(arguments.json ? drill::grading_json(*grading) : drill::grading_text(*grading));
    return grading->perfect() ? kDone : kFindings;
  });
}

}  // namespace dislodge::cli
