// Duo: authentication log (v1 and v2), administrator log. Duo is asked after the password, so whoever is
// refused here had it right.
// Source: duo.com/docs/adminapi (logs).

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

bool is_authentication(const Json &record) {
  return record.any({"factor", "access_device", "auth_device", "txid", "Factor"}) &&
         record.any({"result", "reason", "Result"});
}

bool is_admin(const Json &record) {
  return record.get("action") && record.any({"isotimestamp", "timestamp", "host"}) &&
         record.any({"username", "object"}) && record.text("action").find('.') == std::string_view::npos;
}

Outcome outcome_of(std::string_view result, std::string_view reason) {
  if (base::equal_ignoring_case(result, "success")) return Outcome::ok;
  if (base::contains_ignoring_case(reason, "locked_out") ||
      base::contains_ignoring_case(reason, "user_disabled"))
    return Outcome::blocked;
  if (base::equal_ignoring_case(result, "denied") || base::equal_ignoring_case(result, "failure") ||
      base::equal_ignoring_case(result, "fraud"))
    return Outcome::right_secret_stopped;
  return Outcome::error;
}

}  // namespace

bool is_duo(const Json &record) {
  if (!record.is_object() ||
      record.any({"eventSource", "class_uid", "EventID", "ecs", "protoPayload", "published", "org"}))
    return false;
  return is_authentication(record) || is_admin(record);
}

base::Result<void> read_duo(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record,
                           {"isotimestamp", "timestamp", "Timestamp (UTC)", "p_event_time", "p_parse_time"}));
  Event &event = out.event();
  out.set_lower(&Event::tenant, record.get("host") ? record.text("host") : out.declared_tenant());
  out.set(&Event::native_id, text_at(record, {"txid"}));
  out.set(&Event::actor_type, "user");
  if (!is_authentication(record)) {
    out.set(&Event::operation, record.text("action"));
    event.event_class = record.text("action").starts_with("admin_login") ? EventClass::interactive_signin
                                                                         : EventClass::admin_change;
    event.outcome =
        base::contains_ignoring_case(record.text("action"), "error") ? Outcome::wrong_secret : Outcome::ok;
    const std::string_view who = text_at(record, {"username"});
    const bool api = who == "API";
    if (api) out.set(&Event::actor_type, "application");
    out.set_lower(&Event::actor_name, who);
    out.set(&Event::target_name, text_at(record, {"object"}));
    const Json description = record.get("description").unpacked();
    out.set_address(text_at(description, {"ip_address", "ip"}));
    out.extra("message", record.text("description"));
    out.extra("factor", text_at(description, {"factor"}));
    return {};
  }
  event.event_class = EventClass::interactive_signin;
  const std::string_view kind = text_at(record, {"event_type"});
  out.set(&Event::operation, kind.empty() ? std::string_view("authentication") : kind);
  const std::string_view reason = text_at(record, {"reason"});
  event.outcome = outcome_of(text_at(record, {"result"}), reason);
  out.extra("reason", reason);
  out.extra("factor", text_at(record, {"factor"}));
  if (base::equal_ignoring_case(text_at(record, {"result"}), "fraud")) out.extra("reported", "fraud");
  out.set(&Event::actor_id, text_at(record, {"user.key"}));
  std::string_view who = text_at(record, {"user.name", "email", "username"});
  if (who.empty()) who = text_at(record, {"user"});
  out.set_lower(&Event::actor_name, who);
  out.set_address(text_at(record, {"access_device.ip", "ip", "IP Address"}));
  out.set(&Event::agent, text_at(record, {"access_device.browser"}));
  out.set(&Event::country, text_at(record, {"access_device.location.country"}));
  out.set(&Event::client, text_at(record, {"factor"}));
  out.set(&Event::application_id, text_at(record, {"application.key", "ikey"}));
  std::string_view application = text_at(record, {"application.name", "integration"});
  out.set(&Event::application_name, application);
  out.extra("factor-address", clean_address(text_at(record, {"auth_device.ip"})));
  out.extra("factor-country", text_at(record, {"auth_device.location.country"}));
  out.extra("device", text_at(record, {"auth_device.name", "device"}));
  return {};
}

}  // namespace dislodge::log
