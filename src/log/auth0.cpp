// Auth0: tenant logs, streamed ({"log_id", "data": {...}}) or as the Management API gives them.
// Source: auth0.com/docs/deploy-monitor/logs/log-event-type-codes.

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

Json data_of(const Json &record) {
  const Json data = record.get("data").unpacked();
  return data.is_object() ? data : record;
}

bool among(std::string_view code, std::initializer_list<std::string_view> codes) {
  for (const std::string_view one : codes)
    if (code == one) return true;
  return false;
}

EventClass class_of(std::string_view code) {
  if (among(code,
            {"s", "f", "fp", "fu", "fco", "pla", "gd_auth_succeed", "gd_auth_failed", "gd_auth_rejected",
             "limit_wc", "limit_mu", "limit_sul", "pwd_leak", "scoa", "fcoa", "w", "sce", "scp"}))
    return EventClass::interactive_signin;
  if (among(code,
            {"ssa", "fsa", "seacft", "feacft", "sertft", "fertft", "seoobft", "feoobft", "sepft", "fepft"}))
    return EventClass::noninteractive_signin;
  if (among(code, {"seccft", "feccft"})) return EventClass::service_principal_signin;
  if (among(code, {"sapi", "fapi", "mgmt_api_read"})) return EventClass::admin_change;
  return EventClass::other;
}

Outcome outcome_of(std::string_view code) {
  if (among(code, {"fp", "fu", "fepft", "feccft"})) return Outcome::wrong_secret;
  if (among(code, {"gd_auth_failed", "gd_auth_rejected", "pwd_leak"})) return Outcome::right_secret_stopped;
  if (among(code, {"limit_wc", "limit_mu", "limit_sul", "ublkdu"})) return Outcome::blocked;
  if (code.starts_with("f")) return Outcome::error;
  return code.empty() ? Outcome::none : Outcome::ok;
}

}  // namespace

bool is_auth0(const Json &record) {
  if (!record.is_object()) return false;
  const Json data = data_of(record);
  if (!data.get("type") || !data.get("date")) return false;
  return data.any({"log_id", "client_id", "client_name", "connection", "user_id", "ip", "isMobile"}) &&
         (data.any({"log_id", "details", "description", "_id", "tenant_name", "ip"}) || record.get("log_id"));
}

base::Result<void> read_auth0(const Json &record, EventBuilder &out) {
  const Json data = data_of(record);
  DISLODGE_TRY(set_time_at(out, record, {"data.date", "date", "p_event_time", "p_parse_time"}));
  Event &event = out.event();
  const std::string_view code = text_at(data, {"type"});
  const std::string_view description = text_at(data, {"description"});
  out.set(&Event::operation, description.empty() ? code : description);
  event.event_class = class_of(code);
  event.outcome = outcome_of(code);
  std::string_view id = text_at(data, {"log_id", "_id"});
  if (id.empty()) id = text_at(record, {"log_id"});
  out.set(&Event::native_id, id);
  std::string_view tenant = text_at(data, {"tenant_name"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_lower(&Event::tenant, tenant);
  const Json request = data.get("details").unpacked().get("request").unpacked();
  std::string_view who = text_at(request, {"auth.user.email", "auth.user.name"});
  if (who.empty()) who = text_at(data, {"user_name", "details.prompts.user_name", "user_id"});
  std::string_view user = text_at(data, {"user_id"});
  if (user.empty()) user = text_at(request, {"auth.user.user_id"});
  const bool app = user.empty() && who.empty();
  out.set(&Event::actor_type, app ? "application" : "user");
  out.set(&Event::actor_id, app ? text_at(data, {"client_id"}) : user);
  out.set_lower(&Event::actor_name, app ? text_at(data, {"client_name"}) : who);
  out.set_address(text_at(data, {"ip", "client_ip"}));
  out.set(&Event::agent, text_at(data, {"user_agent"}));
  out.set(&Event::client, text_at(data, {"connection", "strategy"}));
  out.set(&Event::application_id, text_at(data, {"client_id"}));
  out.set(&Event::application_name, text_at(data, {"client_name"}));
  out.set(&Event::resource_name, text_at(data, {"audience", "hostname"}));
  out.set(&Event::session, text_at(data, {"session_id"}));
  out.set(&Event::country, text_at(data, {"location_info.country_code"}));
  out.set(&Event::token, text_at(request, {"auth.credentials.jti"}));
  out.set(&Event::target_name, text_at(request, {"path"}));
  out.extra("method", text_at(request, {"method"}));
  out.extra("uri", text_at(request, {"path"}));
  out.extra("status", text_at(data, {"details.response.statusCode"}));
  out.extra("type-code", code);
  out.extra("scopes", text_at(data, {"scope"}));
  extras_of_members(out, request.get("body"), "request:", 20);
  extras_of_members(out, at(data, "details.response.body"), "response:", 20);
  return {};
}

}  // namespace dislodge::log
