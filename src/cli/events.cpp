// events: what the logs say, filtered.

#include <fmt/format.h>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "cli/session.hpp"

namespace dislodge::cli {

namespace {

void print_event(const log::EventTable &table, const log::Event &event, bool as_json) {
  const auto text = [&](base::StringId id) { return table.text(id); };
  if (!as_json) {
    print_line(fmt::format("{}  {:<13} {:<24} {:<22} {}  {}  {}", base::format_time(event.time),
                           log::name_of(event.source), log::name_of(event.event_class),
                           log::name_of(event.outcome),
                           text(event.actor_name).empty() ? text(event.actor_id) : text(event.actor_name),
                           text(event.operation), text(event.address)));
    return;
  }
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("time", event.time);
    json.field("source", log::name_of(event.source));
    json.field("class", log::name_of(event.event_class));
    json.field("outcome", log::name_of(event.outcome));
    json.field("code", static_cast<std::int64_t>(event.code));
    const std::pair<const char *, base::StringId> fields[] = {{"operation", event.operation},
                                                              {"tenant", event.tenant},
                                                              {"actor", event.actor_id},
                                                              {"actor_name", event.actor_name},
                                                              {"target", event.target_id},
                                                              {"target_name", event.target_name},
                                                              {"application", event.application_id},
                                                              {"application_name", event.application_name},
                                                              {"resource", event.resource_id},
                                                              {"address", event.address},
                                                              {"agent", event.agent},
                                                              {"client", event.client},
                                                              {"session", event.session},
                                                              {"token", event.token},
                                                              {"key_id", event.key_id},
                                                              {"mailbox", event.mailbox}};
    for (const auto &[name, id] : fields) {
      if (id == 0)
        json.field(name, nullptr);
      else
        json.field(name, text(id));
    }
    json.field("evidence", table.source_of(event));
  });
  print_line(json.text());
}

bool part_of(std::string_view text, const std::string &wanted) {
  return base::contains_ignoring_case(text, wanted);
}

}  // namespace

int run_events(const EventsArguments &arguments) {
  base::Time from = base::kTimeMin;
  base::Time until = base::kTimeMax;
  for (const auto &[text, to] : {std::pair(&arguments.from, &from), std::pair(&arguments.until, &until)}) {
    if (text->empty()) continue;
    const auto time = base::parse_time(*text);
    if (!time)
      return report_error({base::ErrorKind::usage, *text + ": a time is written as 2024-01-12T07:00:00Z"});
    *to = *time;
  }
  auto the_case = open_case(arguments, casefile::Case::Access::read);
  if (!the_case) return report_error(the_case.error());
  log::EventTable table;
  auto loaded =
      engine::load_blocks(**the_case, "events", [&](const engine::Block &block) -> base::Result<void> {
        DISLODGE_TRY_ASSIGN(const log::EventTable events, log::EventTable::decode(block.body));
        table.append(events);
        return {};
      });
  if (!loaded) return report_error(loaded.error());
  table.settle();
  for (const log::Event &event : table.events) {
    if (event.time < from || event.time >= until) continue;
    if (!arguments.source.empty() && log::name_of(event.source) != arguments.source) continue;
    if (!arguments.address.empty() && table.text(event.address) != arguments.address) continue;
    if (!arguments.who.empty() && !part_of(table.text(event.actor_id), arguments.who) &&
        !part_of(table.text(event.actor_name), arguments.who))
      continue;
    if (!arguments.application.empty() && !part_of(table.text(event.application_id), arguments.application) &&
        !part_of(table.text(event.application_name), arguments.application))
      continue;
    print_event(table, event, arguments.json);
  }
  return kDone;
}

}  // namespace dislodge::cli
