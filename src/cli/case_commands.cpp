// new, add, investigate, status: making a case and filling it.

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/visible.hpp"
#include "base/words.hpp"
#include "cli/commands.hpp"
#include "cli/package_key.hpp"
#include "cli/session.hpp"
#include "engine/add.hpp"
#include "engine/raised_limits.hpp"
#include "engine/reopen.hpp"
#include "report/json_lines.hpp"
#include "report/text.hpp"
#include "report/text_parts.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using base::Result;

int run_new(const CaseOptions &arguments) {
  if (base::is_there(arguments.folder / "case.json"))
    return report_error(
        {ErrorKind::usage, arguments.folder.string() + ": a case is here already; choose another folder"});
  const bool by_file = !arguments.key_file.empty() ||
                       (arguments.passphrase_file.empty() && std::getenv("DISLODGE_KEY_FILE") != nullptr);
  auto unlock = unlock_with(arguments, by_file ? "" : "passphrase", true, true);
  if (!unlock) return report_error(unlock.error());
  auto made = casefile::Case::create(arguments.folder, *unlock);
  if (!made) return report_error(made.error());
  if (!arguments.quiet)
    print_line(fmt::format("A case was made in {}. Hand in evidence with: dislodge add {} PATH...",
                           arguments.folder.string(), arguments.folder.string()));
  return kDone;
}

namespace {

// "FROM..UNTIL"; either end may be empty, for open.
Result<base::Interval> parse_exposed(const std::string &text) {
  // Neither end is open, and nothing lies between.
  if (text == "none") return base::Interval{base::Time{0}, base::Time{0}};
  const std::size_t dots = text.find("..");
  const auto wrong = [&] {
    return base::fail(
        ErrorKind::usage,
        "--exposed " + text +
            ": write FROM..UNTIL, as 2023-11-27T00:00:00Z..2024-01-13; either end may be empty");
  };
  if (dots == std::string::npos) return wrong();
  base::Interval interval;
  if (dots > 0) {
    const auto from = base::parse_time(text.substr(0, dots));
    if (!from) return wrong();
    interval.from = *from;
  }
  if (dots + 2 < text.size()) {
    const auto until = base::parse_time(text.substr(dots + 2));
    if (!until) return wrong();
    interval.until = *until;
  }
  if (interval.empty())
    return base::fail(ErrorKind::usage, "--exposed " + text + ": it ends before it begins");
  return interval;
}

// What others say is kept as a tip besides: with whose word it is, and whether that was confirmed.
void say_tip(const AddArguments &arguments, const engine::AddedTip &tip) {
  if (!tip.wrong.empty()) {
    std::fprintf(stderr, "dislodge: %s looks like a tip and could not be read as one: %s\n", tip.path.c_str(),
                 tip.wrong.c_str());
    return;
  }
  if (tip.signature == detect::TipSignature::broken)
    std::fprintf(
        stderr,
        "dislodge: %s: THE SIGNATURE DOES NOT FIT: it was changed on the way, or is not theirs: ask them "
        "by telephone; until then it is kept as what somebody says\n",
        base::visible(tip.path.string()).c_str());
  if (arguments.quiet) return;
  print_line(fmt::format(
      "{}: a tip ({}), {} from {}{}", tip.path.filename().string(), tip.format,
      base::counted(tip.entries, "entry", "entries"), tip.from.empty() ? "nobody named" : tip.from,
      arguments.verified_by.empty() ? "; not confirmed out of band (--verified-by NAME --verified-how HOW)"
                                    : "; confirmed by " + arguments.verified_by));
  if (tip.signature == detect::TipSignature::fits) print_line("  its signature fits the key that was given");
  if (tip.signature == detect::TipSignature::beside)
    print_line("  its signature fits the key that lies beside it: get their key by another way as well");
}

}  // namespace

