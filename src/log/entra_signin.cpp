// Entra sign-ins. One record in five shapes: Graph (v1.0 and beta), Azure Monitor's envelope around it, Log
// Analytics' columns, and the portal's two tables (users, applications).
// Sources: learn.microsoft.com/graph/api/resources/signin; .../azure-monitor/reference/tables/signinlogs.

#include <initializer_list>

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/result_code.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

using base::ErrorKind;
using base::fail;

// Categories of Azure Monitor and table names of Log Analytics.
struct Kind {
  std::string_view category;
  std::string_view table;
  EventClass event_class;
};
constexpr Kind kKinds[] = {
    {"SignInLogs", "SigninLogs", EventClass::interactive_signin},
    {"NonInteractiveUserSignInLogs", "AADNonInteractiveUserSignInLogs", EventClass::noninteractive_signin},
    {"ServicePrincipalSignInLogs", "AADServicePrincipalSignInLogs", EventClass::service_principal_signin},
    {"ManagedIdentitySignInLogs", "AADManagedIdentitySignInLogs", EventClass::managed_identity_signin},
    {"MicrosoftServicePrincipalSignInLogs", "", EventClass::service_principal_signin},
    {"ADFSSignInLogs", "ADFSSignInLogs", EventClass::interactive_signin},
};

const Kind *kind_of_category(std::string_view text) {
  for (const Kind &kind : kKinds)
    if (!text.empty() &&
        (base::equal_ignoring_case(kind.category, text) || base::equal_ignoring_case(kind.table, text)))
      return &kind;
  return nullptr;
}

EventClass class_of(const Json &record, const Json &body, const EventBuilder &out) {
  for (const std::string_view name : {"category", "Type"})
    if (const Kind *kind = kind_of_category(record.text(name))) return kind->event_class;
  EventClass found = EventClass::other;
  body.get("signInEventTypes").unpacked().for_each([&](const Json &one) {
    if (found != EventClass::other) return;
    const std::string_view type = one.text();
    if (base::equal_ignoring_case(type, "interactiveUser"))
      found = EventClass::interactive_signin;
    else if (base::equal_ignoring_case(type, "nonInteractiveUser"))
      found = EventClass::noninteractive_signin;
    else if (base::equal_ignoring_case(type, "servicePrincipal"))
      found = EventClass::service_principal_signin;
    else if (base::equal_ignoring_case(type, "managedIdentity"))
      found = EventClass::managed_identity_signin;
  });
  if (found != EventClass::other) return found;
  const bool has_user = !body.any({"userPrincipalName", "Username"}).text().empty();
  // The portal's table of managed identities.
  const std::string_view identity = body.text("Managed Identity type");
  const bool of_identity = body.any({"Managed Identity ID", "Managed Identity name"}) ||
                           (!identity.empty() && !base::equal_ignoring_case(identity, "none"));
  if (!has_user && (of_identity || (body.get("Date (UTC)") &&
                                    (base::contains_ignoring_case(out.item(), "msisignin") ||
                                     base::contains_ignoring_case(out.item(), "managedidentity")))))
    return EventClass::managed_identity_signin;
  const std::string_view principal = body.any({"servicePrincipalId", "Service principal ID"}).text();
  if (!has_user && !principal.empty()) return EventClass::service_principal_signin;
  const Json interactive = body.get("isInteractive");
  if (interactive)
    return interactive.truth() ? EventClass::interactive_signin : EventClass::noninteractive_signin;
  // The portal's tables of interactive and other sign-ins have the same columns; only the file's name tells.
  return base::contains_ignoring_case(out.item(), "noninteractive") ? EventClass::noninteractive_signin
                                                                    : EventClass::interactive_signin;
}

