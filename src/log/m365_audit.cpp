// The M365 unified audit log. AuditData by itself (Management API, collectors), as a column of the tables of
// Search-UnifiedAuditLog and Purview, inside Graph's auditLogRecord, or as Log Analytics' OfficeActivity.
// Source: github.com/MicrosoftDocs/office-365-management-api, office-365-management-activity-api-schema.md;
// learn.microsoft.com/purview/audit-log-investigate-accounts (MailItemsAccessed). Where records and the
// schema differ (ErrorNumber, IntraSystemId), records win.

#include <algorithm>
#include <vector>

#include "base/encode.hpp"
#include "log/content_search.hpp"
#include "log/operation.hpp"
#include "log/result_code.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

using base::ErrorKind;
using base::fail;

Json data_of(const Json &record) {
  const Json data = record.get("AuditData").unpacked();
  return data.is_object() ? data : record;
}

// A list of {Name, Value} pairs.
std::string_view value_in(const Json &pairs, std::string_view name) {
  std::string_view found;
  pairs.unpacked().for_each([&](const Json &pair) {
    if (found.empty() && base::equal_ignoring_case(pair.text("Name"), name)) found = pair.text("Value");
  });
  return found;
}

EventClass class_of(std::int64_t record_type, std::string_view operation) {
  const auto is = [&](std::string_view name) { return base::equal_ignoring_case(operation, name); };
  if (is("MailItemsAccessed") || is("MessageBind") || is("FolderBind")) return EventClass::mail_access;
  if (is("UserLoggedIn") || is("UserLoginFailed")) return EventClass::interactive_signin;
  switch (record_type) {
    case 1:
      return EventClass::mail_admin;
    case 4:
    case 6:
    case 7:
    case 14:
    case 36:
      return EventClass::file_access;
    case 8:
      return EventClass::directory_audit;
    default:
      return EventClass::other;
  }
}

// Names of record types as Graph and Log Analytics write them.
std::int64_t record_type_of(const Json &data, const Json &record) {
  const Json written =
      data.any({"RecordType"}) ? data.get("RecordType") : record.any({"RecordType", "auditLogRecordType"});
  if (const auto number = written.number()) return *number;
  struct Name {
    std::string_view name;
    std::int64_t type;
  };
  constexpr Name kNames[] = {{"ExchangeAdmin", 1},
                             {"ExchangeItem", 2},
                             {"ExchangeItemGroup", 3},
                             {"SharePoint", 4},
                             {"SharePointFileOperation", 6},
                             {"OneDrive", 7},
                             {"AzureActiveDirectory", 8},
                             {"AzureActiveDirectoryAccountLogon", 9},
                             {"SharePointSharingOperation", 14},
                             {"AzureActiveDirectoryStsLogon", 15},
                             {"SharePointListOperation", 36},
                             {"ExchangeItemAggregated", 50}};
  for (const Name &one : kNames)
    if (base::equal_ignoring_case(written.text(), one.name)) return one.type;
  return -1;
}

// 0 Regular, 1 Reserved, 2 Admin, 3 DcAdmin, 4 System, 5 Application, 6 ServicePrincipal, 7 CustomPolicy, 8
// SystemPolicy.
std::string_view actor_type_of(const Json &user_type) {
  const std::string_view text = user_type.text();
  if (text == "5" || base::equal_ignoring_case(text, "Application")) return "application";
  if (text == "6" || base::equal_ignoring_case(text, "ServicePrincipal")) return "service-principal";
  if (text == "1" || text == "3" || text == "4" || text == "7" || text == "8" ||
      base::equal_ignoring_case(text, "System") || base::equal_ignoring_case(text, "DcAdmin") ||
      base::equal_ignoring_case(text, "Reserved"))
    return "system";
  return "user";
}

struct Party {
  std::string_view id;    // object id
  std::string_view app;   // application id, of an application or service principal
  std::string_view name;  // user name, else display name
  std::string_view type;  // "User", "ServicePrincipal", "Application"
};

