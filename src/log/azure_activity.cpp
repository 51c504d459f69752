// Azure activity: what was done to subscriptions and resources (Azure Monitor records, az monitor
// activity-log, Log Analytics' AzureActivity), and the logs of resources themselves in the same envelope
// (key vault, storage).
// Source: learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema.

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

// "Success", or {"value": "Success"} of the REST API.
std::string_view word(const Json &value) {
  return value.is_object() ? value.any({"value", "localizedValue"}).text() : value.text();
}

std::string_view claim(const Json &claims, std::string_view ending) {
  std::string_view found;
  claims.unpacked().for_members([&](std::string_view name, const Json &value) {
    if (found.empty() && name.size() >= ending.size() &&
        base::equal_ignoring_case(name.substr(name.size() - ending.size()), ending))
      found = value.text();
  });
  return found;
}

EventClass class_of(std::string_view category, std::string_view operation) {
  const auto says = [&](std::string_view text) { return base::contains_ignoring_case(operation, text); };
  if (says("SecretGet") || says("KeyGet") || says("CertificateGet") || says("KeyDecrypt") ||
      says("KeyUnwrap") || says("listKeys/action") || says("listAccountSas") ||
      says("listClusterUserCredential") || says("listCredentials"))
    return EventClass::key_use;
  if (category.starts_with("Storage")) return EventClass::file_access;
  if (base::equal_ignoring_case(category, "Security") || base::equal_ignoring_case(category, "Alert"))
    return EventClass::alert;
  if (says("Microsoft.Authorization/") || says("Microsoft.ManagedIdentity/") || says("diagnosticSettings") ||
      says("/write") || says("/delete") || says("/action"))
    return EventClass::admin_change;
  return EventClass::api_call;
}

// Roles of Azure that rule resources. Source:
// learn.microsoft.com/azure/role-based-access-control/built-in-roles.
std::string_view role_named(std::string_view definition) {
  constexpr std::pair<std::string_view, std::string_view> kRoles[] = {
      {"8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"},
      {"b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"},
      {"18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"},
      {"00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator"},
      {"b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner"}};
  for (const auto &[id, name] : kRoles)
    if (base::contains_ignoring_case(definition, id)) return name;
  return {};
}

// Who receives what was given stands in the request; the principal in `evidence` is the caller, by whose
// right the call was allowed.
void read_target(const Json &record, std::string_view operation, std::string_view caller, EventBuilder &out) {
  if (base::contains_ignoring_case(operation, "elevateAccess/action")) {
    out.set_id(&Event::target_id, caller);
    out.extra("target", "User Access Administrator");
    return;
  }
  const std::string_view body = text_at(record, {"properties.requestbody", "properties.requestBody"});
  const Json request = body.empty() ? Json() : out.arena().parse_inner(body);
  const Json given = request.is_object() ? request.get("properties") : Json();
  std::string_view principal = given.is_object() ? given.text("principalId") : std::string_view();
  if (principal.empty()) principal = text_at(record, {"properties.principalId"});
  out.set_id(&Event::target_id, principal);
  if (given.is_object()) out.extra("target", role_named(given.text("roleDefinitionId")));
}

}  // namespace

bool is_azure_activity(const Json &record) {
  if (!record.is_object() || record.get("eventSource") || record.get("protoPayload")) return false;
  if (record.any({"OperationNameValue", "ActivityStatusValue"})) return true;  // Log Analytics
  if (record.any({"eventTimestamp", "event_timestamp"}) &&
      record.any({"caller", "subscriptionId", "subscription_id", "authorization"}))
    return true;
  if (!record.get("operationName") || !record.any({"time", "TimeGenerated"})) return false;
  if (base::equal_ignoring_case(record.text("category"), "MicrosoftGraphActivityLogs") ||
      record.text("category").starts_with("AdvancedHunting-"))
    return false;
  const Json properties = record.get("properties").unpacked();
  const Json body = properties.is_object() ? properties : record;
  if (body.any({"activityDisplayName", "targetResources", "initiatedBy", "userPrincipalName",
                "servicePrincipalId", "riskEventType", "riskState", "appDisplayName"}) ||
      (body.get("requestUri") && body.any({"requestMethod", "signInActivityId"})) ||  // a vault names its own
      record.get("Type") || base::contains_ignoring_case(record.text("category"), "SignInLogs"))
    return false;
  const std::string_view resource = record.text("resourceId");
  const bool of_tenant =
      resource.size() >= 9 && base::equal_ignoring_case(resource.substr(0, 9), "/tenants/");
  return !of_tenant &&
         (record.any({"callerIpAddress", "resultType", "category", "resourceId", "statusCode"}));
}

