// drill: write a breach with known answers.

#include "drill/drill.hpp"

#include "cli/session.hpp"

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

}  // namespace dislodge::cli
