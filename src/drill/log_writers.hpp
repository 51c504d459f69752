#pragma once
// Identity logs in the shapes that exporters give: Entra sign-ins as a Graph beta page or as Azure Monitor
// lines, and the Microsoft 365 unified audit log as Search-UnifiedAuditLog | Export-Csv writes it.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace dislodge::drill {

struct SignIn {
  base::Time time;
  std::string id, correlation, token, session;
  std::string kind = "interactiveUser";  // nonInteractiveUser, servicePrincipal
  std::string tenant;                    // whose log it is
  std::string home_tenant;               // of the account; empty: the same
  std::string user_id, user, user_name;
  std::string service_id, service_name, key_id, credential_type;  // of a service principal
  std::string app_id, app_name, app_owner;
  std::string resource_id, resource_name;
  std::string ip, country, city, state;
  int network = 0;  // autonomous system number
  std::string client_app = "Browser", protocol = "none", agent, system, browser;
  bool second_factor = false;  // asked for and given
  int code = 0;                // 0: signed in
};

std::string graph_page(std::vector<SignIn> list);     // newest first, as Graph answers
std::string monitor_lines(std::vector<SignIn> list);  // oldest first, one record a line

struct AuditRecord {
  base::Time time;
  std::string id;
  int record_type = 8;
  std::string operation;
  std::string user;
  std::string data;  // AuditData: JSON
};
std::string record_type_name(int record_type);
std::string audit_csv(std::vector<AuditRecord> list);  // newest first; rows that occur twice are given twice

// The parts of a directory change (RecordType 8). A property's values are JSON already, as Entra writes them.
struct DirectoryChange {
  base::Time time;
  std::string id, correlation;
  std::string tenant;
  std::string operation;                           // with its trailing dot or blank
  std::string actor_id, actor_name, actor_app_id;  // app id: the actor is a service principal
  std::string target_id, target_name, target_kind,
      target_app_id;  // kind: User, Application, ServicePrincipal, Group
  struct Property {
    std::string name, new_value, old_value;
  };
  std::vector<Property> properties;
  std::string agent;
};
AuditRecord directory_record(const DirectoryChange &change);

// A sign-in as the audit log tells it (RecordType 15). `says_success`: ResultStatus of a failure.
AuditRecord logon_record(const SignIn &sign_in, const std::string &id, bool says_success);

// Mail read or synchronised (RecordType 50 Bind, 2 Sync).
struct MailAccess {
  base::Time time;
  std::string id;
  std::string tenant, domain;
  std::string mailbox, mailbox_guid, mailbox_sid;
  std::string user, user_key;
  int user_type = 0;
  std::string app_id, client, ip, session;
  bool sync = false;
  bool throttled = false;
  std::string folder = "\\Inbox";
  std::vector<std::string> message_ids;
};
AuditRecord mail_access_record(const MailAccess &access);

std::string audit_time(base::Time time);  // "2025-10-07T01:47:12": CreationTime has no zone

}  // namespace dislodge::drill
