// demo: the sample breach from evidence to plan, with the commands that a person would type.

#include <fmt/format.h>

#include "base/files.hpp"
#include "cli/session.hpp"
#include "engine/add.hpp"
#include "engine/inputs.hpp"
#include "report/files.hpp"
#include "report/text.hpp"

namespace dislodge::cli {

using base::Result;

namespace {

// examples/northwind beside the working folder, or beside the binary's project.
std::filesystem::path find_sample() {
  std::vector<std::filesystem::path> places = {"examples/northwind"};
  std::error_code error;
  const std::filesystem::path binary = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    places.push_back(binary.parent_path() / "../../examples/northwind");
    places.push_back(binary.parent_path() / "../share/dislodge/examples/northwind");
  }
  for (const std::filesystem::path &place : places)
    if (base::is_there(place / "evidence")) return place.lexically_normal();
  return {};
}

Result<int> demo(const DemoArguments &arguments) {
  const std::filesystem::path sample = arguments.evidence.empty() ? find_sample() : arguments.evidence;
  std::error_code unseen;
  if (sample.empty() || !base::is_there(sample / "evidence"))
    return base::fail(base::ErrorKind::usage,
                      "the sample breach is not here: run this in the project's folder, or give --evidence "
                      "examples/northwind");
  const std::filesystem::path out =
      std::filesystem::absolute(arguments.out.empty() ? std::filesystem::path("out/demo") : arguments.out)
          .lexically_normal();
  const std::filesystem::path folder = out / "northwind.case";
  const std::filesystem::path key = out / "northwind.key";
  std::filesystem::remove_all(folder, unseen);  // what stays is told by create()
  std::filesystem::remove(key, unseen);
  DISLODGE_TRY(base::make_folders(out));

  Common common = arguments;
  common.key_file = key;
  DISLODGE_TRY_ASSIGN(const casefile::Unlock unlock, unlock_with(common, "", true, true));
  DISLODGE_TRY_ASSIGN(const auto the_case, casefile::Case::create(folder, unlock));
  base::Progress progress(!arguments.quiet);
  base::Timings timings;
  engine::AddOptions add;
  progress.stage("hashing");
  DISLODGE_TRY(
      engine::add_evidence(*the_case, sample / "evidence", add,
                           [&](const evidence::IntakeStep &step) { progress.advance(step.bytes, 1); }));
  DISLODGE_TRY_ASSIGN(engine::Picture picture,
                      engine::investigate(*the_case, arguments.engine, progress, timings));
  // Nothing was said of when the mail could be read, so it counted from always. The logs show the first
  // access: a responder states it, and everything is derived anew.
  std::string stated;
  if (picture.first_access != base::kTimeMax) {
    add.exposed = base::Interval{picture.first_access, base::kTimeMax};
    stated = base::format_time(picture.first_access);
    DISLODGE_TRY(engine::add_evidence(*the_case, sample / "evidence", add, {}));
    DISLODGE_TRY_ASSIGN(picture, engine::investigate(*the_case, arguments.engine, progress, timings));
  }
  progress.clear();
  print(report::summary(picture));
  DISLODGE_TRY_ASSIGN(const engine::RuleTexts texts, engine::load_rule_texts(arguments.engine));
  DISLODGE_TRY_ASSIGN(const report::Knowledge knowledge, report::load_knowledge(texts.files));
  DISLODGE_TRY(report::write_report(picture, knowledge, out / "report"));
  print_line(fmt::format("Report: {}", (out / "report" / "report.md").string()));
  print_line(fmt::format("Page:   dislodge serve {} --key-file {}", folder.string(), key.string()));
  print_timings(arguments, timings);
  return kDone;
}

}  // namespace

int run_demo(const DemoArguments &arguments) {
  const auto code = demo(arguments);
  return code ? *code : report_error(code.error());
}

}  // namespace dislodge::cli