// The result: a code wherever one is said, else a word.
void read_result(const Json &record, const Json &body, EventBuilder &out) {
  const Json status = body.get("status").unpacked();
  std::optional<std::int64_t> code;
  if (status.is_object()) code = status.get("errorCode").number();
  if (!code) code = body.any({"Sign-in error code", "ResultType"}).number();
  if (!code) code = record.get("resultType").number();
  Event &event = out.event();
  if (code && *code >= INT32_MIN && *code <= INT32_MAX) {
    event.code = static_cast<std::int32_t>(*code);
    event.outcome = outcome_of_entra(event.code);
    return;
  }
  for (const std::string_view word :
       {body.text("status"), record.text("resultType"), record.text("resultSignature")}) {
    if (base::equal_ignoring_case(word, "Success"))
      event.outcome = Outcome::ok;
    else if (base::equal_ignoring_case(word, "Interrupted"))
      event.outcome = Outcome::interrupted;
    else if (base::equal_ignoring_case(word, "Failure"))
      event.outcome = Outcome::error;
    else
      continue;
    return;
  }
  event.outcome = Outcome::none;  // the record does not say
}

// Whose log the record stands in: as said, as declared for the file, else as the sign-in itself suggests. A
// member signs in at home; guests and applications appear in the tenant of the resource.
void read_tenant(const Json &record, const Json &body, EventBuilder &out, bool is_user) {
  const bool in_envelope = record.get("properties").unpacked().is_object();
  std::string_view tenant = record.text("AADTenantId");
  if (tenant.empty()) tenant = tenant_in_path(record.text("resourceId"));
  if (tenant.empty() && in_envelope) tenant = record.text("tenantId");
  if (tenant.empty()) tenant = out.declared_tenant();
  const std::string_view home = body.any({"homeTenantId", "Home tenant ID"}).text();
  const std::string_view resource = body.any({"resourceTenantId", "Resource tenant ID"}).text();
  if (tenant.empty()) {
    const bool guest = base::equal_ignoring_case(body.any({"userType", "User type"}).text(), "guest");
    tenant = is_user && !guest && guid_in(home) != std::string_view() ? home : resource;
  }
  out.set_id(&Event::tenant, tenant);
  if (!base::equal_ignoring_case(home, tenant)) out.extra("home-tenant", base::lower(home));
  if (!base::equal_ignoring_case(resource, tenant)) out.extra("resource-tenant", base::lower(resource));
}

void read_place(const Json &record, const Json &body, EventBuilder &out) {
  out.set_address(body.any({"ipAddress", "IP address"}).text());
  if (!out.is_set(&Event::address)) out.set_address(record.text("callerIpAddress"));
  out.set(
      &Event::network,
      body.any({"autonomousSystemNumber", "Autonomous system  number", "Autonomous system number"}).text());
  for (const Json &location :
       {body.any({"LocationDetails", "location"}).unpacked(), body.get("location").unpacked()}) {
    if (!out.is_set(&Event::country)) out.set(&Event::country, location.text("countryOrRegion"));
  }
  if (out.is_set(&Event::country)) return;
  // "City, State, CC", or the country alone.
  const std::string_view text =
      body.get("location").is_text() ? body.text("location") : record.text("location");
  out.set(&Event::country, text.substr(text.rfind(',') == std::string_view::npos ? 0 : text.rfind(',') + 1));
}

}  // namespace

bool is_entra_signin(const Json &record) {
  if (!record.is_object()) return false;
  if (kind_of_category(record.text("category")) != nullptr) return true;
  if (kind_of_category(record.text("Type")) != nullptr) return true;
  const Json body = entra_body(record);
  if (body.get("activityDisplayName") || body.get("activityDateTime") || body.get("AuditData")) return false;
  // The portal's tables.
  if (body.get("Date (UTC)") && (body.get("Sign-in error code") || body.get("Request ID"))) return true;
  // Graph: who, with which application, and what came of it.
  const bool who = body.get("userPrincipalName") || body.get("userId") || body.get("servicePrincipalId");
  const bool came_of_it = body.get("status") || body.get("resultType");
  return who && came_of_it && (body.get("appId") || body.get("appDisplayName")) &&
         (body.get("createdDateTime") || body.get("TimeGenerated") || record.get("time")) &&
         (body.get("ipAddress") || body.get("clientAppUsed") || body.get("resourceDisplayName"));
}

