// Exchange message trace: Get-MessageTrace(V2) as CSV or JSON, the portal's summary and extended reports,
// Graph's exchangeMessageTrace. It gives sender and subject to a message known only by its id.
// Source: learn.microsoft.com/powershell/module/exchange/get-messagetracev2;
// learn.microsoft.com/exchange/monitoring/trace-an-email-message/message-trace-modern-eac.

#include <algorithm>
#include <vector>

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

std::string_view without_brackets(std::string_view id) {
  if (id.size() >= 2 && id.front() == '<' && id.back() == '>') id = id.substr(1, id.size() - 2);
  return id;
}

}  // namespace

bool is_message_trace(const Json &record) {
  if (!record.is_object() || record.any({"RecordType", "Operation", "eventType", "ActionType"})) return false;
  // The portal's summary, and its extended report: a row a step on the way.
  if (record.any({"origin_timestamp_utc", "date_time_utc"}) && record.get("sender_address")) return true;
  return record.get("SenderAddress") && record.any({"RecipientAddress", "RecipientStatus"}) &&
         record.any({"MessageId", "MessageTraceId", "Received", "receivedDateTime"});
}

namespace {

// A recipient of a row, and whether it says that the message was put into their mailbox.
struct Recipient {
  std::string_view address;
  bool listed = false;  // among others, with the steps on the way to each
  bool delivered = false;
};

// "ann@x.example##Receive, Send;bob@y.example##Receive, Deliver", or "ann@x.example;bob@y.example".
std::vector<Recipient> recipients_of(const Json &record) {
  std::vector<Recipient> out;
  const auto add = [&](std::string_view list, bool listed) {
    while (!list.empty()) {
      const std::string_view one = list.substr(0, list.find(';'));
      list.remove_prefix(std::min(list.size(), one.size() + 1));
      const std::size_t steps = one.find("##");
      const std::string_view address = base::trim(one.substr(0, steps));
      if (address.empty()) continue;
      const auto known = std::find_if(out.begin(), out.end(), [&](const Recipient &before) {
        return base::equal_ignoring_case(before.address, address);
      });
      Recipient &recipient = known == out.end() ? out.emplace_back() : *known;
      recipient.address = address;
      recipient.listed = recipient.listed || listed;
      recipient.delivered =
          recipient.delivered ||
          (steps != std::string_view::npos && base::contains_ignoring_case(one.substr(steps), "Deliver"));
    }
  };
  add(text_at(record, {"RecipientAddress"}), false);
  add(text_at(record, {"recipient_status", "RecipientStatus"}), true);
  if (out.empty()) out.emplace_back();
  return out;
}

base::Result<void> read_row(const Json &record, const Recipient &recipient, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(
      out, record,
      {"origin_timestamp_utc", "date_time_utc", "receivedDateTime", "Received", "ReceivedDateTime", "Date"}));
  Event &event = out.event();
  event.event_class = EventClass::message_flow;
  const std::string_view status = text_at(record, {"Status", "DeliveryStatus", "event_id"});
  out.set(&Event::operation, "message trace");
  out.set_lower(&Event::tenant, out.declared_tenant());
  out.set(&Event::actor_type, "user");
  out.set_lower(&Event::actor_name, text_at(record, {"SenderAddress"}));
  out.set_lower(&Event::target_name, recipient.address);
  out.set(&Event::target_type, "mailbox");
  if (base::equal_ignoring_case(status, "Delivered") || base::equal_ignoring_case(status, "GettingStatus") ||
      base::equal_ignoring_case(status, "Expanded") || base::equal_ignoring_case(status, "RECEIVE") ||
      base::equal_ignoring_case(status, "DELIVER") || base::equal_ignoring_case(status, "SEND") ||
      base::equal_ignoring_case(status, "SENDEXTERNAL"))
    event.outcome = Outcome::ok;
  else if (!status.empty() && !record.get("date_time_utc"))
    event.outcome = base::equal_ignoring_case(status, "Quarantined") ||
                            base::equal_ignoring_case(status, "FilteredAsSpam")
                        ? Outcome::blocked
                        : Outcome::error;
  // One message to many is one row a recipient: the id of the trace alone does not tell rows apart.
  const std::string_view trace = text_at(record, {"MessageTraceId", "network_message_id", "id"});
  const std::string_view step = record.get("date_time_utc") ? text_at(record, {"internal_message_id"}) : "";
  if (!trace.empty())
    out.set(&Event::native_id, std::string(trace) + '/' + base::lower(recipient.address) +
                                   (step.empty() ? "" : '/' + std::string(status) + '/' + std::string(step)));
  out.set_address(text_at(record, {"FromIP", "original_client_ip", "client_ip"}));
  out.extra("message-id", without_brackets(text_at(record, {"MessageId", "internetMessageId"})));
  out.extra("subject", text_at(record, {"Subject", "message_subject"}));
  out.extra("status", status);
  out.extra("size", text_at(record, {"Size", "total_bytes"}));
  out.extra("to-address", clean_address(text_at(record, {"ToIP"})));
  out.extra("direction", text_at(record, {"directionality"}));
  if (recipient.listed) out.extra("recipient", base::lower(recipient.address));
  if (recipient.delivered) out.extra("delivered-to", base::lower(recipient.address));
  return {};
}

}  // namespace

// A message to many is an event for each, however many of them one row names.
base::Result<void> read_message_trace(const Json &record, EventBuilder &out) {
  bool first = true;
  for (const Recipient &recipient : recipients_of(record)) {
    if (!first) out.begin_sibling();
    first = false;
    DISLODGE_TRY(read_row(record, recipient, out));
  }
  return {};
}

}  // namespace dislodge::log
