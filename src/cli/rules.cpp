// rules: run the examples of every rule, list the rules, or compile them into a cache.

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "cli/session.hpp"
#include "detect/sigma_check.hpp"
#include "report/text.hpp"
#include "secret/rule_check.hpp"

namespace dislodge::cli {

int run_rules(const RulesArguments &arguments) {
  if (arguments.what == "compile") {
    if (arguments.out.empty())
      return report_error({base::ErrorKind::usage, "rules compile writes a folder: give it with --out"});
    if (auto made = base::make_folders(arguments.out); !made) return report_error(made.error());
    engine::Options options = arguments.engine;
    options.cache_folder = arguments.out;
    auto compiled = engine::load_secret_rules(options);
    return compiled ? kDone : report_error(compiled.error());
  }
  if (arguments.what == "import") return run_rules_import(arguments);
  auto rules = engine::load_secret_rules(arguments.engine);
  if (!rules) return report_error(rules.error());
  if (arguments.what == "list") {
    std::vector<std::vector<std::string>> rows;
    for (const secret::Rule &rule : (*rules)->rules.rules) {
      if (!arguments.json) {
        rows.push_back({rule.id, rule.kind, rule.name, rule.source});
        continue;
      }
      base::JsonWriter json;
      json.object([&] {
        json.field("schema", 1);
        json.field("id", rule.id);
        json.field("kind", rule.kind);
        json.field("name", rule.name);
        json.field("authenticates", rule.authenticates);
        json.field("rotate", rule.rotate);
        json.field("source", rule.source);
      });
      print_line(json.text());
    }
    for (const detect::SigmaRule &rule : (*rules)->detections->set().rules) {
      const std::string kind = rule.own ? rule.own->kind : "rule-matched";
      if (!arguments.json) {
        rows.push_back({rule.id, kind, rule.title, rule.own ? rule.own->source : rule.path});
        continue;
      }
      base::JsonWriter json;
      json.object([&] {
        json.field("schema", 1);
        json.field("id", rule.id);
        json.field("kind", kind);
        json.field("name", rule.title);
        json.list_field("techniques", rule.techniques);
        json.field("level", rule.level);
        json.field("source", rule.own ? rule.own->source : rule.path);
      });
      print_line(json.text());
    }
    if (!arguments.json) print(report::table({"id", "kind", "name", "source"}, rows));
    return kDone;
  }
  auto checked = secret::check_rules((*rules)->rules, *(*rules)->matcher);
  if (!checked) return report_error(checked.error());
  std::size_t positive = 0, negative = 0;
  for (const secret::Rule &rule : (*rules)->rules.rules) {
    positive += rule.positive.size();
    negative += rule.negative.size();
  }
  std::size_t problems = 0;
  for (const secret::RuleCheck &problem : *checked) {
    if (!problem.note) ++problems;
    if (!problem.note || arguments.json) print_line(problem.rule + ": " + problem.problem);
  }
  print_line(fmt::format("{} rules, {} positive and {} negative examples, {} problems",
                         (*rules)->rules.rules.size(), positive, negative, problems));
  // Detection rules: what did not load, and examples that are not found.
  const detect::SigmaMatcher &detections = *(*rules)->detections;
  std::vector<detect::SigmaProblem> wrong = detections.set().problems;
  for (detect::SigmaProblem &problem : detect::check_examples(detections))
    wrong.push_back(std::move(problem));
  for (const detect::SigmaProblem &problem : wrong)
    print_line(fmt::format("{}: {}: {}", problem.path, problem.title, problem.reason));
  print_line(fmt::format("{} detection rules and {} correlations, {} problems", detections.set().rules.size(),
                         detections.set().correlations.size(), wrong.size()));
  problems += wrong.size();
  return problems == 0 ? kDone : kFindings;
}

}  // namespace dislodge::cli