int run_add(const AddArguments &given, const std::vector<std::string> &limits) {
  AddArguments arguments = given;
  if (auto loaded = load_reading_options(arguments); !loaded) return report_error(loaded.error());
  engine::AddOptions options;
  options.limits = arguments.engine.limits;
  options.sandbox = arguments.engine.sandbox;
  options.custodian = arguments.custodian;
  options.tips.from = arguments.notice_from;
  options.tips.verified_by = arguments.verified_by;
  options.tips.verified_how = arguments.verified_how;
  options.signature = arguments.signature;
  if (!arguments.verify_key.empty()) {
    auto key = key_of(arguments.verify_key, "--verify-key");
    if (!key) return report_error(key.error());
    options.verify_key = std::move(*key);
  }
  if (!arguments.exposed.empty()) {
    auto interval = parse_exposed(arguments.exposed);
    if (!interval) return report_error(interval.error());
    options.exposed = *interval;
  }
  if (!arguments.exposure_file.empty()) {
    auto csv = base::read_file(arguments.exposure_file);
    if (!csv) return report_error(csv.error());
    auto rules = engine::parse_exposure_file(*csv, arguments.exposure_file.string());
    if (!rules) return report_error(rules.error());
    options.exposures = std::move(*rules);
  }
  auto the_case = open_case(arguments, casefile::Case::Access::write);
  if (!the_case) return report_error(the_case.error());
  if (arguments.engine.unlock)
    if (auto kept = engine::keep_unlock(**the_case, *arguments.engine.unlock); !kept)
      return report_error(kept.error());
  if (auto kept = engine::keep_limits(**the_case, limits); !kept) return report_error(kept.error());
  base::Progress progress(!arguments.quiet);
  progress.stage("hashing");
  engine::AddSummary all;
  for (const std::filesystem::path &path : arguments.paths) {
    auto added = engine::add_evidence(**the_case, path, options, [&](const evidence::IntakeStep &step) {
      progress.advance(step.bytes, step.file_done ? 1 : 0);
    });
    if (!added) {
      progress.clear();
      return report_error(added.error());
    }
    for (engine::AddedTip &tip : added->tips) all.tips.push_back(std::move(tip));
    all.files += added->files;
    all.known += added->known;
    all.units += added->units;
    all.bytes += added->bytes;
    all.rules_used.merge(added->rules_used);
    std::move(added->unexposed.begin(), added->unexposed.end(), std::back_inserter(all.unexposed));
    std::move(added->left_out.begin(), added->left_out.end(), std::back_inserter(all.left_out));
  }
  progress.clear();
  bool forged = false;
  for (const engine::AddedTip &tip : all.tips) {
    say_tip(arguments, tip);
    forged |= tip.signature == detect::TipSignature::broken;
  }
  // A mailbox that is said to be exposed and is not handed in would be missed silently.
  for (const engine::ExposureRule &rule : options.exposures)
    if (all.rules_used.count(rule.line) == 0)
      std::fprintf(stderr, "dislodge: %s:%zu: %s fits nothing that was added\n",
                   arguments.exposure_file.c_str(), rule.line, rule.what.c_str());
  // Nor would one that it leaves out be missed: what nothing is said of counts from always.
  if (!all.unexposed.empty())
    std::fprintf(
        stderr,
        "dislodge: %s: %s in no line, so mail and files of it count as readable from always: %s; for "
        "what was not read add a line, or hand it in with --exposed none\n",
        arguments.exposure_file.c_str(),
        base::counted(all.unexposed.size(), "piece that was added is", "pieces that were added are").c_str(),
        report::joined(all.unexposed).c_str());
  if (!arguments.quiet)
    print_line(fmt::format("{} of evidence, {}; {} known already. Next: dislodge investigate {}",
                           base::counted(all.files, "piece"), report::bytes_text(all.bytes), all.known,
                           arguments.folder.string()));
  constexpr std::size_t kNamed = 3;
  for (std::size_t i = 0; i < std::min(all.left_out.size(), kNamed); ++i)
    std::fprintf(stderr, "dislodge: %s: not taken in: %s; %s\n", all.left_out[i].item.c_str(),
                 all.left_out[i].reason.c_str(), all.left_out[i].remedy.c_str());
  if (all.left_out.size() > kNamed)
    std::fprintf(stderr, "dislodge: and %zu more (dislodge ledger --unread)\n", all.left_out.size() - kNamed);
  return forged ? kDamaged : exit_code_of({}, all.left_out);
}

int run_investigate(const CaseOptions &given, const std::vector<std::string> &limits) {
  CaseOptions arguments = given;
  if (auto loaded = load_reading_options(arguments); !loaded) return report_error(loaded.error());
  auto the_case = open_case(arguments, casefile::Case::Access::write);
  if (!the_case) return report_error(the_case.error());
  if (auto kept = engine::keep_limits(**the_case, limits); !kept) return report_error(kept.error());
  base::Progress progress(!arguments.quiet);
  tell_progress(arguments, progress);
  base::Timings timings;
  auto picture = engine::investigate(**the_case, arguments.engine, progress, timings);
  progress.clear();
  if (!picture) return report_error(picture.error());
  print(arguments.json ? report::status_json(*picture) : report::summary(*picture));
  print_timings(arguments, timings);
  return exit_code_of(picture->totals, picture->ledger);
}

int run_status(const CaseOptions &arguments) {
  return with_picture(arguments, [&](casefile::Case &, const engine::Picture &picture) {
    print(arguments.json ? report::status_json(picture) : report::status_text(picture));
    return kDone;
  });
}

}  // namespace dislodge::cli