// Actor and Target of directory records: [{ID, Type}], where type 5 is a user name, type 1 a display name,
// and type 2 holds "ServicePrincipal_<guid>", the guid and the kind, each by itself.
Party party_of(const Json &list) {
  Party party;
  std::vector<std::string_view> bare;
  std::string_view display;
  list.unpacked().for_each([&](const Json &one) {
    const std::string_view id = one.text("ID");
    const std::int64_t type = one.get("Type").number().value_or(-1);
    if (type == 5)
      party.name = id;
    else if (type == 1 && display.empty())
      display = id;
    else if (is_guid(id))
      bare.push_back(id);
    if (!is_guid(id) && !guid_in(id).empty()) {
      party.id = guid_in(id);
      party.type = id.substr(0, id.size() - 37);
    }
  });
  if (party.id.empty() && !bare.empty()) party.id = bare.front();
  // Beside its object id an application is named by its application id.
  for (const std::string_view one : bare)
    if (party.app.empty() && !base::equal_ignoring_case(one, party.id)) party.app = one;
  if (party.name.empty()) party.name = display;
  return party;
}

void read_actor(const Json &data, const Json &record, EventBuilder &out) {
  const Json user_type = data.get("UserType") ? data.get("UserType") : record.get("userType");
  std::string_view type = actor_type_of(user_type);
  std::string_view user = data.any({"UserId", "UserId_"}).text();
  if (user.empty()) user = record.any({"userPrincipalName", "userId", "UserIds"}).text();
  const Party actor = party_of(data.get("Actor"));
  // Applications sign as "ServicePrincipal_<guid>", or with a bare id.
  if (user.starts_with("ServicePrincipal_") || actor.type == "ServicePrincipal") type = "service-principal";
  std::string_view id = guid_in(user);
  if (id.empty()) id = actor.id;
  if (id.empty() && type != "user") id = guid_in(data.text("TokenObjectId"));
  if (id.empty() && guid_in(data.text("UserKey")) == data.text("UserKey")) id = data.text("UserKey");
  out.set(&Event::actor_type, type);
  out.set_id(&Event::actor_id, id);
  out.set_lower(&Event::actor_name, guid_in(user).empty() ? user : actor.name);
  if (type != "user") out.set_id(&Event::application_id, actor.app);
}

void read_signin(const Json &data, EventBuilder &out) {
  Event &event = out.event();
  const Json extended = data.get("ExtendedProperties");
  const Json device = data.get("DeviceProperties");
  std::optional<std::int64_t> code = data.any({"ErrorNumber", "ErrorCode"}).number();
  const std::string_view error = data.text("LogonError");
  if (!code || (*code == 0 && !error.empty())) {
    if (const std::int32_t named = code_of_logon_error(error)) code = named;
  }
  const bool failed = base::equal_ignoring_case(out.get(&Event::operation), "UserLoginFailed");
  event.code = code && *code >= INT32_MIN && *code <= INT32_MAX ? static_cast<std::int32_t>(*code) : 0;
  event.outcome = outcome_of_entra(event.code);
  // ResultStatus says Success on most failures; operation and code decide.
  if (failed && event.outcome == Outcome::ok) event.outcome = Outcome::error;
  out.set(&Event::agent, value_in(extended, "UserAgent"));
  out.set(&Event::client, value_in(extended, "RequestType"));
  out.set_id(&Event::session, value_in(device, "SessionId"));
  out.set_id(&Event::application_id, data.text("ApplicationId"));
  out.set_id(&Event::resource_id, party_of(data.get("Target")).id);
  out.set_id(&Event::correlation, data.any({"InterSystemsId"}).text());
  out.extra("reason", error);
  if (actor_type_of(data.get("UserType")) == "user") {
    const std::string_view request = value_in(extended, "RequestType");
    if (base::contains_ignoring_case(request, "OAuth2:Token"))
      event.event_class = EventClass::noninteractive_signin;
  }
}

std::string_view without_brackets(std::string_view id) {
  id = base::trim(id);
  if (id.size() >= 2 && id.front() == '<' && id.back() == '>') id = id.substr(1, id.size() - 2);
  return id;
}

