// collect: what to export from which system, soonest to expire first; with a case, what is not there yet.

#include <fmt/format.h>

#include <algorithm>

#include "cli/session.hpp"
#include "engine/inputs.hpp"
#include "log/collect.hpp"

namespace dislodge::cli {

namespace {

void print_export(const log::Export &one, bool as_json) {
  if (as_json) {
    print_line(log::to_json(one));
    return;
  }
  print_line(fmt::format("{}: {}", one.system, one.title));
  print_line(fmt::format("  lost      {} ({})", log::when_lost(one), one.kept));
  std::string_view rest = one.command;
  for (const char *label = "run"; !rest.empty(); label = "") {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    print_line(fmt::format("  {:<9} {}", label, line));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  print_line(fmt::format("  proves    {}", one.proves));
  print_line(fmt::format("  cannot    {}", one.cannot));
  if (!one.caps.empty()) print_line(fmt::format("  stops at  {}", one.caps));
  print_line("");
}

base::Result<std::vector<log::Export>> load(const engine::Options &options) {
  DISLODGE_TRY_ASSIGN(const engine::RuleTexts texts, engine::load_rule_texts(options));
  std::vector<std::pair<std::string_view, std::string_view>> files;
  for (const base::EmbeddedRule &file : texts.files)
    if (file.path.starts_with("rules/collect/")) files.emplace_back(file.path, file.text);
  return log::load_exports(files);
}

}  // namespace

int run_collect(const CollectArguments &arguments) {
  auto exports = load(arguments.engine);
  if (!exports) return report_error(exports.error());
  if (arguments.folder.empty()) {
    for (const log::Export &one : *exports) print_export(one, arguments.json);
    return kDone;
  }
  return with_picture(arguments, [&](casefile::Case &, const engine::Picture &picture) {
    const auto missing = log::still_missing(*exports, picture.coverage, picture.directories);
    for (const log::Export *one : missing) print_export(*one, arguments.json);
    if (!arguments.json)
      print_line(
          fmt::format("{} of {} exports are not in the case. Beside each file put what was asked for "
                      "(docs/logs.md): without it no log excludes anything.",
                      missing.size(), exports->size()));
    return kDone;
  });
}

}  // namespace dislodge::cli
