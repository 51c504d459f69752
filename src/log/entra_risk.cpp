// Entra Identity Protection: risk detections, risky users and risky applications, from Graph, Azure Monitor
// and Log Analytics.
// Source: learn.microsoft.com/graph/api/resources/riskdetection.

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

bool is_entra_risk(const Json &record) {
  if (!record.is_object()) return false;
  const Json body = entra_body(record);
  if (body.any(
          {"status", "initiatedBy", "clientAppUsed", "authenticationDetails", "ResultType", "Operation"}))
    return false;
  if (body.get("riskEventType") && body.any({"riskLevel", "riskState", "detectedDateTime", "riskDetail"}))
    return true;
  return body.get("riskLevel") && body.get("riskState") &&
         body.any({"riskLastUpdatedDateTime", "isProcessing", "riskDetail"});
}

base::Result<void> read_entra_risk(const Json &record, EventBuilder &out) {
  const Json body = entra_body(record);
  DISLODGE_TRY(set_time_at(
      out, record,
      {"properties.activityDateTime", "properties.detectedDateTime", "properties.riskLastUpdatedDateTime",
       "activityDateTime", "detectedDateTime", "riskLastUpdatedDateTime", "TimeGenerated", "time"}));
  Event &event = out.event();
  event.event_class = EventClass::alert;
  std::string_view kind = text_at(body, {"riskEventType", "riskType"});
  out.set(&Event::operation, kind.empty() ? std::string("risky user") : std::string(kind));
  out.set(&Event::native_id, text_at(body, {"id"}));
  std::string_view tenant = text_at(record, {"AADTenantId", "tenantId"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_id(&Event::tenant, tenant);
  const std::string_view principal = text_at(body, {"servicePrincipalId"});
  out.set(&Event::actor_type, principal.empty() ? "user" : "service-principal");
  std::string_view id = text_at(body, {"userId"});
  if (id.empty() && principal.empty() && kind.empty())
    id = text_at(body, {"id"});  // a risky user is its own id
  out.set_id(&Event::actor_id, principal.empty() ? id : principal);
  out.set_lower(&Event::actor_name, text_at(body, {"userPrincipalName", "servicePrincipalDisplayName"}));
  out.set_address(text_at(body, {"ipAddress"}));
  out.set(&Event::country, text_at(body, {"location.countryOrRegion"}));
  out.set_id(&Event::correlation, text_at(body, {"correlationId"}));
  out.set_id(&Event::application_id, text_at(body, {"appId"}));
  out.extra("risk", text_at(body, {"riskLevel"}));
  out.extra("risk-state", text_at(body, {"riskState"}));
  out.extra("risk-detail", text_at(body, {"riskDetail"}));
  out.extra("request-id", text_at(body, {"requestId"}));
  out.extra("key-added", text_at(body, {"keyIds"}));
  out.extra("info", text_at(body, {"additionalInfo"}).substr(0, 2000));
  return {};
}

}  // namespace dislodge::log
