// Microsoft Defender's advanced hunting: tables of cloud apps, identities, devices and mail.
// Source: learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables.

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/result_code.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

EventClass class_of(std::string_view action, const Json &record) {
  const auto says = [&](std::string_view word) { return base::contains_ignoring_case(action, word); };
  if (says("MailItemsAccessed")) return EventClass::mail_access;
  if (says("Logon") || says("UserLoggedIn") || says("UserLoginFailed"))
    return base::equal_ignoring_case(record.text("LogonType"), "Network") ? EventClass::noninteractive_signin
                                                                          : EventClass::interactive_signin;
  if (says("File") || says("Download")) return EventClass::file_access;
  if (says("replication") || says("Ldap") || says("Query") || says("Enumerat")) return EventClass::api_call;
  if (says("Alert") || says("Detected")) return EventClass::alert;
  if (says("Add ") || says("Update ") || says("Consent") || says("Remove ") || says("Set-") || says("New-") ||
      says("changed") || says("created") || says("modified"))
    return EventClass::admin_change;
  return EventClass::other;
}

// A row of a table: by itself, or as "properties" of what Event Hubs and storage accounts are sent.
Json row_of(const Json &record) {
  if (record.text("category").starts_with("AdvancedHunting-")) {
    const Json properties = record.get("properties").unpacked();
    if (properties.is_object()) return properties;
  }
  return record;
}

// "AdvancedHunting-AlertInfo" is the table AlertInfo.
std::string_view table_of(const Json &record) {
  const std::string_view category = record.text("category");
  return category.starts_with("AdvancedHunting-") ? category.substr(16) : std::string_view();
}

// An alert of Graph's security API.
bool is_alert(const Json &record) {
  return record.get("title") && record.get("severity") &&
         record.any({"serviceSource", "detectionSource", "vendorInformation"}) &&
         record.any({"createdDateTime", "firstActivityDateTime"});
}