base::Result<void> read_entra_signin(const Json &record, EventBuilder &out) {
  const Json body = entra_body(record);
  const std::string_view times[] = {body.any({"createdDateTime", "Date (UTC)"}).text(),
                                    body.any({"TimeGenerated"}).text(), record.text("time")};
  std::string_view written;
  for (const std::string_view text : times)
    if (!text.empty() && written.empty()) written = text;
  if (!out.set_time(written))
    return fail(ErrorKind::damaged, needs_order(written)
                                        ? "the order of day and month in its date is not known"
                                        : "there is no time that can be read");
  Event &event = out.event();
  event.event_class = class_of(record, body, out);
  out.set(&Event::operation, "Sign-in activity");
  read_result(record, body, out);

  const bool is_user = event.event_class == EventClass::interactive_signin ||
                       event.event_class == EventClass::noninteractive_signin;
  if (is_user) {
    out.set(&Event::actor_type, "user");
    out.set_id(&Event::actor_id, body.any({"userId", "User ID"}).text());
    out.set_lower(
        &Event::actor_name,
        body.any({"userPrincipalName", "Username", "signInIdentifier", "alternateSignInName"}).text());
  } else {
    out.set(&Event::actor_type, "service-principal");
    out.set_id(&Event::actor_id,
               body.any({"servicePrincipalId", "Service principal ID", "Managed Identity ID"}).text());
    out.set_lower(
        &Event::actor_name,
        body.any({"servicePrincipalName", "Service principal name", "Managed Identity name"}).text());
    out.set_id(&Event::key_id, body.any({"servicePrincipalCredentialKeyId", "Credential key ID"}).text());
    out.extra("thumbprint",
              body.any({"servicePrincipalCredentialThumbprint", "Credential thumbprint"}).text());
    out.extra("credential-type", body.any({"clientCredentialType", "Client credential type"}).text());
  }
  read_tenant(record, body, out, is_user);
  read_place(record, body, out);

  out.set(&Event::native_id, body.any({"id", "Request ID"}).text());
  out.set_id(&Event::application_id, body.any({"appId", "Application ID"}).text());
  out.set(&Event::application_name, body.any({"appDisplayName", "Application"}).text());
  // Log Analytics calls the log itself "resource"; what was signed in to is the resource's identity there.
  std::string_view resource = body.any({"ResourceIdentity", "resourceId", "Resource ID"}).text();
  if (!tenant_in_path(resource).empty()) resource = {};
  out.set_id(&Event::resource_id, resource);
  std::string_view resource_name = body.text("resourceDisplayName");
  if (resource_name.empty() && body.get("Date (UTC)")) resource_name = body.text("Resource");
  out.set(&Event::resource_name, resource_name);

  out.set(&Event::agent, body.any({"userAgent", "User agent"}).text());
  out.set(&Event::client, body.any({"clientAppUsed", "Client app"}).text());
  out.set_id(&Event::session, body.any({"sessionId", "Session ID"}).text());
  out.set(&Event::token, body.any({"uniqueTokenIdentifier", "Unique token identifier"}).text());
  out.set_id(&Event::correlation, body.any({"correlationId", "Correlation ID"}).text());

  out.extra("protocol", body.any({"authenticationProtocol", "Authentication Protocol"}).text());
  // How the session came about, which later tokens of it still say: a device code is confirmed elsewhere.
  if (const std::string_view transfer =
          body.any({"originalTransferMethod", "Original transfer method"}).text();
      base::contains_ignoring_case(transfer, "device"))
    out.extra("transfer", "deviceCode");
  out.extra("authentication-requirement",
            body.any({"authenticationRequirement", "Authentication requirement"}).text());
  out.extra("user-type", base::lower(body.any({"userType", "User type"}).text()));
  out.extra("conditional-access", body.any({"conditionalAccessStatus", "Conditional Access"}).text());
  out.extra("app-owner-tenant", base::lower(body.any({"appOwnerTenantId", "App owner tenant ID"}).text()));
  out.extra("resource-principal", base::lower(body.text("resourceServicePrincipalId")));
  const std::string_view risk = body.text("riskLevelDuringSignIn");
  if (risk != "none" && risk != "hidden") out.extra("risk", risk);
  const Json status = body.get("status").unpacked();
  out.extra("reason", status.is_object() ? status.text("failureReason")
                                         : body.any({"Failure reason", "ResultDescription"}).text());
  if (event.outcome == Outcome::none) out.extra("reason", "the record does not say what came of it");
  out.keep_doubles(body);
  return {};
}

}  // namespace dislodge::log
