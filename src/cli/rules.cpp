// rules: run the examples of every rule, list the rules, or compile them into a cache.

#include <fmt/format.h>

#include <set>

#include "base/files.hpp"
#include "base/json_writer.hpp"
#include "cli/session.hpp"
#include "detect/sigma_check.hpp"
#include "report/text.hpp"
#include "secret/import.hpp"
#include "secret/rule_check.hpp"

namespace dislodge::cli {

namespace {

// Sigma rules say which log they are for; no rule of a secret scanner has such a key. The first files tell.
bool holds_sigma(const std::filesystem::path &from) {
  constexpr int kFilesLooked = 200;
  const auto sigma = [](const std::filesystem::path &path) {
    const auto extension = path.extension();
    if (extension != ".yml" && extension != ".yaml") return false;
    const auto text = base::read_file(path);
    return text && (text->starts_with("logsource:") || text->find("\nlogsource:") != std::string::npos);
  };
  std::error_code error;
  if (!std::filesystem::is_directory(from, error)) return sigma(from);
  int looked = 0;
  for (std::filesystem::recursive_directory_iterator at(from, error), end;
       !error && at != end && looked < kFilesLooked; at.increment(error)) {
    if (at->is_regular_file(error) && ++looked > 0 && sigma(at->path())) return true;
  }
  return false;
}

// Other scanners' rules into ours: what loads, what does not and why, and whether each finds its own
// examples.
base::Result<int> import(const RulesArguments &arguments) {
  if (arguments.from.empty())
    return base::fail(base::ErrorKind::usage, "rules import reads a file or folder: give it after `import`");
  DISLODGE_TRY_ASSIGN(const secret::RuleImport imported, secret::import_rules(arguments.from));
  std::size_t failing = 0, examples = 0;
  if (!imported.rules.empty()) {
    const std::string text = imported.toml();
    const secret::RuleFile file{"the imported rules", text};
    DISLODGE_TRY_ASSIGN(const secret::RuleSet rules, secret::load_rules({&file, 1}));
    DISLODGE_TRY_ASSIGN(const secret::Matcher matcher, secret::Matcher::open(rules, {}));
    DISLODGE_TRY_ASSIGN(const auto problems, secret::check_rules(rules, matcher, secret::ExamplesWanted::no));
    std::set<std::string> rules_failing;
    for (const secret::RuleCheck &problem : problems) {
      if (problem.note) continue;
      rules_failing.insert(problem.rule);
      if (!arguments.json)
        print_line(fmt::format("fails its example: {}: {}", problem.rule, problem.problem));
    }
    failing = rules_failing.size();
    for (const secret::Rule &rule : rules.rules) examples += rule.positive.size() + rule.negative.size();
    if (!arguments.out.empty()) {
      std::filesystem::path out = arguments.out;
      if (out.extension() != ".toml") {
        out /= "secrets";
        DISLODGE_TRY(base::make_folders(out));
        out /= imported.family + ".toml";
      }
      DISLODGE_TRY(base::write_file(out, text, 0644));
      if (!arguments.quiet) std::fprintf(stderr, "written: %s\n", out.c_str());
    }
  }
  const auto list = [&](std::string_view what, const std::vector<secret::NotLoaded> &rows) {
    for (const secret::NotLoaded &row : rows) {
      if (!arguments.json) {
        print_line(
            fmt::format("{}: {}{}: {}", what, row.file, row.rule.empty() ? "" : ": " + row.rule, row.reason));
        continue;
      }
      base::JsonWriter json;
      json.object([&] {
        json.field("schema", 1);
        json.field("state", what);
        json.field("rule", row.rule);
        json.field("file", row.file);
        json.field("reason", row.reason);
      });
      print_line(json.text());
    }
  };
  list("not loaded", imported.refused);
  list("note", imported.notes);
  const double share = imported.seen == 0 ? 0
                                          : 100.0 * static_cast<double>(imported.rules.size()) /
                                                static_cast<double>(imported.seen);
  const std::string summary =
      fmt::format("{} of {} rules loaded ({:.1f} %), {} examples, {} rules fail one of theirs",
                  imported.rules.size(), imported.seen, share, examples, failing);
  if (arguments.json)
    std::fprintf(stderr, "%s\n", summary.c_str());
  else
    print_line(summary);
  return imported.rules.empty() ? kUsage : kDone;
}

}  // namespace

int run_rules(const RulesArguments &arguments) {
  if (arguments.what == "import" && holds_sigma(arguments.from)) return run_rules_import(arguments);
  if (arguments.what == "import") {
    const auto code = import(arguments);
    return code ? *code : report_error(code.error());
  }
  if (arguments.what == "compile") {
    if (arguments.out.empty())
      return report_error({base::ErrorKind::usage, "rules compile writes a folder: give it with --out"});
    if (auto made = base::make_folders(arguments.out); !made) return report_error(made.error());
    engine::Options options = arguments.engine;
    options.cache_folder = arguments.out;
    auto compiled = engine::load_secret_rules(options);
    return compiled ? kDone : report_error(compiled.error());
  }
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