base::Result<void> read_alert(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record, {"firstActivityDateTime", "eventDateTime", "createdDateTime"}));
  out.event().event_class = EventClass::alert;
  out.set(&Event::operation, text_at(record, {"title"}));
  out.set(&Event::native_id, text_at(record, {"id"}));
  std::string_view tenant = text_at(record, {"tenantId", "azureTenantId"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_id(&Event::tenant, tenant);
  out.set(&Event::actor_type, "user");
  out.set(&Event::resource_name, text_at(record, {"serviceSource", "vendorInformation.provider"}));
  record.get("evidence").unpacked().for_each([&](const Json &one) {
    const std::string_view address = text_at(one, {"ipAddress"});
    const std::string_view name = text_at(one, {"userAccount.userPrincipalName", "userAccount.accountName"});
    if (!address.empty() && !out.is_set(&Event::address)) out.set_address(address);
    if (name.empty() || out.is_set(&Event::actor_name)) return;
    out.set_lower(&Event::actor_name, name);
    out.set_id(&Event::actor_id, text_at(one, {"userAccount.azureAdUserId", "userAccount.userSid"}));
  });
  if (!out.is_set(&Event::actor_name))
    out.set_lower(&Event::actor_name, text_at(record, {"userStates.userPrincipalName"}));
  out.extra("category", text_at(record, {"category"}));
  out.extra("severity", text_at(record, {"severity"}));
  out.extra("message", text_at(record, {"description"}).substr(0, 1000));
  return {};
}

// AADSignInEventsBeta and AADSpnSignInEventsBeta (EntraIdSignInEvents): the sign-in log of Entra as a table
// of hunting.
bool is_signin(const Json &record) {
  return record.get("ErrorCode") && record.get("ApplicationId") && record.get("RequestId") &&
         record.any({"AccountObjectId", "AccountUpn", "ServicePrincipalId"}) &&
         record.any({"Timestamp", "TimeGenerated"});
}

base::Result<void> read_signin(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record, {"Timestamp", "TimeGenerated"}));
  Event &event = out.event();
  event.source = Source::entra_signin;
  out.set(&Event::operation, "Sign-in activity");
  if (const auto code = record.get("ErrorCode").number(); code && *code >= INT32_MIN && *code <= INT32_MAX) {
    event.code = static_cast<std::int32_t>(*code);
    event.outcome = outcome_of_entra(event.code);
  }
  const std::string_view type = record.text("LogonType");
  const bool service = !text_at(record, {"ServicePrincipalId"}).empty();
  event.event_class = !service ? base::contains_ignoring_case(type, "nonInteractive")
                                     ? EventClass::noninteractive_signin
                                     : EventClass::interactive_signin
                      : record.get("IsManagedIdentity").truth() || record.text("IsManagedIdentity") == "1"
                          ? EventClass::managed_identity_signin
                          : EventClass::service_principal_signin;
  std::string_view tenant = text_at(record, {"TenantId"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_id(&Event::tenant, tenant);
  out.set(&Event::actor_type, service ? "service-principal" : "user");
  out.set_id(&Event::actor_id, text_at(record, {service ? "ServicePrincipalId" : "AccountObjectId"}));
  out.set_lower(&Event::actor_name, service ? text_at(record, {"ServicePrincipalName"})
                                            : text_at(record, {"AccountUpn", "AccountDisplayName"}));
  out.set(&Event::native_id, text_at(record, {"RequestId"}));
  out.set_id(&Event::correlation, text_at(record, {"CorrelationId"}));
  out.set_id(&Event::session, text_at(record, {"SessionId"}));
  out.set(&Event::token, text_at(record, {"UniqueTokenId"}));
  out.set_id(&Event::application_id, text_at(record, {"ApplicationId"}));
  out.set(&Event::application_name, text_at(record, {"Application"}));
  out.set_id(&Event::resource_id, text_at(record, {"ResourceId"}));
  out.set(&Event::resource_name, text_at(record, {"ResourceDisplayName"}));
  out.set_address(text_at(record, {"IPAddress"}));
  out.set(&Event::country, text_at(record, {"Country"}));
  out.set(&Event::agent, text_at(record, {"UserAgent"}));
  out.set(&Event::client, text_at(record, {"ClientAppUsed"}));
  out.extra("authentication-requirement", text_at(record, {"AuthenticationRequirement"}));
  out.extra("protocol", text_at(record, {"EndpointCall"}));
  out.extra("conditional-access", text_at(record, {"ConditionalAccessStatus"}));
  if (text_at(record, {"IsGuestUser"}) == "1") out.extra("user-type", "guest");
  if (const std::string_view resource = text_at(record, {"ResourceTenantId"});
      !base::equal_ignoring_case(resource, tenant))
    out.extra("resource-tenant", base::lower(resource));
  return {};
}

}  // namespace

bool is_defender(const Json &record) {
  if (!record.is_object()) return false;
  if (is_signin(record)) return true;
  if (is_alert(record) || !table_of(record).empty()) return true;
  if (!record.get("ActionType")) return false;
  return record.any({"Timestamp", "TimeGenerated"}) &&
         record.any({"ReportId", "ReportId_long", "DeviceId", "DeviceName", "AccountObjectId", "AccountUpn",
                     "ActivityType", "NetworkMessageId", "MachineGroup"});
}

