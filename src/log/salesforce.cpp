// Salesforce: event log files (CSV, one kind of event a file, names in capitals), real-time event objects,
// and the set-up page's tables of login history and changes.
// Source: developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference
// (sforce_api_objects_eventlogfile, sforce_api_objects_loginhistory).

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

bool is_history(const Json &record) {
  return record.get("Login Time") || (record.get("LoginTime") && record.any({"LoginType", "SourceIp"})) ||
         (record.get("EventIdentifier") &&
          record.any({"LoginKey", "LoginHistoryId", "LoginUrl", "SessionKey"}));
}

bool is_setup_trail(const Json &record) {
  return (record.get("Section") && record.get("Action") && record.get("Date") && record.get("User")) ||
         (record.get("CreatedById") && record.get("Display") && record.get("Section"));
}

EventClass class_of(std::string_view type) {
  const auto is = [&](std::string_view one) { return base::equal_ignoring_case(type, one); };
  if (is("Login") || is("LoginEvent") || is("LoginAs") || is("LoginAsEvent"))
    return EventClass::interactive_signin;
  if (is("API") || is("RestApi") || is("BulkApi") || is("BulkApi2") || is("ApiTotalUsage") ||
      is("ApiEvent") || is("ConnectedApp") || is("BulkApiRequest") || is("BulkApiResultEvent"))
    return EventClass::api_call;
  if (is("ReportExport") || is("ContentTransfer") || is("DocumentAttachmentDownloads") ||
      is("ContentDocumentLink"))
    return EventClass::file_access;
  if (base::contains_ignoring_case(type, "Anomaly") || is("TransactionSecurity") ||
      base::contains_ignoring_case(type, "ThreatDetection") || is("CredentialStuffingEvent"))
    return EventClass::alert;
  if (is("SetupEntity") || is("PermissionUpdate") || is("PermissionSetEvent"))
    return EventClass::admin_change;
  return EventClass::other;
}

// What came of a request: REQUEST_STATUS is a letter (S success, F failure, A authentication error, R
// redirect, N not found, U undefined), SUCCESS a digit, STATUS_CODE one of HTTP.
Outcome request_outcome(const Json &record) {
  const std::string_view status = text_at(record, {"REQUEST_STATUS"});
  if (status == "S" || status == "R") return Outcome::ok;
  if (status == "A") return Outcome::blocked;
  if (status == "F" || status == "N") return Outcome::error;
  const std::string_view success = text_at(record, {"SUCCESS", "IS_SUCCESS"});
  if (success == "1" || base::equal_ignoring_case(success, "true")) return Outcome::ok;
  if (success == "0" || base::equal_ignoring_case(success, "false")) return Outcome::error;
  const std::string_view code = text_at(record, {"STATUS_CODE", "HTTP_STATUS_CODE"});
  if (code.size() != 3) return Outcome::none;
  if (code[0] == '2' || code[0] == '3') return Outcome::ok;
  return code == "401" || code == "403" ? Outcome::blocked : Outcome::error;
}

// LOGIN_STATUS of the event log, or the sentence of the login history.
Outcome outcome_of(std::string_view status) {
  const auto says = [&](std::string_view word) { return base::contains_ignoring_case(status, word); };
  if (status.empty()) return Outcome::none;
  if (says("NO_ERROR") || base::equal_ignoring_case(status, "Success")) return Outcome::ok;
  if (says("INVALID_PASSWORD") || says("Invalid Password") || says("INVALID_LOGIN") || says("NO_SUCH_USER") ||
      says("User not found") || says("BAD_PASSWORD"))
    return Outcome::wrong_secret;
  if (says("LOCKOUT") || says("locked") || says("RESTRICTED") || says("Restricted") || says("INACTIVE") ||
      says("frozen"))
    return Outcome::blocked;
  if (says("CHALLENGE") || says("verification") || says("TWOFACTOR") || says("TOTP") || says("EXPIRED"))
    return Outcome::right_secret_stopped;
  return Outcome::error;
}

}  // namespace

