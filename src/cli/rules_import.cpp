// rules import FOLDER: takes Sigma rules (a checkout of SigmaHQ, or one's own) into a rules folder.

#include <fmt/format.h>

#include <map>
#include <set>

#include "base/embedded_rules.hpp"
#include "base/files.hpp"
#include "base/json_writer.hpp"
#include "cli/session.hpp"
#include "detect/detect.hpp"
#include "detect/sigma_matcher.hpp"
#include "engine/inputs.hpp"

namespace dislodge::cli {

namespace {

using base::Result;
namespace fs = std::filesystem;

constexpr std::uint64_t kFilesMax = 50'000;

struct Imported {
  std::vector<std::string> paths, texts;
  std::vector<base::EmbeddedRule> files() const {
    std::vector<base::EmbeddedRule> out;
    for (std::size_t i = 0; i < paths.size(); ++i) out.push_back({paths[i], texts[i]});
    return out;
  }
};

// Paths below the folder, under "rules/detections/imported/".
Result<Imported> read_folder(const fs::path &folder) {
  Imported out;
  DISLODGE_TRY_ASSIGN(const auto files, base::files_under(folder));
  for (const fs::path &file : files) {
    if (file.extension() != ".yml" && file.extension() != ".yaml") continue;
    const std::string relative = file.lexically_relative(folder).generic_string();
    if (relative.starts_with(".") || relative.find("/.") != std::string::npos) continue;
    if (out.paths.size() == kFilesMax)
      return base::fail(base::ErrorKind::limit,
                        folder.string() + ": more than 50,000 rule files; import its parts one by one");
    DISLODGE_TRY_ASSIGN(std::string text, base::read_file(file));
    // Data that a checkout holds beside its rules is none.
    const bool rule = text.find("detection:") != std::string::npos ||
                      text.find("correlation:") != std::string::npos ||
                      text.find("filter:") != std::string::npos;
    if (!rule) continue;
    out.paths.push_back("rules/detections/imported/" + relative);
    out.texts.push_back(std::move(text));
  }
  if (out.paths.empty())
    return base::fail(base::ErrorKind::usage, folder.string() + ": no Sigma rules (*.yml) are here");
  return out;
}

Result<void> write_rules(const fs::path &out, const Imported &imported, const std::set<std::string> &good) {
  // The rules in the binary first, so that --rules finds all that it needs; what is there already stays.
  for (const base::EmbeddedRule &file : base::embedded_rules()) {
    if (!file.path.starts_with("rules/")) continue;
    const fs::path path = out / file.path.substr(6);
    if (fs::exists(path)) continue;
    DISLODGE_TRY(base::make_folders(path.parent_path()));
    DISLODGE_TRY(base::write_file(path, file.text));
  }
  for (std::size_t i = 0; i < imported.paths.size(); ++i) {
    if (good.count(imported.paths[i]) == 0) continue;
    const fs::path path = out / imported.paths[i].substr(6);
    DISLODGE_TRY(base::make_folders(path.parent_path()));
    DISLODGE_TRY(base::write_file(path, imported.texts[i]));
  }
  return {};
}

}  // namespace

int run_rules_import(const RulesArguments &arguments) {
  if (arguments.from.empty())
    return report_error(
        {base::ErrorKind::usage,
         "rules import needs a folder of Sigma rules: dislodge rules import sigma/rules --out RULES"});
  auto texts = engine::load_rule_texts(arguments.engine);
  if (!texts) return report_error(texts.error());
  auto options = detect::load_options(texts->files);
  if (!options) return report_error(options.error());
  auto imported = read_folder(arguments.from);
  if (!imported) return report_error(imported.error());
  const auto files = imported->files();
  auto matcher =
      detect::SigmaMatcher::make(detect::read_sigma(files, options->placeholders), options->aliases);
  if (!matcher) return report_error(matcher.error());
  const detect::SigmaSet &set = matcher->set();

  std::map<std::string, std::pair<std::size_t, std::size_t>> by_product;  // loaded, refused
  std::set<std::string> good, bad;
  for (const detect::SigmaProblem &problem : set.problems) bad.insert(problem.path);
  for (const detect::SigmaRule &rule : set.rules) {
    good.insert(rule.path);
    const detect::SigmaLogsource &from = rule.logsources.front();
    ++by_product[from.product +
                 (from.product == "windows" && !from.service.empty() ? " " + from.service : "")]
          .first;
  }
  for (const detect::SigmaCorrelation &rule : set.correlations) good.insert(rule.path);
  for (const detect::SigmaProblem &problem : set.problems) {
    if (arguments.json) {
      base::JsonWriter json;
      json.object([&] {
        json.field("schema", 1);
        json.field("path", problem.path.substr(26));
        json.field("title", problem.title);
        json.field("reason", problem.reason);
      });
      print_line(json.text());
    } else {
      print_line(fmt::format("not loaded: {}: {}", problem.path.substr(26), problem.reason));
    }
  }
  if (!arguments.json) {
    for (const auto &[product, count] : by_product)
      print_line(fmt::format("{:>6} rules of {}", count.first, product.empty() ? "no product" : product));
    print_line(
        fmt::format("{} rules, {} correlations loaded; {} not; {} of them need no more than the shared scan "
                    "to be ruled out",
                    set.rules.size(), set.correlations.size(), set.problems.size(), matcher->with_witness()));
  }
  if (arguments.out.empty()) {
    print_line("nothing was written: say where with --out RULES, then use --rules RULES");
    return set.problems.empty() ? kDone : kFindings;
  }
  if (auto done = write_rules(arguments.out, *imported, good); !done) return report_error(done.error());
  print_line(fmt::format("{}: use it with --rules {}", arguments.out.string(), arguments.out.string()));
  return kDone;
}

}  // namespace dislodge::cli
