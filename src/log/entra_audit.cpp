// Entra audit: changes to the directory. Graph's directoryAudit, Azure Monitor's envelope around it, and Log
// Analytics' AuditLogs with its objects as text.
// Source: learn.microsoft.com/graph/api/resources/directoryaudit.

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/operation.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

using base::ErrorKind;
using base::fail;

void read_initiator(const Json &body, const Json &record, EventBuilder &out) {
  const Json by = body.get("initiatedBy").unpacked();
  const Json user = by.get("user").unpacked();
  const Json app = by.get("app").unpacked();
  const auto names_somebody = [](const Json &one) {
    return one.is_object() &&
           !one.any({"id", "userPrincipalName", "displayName", "servicePrincipalId", "appId"}).text().empty();
  };
  // Both may be there with one of them empty.
  if (names_somebody(user)) {
    out.set(&Event::actor_type, "user");
    out.set_id(&Event::actor_id, user.text("id"));
    out.set_lower(&Event::actor_name, user.any({"userPrincipalName", "displayName"}).text());
    out.set_address(user.text("ipAddress"));
    out.extra("home-tenant", base::lower(user.text("homeTenantId")));
  } else if (names_somebody(app)) {
    out.set(&Event::actor_type, "service-principal");
    out.set_id(&Event::actor_id, app.text("servicePrincipalId"));
    out.set_lower(&Event::actor_name, app.any({"displayName", "servicePrincipalName"}).text());
    out.set_id(&Event::application_id, app.text("appId"));
    out.set(&Event::application_name, app.text("displayName"));
    out.set_address(app.text("ipAddress"));
  } else {
    out.set(&Event::actor_type, "system");
    out.set_lower(&Event::actor_name, body.any({"identity", "loggedByService"}).text());
  }
  if (!out.is_set(&Event::address)) out.set_address(record.text("callerIpAddress"));
}

void read_targets(const Json &body, EventBuilder &out) {
  bool first = true;
  body.get("targetResources").unpacked().for_each([&](const Json &target) {
    const std::string_view id = target.text("id");
    const std::string_view name = target.any({"userPrincipalName", "displayName"}).text();
    const std::string_view type = target.text("type");
    if (first) {
      out.set_id(&Event::target_id, id);
      out.set(&Event::target_name, name);
      out.set(&Event::target_type, type);
      first = false;
    } else {
      out.extra("target", std::string(type) + ' ' + base::lower(id) + ' ' + std::string(name));
    }
    target.get("modifiedProperties").unpacked().for_each([&](const Json &property) {
      out.change(property.any({"displayName", "name"}).text(), property.text("oldValue"),
                 property.text("newValue"));
    });
  });
}

void read_details(const Json &body, EventBuilder &out) {
  body.get("additionalDetails").unpacked().for_each([&](const Json &detail) {
    const std::string_view key = detail.text("key");
    const std::string_view value = detail.text("value");
    if (base::equal_ignoring_case(key, "User-Agent"))
      out.set(&Event::agent, value);
    else if (base::equal_ignoring_case(key, "AppId")) {
      // The target's with some operations, the actor's with others.
      if (!base::equal_ignoring_case(value, out.get(&Event::application_id)))
        out.extra("target-app-id", base::lower(value));
    } else if (base::equal_ignoring_case(key, "ipaddr") && !out.is_set(&Event::address))
      out.set_address(value);
    else
      out.extra("detail:" + std::string(key), value);
  });
  if (!out.is_set(&Event::agent)) out.set(&Event::agent, body.text("userAgent"));
}

}  // namespace

bool is_entra_audit(const Json &record) {
  if (!record.is_object() || record.get("AuditData")) return false;
  const Json body = entra_body(record);
  const bool changed = body.get("targetResources") || body.get("initiatedBy");
  const bool named =
      body.get("activityDisplayName") || body.get("operationName") || record.get("operationName");
  const bool timed = body.get("activityDateTime") || body.get("TimeGenerated") || record.get("time");
  return changed && named && timed && !body.get("RecordType");
}

base::Result<void> read_entra_audit(const Json &record, EventBuilder &out) {
  const Json body = entra_body(record);
  std::string_view written = body.any({"activityDateTime", "TimeGenerated"}).text();
  if (written.empty()) written = record.text("time");
  if (!out.set_time(written))
    return fail(ErrorKind::damaged, needs_order(written)
                                        ? "the order of day and month in its date is not known"
                                        : "there is no time that can be read");
  Event &event = out.event();
  event.event_class = EventClass::directory_audit;
  std::string_view operation = body.any({"activityDisplayName", "operationName"}).text();
  if (operation.empty()) operation = record.text("operationName");
  out.set(&Event::operation, trimmed_operation(operation));

  std::string_view result = body.get("result").is_text() ? body.text("result") : record.text("result");
  if (base::equal_ignoring_case(result, "success"))
    event.outcome = Outcome::ok;
  else if (base::equal_ignoring_case(result, "failure") || base::equal_ignoring_case(result, "timeout"))
    event.outcome = Outcome::error;
  out.extra("reason", body.any({"resultReason", "resultDescription"}).text());

  const bool in_envelope = record.get("properties").unpacked().is_object();
  std::string_view tenant = record.text("AADTenantId");
  if (tenant.empty()) tenant = tenant_in_path(record.text("resourceId"));
  if (tenant.empty() && in_envelope) tenant = record.text("tenantId");
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_id(&Event::tenant, tenant);

  out.set(&Event::native_id, body.text("id"));
  out.set_id(&Event::correlation, body.text("correlationId"));
  read_initiator(body, record, out);
  read_targets(body, out);
  read_details(body, out);
  out.keep_doubles(body);
  return {};
}

}  // namespace dislodge::log
