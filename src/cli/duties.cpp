// duties: clocks that run and clocks that wait; `duties due` computes a date without a case; --decide sets a
// clock fact, which only a named person does.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/session.hpp"
#include "engine/inputs.hpp"
#include "report/json_lines.hpp"
#include "report/text.hpp"

namespace dislodge::cli {

using base::ErrorKind;

namespace {

int due(const DutiesArguments &arguments) {
  auto texts = engine::load_rule_texts(arguments.engine);
  if (!texts) return report_error(texts.error());
  auto rules = disclose::load_duty_rules(texts->files);
  if (!rules) return report_error(rules.error());
  // A date alone is a day in the regime's own zone, not midnight in UTC.
  const auto time = disclose::trigger_time(*rules, arguments.due_regime, arguments.due_time);
  if (!time) return report_error(time.error());
  auto date = disclose::due(*rules, arguments.due_regime, arguments.due_trigger, *time);
  if (!date) return report_error(date.error());
  print(arguments.json ? report::duty_date_json(*date) : report::duty_date_text(*date));
  return kDone;
}

int decide(const DutiesArguments &arguments) {
  const auto time = base::parse_time(arguments.at);
  if (!time) return report_error({ErrorKind::usage, "--at says when, as 2024-01-17T15:00:00Z"});
  if (arguments.who.empty() || arguments.reason.empty())
    return report_error(
        {ErrorKind::usage, "a decision is made by a named person on stated facts: give --who and --reason"});
  auto texts = engine::load_rule_texts(arguments.engine);
  if (!texts) return report_error(texts.error());
  const auto rules = disclose::load_duty_rules(texts->files);
  if (!rules) return report_error(rules.error());
  const std::vector<std::string> facts = disclose::clock_facts(*rules);
  if (!std::binary_search(facts.begin(), facts.end(), arguments.decide)) {
    return report_error({ErrorKind::usage, fmt::format("\"{}\" starts no clock; facts are {}",
                                                       arguments.decide, fmt::join(facts, ", "))});
  }
  auto the_case = open_case(arguments, casefile::Case::Access::write);
  if (!the_case) return report_error(the_case.error());
  if (auto done =
          engine::record_decision(**the_case, arguments.decide, *time, arguments.who, arguments.reason);
      !done)
    return report_error(done.error());
  print_line(
      fmt::format("{} at {}, decided by {}", arguments.decide, base::format_time(*time), arguments.who));
  return kDone;
}

}  // namespace

int run_duties(const DutiesArguments &arguments) {
  if (!arguments.due_regime.empty()) return due(arguments);
  if (arguments.folder.empty())
    return report_error({ErrorKind::usage, "duties needs a CASE, or: duties due REGIME TRIGGER TIME"});
  if (!arguments.decide.empty()) return decide(arguments);
  return with_picture(arguments, [&](casefile::Case &, const engine::Picture &picture) {
    print(arguments.json ? report::duties_json(picture) : report::duties_text(picture));
    return kDone;
  });
}

}  // namespace dislodge::cli
