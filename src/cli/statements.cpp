// statements: what the case says, sentence by sentence, and the register of what was told to whom: a sentence
// whose facts have changed since is flagged.

#include "report/statements.hpp"

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "cli/session.hpp"
#include "report/json_lines.hpp"
#include "report/text_parts.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using base::Result;

namespace {

Result<std::vector<std::string>> journal_of(casefile::Case &the_case) {
  DISLODGE_TRY_ASSIGN(const auto entries, the_case.journal().entries());
  std::vector<std::string> lines;
  for (const casefile::JournalEntry &entry : entries) lines.push_back(entry.json);
  return lines;
}

std::string_view name_of(report::Told::State state) {
  switch (state) {
    case report::Told::State::holds:
      return "holds";
    case report::Told::State::changed:
      return "changed";
    case report::Told::State::gone:
      return "gone";
  }
  return {};
}

Result<void> tell(const StatementsArguments &arguments) {
  if (arguments.to.empty() || arguments.by.empty())
    return base::fail(ErrorKind::usage, "what was told needs to whom and by whom: give --to and --by");
  base::Time at = base::now();
  if (!arguments.at.empty()) {
    const auto time = base::parse_time(arguments.at);
    if (!time) return base::fail(ErrorKind::usage, "--at takes a time, as 2024-01-17T15:00:00Z");
    at = *time;
  }
  DISLODGE_TRY_ASSIGN(const auto the_case, open_case(arguments, casefile::Case::Access::write));
  DISLODGE_TRY_ASSIGN(const auto picture, derive_picture(arguments, *the_case));
  for (const report::Statement &one : report::statements(picture)) {
    if (one.number != arguments.tell) continue;
    DISLODGE_TRY(the_case->journal().append(
        "tell", report::tell_details(one, arguments.to, arguments.by, base::format_time(at))));
    print_line(fmt::format("{} was told to {} by {}: {}", one.number, arguments.to, arguments.by, one.says));
    return {};
  }
  return base::fail(
      ErrorKind::usage,
      fmt::format("there is no statement {}; `dislodge statements` numbers them", arguments.tell));
}

}  // namespace

int run_statements(const StatementsArguments &arguments) {
  if (!arguments.tell.empty()) {
    const auto done = tell(arguments);
    return done ? kDone : report_error(done.error());
  }
  return with_picture(arguments, [&](casefile::Case &the_case, const engine::Picture &picture) {
    if (!arguments.told) {
      if (arguments.json) {
        print(report::statements_json(report::statements(picture)));
        return kDone;
      }
      for (const report::Statement &one : report::statements(picture))
        print_line(report::fitted(fmt::format("{:<6} [{}] {}", one.number, one.grade, one.says)));
      return kDone;
    }
    const auto journal = journal_of(the_case);
    if (!journal) return report_error(journal.error());
    for (const report::Told &one : report::told(report::statements(picture), *journal)) {
      if (arguments.json) {
        base::JsonWriter json;
        json.object([&] {
          json.field("schema", 1);
          json.field("subject", one.subject);
          json.field("says", one.says);
          json.field("to", one.to);
          json.field("by", one.by);
          json.field("told_at", one.at);
          json.field("state", name_of(one.state));
          base::optional_text(json, "now", one.now);
        });
        print_line(json.text());
      } else {
        print_line(
            fmt::format("[{}] {} to {} by {}: {}", name_of(one.state), one.at, one.to, one.by, one.says));
        if (!one.now.empty()) print_line("          now: " + one.now);
      }
    }
    return kDone;
  });
}

}  // namespace dislodge::cli
