// Google Workspace: activities of the Reports API (one record with a list of events), its exports, the
// flattened shape of pipelines (name, type and parameters at the top), and the table of user log events that
// the Admin console downloads, whose events have names for people. Sources:
// developers.google.com/admin-sdk/reports/v1/reference/activities; support.google.com/a/answer/4580120
// (columns and events of the console).

#include <string>

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

EventClass class_of(std::string_view application, std::string_view name) {
  if (base::equal_ignoring_case(application, "login") || base::equal_ignoring_case(application, "saml")) {
    if (name.starts_with("login_") || name.starts_with("logout") || name.empty())
      return EventClass::interactive_signin;
    return base::contains_ignoring_case(name, "suspicious") || base::contains_ignoring_case(name, "attack") ||
                   base::contains_ignoring_case(name, "warning")
               ? EventClass::alert
               : EventClass::admin_change;
  }
  if (base::equal_ignoring_case(application, "drive") || base::equal_ignoring_case(application, "takeout"))
    return EventClass::file_access;
  if (base::equal_ignoring_case(application, "gmail")) return EventClass::message_flow;
  if (base::equal_ignoring_case(application, "token"))
    return name == "authorize" || name == "revoke" ? EventClass::admin_change : EventClass::api_call;
  if (base::equal_ignoring_case(application, "admin") || base::equal_ignoring_case(application, "groups") ||
      base::equal_ignoring_case(application, "groups_enterprise") ||
      base::equal_ignoring_case(application, "user_accounts"))
    return EventClass::admin_change;
  if (base::equal_ignoring_case(application, "rules") || base::equal_ignoring_case(application, "alert"))
    return EventClass::alert;
  return EventClass::other;
}

Outcome outcome_of(std::string_view name, std::string_view failure) {
  if (name == "login_success") return Outcome::ok;
  if (name == "login_challenge" || name == "login_verification") return Outcome::interrupted;
  if (name == "login_failure") {
    if (base::contains_ignoring_case(failure, "second_factor") ||
        base::contains_ignoring_case(failure, "2sv"))
      return Outcome::right_secret_stopped;
    if (base::contains_ignoring_case(failure, "suspended") ||
        base::contains_ignoring_case(failure, "disabled") || base::contains_ignoring_case(failure, "blocked"))
      return Outcome::blocked;
    return Outcome::wrong_secret;
  }
  if (base::contains_ignoring_case(name, "fail")) return Outcome::error;
  return Outcome::ok;
}

// Parameters are [{"name", "value" | "multiValue" | "boolValue" | "intValue"}], or an object.
std::string_view value_of(const Json &parameter) {
  for (const std::string_view kind : {"value", "boolValue", "intValue"})
    if (const Json value = parameter.get(kind); value.is_scalar()) return value.text();
  const Json several = parameter.any({"multiValue", "multiIntValue", "multiStrValue"});
  return several ? several.raw() : std::string_view();
}

template <typename Each>
void each_parameter(const Json &parameters, Each &&each) {
  const Json open = parameters.unpacked();
  if (open.is_array()) {
    open.for_each([&](const Json &one) { each(one.text("name"), value_of(one)); });
    return;
  }
  open.for_members([&](std::string_view name, const Json &value) {
    each(name, value.is_scalar() ? value.text() : value.raw());
  });
}

