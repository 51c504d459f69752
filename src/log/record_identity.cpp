#include "log/record_identity.hpp"

#include "base/wire.hpp"

namespace dislodge::log {

using base::StringId;

RecordIdentity::RecordIdentity(const EventTable &table) : table_(table) {
  if (table.pool.find(kConsoleTable) == 0) return;
  for (const Event &event : table.events)
    if (event.source == Source::aws_cloudtrail && event.native_id != 0 &&
        !table.extra(event, kConsoleTable).empty())
      in_tables_.insert(of_console(event));
}

std::string RecordIdentity::of_console(const Event &event) const {
  base::WireWriter out;
  out.number(static_cast<std::uint64_t>(event.source));
  out.integer(event.time.us / base::kSecond);
  for (const StringId id : {event.native_id, event.operation, event.address, event.key_id})
    out.text(table_.text(id));
  return out.take();
}

std::string RecordIdentity::of(const Event &event) const {
  if (!in_tables_.empty() && event.source == Source::aws_cloudtrail && event.native_id != 0)
    if (std::string one = of_console(event); in_tables_.count(one) != 0) return one;
  base::WireWriter out;
  out.number(static_cast<std::uint64_t>(event.source));
  if (event.native_id == 0) {
    out.text(table_.files[event.file]);
    out.number(event.offset);
    out.number(event.line);
    return out.take();
  }
  out.integer(event.time.us / base::kSecond);
  if (event.source == Source::windows) {
    // Computer, channel and number of the record. Timelines of other programs tell it in their own words.
    out.text(table_.text(event.native_id));
    return out.take();
  }
  // An id is of one event, and the console's table says less of it than the interface.
  if (event.source == Source::okta) {
    out.text(table_.text(event.native_id));
    out.text(table_.text(event.operation));
    return out.take();
  }
  out.integer(event.code);
  for (const StringId id : {event.native_id, event.operation, event.actor_id, event.target_id,
                            event.application_id, event.key_id, event.mailbox})
    out.text(table_.text(id));
  for (std::uint32_t i = 0; i < event.extra_count; ++i) {
    const Extra &extra = table_.extras[event.extra_begin + i];
    const std::string_view key = table_.text(extra.key);
    if (key != "message-id" && key != "folder" && !key.starts_with("new:")) continue;
    out.text(key);
    out.text(table_.text(extra.value));
  }
  return out.take();
}

}  // namespace dislodge::log
