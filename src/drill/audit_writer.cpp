#include <algorithm>
#include <array>

#include "base/json_writer.hpp"
#include "drill/log_writers.hpp"

namespace dislodge::drill {
namespace {

std::string two(std::int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

// "10/7/2025 1:47:12 AM": Export-Csv writes times in the exporting machine's (US) form.
std::string us_time(base::Time time) {
  const base::Date date = base::date_of(time);
  const std::int64_t seconds = (time.us - base::time_of(date).us) / base::kSecond;
  const std::int64_t hour = seconds / 3600;
  return std::to_string(date.month) + "/" + std::to_string(date.day) + "/" + std::to_string(date.year) + " " +
         std::to_string(hour % 12 == 0 ? 12 : hour % 12) + ":" + two(seconds / 60 % 60) + ":" +
         two(seconds % 60) + (hour < 12 ? " AM" : " PM");
}

std::string csv_field(std::string_view text) {
  std::string out = "\"";
  for (const char byte : text) {
    if (byte == '"') out += '"';
    out += byte;
  }
  return out + "\"";
}

void write_actor(base::JsonWriter &json, const std::string &id, int type) {
  json.object([&] {
    json.field("ID", id);
    json.field("Type", type);
  });
}

}  // namespace

std::string audit_time(base::Time time) {
  const std::string text = base::format_time(time);
  return text.substr(0, 19);
}

std::string record_type_name(int record_type) {
  switch (record_type) {
    case 1:
      return "ExchangeAdmin";
    case 2:
      return "ExchangeItem";
    case 3:
      return "ExchangeItemGroup";
    case 6:
      return "SharePointFileOperation";
    case 8:
      return "AzureActiveDirectory";
    case 15:
      return "AzureActiveDirectoryStsLogon";
    case 25:
      return "MicrosoftTeams";
    case 50:
      return "ExchangeItemAggregated";
    default:
      return std::to_string(record_type);
  }
}

std::string audit_csv(std::vector<AuditRecord> list) {
  std::stable_sort(list.begin(), list.end(),
                   [](const AuditRecord &a, const AuditRecord &b) { return b.time < a.time; });
  std::string out =
      "\xEF\xBB\xBF\"RecordType\",\"CreationDate\",\"UserIds\",\"Operations\",\"AuditData\",\"ResultIndex\","
      "\"ResultCount\","
      "\"Identity\",\"IsValid\",\"ObjectState\"\r\n";
  const std::string count = std::to_string(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const AuditRecord &one = list[i];
    out += csv_field(record_type_name(one.record_type)) + "," + csv_field(us_time(one.time)) + "," +
           csv_field(one.user) + "," + csv_field(one.operation) + "," + csv_field(one.data) + "," +
           csv_field(std::to_string(i + 1)) + "," + csv_field(count) + "," + csv_field(one.id) +
           ",\"True\",\"Unchanged\"\r\n";
  }
  return out;
}

AuditRecord directory_record(const DirectoryChange &change) {
  const bool service = !change.actor_app_id.empty();
  AuditRecord record;
  record.time = change.time;
  record.id = change.id;
  record.operation = change.operation;
  record.user = service ? "ServicePrincipal_" + change.actor_id : change.actor_name;
  base::JsonWriter json;
  json.object([&] {
    json.field("CreationTime", audit_time(change.time));
    json.field("Id", change.id);
    json.field("Operation", change.operation);
    json.field("OrganizationId", change.tenant);
    json.field("RecordType", 8);
    json.field("ResultStatus", "Success");
    json.field("UserKey", service
                              ? "Not Available"
                              : "10032" + change.actor_id.substr(0, 8) + "@" + change.tenant.substr(0, 8));
    json.field("UserType", service ? 6 : 0);
    json.field("Version", 1);
    json.field("Workload", "AzureActiveDirectory");
    json.field("ObjectId", change.target_kind == "User"   ? change.target_name
                           : change.target_app_id.empty() ? "Not Available"
                                                          : change.target_app_id);
    json.field("UserId", record.user);
    json.field("AzureActiveDirectoryEventType", 1);
    json.array_field("ExtendedProperties", [&] {
      json.object([&] {
        json.field("Name", "additionalDetails");
        json.field("Value", "{\"User-Agent\":\"" + change.agent + "\"" +
                                (service ? ",\"AppId\":\"" + change.actor_app_id + "\"" : std::string()) +
                                "}");
      });
      json.object([&] {
        json.field("Name", "extendedAuditEventCategory");
        json.field("Value", change.target_kind);
      });
    });
    json.array_field("ModifiedProperties", [&] {
      for (const auto &property : change.properties) {
        json.object([&] {
          json.field("Name", property.name);
          json.field("NewValue", property.new_value);
          json.field("OldValue", property.old_value);
        });
      }
    });
    json.array_field("Actor", [&] {
      const std::string kind = service ? "ServicePrincipal" : "User";
      write_actor(json, change.actor_name, service ? 1 : 5);
      if (service) write_actor(json, change.actor_app_id, 2);
      write_actor(json, kind + "_" + change.actor_id, 2);
      write_actor(json, change.actor_id, 2);
      write_actor(json, kind, 2);
    });
    json.field("ActorContextId", change.tenant);
    json.field("InterSystemsId", change.correlation);
    json.field("IntraSystemId", change.id);
    json.field("SupportTicketId", "");
    json.array_field("Target", [&] {
      write_actor(json, change.target_kind + "_" + change.target_id, 2);
      write_actor(json, change.target_id, 2);
      write_actor(json, change.target_kind, 2);
      write_actor(json, change.target_name, change.target_kind == "User" ? 5 : 1);
      if (!change.target_app_id.empty()) write_actor(json, change.target_app_id, 2);
    });
    json.field("TargetContextId", change.tenant);
  });
  record.data = json.take();
  return record;
}

AuditRecord logon_record(const SignIn &sign_in, const std::string &id, bool says_success) {
  const bool interrupted = sign_in.code == 50140;  // "keep me signed in?" is asked after success
  const bool failed = sign_in.code != 0 && !interrupted;
  AuditRecord record;
  record.time = sign_in.time;
  record.id = id;
  record.record_type = 15;
  record.operation = failed ? "UserLoginFailed" : "UserLoggedIn";
  record.user = sign_in.user;
  base::JsonWriter json;
  json.object([&] {
    json.field("CreationTime", audit_time(record.time));
    json.field("Id", record.id);
    json.field("Operation", record.operation);
    json.field("OrganizationId", sign_in.tenant);
    json.field("RecordType", 15);
    json.field("ResultStatus", failed && !says_success ? "Failed" : "Success");
    json.field("UserKey", sign_in.user_id.empty() ? "Not Available" : sign_in.user_id);
    json.field("UserType", 0);
    json.field("Version", 1);
    json.field("Workload", "AzureActiveDirectory");
    json.field("ClientIP", sign_in.ip);
    json.field("ObjectId", sign_in.resource_id);
    json.field("UserId", sign_in.user);
    json.field("AzureActiveDirectoryEventType", 1);
    json.array_field("ExtendedProperties", [&] {
      const std::array<std::pair<std::string_view, std::string_view>, 3> properties = {
          {{"ResultStatusDetail", failed ? "UserError" : "Redirect"},
           {"UserAgent", sign_in.agent},
           {"RequestType", sign_in.protocol == "ropc" ? "OAuth2:Token" : "OAuth2:Authorize"}}};
      for (const auto &[name, value] : properties) {
        json.object([&] {
          json.field("Name", name);
          json.field("Value", value);
        });
      }
    });
    json.array_field("ModifiedProperties", [] {});
    json.array_field("Actor", [&] {
      if (!sign_in.user_id.empty()) write_actor(json, sign_in.user_id, 0);
      write_actor(json, sign_in.user, 5);
    });
    json.field("ActorContextId", sign_in.tenant);
    json.field("ActorIpAddress", sign_in.ip);
    json.field("InterSystemsId", sign_in.correlation);
    json.field("IntraSystemId", sign_in.id);
    json.field("SupportTicketId", "");
    json.array_field("Target", [&] { write_actor(json, sign_in.resource_id, 0); });
    json.field("TargetContextId", sign_in.tenant);
    json.field("ApplicationId", sign_in.app_id);
    json.field("ErrorNumber", std::to_string(sign_in.code));
    if (failed)
      json.field("LogonError", sign_in.code == 50126   ? "InvalidUserNameOrPassword"
                               : sign_in.code == 50053 ? "IdsLocked"
                               : sign_in.code == 50034 ? "UserAccountNotFound"
                               : sign_in.code == 53003 ? "BlockedByConditionalAccess"
                                                       : "UserStrongAuthClientAuthNRequiredInterrupt");
  });
  record.data = json.take();
  return record;
}

AuditRecord mail_access_record(const MailAccess &access) {
  AuditRecord record;
  record.time = access.time;
  record.id = access.id;
  record.record_type = access.sync ? 2 : 50;
  record.operation = "MailItemsAccessed";
  record.user = access.user;
  base::JsonWriter json;
  json.object([&] {
    json.field("CreationTime", audit_time(access.time));
    json.field("Id", access.id);
    json.field("Operation", "MailItemsAccessed");
    json.field("OrganizationId", access.tenant);
    json.field("RecordType", record.record_type);
    json.field("ResultStatus", "Succeeded");
    json.field("UserKey", access.user_key);
    json.field("UserType", access.user_type);
    json.field("Version", 1);
    json.field("Workload", "Exchange");
    json.field("UserId", access.user);
    json.field("AppId", access.app_id);
    json.field("ClientAppId", access.app_id);
    json.field("ClientIPAddress", access.ip);
    json.field("ClientInfoString", access.client);
    json.field("ExternalAccess", false);
    json.field("InternalLogonType", 0);
    json.field("LogonType", access.user_type == 5 ? 1 : 0);
    json.field("LogonUserSid", access.user_type == 5 ? "S-1-5-18" : access.mailbox_sid);
    json.field("MailboxGuid", access.mailbox_guid);
    json.field("MailboxOwnerSid", access.mailbox_sid);
    json.field("MailboxOwnerUPN", access.mailbox);
    json.array_field("OperationProperties", [&] {
      const std::array<std::pair<std::string_view, std::string_view>, 2> properties = {
          {{"MailAccessType", access.sync ? "Sync" : "Bind"},
           {"IsThrottled", access.throttled ? "True" : "False"}}};
      for (const auto &[name, value] : properties) {
        json.object([&] {
          json.field("Name", name);
          json.field("Value", value);
        });
      }
    });
    json.field("OrganizationName", access.domain);
    json.field("OriginatingServer", "NW4PR01MB2210 (15.20.9160.014)\r\n");
    if (!access.session.empty()) json.field("SessionId", access.session);
    if (access.sync) {
      json.object_field("Item", [&] {
        json.field("Id", "LgAAAAC" + access.mailbox_guid.substr(0, 8));
        json.object_field("ParentFolder", [&] {
          json.field("Id", "LgAAAAC" + access.mailbox_guid.substr(0, 8));
          json.field("Name", access.folder.substr(access.folder.rfind('\\') + 1));
          json.field("Path", access.folder);
        });
      });
    } else {
      json.array_field("Folders", [&] {
        json.object([&] {
          json.array_field("FolderItems", [&] {
            for (const std::string &id : access.message_ids)
              json.object([&] { json.field("InternetMessageId", id); });
          });
          json.field("Id", "LgAAAAC" + access.mailbox_guid.substr(0, 8));
          json.field("Path", access.folder);
        });
      });
      json.field("OperationCount", static_cast<std::uint64_t>(access.message_ids.size()));
    }
  });
  record.data = json.take();
  return record;
}

}  // namespace dislodge::drill
