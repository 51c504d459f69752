// GitLab: audit events (API, streaming, audit_json.log) and the request logs of an own server
// (production_json.log, api_json.log), which show sign-ins, password resets and downloads.
// Source: docs.gitlab.com/user/compliance/audit_events, docs.gitlab.com/administration/logs.

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

// "details" in the API, "detail" where a pipeline renamed it.
Json details_of(const Json &record) {
  const Json details = record.any({"details", "detail"}).unpacked();
  return details.is_object() ? details : Json();
}

// Rows of the table that the page of audit events exports.
bool is_row(const Json &record) {
  return record.get("Author ID") && record.get("Entity Type") && record.get("Action");
}

bool is_audit(const Json &record) {
  const Json details = details_of(record);
  const bool named = details && (details.any({"custom_message", "target_details", "target_type",
                                              "author_name", "add", "remove", "change", "event_name"}));
  const bool owned = record.any({"author_id", "author_name"}) && record.any({"entity_id", "entity_type"});
  return owned || (named && !record.get("eventSource") && !record.get("actor"));
}

bool is_request(const Json &record) {
  if (!record.get("path") || !record.any({"params", "route", "meta.caller_id", "controller"})) return false;
  if (record.any({"eventType", "eventName", "requestUri", "operationName", "class_uid", "Records"}))
    return false;
  const Json params = record.get("params").unpacked();
  return params.is_array() || record.any({"controller", "route", "meta.caller_id"});
}

// What params hold: [{"key": ..., "value": ...}].
std::string_view param(const Json &record, std::string_view wanted) {
  std::string_view found;
  record.get("params").unpacked().for_each([&](const Json &one) {
    if (!found.empty()) return;
    if (base::equal_ignoring_case(one.text("key"), wanted)) found = one.text("value");
    // {"key": "user", "value": {"login": ...}}
    if (found.empty()) found = one.get("value").unpacked().text(wanted);
  });
  return found;
}

void read_request(const Json &record, EventBuilder &out) {
  Event &event = out.event();
  const std::string_view path = record.text("path");
  const std::string_view method = record.text("method");
  out.set(&Event::operation, method.empty()
                                 ? std::string(path.substr(0, path.find('?')))
                                 : std::string(method) + ' ' + std::string(path.substr(0, path.find('?'))));
  const std::int64_t status = record.get("status").number().value_or(0);
  event.code = static_cast<std::int32_t>(status < 0 || status > 999 ? 0 : status);
  const bool signin = path.starts_with("/users/sign_in") && base::equal_ignoring_case(method, "POST");
  if (signin) {
    event.event_class = EventClass::interactive_signin;
    // A sign-in that worked is sent on (302); one that did not shows the form again (200).
    event.outcome = status == 302                    ? Outcome::ok
                    : status == 429 || status == 403 ? Outcome::blocked
                                                     : Outcome::wrong_secret;
  } else {
    const bool code = path.find("/info/refs") != std::string_view::npos ||
                      path.find("git-upload-pack") != std::string_view::npos ||
                      path.find("/archive") != std::string_view::npos;
    event.event_class = code ? EventClass::code_access : EventClass::api_call;
    if (status >= 200 && status < 400) event.outcome = Outcome::ok;
    if (status == 401 || status == 403) event.outcome = Outcome::blocked;
    if (status >= 404) event.outcome = Outcome::error;
  }
  out.set(&Event::actor_type, "user");
  out.set(&Event::actor_id, text_at(record, {"user_id", "meta.user_id"}));
  std::string_view name = text_at(record, {"username", "meta.user"});
  if (name.empty()) name = param(record, "login");
  if (name.empty()) name = param(record, "email");
  out.set_lower(&Event::actor_name, name);
  out.set_address(text_at(record, {"remote_ip", "meta.remote_ip"}));
  out.set(&Event::agent, text_at(record, {"ua", "user_agent"}));
  out.set(&Event::resource_name, text_at(record, {"meta.project"}));
  out.set(&Event::correlation, text_at(record, {"correlation_id"}));
  out.extra("uri", path);
  out.extra("method", method);
  if (const std::string_view id = text_at(record, {"token_id", "meta.auth_token_id"}); !id.empty())
    out.set_lower(&Event::key_id, id);
}

}  // namespace

bool is_gitlab(const Json &record) {
  if (!record.is_object()) return false;
  if (is_row(record)) return true;
  return is_audit(record) || is_request(record);
}

