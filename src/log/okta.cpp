// Okta's System Log: API (v1), log streaming, and the console's CSV with flat names ("actor.alternate_id").
// Source: developer.okta.com/docs/reference/api/system-log.

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

bool begins(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

EventClass class_of(std::string_view type) {
  if (type == "user.session.start" || begins(type, "user.authentication.auth_via_")) {
    return EventClass::interactive_signin;
  }
  if (begins(type, "user.authentication.") || begins(type, "policy.evaluate_sign_on") ||
      begins(type, "user.session.access_admin_app") || begins(type, "app.oauth2.token.grant") ||
      begins(type, "app.oauth2.as.token.grant") || begins(type, "app.oauth2.authorize"))
    return EventClass::noninteractive_signin;
  if (begins(type, "security.") || begins(type, "user.account.report_suspicious")) return EventClass::alert;
  return EventClass::admin_change;
}

// What a failure says about the secret. Okta names its reasons in capitals; localised text is not used.
Outcome outcome_of(std::string_view type, std::string_view result, std::string_view reason) {
  const auto says = [&](std::string_view word) { return base::contains_ignoring_case(reason, word); };
  if (base::equal_ignoring_case(result, "SUCCESS") || base::equal_ignoring_case(result, "ALLOW"))
    return Outcome::ok;
  if (base::equal_ignoring_case(result, "CHALLENGE")) return Outcome::interrupted;
  const bool failed =
      base::equal_ignoring_case(result, "FAILURE") || base::equal_ignoring_case(result, "DENY");
  if (!failed) return outcome_of_word(result);
  if (says("LOCKED_OUT") || says("NETWORK_ZONE_BLACKLIST") || says("blocked") || says("SUSPENDED"))
    return Outcome::blocked;
  if (type == "user.authentication.auth_via_mfa" || says("PASSWORD_EXPIRED") || says("MFA"))
    return Outcome::right_secret_stopped;
  if (says("INVALID_CREDENTIALS") || says("INVALID_LOGIN") || says("VERIFICATION_ERROR") ||
      says("UNKNOWN_USER") || says("INVALID_PASSWORD") || says("LOGIN_FAILED"))
    return Outcome::wrong_secret;
  if (base::equal_ignoring_case(result, "DENY")) return Outcome::blocked;
  return Outcome::error;
}

}  // namespace

bool is_okta(const Json &record) {
  if (!record.is_object() || record.get("eventSource") || record.get("eventName")) return false;
  const std::string_view type = text_at(record, {"eventType"});
  if (type.find('.') == std::string_view::npos || type.find(' ') != std::string_view::npos) return false;
  return record.any({"actor", "outcome", "client", "legacyEventType", "displayMessage", "debugContext",
                     "published", "authenticationContext", "target"}) ||
         at(record, "actor.alternateId") || at(record, "outcome.result");
}

base::Result<void> read_okta(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record, {"published", "timestamp", "p_event_time", "p_parse_time"}));
  Event &event = out.event();
  const std::string_view type = text_at(record, {"eventType"});
  out.set(&Event::operation, type);
  event.event_class = class_of(type);
  const std::string_view reason = text_at(record, {"outcome.reason"});
  event.outcome = outcome_of(type, text_at(record, {"outcome.result"}), reason);
  out.extra("reason", reason);
  out.set(&Event::native_id, text_at(record, {"uuid"}));
  out.set_id(&Event::tenant, out.declared_tenant());

  const std::string_view kind = text_at(record, {"actor.type"});
  const bool app = base::contains_ignoring_case(kind, "client") || base::contains_ignoring_case(kind, "App");
  const bool system = base::contains_ignoring_case(kind, "System");
  out.set(&Event::actor_type, system ? "system" : app ? "application" : "user");
  out.set(&Event::actor_id, text_at(record, {"actor.id"}));
  out.set_lower(&Event::actor_name, text_at(record, {"actor.alternateId", "actor.displayName"}));
  if (app) {
    out.set(&Event::application_id, text_at(record, {"actor.id"}));
    out.set(&Event::application_name, text_at(record, {"actor.displayName"}));
  }
  out.set_address(text_at(record, {"client.ipAddress"}));
  out.set(&Event::agent, text_at(record, {"client.userAgent.rawUserAgent"}));
  out.set(&Event::client, text_at(record, {"client.userAgent.browser", "client.device"}));
  out.set(&Event::country, text_at(record, {"client.geographicalContext.country"}));
  out.set(&Event::network,
          text_at(record, {"securityContext.asOrg", "securityContext.asNumber", "securityContext.isp"}));
  // What is done with an API token, and by Okta itself, has no session: "unknown".
  const std::string_view session =
      text_at(record, {"authenticationContext.externalSessionId", "authenticationContext.rootSessionId"});
  if (session != "unknown") out.set(&Event::session, session);
  out.set(&Event::correlation, text_at(record, {"transaction.id"}));
  // The API token or OAuth client secret with which it was done: the owner's programs use it too, so it is a
  // key that joins nothing by itself.
  out.set_lower(&Event::key_id, text_at(record, {"transaction.detail.requestApiTokenId",
                                                 "debugContext.debugData.requestApiTokenId"}));

  bool first = true;
  record.get("target").unpacked().for_each([&](const Json &target) {
    const std::string_view target_kind = text_at(target, {"type"});
    const std::string_view id = text_at(target, {"id"});
    const std::string_view name = text_at(target, {"alternateId", "displayName"});
    if (base::contains_ignoring_case(target_kind, "AppInstance") && !out.is_set(&Event::application_name)) {
      out.set(&Event::application_id, id);
      out.set(&Event::application_name, text_at(target, {"displayName", "alternateId"}));
    }
    // Who signs in by another identity provider does it with that one's word.
    if (type == "user.authentication.auth_via_IDP" &&
        base::contains_ignoring_case(target_kind, "IdentityProvider"))
      out.set_lower(&Event::key_id, id);
    if (first) {
      out.set(&Event::target_id, id);
      out.set(&Event::target_name, name);
      out.set(&Event::target_type, target_kind);
    } else {
      out.extra("target", std::string(target_kind) + ' ' + std::string(id) + ' ' + std::string(name));
    }
    first = false;
  });
  if (first) {  // flat: target0.id
    out.set(&Event::target_id, text_at(record, {"target0.id"}));
    out.set(&Event::target_name, text_at(record, {"target0.alternateId", "target0.displayName"}));
    out.set(&Event::target_type, text_at(record, {"target0.type"}));
  }
  if (type == "system.api_token.create" || type == "system.idp.lifecycle.create" ||
      type == "system.idp.lifecycle.update" || type == "system.idp.lifecycle.activate")
    out.extra("key-added", base::lower(out.get(&Event::target_id)));
  out.extra("role", text_at(record, {"debugContext.debugData.privilegeGranted",
                                     "debugContext.debugData.privilegeRevoked"}));
  out.extra("proxy", text_at(record, {"securityContext.isProxy"}));
  out.extra("factor", text_at(record, {"debugContext.debugData.factor"}));
  out.extra("behaviors", text_at(record, {"debugContext.debugData.behaviors"}));
  out.extra("device-fingerprint", text_at(record, {"debugContext.debugData.deviceFingerprint"}));
  out.extra("dt-hash", text_at(record, {"debugContext.debugData.dtHash"}));
  out.extra("threat-suspected", text_at(record, {"debugContext.debugData.threatSuspected"}));
  out.extra("risk", text_at(record, {"debugContext.debugData.risk"}));
  return {};
}

}  // namespace dislodge::log