void read_parameters(const Json &parameters, EventBuilder &out) {
  constexpr int kParametersMax = 60;
  int count = 0;
  std::string_view old_value, new_value, setting;
  each_parameter(parameters, [&](std::string_view name, std::string_view value) {
    if (value.empty() || count++ >= kParametersMax) return;
    const auto is = [&](std::string_view one) { return base::equal_ignoring_case(name, one); };
    if (is("doc_id") || is("USER_ID") || is("GROUP_ID")) out.set(&Event::target_id, value);
    if (is("USER_EMAIL") || is("doc_title") || is("affected_email_address") || is("target_user") ||
        is("delegate") || is("API_CLIENT_NAME"))
      out.set(&Event::target_name, value);
    if (is("GROUP_EMAIL") && !out.is_set(&Event::target_name)) out.set(&Event::target_name, value);
    if (is("app_name")) out.set(&Event::application_name, value);
    if (is("client_id") || is("API_CLIENT_NAME")) out.set(&Event::application_id, value);
    // Where mail goes, under the name that other logs have for it: who reads there, reads it.
    if (is("email_forwarding_destination_address") && value.find('@') != std::string_view::npos) {
      out.extra("new:ForwardingSmtpAddress", value);
      out.set(&Event::target_name, value);
    }
    if (is("is_suspicious") && base::equal_ignoring_case(value, "true")) out.extra("risk", "unfamiliar");
    if (is("login_type")) out.set(&Event::client, value);
    if (is("scope") || is("scope_data") || is("API_SCOPES")) out.extra("permissions", value);
    if (is("login_failure_type")) out.extra("reason", value);
    if (is("ROLE_NAME")) out.extra("role", value);
    if (is("OLD_VALUE")) old_value = value;
    if (is("NEW_VALUE")) new_value = value;
    if (is("SETTING_NAME")) setting = value;
    out.extra("parameter:" + base::lower(name), value.substr(0, 1000));
  });
  if (!old_value.empty() || !new_value.empty())
    out.change(setting.empty() ? "setting" : setting, old_value, new_value);
}

// A row of the export to BigQuery: one event, its parameters under the name of the application.
bool is_bigquery(const Json &record) {
  return record.get("time_usec") && record.get("event_name") && record.any({"record_type", "event_type"}) &&
         record.any({"email", "unique_identifier", "ip_address"});
}

// A row of the console's table.
bool is_console(const Json &record) {
  return record.get("Event") && record.get("Actor") && record.get("Date") && record.get("IP address") &&
         record.any({"Login type", "Is suspicious", "Challenge type", "Description"});
}

// What the console calls an event, and what the interface does.
struct ConsoleEvent {
  std::string_view said, name;
};
constexpr ConsoleEvent kConsoleEvents[] = {
    {"Successful login", "login_success"},
    {"Failed login", "login_failure"},
    {"Login challenge", "login_challenge"},
    {"Login verification", "login_verification"},
    {"Logout", "logout"},
    {"Suspicious login", "suspicious_login"},
    {"Suspicious login blocked", "suspicious_login"},
    {"Suspicious login from less secure app blocked", "suspicious_login_less_secure_app"},
    {"Suspicious programmatic login blocked", "suspicious_programmatic_login"},
    {"Government-backed attack", "gov_attack_warning"},
    {"Leaked password", "account_disabled_password_leak"},
    {"User suspended (suspicious activity)", "account_disabled_hijacked"},
    {"User signed out due to suspicious session cookie", "user_signed_out_due_to_suspicious_session_cookie"},
    {"Sensitive action allowed", "risky_sensitive_action_allowed"},
    {"Sensitive action blocked", "risky_sensitive_action_blocked"},
    {"2-step verification enroll", "2sv_enroll"},
    {"2-step verification disable", "2sv_disable"},
    {"Account password change", "password_edit"},
    {"Account recovery email change", "recovery_email_edit"},
    {"Account recovery phone change", "recovery_phone_edit"},
    {"Out of domain email forwarding enabled", "email_forwarding_out_of_domain"},
};

std::string_view name_in_console(std::string_view said) {
  for (const ConsoleEvent &one : kConsoleEvents)
    if (base::equal_ignoring_case(said, one.said)) return one.name;
  return said;  // a newer one keeps the console's words
}

}  // namespace

bool is_google_workspace(const Json &record) {
  if (!record.is_object() || record.get("protoPayload")) return false;
  if (is_bigquery(record) || is_console(record)) return true;
  if (text_at(record, {"id.applicationName"}).empty()) return false;
  return !!record.any({"events", "name", "kind", "actor", "type", "parameters", "etag"});
}

