// secrets: the list, and the one deliberate, journalled way to see a value.

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "cli/session.hpp"
#include "report/json_lines.hpp"
#include "report/text.hpp"

namespace dislodge::cli {

using base::ErrorKind;

namespace {

int reveal(const SecretsArguments &arguments) {
  std::string id = arguments.reveal;
  if (id.rfind("secret:", 0) == 0) id = id.substr(7);
  if (arguments.reason.empty() || !arguments.yes)
    return report_error({ErrorKind::usage,
                         "a reveal takes two steps: say why with --reason \"...\", and confirm with --yes; "
                         "both go into the journal"});
  auto the_case = open_case(arguments, casefile::Case::Access::write);
  if (!the_case) return report_error(the_case.error());
  auto query =
      (*the_case)->database().prepare("SELECT id, sealed FROM secret WHERE id LIKE ? || '%' LIMIT 2");
  if (!query) return report_error(query.error());
  query->bind(1, id);
  auto row = query->step();
  if (!row) return report_error(row.error());
  if (id.size() < 8 || !*row)
    return report_error(
        {ErrorKind::usage, id + ": no secret of this case has this id (at least 8 of its digits)"});
  const std::string full = query->text(0);
  auto value = (*the_case)->keys().open(query->text(1));
  if (!value) return report_error(value.error());
  if (auto more = query->step(); more && *more)
    return report_error({ErrorKind::usage, id + ": more than one secret begins so; give more of its digits"});
  query->reset();
  // The entry stands before the value is shown: what cannot be journalled is not revealed.
  base::JsonWriter json;
  json.object([&] {
    json.field("secret", full);
    json.field("reason", arguments.reason);
  });
  if (auto done = (*the_case)->journal().append("reveal", json.text()); !done)
    return report_error(done.error());
  print(value->view());
  print("\n");
  return kDone;
}

}  // namespace

int run_secrets(const SecretsArguments &arguments) {
  if (!arguments.reveal.empty()) return reveal(arguments);
  return with_picture(arguments, [&](casefile::Case &, const engine::Picture &picture) {
    print(arguments.json ? report::secrets_json(picture) : report::secrets_text(picture));
    return kDone;
  });
}

}  // namespace dislodge::cli
