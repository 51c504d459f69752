#include "engine/traced_mail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "engine/held_mail.hpp"
#include "engine/readable.hpp"

namespace dislodge::engine {

namespace {

bool is_trace(const log::Event &event) {
  return event.source == log::Source::message_trace && event.event_class == log::EventClass::message_flow;
}

// Into whose mailboxes this row of a trace says that the message was put, in lower case. That it was
// received, sent on, expanded to the members of a group, held back or refused says of no mailbox that it got
// it.
std::vector<std::string_view> delivered_to(const log::EventTable &events, const log::Event &event) {
  std::vector<std::string_view> mailboxes = events.extras_of(event, "delivered-to");
  const std::string_view status = events.extra(event, "status");
  if (!mailboxes.empty() ||
      !(base::equal_ignoring_case(status, "Delivered") || base::equal_ignoring_case(status, "DELIVER")))
    return mailboxes;
  std::string_view several = events.text(event.target_name);  // the extended report writes "ann@x;bob@x"
  while (!several.empty()) {
    const std::string_view one = several.substr(0, several.find(';'));
    mailboxes.push_back(base::trim(one));
    several.remove_prefix(std::min(several.size(), one.size() + 1));
  }
  return mailboxes;
}

// What was handed in: messages by their ids, and whose mailboxes.
struct Held {
  std::unordered_set<std::string> ids;
  std::set<std::string, std::less<>> mailboxes;

  explicit Held(const Picture &picture) {
    const auto custodians = custodians_of(picture);
    for (const StoredRecord &row : picture.records) {
      if (row.record.kind != evidence::RecordKind::message) continue;
      ids.insert(bare_id(row.record.message_id));
      for (std::string &mailbox : mailboxes_of(row, custodians)) mailboxes.insert(std::move(mailbox));
    }
    mailboxes.erase("");
  }
};

struct Traced {
  base::Time delivered = base::kTimeMax;
  std::set<std::string, std::less<>> mailboxes;
};

}  // namespace

std::vector<evidence::LedgerRow> traced_and_not_held(const Picture &picture) {
  const log::EventTable &events = picture.events;
  if (std::none_of(events.events.begin(), events.events.end(), is_trace)) return {};
  const Held held(picture);
  const ReadableMail readable(picture);
  std::map<std::string, Traced> traced;  // by message id
  for (const log::Event &event : events.events) {
    if (!is_trace(event)) continue;
    const std::string id = bare_id(events.extra(event, "message-id"));
    if (id.empty() || held.ids.contains(id)) continue;
    for (const std::string_view mailbox : delivered_to(events, event)) {
      const base::IntervalSet &when = readable.of(mailbox);
      if (!held.mailboxes.contains(mailbox) || when.empty() || event.time >= when.last()) continue;
      Traced &message = traced[id];
      message.delivered = std::min(message.delivered, event.time);
      message.mailboxes.emplace(mailbox);
    }
  }
  std::vector<evidence::LedgerRow> rows;
  for (const auto &[id, message] : traced) {
    evidence::LedgerRow row;
    row.state = evidence::LedgerState::not_held;
    if (rows.size() == kTracedRowsMax) {
      row.item = "message:*";
      row.items = traced.size() - kTracedRowsMax;
      row.parent = "mailbox:*";
      row.reason = fmt::format("message traces name {} more that what was handed in does not hold",
                               base::counted(traced.size() - kTracedRowsMax, "message"));
      row.remedy = "export the mailboxes whole, with recoverable items, and add them";
      rows.push_back(std::move(row));
      break;
    }
    row.item = "message:" + id;
    row.parent = "mailbox:" + *message.mailboxes.begin();
    const std::size_t others = message.mailboxes.size() - 1;
    row.reason = fmt::format(
        "a message trace shows that it was delivered there{} on {}, and what was read of the mailbox does "
        "not "
        "hold it: deleted or moved before the export, left out by it, or in what could not be read",
        others == 0 ? "" : " and to " + base::counted(others, "other mailbox", "other mailboxes"),
        base::format_time(message.delivered).substr(0, 10));
    row.remedy = "look for it in recoverable items and backups, and with its sender or recipients";
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace dislodge::engine