bool is_salesforce(const Json &record) {
  if (!record.is_object()) return false;
  if (record.get("EVENT_TYPE") && record.any({"ORGANIZATION_ID", "USER_ID", "TIMESTAMP_DERIVED", "REQUEST_ID",
                                              "LOGIN_KEY", "USER_ID_DERIVED"}))
    return true;
  return is_history(record) || is_setup_trail(record);
}

base::Result<void> read_salesforce(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record,
                           {"TIMESTAMP_DERIVED", "Login Time", "LoginTime", "EventDate", "CreatedDate",
                            "Date", "TIMESTAMP", "p_event_time"}));
  Event &event = out.event();
  std::string_view type = text_at(record, {"EVENT_TYPE"});
  if (is_setup_trail(record)) {
    type = text_at(record, {"Action"});
    event.event_class = EventClass::admin_change;
    event.outcome = Outcome::ok;
    out.extra("message", text_at(record, {"Display", "Section"}));
  } else {
    if (type.empty()) type = "Login";
    event.event_class = class_of(type);
    const std::string_view status = text_at(record, {"LOGIN_STATUS", "Status"});
    event.outcome = status.empty() ? request_outcome(record) : outcome_of(status);
  }
  out.set(&Event::operation, type);
  out.set(&Event::native_id, text_at(record, {"EventIdentifier", "REQUEST_ID", "Id"}));
  std::string_view tenant = text_at(record, {"ORGANIZATION_ID", "OrganizationId"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_lower(&Event::tenant, tenant);
  out.set(&Event::actor_type, "user");
  out.set(&Event::actor_id, text_at(record, {"USER_ID_DERIVED", "USER_ID", "UserId", "CreatedById"}));
  out.set_lower(&Event::actor_name,
                text_at(record, {"USER_NAME", "USERNAME", "Username", "User", "CreatedBy.Username"}));
  out.set_address(text_at(record, {"SOURCE_IP", "CLIENT_IP", "SourceIp", "Source IP"}));
  out.set(&Event::agent, text_at(record, {"BROWSER_TYPE", "Browser", "USER_AGENT", "UserAgent"}));
  out.set(&Event::client,
          text_at(record, {"LoginType", "LOGIN_TYPE", "API_TYPE", "CLIENT_NAME", "Platform"}));
  out.set(&Event::application_id, text_at(record, {"CONNECTED_APP_ID", "CLIENT_ID", "ConnectedAppId"}));
  out.set(&Event::application_name, text_at(record, {"CONNECTED_APP_NAME", "Application", "CLIENT_NAME"}));
  out.set(&Event::session, text_at(record, {"SESSION_KEY", "SessionKey", "LOGIN_KEY", "LoginKey"}));
  out.set(&Event::country, text_at(record, {"COUNTRY_CODE", "CountryIso", "Country"}));
  out.set(&Event::target_name, text_at(record, {"ENTITY_NAME", "ENTITY_TYPE", "QueriedEntities",
                                                "DELEGATED_USER_NAME", "Delegate User", "URI", "Uri"}));
  out.set(&Event::target_id, text_at(record, {"DELEGATED_USER_ID", "JOB_ID"}));
  out.extra("scopes", text_at(record, {"OAUTH_SCOPES"}));
  // "rows" is what detect/unusual_use.cpp measures; rules know it as "records".
  const std::string_view rows = text_at(record, {"RECORDS_PROCESSED", "ROWS_PROCESSED", "ROW_COUNT",
                                                 "NUMBER_OF_RECORDS", "RowsProcessed", "RowsReturned"});
  out.extra("records", rows);
  out.extra("rows", rows);
  out.extra("api-operation", text_at(record, {"OPERATION_TYPE", "METHOD_NAME", "METHOD"}));
  out.extra("reason", text_at(record, {"LOGIN_STATUS", "Status", "SUMMARY"}));
  out.extra("exchange-login-key", text_at(record, {"LOGIN_KEY"}));
  return {};
}

}  // namespace dislodge::log