void read_mail(const Json &data, EventBuilder &out) {
  out.set_lower(&Event::mailbox, data.any({"MailboxOwnerUPN"}).text());
  out.set(&Event::agent, data.any({"ClientInfoString"}).text());
  const Json properties = data.get("OperationProperties");
  out.extra("access-type", value_in(properties, "MailAccessType"));
  if (base::equal_ignoring_case(value_in(properties, "IsThrottled"), "true")) out.extra("throttled", "true");
  out.extra("operation-count", data.text("OperationCount"));
  // Outlook's own way of setting rules: what the rule does stands among the properties.
  if (base::equal_ignoring_case(out.get(&Event::operation), "UpdateInboxRules"))
    properties.unpacked().for_each([&](const Json &property) {
      if (property.text("Name").starts_with("Rule"))
        out.change(property.text("Name"), {}, property.text("Value"));
    });
  out.extra("logon-type", data.any({"LogonType", "Logon_Type"}).text());
  out.extra("external-access", data.text("ExternalAccess"));

  // Bind names items in folders; Sync names the folder itself.
  data.get("Folders").unpacked().for_each([&](const Json &folder) {
    out.extra("folder", folder.any({"Path", "Name"}).text());
    folder.get("FolderItems").unpacked().for_each([&](const Json &item) {
      out.extra("message-id", without_brackets(item.text("InternetMessageId")));
    });
  });
  const Json item = data.get("Item").unpacked();
  if (item.is_object()) {
    out.extra("folder", item.get("ParentFolder").unpacked().any({"Path", "Name"}).text());
    out.extra("message-id", without_brackets(item.text("InternetMessageId")));
  }
  const Json folder = data.any({"Folder", "ParentFolder"}).unpacked();
  if (folder.is_object()) out.extra("folder", folder.any({"Path", "Name"}).text());
  data.get("AffectedItems").unpacked().for_each([&](const Json &one) {
    out.extra("folder", one.get("ParentFolder").unpacked().text("Path"));
    out.extra("message-id", without_brackets(one.text("InternetMessageId")));
  });
}

// Which application touched the mail: the client behind Graph where it is named, else the caller itself.
void read_application(const Json &data, EventBuilder &out) {
  const Json context = data.get("AppAccessContext").unpacked();
  const std::string_view app = data.any({"AppId"}).text();
  std::string_view client = data.any({"ClientAppId", "ClientApplicationId"}).text();
  if (client.empty()) client = context.text("ClientAppId");
  if (!out.is_set(&Event::application_id)) out.set_id(&Event::application_id, client.empty() ? app : client);
  if (!client.empty() && !out.is_set(&Event::resource_id))
    out.set_id(&Event::resource_id, app.empty() ? context.text("APIId") : app);
  out.set(&Event::application_name, context.text("ClientAppName"));
  if (!out.is_set(&Event::session)) {
    out.set_id(&Event::session, context.text("AADSessionId"));
    if (!out.is_set(&Event::session))
      out.set_id(&Event::session, data.text("SessionId"));
    else
      out.extra("exchange-session", base::lower(data.text("SessionId")));
  }
  out.set(&Event::token, context.text("UniqueTokenId"));
  if (!out.is_set(&Event::correlation)) out.set_id(&Event::correlation, context.text("CorrelationId"));
  if (!out.is_set(&Event::correlation)) out.set_id(&Event::correlation, data.text("InterSystemsId"));
}

// No user stands behind it: by the kind of actor, or by how its token was made.
bool is_app_only(const Json &data, const EventBuilder &out) {
  const std::string_view type = out.get(&Event::actor_type);
  if (type == "application" || type == "service-principal") return true;
  for (const std::string_view name : {"AuthType", "TokenType"})
    for (const std::string_view word : {"AppOnly", "App-Only", "ServiceApp"})
      if (base::contains_ignoring_case(data.text(name), word)) return true;
  return false;
}

void read_changes(const Json &data, EventBuilder &out) {
  const Party target = party_of(data.get("Target"));
  out.set_id(&Event::target_id, target.id);
  out.set(&Event::target_name, target.name);
  out.set(&Event::target_type, target.type);
  data.get("ModifiedProperties").unpacked().for_each([&](const Json &property) {
    out.change(property.any({"Name", "displayName"}).text(), property.text("OldValue"),
               property.text("NewValue"));
  });
  data.get("Parameters").unpacked().for_each([&](const Json &parameter) {
    out.change(parameter.text("Name"), {}, parameter.text("Value"));
    // Forwarding is taken off by setting it to nothing.
    if (parameter.text("Value").empty() && parameter.text("Name").starts_with("Forwarding"))
      out.extra("cleared", parameter.text("Name"));
  });
  const Json details = out.arena().parse_inner(value_in(data.get("ExtendedProperties"), "additionalDetails"));
  const std::string_view agent = details.text("User-Agent");
  if (!agent.empty()) out.set(&Event::agent, agent);
  // "AppId" here is the target's with some operations and the actor's with others.
  std::string_view target_app = target.app;
  const std::string_view named = details.text("AppId");
  if (target_app.empty() && !base::equal_ignoring_case(named, out.get(&Event::application_id)))
    target_app = named;
  out.extra("target-app-id", base::lower(target_app));
}

}  // namespace

