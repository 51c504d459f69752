// journal: the record of everything done to the case.

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "base/words.hpp"
#include "cli/session.hpp"

namespace dislodge::cli {

int run_journal(const JournalArguments &arguments) {
  const bool writes = arguments.what == "checkpoint";
  auto the_case = open_case(arguments, writes ? casefile::Case::Access::write : casefile::Case::Access::read);
  if (!the_case) return report_error(the_case.error());
  casefile::Journal &journal = (*the_case)->journal();
  if (arguments.what == "list") {
    auto entries = journal.entries();
    if (!entries) return report_error(entries.error());
    // An entry is kept, and hashed, without the number that begins a line of --json.
    for (const casefile::JournalEntry &entry : *entries)
      print_line(arguments.json ? "{\"schema\":1," + entry.json.substr(1) : entry.json);
    return kDone;
  }
  if (arguments.what == "checkpoint") {
    if (arguments.holder.empty() || arguments.out.empty())
      return report_error({base::ErrorKind::usage,
                           "a checkpoint is for somebody else to hold: name them with --holder WHO and write "
                           "it with --out FILE"});
    auto point = journal.checkpoint(arguments.holder);
    if (!point) return report_error(point.error());
    if (auto written = base::write_file(arguments.out, point->note()); !written)
      return report_error(written.error());
    print_line(fmt::format("Checkpoint of {} in {}: hand it to {}.",
                           base::counted(point->size, "entry", "entries"), arguments.out.string(),
                           arguments.holder));
    return kDone;
  }
  base::Result<casefile::JournalVerdict> verdict = casefile::JournalVerdict();
  if (arguments.note.empty()) {
    verdict = journal.verify();
  } else {
    auto note = base::read_file(arguments.note);
    if (!note) return report_error(note.error());
    verdict = journal.verify_note(*note);
  }
  if (!verdict) return report_error(verdict.error());
  if (arguments.json) {
    base::JsonWriter json;
    json.object([&] {
      json.field("schema", 1);
      json.field("whole", verdict->whole);
      json.field("entries", verdict->entries);
      json.field("root", verdict->root);
      json.field("problem", verdict->problem);
      json.field("asks", verdict->asks);
    });
    print_line(json.text());
  } else if (verdict->whole) {
    print_line(fmt::format("The journal is whole: {}, root {}.",
                           base::counted(verdict->entries, "entry", "entries"), verdict->root));
    if (!verdict->asks.empty()) print_line("But " + verdict->asks + ".");
  } else {
    print_line("The journal is not whole: " + verdict->problem + ".");
  }
  return verdict->whole ? kDone : kDamaged;
}

}  // namespace dislodge::cli
