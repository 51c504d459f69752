// The commands that print one part of the picture: detections, sessions, timeline, coverage, ledger,
// why, parties, report, dump.

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "cli/session.hpp"
#include "engine/decisions.hpp"
#include "engine/dump.hpp"
#include "engine/inputs.hpp"
#include "engine/tips_pass.hpp"
#include "reach/why.hpp"
#include "report/files.hpp"
#include "report/json_lines.hpp"
#include "report/text.hpp"
#include "report/text_parts.hpp"
#include "report/tips.hpp"

namespace dislodge::cli {

namespace {

// Text or JSON lines of the picture.
int show(const CaseOptions &arguments, std::string (*text)(const engine::Picture &),
         std::string (*json)(const engine::Picture &)) {
  return with_picture(arguments, [&](casefile::Case &, const engine::Picture &picture) {
    print(arguments.json ? json(picture) : report::fitted(text(picture)));
    return kDone;
  });
}

}  // namespace

int run_detections(const CaseOptions &arguments) {
  return show(arguments, report::detections_text, report::detections_json);
}
int run_sessions(const CaseOptions &arguments) {
  return show(arguments, report::sessions_text, report::sessions_json);
}
int run_timeline(const CaseOptions &arguments) {
  return show(arguments, report::timeline_text, report::timeline_json);
}
int run_coverage(const CaseOptions &arguments) {
  return show(arguments, report::coverage_text, report::coverage_json);
}
int run_tips(const TipsArguments &arguments) {
  if (!arguments.judge.empty())
    return with_picture(arguments, casefile::Case::Access::write,
                        [&](casefile::Case &the_case, const engine::Picture &picture) {
                          const auto done = engine::judge_tip(the_case, picture, arguments.judge,
                                                              arguments.who, arguments.reason);
                          if (!done) return report_error(done.error());
                          print_line(fmt::format("{}: looked at by {}", arguments.judge, arguments.who));
                          return kDone;
                        });
  return show(arguments, report::tips_text, report::tips_json);
}

int run_parties(const CaseOptions &arguments) {
  return show(arguments, report::parties_text, report::parties_json);
}

int run_ledger(const LedgerArguments &arguments) {
  return with_picture(arguments, [&](casefile::Case &, const engine::Picture &picture) {
    print(arguments.json ? report::ledger_json(picture, arguments.unread)
                         : report::fitted(report::ledger_text(picture, arguments.unread)));
    return exit_code_of(picture.totals, picture.ledger);
  });
}

namespace {

// "service-principal, within reach since 2026-09-10T00:00:00Z": what tells things of one name apart.
std::string told_apart(const engine::Picture &picture, const std::string &id) {
  std::string kind = id.substr(0, id.find(':'));
  if (const identity::Principal *one = picture.facts.principal(id); one != nullptr)
    kind = identity::name_of(one->kind);
  for (const identity::Resource &one : picture.facts.resources)
    if (one.id == id && !one.kind.empty()) kind = one.kind;
  for (const reach::ReachRow &row : picture.reach.rows)
    if (row.id == id && row.grade != detect::Grade::excluded)
      return kind + ", within reach since " + report::moment(row.since);
  return kind + ", not within reach";
}

}  // namespace

int run_why(const WhyArguments &arguments) {
  return with_picture(arguments, [&](casefile::Case &, const engine::Picture &picture) {
    const std::vector<std::string> named = engine::things_named(picture, arguments.thing);
    auto chain = reach::why(picture.reach, engine::resolve_name(picture, arguments.thing));
    if (!chain && named.empty() && arguments.thing.find(':') == std::string::npos)
      return report_error(
          {base::ErrorKind::usage,
           fmt::format("nothing in this case is called \"{}\", which says nothing about its reach: "
                       "`dislodge reach CASE` lists what is reached, `dislodge events CASE` the names "
                       "that the logs have",
                       arguments.thing)});
    if (!chain && named.size() > 1) {
      std::string ids;
      for (const std::string &id : named) ids += fmt::format("\n  {}  ({})", id, told_apart(picture, id));
      return report_error({base::ErrorKind::usage, fmt::format("\"{}\" could be {} things; give one id:{}",
                                                               arguments.thing, named.size(), ids)});
    }
    if (!chain) return report_error(chain.error());
    print(report::fitted(*chain));
    for (std::size_t i = 1; i < named.size(); ++i)
      print_line(fmt::format("{} ({}) has this name too: dislodge why CASE {}", named[i],
                             told_apart(picture, named[i]), named[i]));
    return kDone;
  });
}

namespace {

base::Result<std::vector<std::string>> write_track(const ReportArguments &arguments, casefile::Case &the_case,
                                                   const engine::Picture &picture) {
  if (arguments.track != "counsel") {
    DISLODGE_TRY_ASSIGN(const engine::RuleTexts texts, engine::load_rule_texts(arguments.engine));
    DISLODGE_TRY_ASSIGN(const report::Knowledge knowledge, report::load_knowledge(texts.files));
    return report::write_report(picture, knowledge, arguments.out);
  }
  report::Counsel counsel;
  counsel.readers = arguments.readers;
  DISLODGE_TRY_ASSIGN(counsel.decisions, engine::decisions_of(the_case, picture));
  DISLODGE_TRY_ASSIGN(const auto entries, the_case.journal().entries());
  std::vector<std::string> journal;
  for (const casefile::JournalEntry &entry : entries) journal.push_back(entry.json);
  counsel.told = report::told(report::statements(picture), journal);
  return report::write_counsel_report(picture, counsel, arguments.out);
}

}  // namespace

int run_report(const ReportArguments &arguments) {
  if (arguments.track == "counsel" && arguments.readers.empty())
    return report_error(
        {base::ErrorKind::usage, "counsel's track goes to named readers: give each with --for"});
  return with_picture(arguments, casefile::Case::Access::write,
                      [&](casefile::Case &the_case, const engine::Picture &picture) {
                        const auto files = write_track(arguments, the_case, picture);
                        if (!files) return report_error(files.error());
                        // An export leaves the case: it is journalled with what left, and to whom.
                        base::JsonWriter json;
                        json.object([&] {
                          json.field("folder", arguments.out.native());
                          json.field("track", arguments.track.empty() ? "factual" : arguments.track);
                          json.list_field("readers", arguments.readers);
                          json.list_field("files", *files);
                        });
                        if (auto done = the_case.journal().append("report", json.text()); !done)
                          return report_error(done.error());
                        for (const std::string &file : *files) print_line((arguments.out / file).native());
                        return kDone;
                      });
}

int run_dump(const DumpArguments &arguments) {
  auto the_case = open_case(arguments, casefile::Case::Access::read);
  if (!the_case) return report_error(the_case.error());
  auto text = engine::dump(**the_case, arguments.canonical);
  if (!text) return report_error(text.error());
  print(*text);
  return kDone;
}

}  // namespace dislodge::cli
