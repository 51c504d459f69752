// Microsoft Graph activity logs: every call of the API, by application and token. SignInActivityId is the
// unique token identifier of the sign-in that issued the token.
// Source: learn.microsoft.com/azure/azure-monitor/reference/tables/microsoftgraphactivitylogs.

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

// The path of a request with its ids taken out: "/v1.0/users/{id}/messages".
std::string shape_of(std::string_view uri) {
  const std::size_t scheme = uri.find("://");
  if (scheme != std::string_view::npos) {
    const std::size_t path = uri.find('/', scheme + 3);
    uri = path == std::string_view::npos ? std::string_view("/") : uri.substr(path);
  }
  uri = uri.substr(0, uri.find('?'));
  std::string shape;
  while (!uri.empty()) {
    uri.remove_prefix(1);  // the slash
    const std::string_view part = uri.substr(0, uri.find('/'));
    uri.remove_prefix(part.size());
    const bool id = is_guid(part) || part.size() > 60 || part.find('@') != std::string_view::npos ||
                    part.find("%40") != std::string_view::npos;
    if (part.empty()) continue;
    shape += '/';
    shape += id ? "{id}" : std::string(part.substr(0, 100));
    if (shape.size() > 400) break;
  }
  return shape;
}

// "/v1.0/users/ann@x.example/messages": whose mailbox, where the path says so by name or id.
std::string_view user_in(std::string_view uri) {
  constexpr std::string_view kUsers = "/users/";
  const std::size_t found = uri.find(kUsers);
  if (found == std::string_view::npos) return {};
  const std::string_view rest = uri.substr(found + kUsers.size());
  return rest.substr(0, rest.find_first_of("/?("));
}

bool reads_mail(std::string_view uri) {
  for (const std::string_view part : {"/messages", "/mailFolders", "/mailboxSettings", "/exportItems"})
    if (base::contains_ignoring_case(uri, part)) return true;
  return false;
}

}  // namespace

bool is_graph_activity(const Json &record) {
  if (!record.is_object()) return false;
  if (base::equal_ignoring_case(record.text("category"), "MicrosoftGraphActivityLogs")) return true;
  const Json body = entra_body(record);
  return body.get("requestUri") && body.any({"requestMethod", "responseStatusCode", "signInActivityId"});
}

base::Result<void> read_graph_activity(const Json &record, EventBuilder &out) {
  const Json body = entra_body(record);
  DISLODGE_TRY(set_time_at(out, record,
                           {"properties.timeGenerated", "properties.createdDateTime", "TimeGenerated", "time",
                            "createdDateTime"}));
  Event &event = out.event();
  event.event_class = EventClass::api_call;
  const std::string_view uri = text_at(body, {"RequestUri"});
  const std::string_view method = text_at(body, {"RequestMethod"});
  out.set(&Event::operation, std::string(method) + ' ' + shape_of(uri));
  const std::int64_t status = body.any({"ResponseStatusCode"}).number().value_or(0);
  event.code = static_cast<std::int32_t>(status < 0 || status > 999 ? 0 : status);
  if (status >= 200 && status < 400) event.outcome = Outcome::ok;
  if (status == 401 || status == 403) event.outcome = Outcome::blocked;
  if (status == 429 || (status >= 400 && event.outcome != Outcome::blocked)) event.outcome = Outcome::error;
  out.set(&Event::native_id, text_at(body, {"RequestId"}));
  if (!out.is_set(&Event::native_id))
    out.set(&Event::native_id, text_at(record, {"operationId", "correlationId"}));
  std::string_view tenant = text_at(body, {"AadTenantId", "aadTenantId"});
  if (tenant.empty()) tenant = text_at(record, {"tenantId"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_id(&Event::tenant, tenant);
  const std::string_view user = text_at(body, {"UserId"});
  const std::string_view principal = text_at(body, {"ServicePrincipalId"});
  out.set(&Event::actor_type, user.empty() ? "service-principal" : "user");
  out.set_id(&Event::actor_id, user.empty() ? principal : user);
  out.set_id(&Event::application_id, text_at(body, {"AppId"}));
  std::string_view address = text_at(body, {"IPAddress"});
  if (address.empty()) address = text_at(record, {"callerIpAddress"});
  out.set_address(address);
  out.set(&Event::agent, text_at(body, {"UserAgent"}));
  out.set_id(&Event::session, text_at(body, {"SessionId"}));
  out.set(&Event::token, text_at(body, {"SignInActivityId"}));
  out.set_id(&Event::correlation, text_at(body, {"ClientRequestId", "OperationId"}));
  out.set(&Event::resource_name, "Microsoft Graph");
  out.set_id(&Event::resource_id, "00000003-0000-0000-c000-000000000000");
  const std::string_view whose = user_in(uri);
  if (is_guid(whose))
    out.set_id(&Event::target_id, whose);
  else if (!whose.empty())
    out.set_lower(&Event::target_name, whose);
  if (reads_mail(uri)) {
    if (whose.find('@') != std::string_view::npos) out.set_lower(&Event::mailbox, whose);
    out.extra("mail", "true");
    if (user.empty()) out.extra("app-only", "true");
  }
  out.extra("method", method);
  out.extra("uri", uri.substr(0, 2000));
  out.extra("status", text_at(body, {"ResponseStatusCode"}));
  out.extra("roles", text_at(body, {"Roles"}));
  out.extra("scopes", text_at(body, {"Scopes"}));
  const std::string_view proof = text_at(body, {"ClientAuthMethod"});
  out.extra("credential-type", proof == "0"   ? "none"
                               : proof == "1" ? "clientSecret"
                               : proof == "2" ? "certificate"
                                              : proof);
  out.extra("token-issued", text_at(body, {"TokenIssuedAt"}));
  out.extra("bytes", text_at(body, {"ResponseSizeBytes"}));
  return {};
}

}  // namespace dislodge::log