base::Result<void> read_azure_activity(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(
      out, record,
      {"eventTimestamp", "event_timestamp", "time", "TimeGenerated", "EventSubmissionTimestamp"}));
  Event &event = out.event();
  std::string_view operation = word(record.any({"operationName", "operation_name"}));
  if (const std::string_view value = record.text("OperationNameValue"); !value.empty()) operation = value;
  std::string_view category = word(record.get("category"));
  if (category.empty()) category = text_at(record, {"CategoryValue"});
  out.set(&Event::operation, operation);
  event.event_class = class_of(category, operation);
  std::string_view result = record.text("resultType");
  if (result.empty()) result = word(record.get("status"));
  if (result.empty()) result = text_at(record, {"ActivityStatusValue", "statusText", "resultSignature"});
  event.outcome = outcome_of_word(result);
  const std::int64_t status =
      record.any({"statusCode", "httpStatusCode", "resultSignature"}).number().value_or(0);
  if (status > 0 && status < 1000) {
    event.code = static_cast<std::int32_t>(status);
    if (status == 401 || status == 403)
      event.outcome = Outcome::blocked;
    else if (event.outcome == Outcome::none)
      event.outcome = status < 400 ? Outcome::ok : Outcome::error;
  }
  out.set(&Event::native_id, text_at(record, {"eventDataId", "event_data_id", "properties.eventDataId"}));
  std::string_view tenant = text_at(
      record,
      {"tenantId", "tenant_id", "identity.claims.http://schemas.microsoft.com/identity/claims/tenantid"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_lower(&Event::tenant, tenant);

  Json claims = record.any({"claims", "Claims", "Claims_d"}).unpacked();
  const Json identity = record.get("identity").unpacked();
  if (!claims.is_object()) claims = identity.any({"claims", "claim"}).unpacked();
  std::string_view who = text_at(record, {"caller"});
  if (who.empty()) who = claim(claims, "/upn");
  if (who.empty()) who = claim(claims, "emailaddress");
  if (who.empty()) who = claim(claims, "upn");
  if (who.empty()) who = claim(claims, "name");
  std::string_view object = claim(claims, "objectidentifier");
  if (object.empty()) object = claim(claims, "oid");
  if (object.empty() && is_guid(who)) object = who;
  const std::string_view app = claim(claims, "appid");
  const bool service = base::equal_ignoring_case(claim(claims, "idtyp"), "app") ||
                       (who.empty() && !app.empty()) || is_guid(who);
  out.set(&Event::actor_type, service ? "service-principal" : "user");
  out.set_id(&Event::actor_id, object);
  out.set_lower(&Event::actor_name, is_guid(who) ? std::string_view() : who);
  out.set_id(&Event::application_id, app);
  out.set_address(
      text_at(record, {"callerIpAddress", "httpRequest.clientIpAddress", "http_request.client_ip_address"}));
  std::string_view agent =
      text_at(record, {"properties.userAgentHeader", "properties.clientInfo", "userAgent"});
  out.set(&Event::agent, agent);
  out.set_id(&Event::correlation, text_at(record, {"correlationId", "correlation_id"}));
  out.set(&Event::token, claim(claims, "uti"));
  const std::string_view resource =
      text_at(record, {"resourceId", "resource_id", "_ResourceId", "resourceUri"});
  out.set_lower(&Event::resource_id, resource);
  out.set(&Event::resource_name,
          resource.substr(resource.rfind('/') == std::string_view::npos ? 0 : resource.rfind('/') + 1));
  out.set(&Event::target_name, text_at(record, {"properties.objectKey", "properties.id", "uri"}));
  read_target(record, operation, object, out);
  out.extra("category", category);
  out.extra("role", text_at(record, {"identity.authorization.evidence.role"}));
  out.extra("scope", text_at(record, {"identity.authorization.scope", "authorization.scope"}));
  out.extra("request", text_at(record, {"properties.requestbody", "properties.requestBody"}).substr(0, 4000));
  out.extra("status", result);
  out.extra("reason", text_at(record, {"resultDescription", "properties.statusMessage"}).substr(0, 500));
  out.extra("credential-type", text_at(record, {"identity.type", "properties.authenticationType"}));
  return {};
}

}  // namespace dislodge::log