bool is_m365_audit(const Json &record) {
  if (!record.is_object()) return false;
  const Json data = data_of(record);
  const bool typed = data.get("RecordType") || record.any({"RecordType", "auditLogRecordType"});
  const bool named = data.any({"Operation"}) || record.any({"Operation", "Operations"});
  const bool ours = data.any({"Workload", "OfficeWorkload", "OrganizationId", "UserKey", "CreationTime"}) ||
                    record.any({"service", "AuditData"});
  return typed && named && ours;
}

base::Result<void> read_m365_audit(const Json &record, EventBuilder &out) {
  const Json data = data_of(record);
  if (record.get("AuditData") && !record.get("AuditData").unpacked().is_object()) {
    // Spreadsheets cut a cell at 32,767 characters, and a record that is cut there is gone.
    const bool cut = record.text("AuditData").size() >= 32'700 && record.text("AuditData").size() <= 32'767;
    return fail(ErrorKind::damaged,
                cut ? "its AuditData ends at 32,767 characters: the table went through a spreadsheet"
                    : "its AuditData is no JSON object");
  }
  std::string_view written = data.any({"CreationTime", "TimeGenerated"}).text();
  if (written.empty()) written = record.any({"createdDateTime", "CreationDate"}).text();
  if (!out.set_time(written))
    return fail(ErrorKind::damaged, needs_order(written)
                                        ? "the order of day and month in its date is not known"
                                        : "there is no time that can be read");
  std::string_view operation = data.any({"Operation"}).text();
  if (operation.empty()) operation = record.any({"Operation", "Operations"}).text();
  out.set(&Event::operation, trimmed_operation(operation));
  Event &event = out.event();
  event.event_class = class_of(record_type_of(data, record), out.get(&Event::operation));

  std::string_view tenant = data.any({"OrganizationId"}).text();
  if (tenant.empty()) tenant = record.text("organizationId");
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_id(&Event::tenant, tenant);
  std::string_view id = data.any({"Id", "OfficeId"}).text();
  if (id.empty()) id = record.any({"id", "Identity", "RecordId"}).text();
  out.set_lower(&Event::native_id, id);

  read_actor(data, record, out);
  out.set_address(data.any({"ClientIPAddress", "Client_IPAddress", "ClientIP", "ActorIpAddress"}).text());
  if (!out.is_set(&Event::address)) out.set_address(record.text("clientIp"));

  if (event.event_class == EventClass::interactive_signin) {
    read_signin(data, out);
  } else {
    const std::string_view result = data.text("ResultStatus");
    if (base::equal_ignoring_case(result, "Success") || base::equal_ignoring_case(result, "Succeeded") ||
        base::equal_ignoring_case(result, "True") || base::equal_ignoring_case(result, "PartiallySucceeded"))
      event.outcome = Outcome::ok;
    else if (base::equal_ignoring_case(result, "Failure") || base::equal_ignoring_case(result, "Failed") ||
             base::equal_ignoring_case(result, "False"))
      event.outcome = Outcome::error;
    if (event.event_class == EventClass::directory_audit || event.event_class == EventClass::mail_admin)
      read_changes(data, out);
    else
      read_mail(data, out);
    if (event.event_class == EventClass::other) read_content_search(data, out);
    if (!out.is_set(&Event::agent)) out.set(&Event::agent, data.text("UserAgent"));
    if (!out.is_set(&Event::target_name)) out.set(&Event::target_name, data.text("ObjectId"));
  }
  if (base::contains_ignoring_case(operation, "Alert")) out.extra("alert", data.text("Name"));
  read_application(data, out);
  if (is_app_only(data, out)) out.extra("app-only", "true");
  out.keep_doubles(data);
  return {};
}

}  // namespace dislodge::log
