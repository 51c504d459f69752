// OCSF events (Amazon Security Lake, products that export it). The classes of identity, API and mail; every
// other class as it is.
// Source: schema.ocsf.io (1.x).

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

Source source_of_product(std::string_view product) {
  const auto says = [&](std::string_view word) { return base::contains_ignoring_case(product, word); };
  if (says("CloudTrail")) return Source::aws_cloudtrail;
  if (says("Okta")) return Source::okta;
  if (says("GitHub")) return Source::github;
  if (says("GitLab")) return Source::gitlab;
  if (says("Entra") || says("Azure AD") || says("Azure Active Directory")) return Source::entra_audit;
  if (says("Microsoft 365") || says("Office 365")) return Source::m365_audit;
  if (says("Windows") || says("Microsoft-Windows")) return Source::windows;
  if (says("Workspace")) return Source::google;
  if (says("Google Cloud")) return Source::google_cloud;
  if (says("Salesforce")) return Source::salesforce;
  if (says("Duo")) return Source::duo;
  if (says("OpenSSH") || says("sshd")) return Source::sshd;
  return Source::ocsf;
}

EventClass class_of(std::int64_t uid, std::int64_t activity) {
  switch (uid) {
    case 3002:
      return activity == 1                                     ? EventClass::interactive_signin
             : activity == 3 || activity == 4 || activity == 5 ? EventClass::key_use
                                                               : EventClass::other;
    case 3001:
    case 3003:
    case 3004:
    case 3005:
    case 3006:
      return EventClass::admin_change;
    case 6003:
      return EventClass::api_call;
    case 4009:
      return EventClass::message_flow;
    case 4010:
    case 6006:
    case 1001:
      return EventClass::file_access;
    default:
      return uid / 1000 == 2 ? EventClass::alert : EventClass::other;
  }
}

}  // namespace

bool is_ocsf(const Json &record) {
  return record.is_object() && record.get("class_uid").number() &&
         record.any({"metadata", "category_uid", "activity_id", "type_uid", "severity_id"});
}

base::Result<void> read_ocsf(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(
      out, record, {"time", "time_dt", "start_time", "metadata.original_time", "metadata.logged_time"}));
  Event &event = out.event();
  const std::string_view product = text_at(record, {"metadata.product.name", "metadata.product.vendor_name"});
  event.source = source_of_product(product);
  const std::int64_t uid = record.get("class_uid").number().value_or(0);
  const std::int64_t activity = record.get("activity_id").number().value_or(0);
  event.event_class = class_of(uid, activity);
  // The native name where the event keeps it, else what OCSF calls it.
  std::string_view operation = text_at(record, {"api.operation", "metadata.event_code", "type_name"});
  if (operation.empty()) operation = text_at(record, {"activity_name", "class_name"});
  out.set(&Event::operation, operation);
  const std::int64_t status = record.get("status_id").number().value_or(0);
  event.outcome = status == 1   ? Outcome::ok
                  : status == 2 ? Outcome::error
                                : outcome_of_word(record.text("status"));
  const std::string_view detail = text_at(record, {"status_detail"});
  if (uid == 3002 && event.outcome == Outcome::error) {
    const auto says = [&](std::string_view word) { return base::contains_ignoring_case(detail, word); };
    if (says("password") || says("credential") || says("user") || says("C000006") || detail.empty())
      event.outcome = Outcome::wrong_secret;
    if (says("mfa") || says("factor") || says("expired")) event.outcome = Outcome::right_secret_stopped;
    if (says("lock") || says("disabled") || says("policy")) event.outcome = Outcome::blocked;
  }
  out.extra("reason", detail);
  out.extra("status", text_at(record, {"status_code", "api.response.code"}));
  out.set(&Event::native_id,
          text_at(record, {"metadata.uid", "metadata.original_event_uid", "finding_info.uid"}));
  std::string_view tenant = text_at(
      record, {"metadata.tenant_uid", "cloud.account.uid", "cloud.org.uid", "actor.user.account.uid"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_lower(&Event::tenant, tenant);

  // Whoever authenticates stands in `user`, whoever does something else in `actor`.
  const Json actor = uid == 3002 && record.get("user") ? record.get("user") : at(record, "actor.user");
  std::string_view name = text_at(actor, {"email_addr", "name", "full_name"});
  if (name.empty()) name = text_at(record, {"actor.app_name", "actor.invoked_by", "actor.process.name"});
  out.set_lower(&Event::actor_name, name);
  out.set(&Event::actor_id, text_at(actor, {"uid", "uid_alt"}));
  const std::int64_t kind = actor.get("type_id").number().value_or(0);
  out.set(&Event::actor_type, kind == 3 ? "system" : "user");
  if (uid != 3002) {
    out.set(&Event::target_name, text_at(record, {"user.email_addr", "user.name", "group.name", "entity.name",
                                                  "resource.name", "resources.name", "file.path"}));
    out.set(&Event::target_id,
            text_at(record, {"user.uid", "group.uid", "entity.uid", "resource.uid", "resources.uid"}));
    out.set(&Event::target_type,
            text_at(record, {"user.type", "entity.type", "resource.type", "resources.type"}));
  }
  out.set_address(text_at(record, {"src_endpoint.ip", "device.ip"}));
  out.set(&Event::network,
          text_at(record, {"src_endpoint.autonomous_system.number", "src_endpoint.location.isp"}));
  out.set(&Event::country, text_at(record, {"src_endpoint.location.country"}));
  out.set(&Event::agent, text_at(record, {"http_request.user_agent"}));
  out.set(&Event::client, text_at(record, {"auth_protocol", "logon_type"}));
  out.set(&Event::application_name,
          text_at(record, {"app.name", "service.name", "actor.app_name", "src_endpoint.svc_name"}));
  out.set(&Event::application_id, text_at(record, {"app.uid", "service.uid", "actor.app_uid"}));
  out.set(&Event::resource_name, text_at(record, {"dst_endpoint.svc_name", "dst_endpoint.hostname",
                                                  "api.service.name", "device.hostname"}));
  out.set(&Event::session, text_at(record, {"session.uid", "actor.session.uid"}));
  out.set(&Event::correlation, text_at(record, {"metadata.correlation_uid", "api.request.uid"}));
  out.set_lower(&Event::key_id, text_at(record, {"actor.user.credential_uid", "user.credential_uid"}));
  out.extra("class", text_at(record, {"class_name"}));
  out.extra("product", product);
  out.extra("mfa", text_at(record, {"is_mfa"}));
  return {};
}

}  // namespace dislodge::log