namespace {

base::Result<void> read_bigquery(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record, {"time_usec"}));
  Event &event = out.event();
  const std::string_view name = text_at(record, {"event_name"});
  const std::string_view application = text_at(record, {"record_type"});
  out.set(&Event::operation, name);
  event.event_class = class_of(application, name);
  out.set(&Event::native_id, text_at(record, {"unique_identifier"}));
  std::string_view tenant = text_at(record, {"customer_id"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_lower(&Event::tenant, tenant);
  out.set(&Event::actor_type, "user");
  out.set_lower(&Event::actor_name, text_at(record, {"email"}));
  out.set_address(text_at(record, {"ip_address"}));
  out.set(&Event::resource_name, application);
  out.set(&Event::target_type, text_at(record, {"event_type"}));
  const Json parameters = record.get(application).unpacked();
  std::string_view failure;
  if (parameters.is_object()) {
    read_parameters(parameters, out);
    failure = parameters.text("login_failure_type");
  }
  event.outcome = outcome_of(name, failure);
  return {};
}

base::Result<void> read_console(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record, {"Date"}));
  Event &event = out.event();
  const std::string_view name = name_in_console(record.text("Event"));
  out.set(&Event::operation, name);
  event.event_class = class_of("login", name);
  event.outcome = outcome_of(name, record.text("Failure reason"));
  out.set_lower(&Event::tenant, out.declared_tenant());
  out.set(&Event::actor_type, "user");
  out.set_lower(&Event::actor_name, record.text("Actor"));
  out.set_address(record.text("IP address"));
  out.set(&Event::network, record.any({"IP ASN", "ASN"}).text());
  out.set(&Event::agent, record.text("User agent"));
  out.set(&Event::client, record.text("Login type"));
  out.set(&Event::resource_name, "login");
  out.set_lower(&Event::target_name, record.text("Affected email address"));
  if (record.get("Is suspicious").truth()) out.extra("risk", "unfamiliar");
  out.extra("challenge", record.text("Challenge type"));
  out.extra("reason", record.any({"Failure reason", "Description"}).text());
  return {};
}

}  // namespace

base::Result<void> read_google_workspace(const Json &record, EventBuilder &out) {
  if (is_bigquery(record)) return read_bigquery(record, out);
  if (is_console(record)) return read_console(record, out);
  const Json events = record.get("events").unpacked();
  const std::string_view application = text_at(record, {"id.applicationName"});
  bool first = true;
  base::Result<void> done;
  const auto one_event = [&](const Json &event_json) {
    if (!done) return;
    if (!first) out.begin_sibling();
    first = false;
    done = set_time_at(out, record, {"id.time", "p_event_time", "p_parse_time"});
    if (!done) return;
    Event &event = out.event();
    const std::string_view name = event_json.text("name");
    out.set(&Event::operation, name.empty() ? event_json.text("type") : name);
    event.event_class = class_of(application, name);
    out.set(&Event::native_id, text_at(record, {"id.uniqueQualifier"}));
    std::string_view tenant = text_at(record, {"id.customerId"});
    if (tenant.empty()) tenant = out.declared_tenant();
    out.set_lower(&Event::tenant, tenant);
    const std::string_view caller = text_at(record, {"actor.callerType"});
    out.set(&Event::actor_type, base::equal_ignoring_case(caller, "KEY") ? "application" : "user");
    out.set(&Event::actor_id, text_at(record, {"actor.profileId", "actor.key"}));
    out.set_lower(&Event::actor_name, text_at(record, {"actor.email", "actor.key"}));
    out.set_address(text_at(record, {"ipAddress"}));
    out.set(&Event::network, text_at(record, {"networkInfo.ipAsn"}));
    out.set(&Event::country, text_at(record, {"networkInfo.regionCode"}));
    out.set(&Event::resource_name, application);
    out.set(&Event::target_type, event_json.text("type"));
    read_parameters(event_json.get("parameters"), out);
    // Alerts name whom they are about, and may name no actor.
    if (!out.is_set(&Event::actor_name) && out.is_set(&Event::target_name) &&
        event.event_class == EventClass::alert)
      out.set_lower(&Event::actor_name, std::string(out.get(&Event::target_name)));
    std::string_view failure;
    each_parameter(event_json.get("parameters"), [&](std::string_view key, std::string_view value) {
      if (base::equal_ignoring_case(key, "login_failure_type")) failure = value;
    });
    event.outcome = outcome_of(name, failure);
  };
  if (events.is_array() && events.at(0))
    events.for_each(one_event);
  else
    one_event(record);
  return done;
}

}  // namespace dislodge::log
