// Exchange's own audit logs, which exist without the unified audit log and on own servers:
// Search-MailboxAuditLog (-ShowDetails) and Search-AdminAuditLog.
// Source: learn.microsoft.com/powershell/module/exchange/search-mailboxauditlog.

#include <algorithm>

#include "base/encode.hpp"
#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

bool is_mailbox(const Json &record) {
  return record.get("Operation") && record.any({"OperationResult", "LogonType"}) &&
         record.any({"MailboxGuid", "MailboxOwnerUPN", "MailboxResolvedOwnerName", "LastAccessed"}) &&
         !record.any({"RecordType", "Workload", "OfficeWorkload", "CreationTime"});
}

bool is_admin(const Json &record) {
  return record.get("CmdletName") && record.any({"Caller", "RunDate", "ObjectModified"}) &&
         !record.get("RecordType");
}

std::string_view without_brackets(std::string_view id) {
  if (id.size() >= 2 && id.front() == '<' && id.back() == '>') id = id.substr(1, id.size() - 2);
  return id;
}

// Lists are text with semicolons in CSV and arrays in JSON.
void each_text(const Json &value, std::string_view key, EventBuilder &out) {
  if (value.is_array()) {
    value.for_each([&](const Json &one) { out.extra(key, without_brackets(base::trim(one.text()))); });
    return;
  }
  std::string_view text = value.text();
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find_first_of(";,"));
    out.extra(key, without_brackets(base::trim(one)));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
  }
}

}  // namespace

bool is_exchange_audit(const Json &record) {
  return record.is_object() && (is_mailbox(record) || is_admin(record));
}

base::Result<void> read_exchange_audit(const Json &record, EventBuilder &out) {
  Event &event = out.event();
  out.set_lower(&Event::tenant, out.declared_tenant());
  out.set(&Event::actor_type, "user");
  if (is_admin(record)) {
    DISLODGE_TRY(set_time_at(out, record, {"RunDate", "RunspaceTime"}));
    event.event_class = EventClass::mail_admin;
    out.set(&Event::operation, text_at(record, {"CmdletName"}));
    event.outcome = outcome_of_word(text_at(record, {"Succeeded"}));
    out.set_lower(&Event::actor_name, text_at(record, {"Caller"}));
    out.set(&Event::target_name, text_at(record, {"ObjectModified"}));
    out.set_address(text_at(record, {"ClientIP"}));
    out.set(&Event::native_id, text_at(record, {"Identity"}));
    record.get("CmdletParameters").unpacked().for_each([&](const Json &parameter) {
      if (parameter.is_object()) out.change(parameter.text("Name"), {}, parameter.text("Value"));
    });
    out.extra("reason", text_at(record, {"Error"}));
    return {};
  }
  DISLODGE_TRY(set_time_at(out, record, {"LastAccessed", "CreationDate"}));
  const std::string_view operation = text_at(record, {"Operation"});
  out.set(&Event::operation, operation);
  const auto is = [&](std::string_view one) { return base::equal_ignoring_case(operation, one); };
  event.event_class = is("MailItemsAccessed") || is("MessageBind") || is("FolderBind")
                          ? EventClass::mail_access
                      : is("MailboxLogin") ? EventClass::interactive_signin
                      : is("UpdateInboxRules") || is("New-InboxRule") || is("UpdateFolderPermissions") ||
                              is("AddFolderPermissions") || is("UpdateCalendarDelegation")
                          ? EventClass::mail_admin
                          : EventClass::other;
  const std::string_view result = text_at(record, {"OperationResult"});
  event.outcome = outcome_of_word(result);
  if (base::equal_ignoring_case(result, "PartiallySucceeded")) event.outcome = Outcome::ok;
  out.set(&Event::native_id, text_at(record, {"Identity", "Id"}));
  out.set_lower(&Event::mailbox, text_at(record, {"MailboxOwnerUPN", "MailboxResolvedOwnerName"}));
  std::string_view who = text_at(record, {"LogonUserUPN", "LogonUserDisplayName"});
  if (who.empty() && base::equal_ignoring_case(text_at(record, {"LogonType"}), "Owner"))
    who = text_at(record, {"MailboxOwnerUPN"});
  out.set_lower(&Event::actor_name, who);
  out.set(&Event::actor_id, text_at(record, {"LogonUserSid"}));
  out.set_address(text_at(record, {"ClientIPAddress", "ClientIP"}));
  out.set(&Event::agent, text_at(record, {"ClientInfoString"}));
  out.set(&Event::client, text_at(record, {"ClientProcessName"}));
  out.set_id(&Event::application_id, text_at(record, {"ClientAppId", "AppId"}));
  out.set_id(&Event::session, text_at(record, {"SessionId"}));
  out.extra("logon-type", text_at(record, {"LogonType"}));
  out.extra("external-access", text_at(record, {"ExternalAccess"}));
  out.extra("folder", text_at(record, {"FolderPathName"}));
  each_text(record.any({"ItemInternetMessageId", "SourceItemInternetMessageIdsList"}), "message-id", out);
  out.extra("subject", text_at(record, {"ItemSubject", "SourceItemSubjectsList"}));
  return {};
}

}  // namespace dislodge::log
