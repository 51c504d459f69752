// Google Cloud audit logs: LogEntry with an AuditLog in protoPayload, as gcloud, sinks and BigQuery write it.
// Source: cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog.

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

EventClass class_of(std::string_view log, std::string_view service, std::string_view method) {
  if (base::contains_ignoring_case(service, "login.googleapis")) return EventClass::interactive_signin;
  if (base::contains_ignoring_case(method, "AccessSecretVersion") ||
      base::contains_ignoring_case(method, "GenerateAccessToken") ||
      base::contains_ignoring_case(method, "SignJwt") || base::contains_ignoring_case(method, "SignBlob") ||
      base::contains_ignoring_case(method, "kms.Decrypt"))
    return EventClass::key_use;
  if (base::contains_ignoring_case(service, "storage") && base::contains_ignoring_case(method, "objects."))
    return EventClass::file_access;
  if (base::contains_ignoring_case(method, "SetIamPolicy") || base::contains_ignoring_case(service, "iam.") ||
      base::contains_ignoring_case(service, "admin.googleapis") ||
      base::contains_ignoring_case(service, "logging."))
    return base::contains_ignoring_case(log, "data_access") ? EventClass::api_call : EventClass::admin_change;
  return EventClass::api_call;
}

// "projects/_/buckets/backup/objects/a/b.gz" -> "gs://backup/a/b.gz"; empty for what is no object.
std::string object_address(std::string_view resource) {
  constexpr std::string_view kBuckets = "projects/_/buckets/", kObjects = "/objects/";
  if (!resource.starts_with(kBuckets)) return {};
  resource.remove_prefix(kBuckets.size());
  const std::size_t objects = resource.find(kObjects);
  if (objects == std::string_view::npos) return {};
  return "gs://" + std::string(resource.substr(0, objects)) + '/' +
         std::string(resource.substr(objects + kObjects.size()));
}

}  // namespace

bool is_google_cloud(const Json &record) {
  if (!record.is_object()) return false;
  if (record.any({"protoPayload", "protopayload_auditlog", "proto_payload"}).unpacked().is_object())
    return true;
  // The payload by itself.
  if (record.text("methodName").find('.') != std::string_view::npos && !record.get("eventName")) return true;
  return base::contains_ignoring_case(record.text("logName"), "/logs/") &&
         (record.any({"insertId", "resource", "jsonPayload", "textPayload", "severity", "timestamp"}));
}

base::Result<void> read_google_cloud(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(
      set_time_at(out, record,
                  {"timestamp", "receiveTimestamp", "protoPayload.requestMetadata.requestAttributes.time",
                   "p_event_time", "p_parse_time"}));
  Event &event = out.event();
  Json payload = record.any({"protoPayload", "protopayload_auditlog", "proto_payload"}).unpacked();
  if (!payload && record.get("methodName")) payload = record;
  const std::string_view log = text_at(record, {"logName"});
  const std::string_view service = text_at(payload, {"serviceName"});
  std::string_view method = text_at(payload, {"methodName"});
  if (method.empty())
    method =
        text_at(record, {"jsonPayload.rest_info.method", "jsonPayload.message", "textPayload", "logName"});
  out.set(&Event::operation, method.substr(0, 200));
  event.event_class = class_of(log, service, method);
  const Json status = payload.get("status").unpacked();
  const std::int64_t code = status.get("code").number().value_or(0);
  event.code = static_cast<std::int32_t>(code < 0 || code > 1000 ? 0 : code);
  // Codes of google.rpc.Code: 7 permission denied, 16 unauthenticated.
  event.outcome = code == 0 ? Outcome::ok : code == 7 || code == 16 ? Outcome::blocked : Outcome::error;
  if (!payload) event.outcome = Outcome::none;
  bool refused = false;
  payload.get("authorizationInfo").unpacked().for_each([&](const Json &one) {
    out.extra("permission", one.text("permission"));
    if (one.get("granted") && !one.get("granted").truth()) refused = true;
  });
  if (refused && event.outcome == Outcome::ok && code == 0 && status) event.outcome = Outcome::blocked;
  out.set(&Event::native_id, text_at(record, {"insertId"}));
  std::string_view project =
      text_at(record, {"resource.labels.project_id", "resource.labels.organization_id"});
  if (project.empty() && log.starts_with("projects/")) project = log.substr(9, log.find('/', 9) - 9);
  if (project.empty()) project = out.declared_tenant();
  out.set_lower(&Event::tenant, project);

  const std::string_view who = text_at(payload, {"authenticationInfo.principalEmail"});
  const std::string_view subject = text_at(payload, {"authenticationInfo.principalSubject"});
  const bool service_account = who.ends_with("gserviceaccount.com") ||
                               subject.starts_with("serviceAccount:") || who.starts_with("system:");
  out.set(&Event::actor_type, service_account                  ? "service-principal"
                              : who.empty() && subject.empty() ? "system"
                                                               : "user");
  out.set_lower(&Event::actor_name, who.empty() ? subject : who);
  out.set(&Event::actor_id, subject);
  std::string_view key = text_at(payload, {"authenticationInfo.serviceAccountKeyName"});
  if (const std::size_t slash = key.rfind('/'); slash != std::string_view::npos) key = key.substr(slash + 1);
  out.set_lower(&Event::key_id, key);
  out.extra(
      "delegated-by",
      text_at(payload, {"authenticationInfo.serviceAccountDelegationInfo.firstPartyPrincipal.principalEmail",
                        "authenticationInfo.serviceAccountDelegationInfo.principalSubject"}));
  out.set_address(text_at(payload, {"requestMetadata.callerIp"}));
  out.set(&Event::agent, text_at(payload, {"requestMetadata.callerSuppliedUserAgent"}));
  out.set(&Event::resource_name, service);
  const std::string_view resource = text_at(payload, {"resourceName"});
  out.set(&Event::target_name, object_address(resource));
  if (!out.is_set(&Event::target_name)) out.set(&Event::target_name, resource);
  if (!out.is_set(&Event::target_name))
    out.set(&Event::target_name, text_at(record, {"resource.labels.email_id"}));
  // An account that is made stands in the answer; of the request it is the first part of its address.
  if (method.ends_with("CreateServiceAccount")) {
    std::string account(text_at(payload, {"response.email"}));
    if (const std::string_view id = text_at(payload, {"request.account_id", "request.accountId"});
        account.empty() && !id.empty() && !project.empty())
      account = std::string(id) + '@' + std::string(project) + ".iam.gserviceaccount.com";
    if (!account.empty()) out.set(&Event::target_name, account);
  }
  out.set(&Event::target_type, text_at(record, {"resource.type"}));
  out.set(&Event::correlation, text_at(record, {"operation.id", "trace"}));
  payload.get("serviceData")
      .get("policyDelta")
      .get("bindingDeltas")
      .unpacked()
      .for_each([&](const Json &delta) {
        out.extra("binding", std::string(delta.text("action")) + ' ' + std::string(delta.text("role")) + ' ' +
                                 std::string(delta.text("member")));
        if (base::equal_ignoring_case(delta.text("action"), "ADD")) out.extra("role", delta.text("role"));
      });
  const std::string_view made = text_at(payload, {"response.name"});
  if (base::contains_ignoring_case(method, "CreateServiceAccountKey"))
    out.extra("key-added",
              base::lower(made.substr(made.rfind('/') == std::string_view::npos ? 0 : made.rfind('/') + 1)));
  out.extra("reason", status.text("message"));
  out.extra("log", log);
  return {};
}

}  // namespace dislodge::log
