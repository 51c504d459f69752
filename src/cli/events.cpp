// events: what the logs say, filtered.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <utility>
#include <vector>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "cli/partial.hpp"
#include "cli/session.hpp"
#include "log/event_strings.hpp"

namespace dislodge::cli {

namespace {

void print_event(const log::EventTable &table, const log::Event &event, bool as_json) {
  const auto text = [&](base::StringId id) { return table.text(id); };
  if (!as_json) {
    const auto first_of = [&](std::initializer_list<base::StringId> ids) {
      for (const base::StringId id : ids)
        if (id != 0) return text(id);
      return std::string_view("-");
    };
    print_line(fmt::format("{}  {:<13} {:<24} {:<22} {}  {}  {}  {}  {}", base::format_time(event.time),
                           log::name_of(event.source), log::name_of(event.event_class),
                           log::name_of(event.outcome), first_of({event.actor_name, event.actor_id}),
                           first_of({event.operation}),
                           first_of({event.application_name, event.application_id, event.target_name,
                                     event.resource_name, event.resource_id}),
                           first_of({event.address}), table.source_of(event)));
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
                                                              {"resource_name", event.resource_name},
                                                              {"address", event.address},
                                                              {"agent", event.agent},
                                                              {"client", event.client},
                                                              {"session", event.session},
                                                              {"token", event.token},
                                                              {"key_id", event.key_id},
                                                              {"mailbox", event.mailbox}};
    for (const auto &[name, id] : fields) base::optional_text(json, name, text(id));
    json.field("evidence", table.source_of(event));
  });
  print_line(json.text());
}

constexpr std::size_t kInOrderMax = 1'500'000;

std::vector<std::string_view> source_names() {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(log::Source::generic); ++i)
    names.push_back(log::name_of(static_cast<log::Source>(i)));
  return names;
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
  const std::vector<std::string_view> sources = source_names();
  if (!arguments.source.empty() &&
      std::find(sources.begin(), sources.end(), arguments.source) == sources.end())
    return report_error({base::ErrorKind::usage, fmt::format("--source {}: it is one of {}", arguments.source,
                                                             fmt::join(sources, ", "))});
  auto the_case = open_case(arguments, casefile::Case::Access::read);
  if (!the_case) return report_error(the_case.error());
  if (auto said = say_partial(**the_case); !said) return report_error(said.error());
  const auto wanted = [&](const log::EventTable &table, const log::Event &event) {
    if (event.time < from || event.time >= until) return false;
    if (!arguments.source.empty() && log::name_of(event.source) != arguments.source) return false;
    if (!arguments.address.empty() && table.text(event.address) != arguments.address) return false;
    if (!arguments.who.empty() && !part_of(table.text(event.actor_id), arguments.who) &&
        !part_of(table.text(event.actor_name), arguments.who))
      return false;
    return arguments.application.empty() ||
           part_of(table.text(event.application_id), arguments.application) ||
           part_of(table.text(event.application_name), arguments.application);
  };
  // Few events are put in order as a whole. Of many, those that are asked for are; and where these are many
  // too, they are printed log by log.
  log::EventTable table;
  bool filtered = false, told = false;
  const auto print = [&] {
    table.settle();
    for (const log::Event &event : table.events)
      if (filtered || wanted(table, event)) print_event(table, event, arguments.json);
    table = log::EventTable();
  };
  auto loaded =
      engine::load_blocks(**the_case, "events", [&](const engine::Block &block) -> base::Result<void> {
        DISLODGE_TRY_ASSIGN(log::EventTable events, log::EventTable::decode(block.body));
        if (filtered)
          std::erase_if(events.events, [&](const log::Event &event) { return !wanted(events, event); });
        if (filtered)
          log::append_used(table, events);
        else
          table.append(events);
        if (table.events.size() < kInOrderMax) return {};
        if (!filtered) {
          std::erase_if(table.events, [&](const log::Event &event) { return !wanted(table, event); });
          filtered = true;
          if (table.events.size() < kInOrderMax / 2) {
            const log::EventTable all = std::exchange(table, log::EventTable());
            log::append_used(table, all);
            return {};
          }
        }
        if (!told)
          std::fputs("too many events to put in order: printed log by log; --from and --until narrow them\n",
                     stderr);
        told = true;
        print();
        return {};
      });
  if (!loaded) return report_error(loaded.error());
  print();
  return kDone;
}

}  // namespace dislodge::cli