base::Result<void> read_defender(const Json &whole, EventBuilder &out) {
  const Json record = row_of(whole);
  const std::string_view table = table_of(whole);
  if (is_signin(record)) return read_signin(record, out);
  if (!record.get("ActionType") && table.empty()) return read_alert(record, out);
  DISLODGE_TRY(set_time_at(out, record, {"Timestamp", "TimeGenerated", "time"}));
  Event &event = out.event();
  // Tables of mail, alerts and inventories name no action.
  std::string_view action = text_at(record, {"ActionType"});
  if (action.empty()) action = table;
  std::string_view operation = action;
  while (!operation.empty() && (operation.back() == '.' || operation.back() == ' '))
    operation.remove_suffix(1);
  out.set(&Event::operation, operation);
  event.event_class = class_of(action, record);
  const std::string_view failure = text_at(record, {"FailureReason"});
  if (base::contains_ignoring_case(action, "Failed")) {
    event.outcome =
        base::contains_ignoring_case(failure, "Password") ||
                base::contains_ignoring_case(failure, "Credential") || failure.empty()
            ? Outcome::wrong_secret
        : base::contains_ignoring_case(failure, "Lock") || base::contains_ignoring_case(failure, "Disabled")
            ? Outcome::blocked
            : Outcome::error;
  } else {
    event.outcome = Outcome::ok;
  }
  out.extra("reason", failure);
  out.set(&Event::native_id, text_at(record, {"ReportId"}));
  if (!out.is_set(&Event::native_id)) {
    // Numbers of a device's reports repeat from device to device.
    const std::string_view number = text_at(record, {"ReportId_long", "ReportId_string"});
    if (!number.empty())
      out.set(&Event::native_id,
              std::string(text_at(record, {"DeviceName", "DeviceId"})) + '/' + std::string(number));
  }
  std::string_view tenant = text_at(record, {"TenantId", "AadTenantId"});
  if (tenant.empty() && !table.empty()) tenant = text_at(whole, {"tenantId"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_id(&Event::tenant, tenant);
  out.set(&Event::actor_type, "user");
  out.set_id(&Event::actor_id, text_at(record, {"AccountObjectId", "InitiatingProcessAccountObjectId",
                                                "AccountSid", "InitiatingProcessAccountSid"}));
  out.set_lower(&Event::actor_name,
                text_at(record, {"AccountUpn", "UserId", "InitiatingProcessAccountUpn", "AccountName",
                                 "AccountDisplayName", "InitiatingProcessAccountName",
                                 "SenderMailFromAddress", "SenderFromAddress"}));
  out.set_address(text_at(record, {"IPAddress", "RemoteIP", "LocalIP", "SenderIPv4", "SenderIPv6"}));
  out.set(&Event::network, text_at(record, {"ISP"}));
  out.set(&Event::country, text_at(record, {"CountryCode", "Location"}));
  out.set(&Event::agent, text_at(record, {"UserAgent", "ClientInfoString"}));
  out.set(&Event::client, text_at(record, {"Protocol", "LogonType"}));
  out.set(&Event::application_name, text_at(record, {"Application", "AppName"}));
  out.set(&Event::application_id, text_at(record, {"OAuthAppId", "ApplicationId"}));
  out.set_lower(&Event::resource_name, text_at(record, {"DeviceName", "DestinationDeviceName"}));
  out.set(&Event::target_name,
          text_at(record, {"TargetAccountUpn", "TargetAccountDisplayName", "ObjectName", "FileName",
                           "TargetDeviceName", "RecipientEmailAddress", "Title"}));
  out.set(&Event::target_id, text_at(record, {"ObjectId"}));
  out.set(&Event::target_type, text_at(record, {"ObjectType"}));
  out.set_lower(&Event::mailbox, text_at(record, {"MailboxOwnerUPN"}));
  out.extra("process", text_at(record, {"InitiatingProcessFileName"}));
  out.extra("command-line",
            text_at(record, {"ProcessCommandLine", "InitiatingProcessCommandLine"}).substr(0, 4000));
  out.extra("permissions", text_at(record, {"Permissions"}));
  out.extra("message-id", text_at(record, {"InternetMessageId"}));
  const Json fields = record.any({"AdditionalFields", "AdditionalFields_string", "AdditionalFields_dynamic"});
  extras_of_members(out, fields, "field:", 30);
  return {};
}

}  // namespace dislodge::log
