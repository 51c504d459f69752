#pragma once
// Azure Resource Manager as AzureHound writes it: subscriptions, groups, machines, vaults, and role
// assignments. What has an identity or contains others is a principal (principal:azure/...); what only holds
// content (key vaults, storage) is a resource (resource:azure/...). Ids are the lower-case ARM paths without
// the leading slash.

#include <string>
#include <string_view>

#include "identity/directory_json.hpp"
#include "identity/fact.hpp"

namespace dislodge::identity::azurehound {

bool is_resource_kind(std::string_view kind);
// Principal or resource, what contains it, and its managed identities. Adds with `evidence`.
void add_resource(std::string_view kind, const simdjson::dom::element &record, const std::string &evidence,
                  Facts &out);
// "resource:azure/..." for vaults and storage, else "principal:azure/..."; the kind may be "" where the path
// tells.
std::string azure_id(std::string_view kind, std::string_view arm_path);

// A record that lists role assignments on one target.
struct AccessList {
  std::string_view kind;
  std::string_view list;    // "owners"
  std::string_view member;  // "owner"
  std::string_view target;  // "subscriptionId"
  std::string_view of;      // kind of the target
  std::string_view grant;   // "AZOwner"; empty: by the id of the role
};
const AccessList *access_list(std::string_view kind);

struct AccessGrant {
  std::string principal;  // object id
  std::string target;     // id of a principal or resource
  std::string kind;       // empty: a role that opens nothing we know
};
AccessGrant access_grant(const AccessList &list, const simdjson::dom::element &head,
                         const simdjson::dom::element &entry);

}  // namespace dislodge::identity::azurehound