namespace {

base::Result<void> read_row(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record, {"Created At (UTC)", "Created At", "Created at"}));
  Event &event = out.event();
  out.set_lower(&Event::tenant, out.declared_tenant());
  const std::string_view action = text_at(record, {"Action"});
  const auto says = [&](std::string_view word) { return base::contains_ignoring_case(action, word); };
  out.set(&Event::operation, action.substr(0, 200));
  event.event_class = says("Signed in") || says("login") ? EventClass::interactive_signin
                      : says("Repository Download") || says("git-upload-pack") ? EventClass::code_access
                                                                               : EventClass::admin_change;
  event.outcome = says("fail") ? Outcome::wrong_secret : Outcome::ok;
  out.set(&Event::native_id, text_at(record, {"ID"}));
  out.set(&Event::actor_type, "user");
  out.set(&Event::actor_id, text_at(record, {"Author ID"}));
  out.set_lower(&Event::actor_name, text_at(record, {"Author Name"}));
  out.set_address(text_at(record, {"IP Address"}));
  out.set(&Event::target_id, text_at(record, {"Target ID"}));
  out.set(&Event::target_type, text_at(record, {"Target Type"}));
  out.set(&Event::target_name, text_at(record, {"Target Details"}));
  out.set(&Event::resource_id, text_at(record, {"Entity ID"}));
  out.set(&Event::resource_name, text_at(record, {"Entity Path"}));
  out.extra("entity-type", text_at(record, {"Entity Type"}));
  out.extra("message", action.substr(0, 1000));
  return {};
}

}  // namespace

base::Result<void> read_gitlab(const Json &record, EventBuilder &out) {
  if (is_row(record)) return read_row(record, out);
  DISLODGE_TRY(set_time_at(out, record, {"created_at", "time", "timestamp", "p_event_time", "p_parse_time"}));
  std::string_view tenant = text_at(record, {"meta.root_namespace"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_lower(&Event::tenant, tenant);
  if (!is_audit(record)) {
    read_request(record, out);
    return {};
  }
  Event &event = out.event();
  const Json details = details_of(record);
  std::string operation(text_at(record, {"event_type", "event_name"}));
  if (operation.empty()) operation = std::string(text_at(details, {"event_name", "custom_message"}));
  for (const std::string_view verb : {"add", "remove", "change", "with"})
    if (operation.empty() && details.get(verb))
      operation = std::string(verb) + ' ' + std::string(details.text(verb));
  if (operation.empty() && record.get("change")) operation = "change " + std::string(record.text("change"));
  if (operation.empty()) operation = std::string(text_at(record, {"message", "custom_message"}));
  out.set(&Event::operation, operation);
  const auto says = [&](std::string_view word) { return base::contains_ignoring_case(operation, word); };
  if (says("repository_download") || says("repository_git_operation") || says("project_archive") ||
      says("Repository Download") || says("git-upload-pack"))
    event.event_class = EventClass::code_access;
  else if (says("authenticated_with") || says("login_failed") || says("Signed in") || says("failed_login") ||
           says("user_authenticated") || (operation.empty() && details.get("with")))
    event.event_class = EventClass::interactive_signin;
  else
    event.event_class = EventClass::admin_change;
  event.outcome = details.get("failed_login") || says("fail") ? Outcome::wrong_secret : Outcome::ok;
  out.set(&Event::native_id, text_at(record, {"id"}));
  out.set(&Event::actor_type, "user");
  out.set(&Event::actor_id, text_at(record, {"author_id"}));
  std::string_view name = text_at(record, {"author_name"});
  if (name.empty()) name = text_at(details, {"author_email", "author_name"});
  out.set_lower(&Event::actor_name, name);
  std::string_view address = text_at(record, {"ip_address", "remote_ip"});
  if (address.empty()) address = text_at(details, {"ip_address"});
  out.set_address(address);
  std::string_view target = text_at(record, {"target_details"});
  if (target.empty()) target = text_at(details, {"target_details"});
  out.set(&Event::target_name, target);
  std::string_view target_id = text_at(record, {"target_id"});
  if (target_id.empty()) target_id = text_at(details, {"target_id"});
  out.set(&Event::target_id, target_id);
  std::string_view target_type = text_at(record, {"target_type"});
  if (target_type.empty()) target_type = text_at(details, {"target_type"});
  out.set(&Event::target_type, target_type);
  std::string_view place = text_at(record, {"entity_path"});
  if (place.empty()) place = text_at(details, {"entity_path"});
  out.set(&Event::resource_name, place);
  out.set(&Event::resource_id, text_at(record, {"entity_id"}));
  out.set(&Event::correlation, text_at(record, {"correlation_id"}));
  if (details.any({"from", "to"}) || record.any({"from", "to"})) {
    const Json &holder = details.any({"from", "to"}) ? details : record;
    out.change(holder.get("change") ? holder.text("change") : "value", holder.text("from"),
               holder.text("to"));
  }
  // Who was made a member, and as what; what was made stays by its own name.
  if (const std::string_view access = text_at(details, {"as"}); !access.empty()) out.extra("role", access);
  out.extra("author-class", text_at(details, {"author_class"}));
  out.extra("entity-type", text_at(record, {"entity_type"}));
  out.extra("message", text_at(details, {"custom_message"}));
  return {};
}

}  // namespace dislodge::log
