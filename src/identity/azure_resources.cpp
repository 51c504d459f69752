#include "identity/azure_resources.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/encode.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity::azurehound {
namespace {

using simdjson::dom::element;

constexpr std::string_view kResourceKinds[] = {
    "AZSubscription", "AZResourceGroup",  "AZManagementGroup",   "AZVM",       "AZVMScaleSet",
    "AZKeyVault",     "AZStorageAccount", "AZAutomationAccount", "AZLogicApp", "AZFunctionApp",
    "AZWebApp",       "AZManagedCluster", "AZContainerRegistry"};

// Lists of assignments (AzureHound models/*-owner.go and sisters). AZKeyVaultRoleAssignment and the like
// repeat what the narrower kinds say and name other roles besides.
constexpr AccessList kLists[] = {
    {"AZSubscriptionOwner", "owners", "owner", "subscriptionId", "AZSubscription", "AZOwner"},
    {"AZSubscriptionContributor", "contributors", "contributor", "subscriptionId", "AZSubscription",
     "AZContributor"},
    {"AZSubscriptionUserAccessAdmin", "userAccessAdmins", "userAccessAdmin", "subscriptionId",
     "AZSubscription", "AZUserAccessAdministrator"},
    {"AZSubscriptionRoleAssignment", "roleAssignments", "roleAssignment", "subscriptionId", "AZSubscription",
     ""},
    {"AZResourceGroupOwner", "owners", "owner", "resourceGroupId", "AZResourceGroup", "AZOwner"},
    {"AZResourceGroupContributor", "contributors", "contributor", "resourceGroupId", "AZResourceGroup",
     "AZContributor"},
    {"AZResourceGroupUserAccessAdmin", "userAccessAdmins", "userAccessAdmin", "resourceGroupId",
     "AZResourceGroup", "AZUserAccessAdministrator"},
    {"AZResourceGroupRoleAssignment", "roleAssignments", "roleAssignment", "resourceGroupId",
     "AZResourceGroup", ""},
    {"AZManagementGroupOwner", "owners", "owner", "managementGroupId", "AZManagementGroup", "AZOwner"},
    {"AZManagementGroupContributor", "contributors", "contributor", "managementGroupId", "AZManagementGroup",
     "AZContributor"},
    {"AZManagementGroupUserAccessAdmin", "userAccessAdmins", "userAccessAdmin", "managementGroupId",
     "AZManagementGroup", "AZUserAccessAdministrator"},
    {"AZManagementGroupRoleAssignment", "roleAssignments", "roleAssignment", "managementGroupId",
     "AZManagementGroup", ""},
    {"AZKeyVaultOwner", "owners", "owner", "keyVaultId", "AZKeyVault", "AZOwner"},
    {"AZKeyVaultContributor", "contributors", "contributor", "keyVaultId", "AZKeyVault", "AZContributor"},
    {"AZKeyVaultKVContributor", "kvContributors", "kvContributor", "keyVaultId", "AZKeyVault",
     "AZKeyVaultKVContributor"},
    {"AZKeyVaultUserAccessAdmin", "userAccessAdmins", "userAccessAdmin", "keyVaultId", "AZKeyVault",
     "AZUserAccessAdministrator"},
    {"AZKeyVaultRoleAssignment", "roleAssignments", "roleAssignment", "virtualMachineId", "AZKeyVault", ""},
    {"AZVMOwner", "owners", "owner", "virtualMachineId", "AZVM", "AZOwner"},
    {"AZVMContributor", "contributors", "contributor", "virtualMachineId", "AZVM", "AZContributor"},
    {"AZVMVMContributor", "vmContributors", "vmContributor", "virtualMachineId", "AZVM", "AZVMContributor"},
    {"AZVMAvereContributor", "avereContributors", "avereContributor", "virtualMachineId", "AZVM",
     "AZAvereContributor"},
    {"AZVMAdminLogin", "adminLogins", "adminLogin", "virtualMachineId", "AZVM", "AZVMAdminLogin"},
    {"AZVMUserAccessAdmin", "userAccessAdmins", "userAccessAdmin", "virtualMachineId", "AZVM",
     "AZUserAccessAdministrator"},
    {"AZVMRoleAssignment", "roleAssignments", "roleAssignment", "virtualMachineId", "AZVM", ""},
    {"AZStorageAccountRoleAssignment", "assignees", "assignee", "objectId", "AZStorageAccount", ""},
    {"AZAutomationAccountRoleAssignment", "assignees", "assignee", "objectId", "AZAutomationAccount", ""},
    {"AZLogicAppRoleAssignment", "assignees", "assignee", "objectId", "AZLogicApp", ""},
    {"AZFunctionAppRoleAssignment", "assignees", "assignee", "objectId", "AZFunctionApp", ""},
    {"AZWebAppRoleAssignment", "assignees", "assignee", "objectId", "AZWebApp", ""},
    {"AZManagedClusterRoleAssignment", "assignees", "assignee", "objectId", "AZManagedCluster", ""},
    {"AZContainerRegistryRoleAssignment", "assignees", "assignee", "objectId", "AZContainerRegistry", ""},
    {"AZVMScaleSetRoleAssignment", "assignees", "assignee", "objectId", "AZVMScaleSet", ""},
};

// Azure built-in roles by id (learn.microsoft.com/azure/role-based-access-control/built-in-roles).
constexpr std::pair<std::string_view, std::string_view> kRoles[] = {
    {"8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "AZOwner"},
    {"b24988ac-6180-42a0-ab88-20f7382dd24c", "AZContributor"},
    {"18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "AZUserAccessAdministrator"},
    {"9980e02c-c2be-4d73-94e8-173b1dc7cf3c", "AZVMContributor"},
    {"1c0163c0-47e6-4577-8991-ea5c82e286e4", "AZVMAdminLogin"},
    {"4f8fab4f-1852-4a58-a46a-8eaf358af14a", "AZAvereContributor"},
    {"f353d9bd-d4a6-484e-a77a-8050b599b867", "AZAutomationContributor"},
    {"87a39d53-fc1b-424a-814c-f7e04687dc9e", "AZLogicAppContributor"},
    {"de139f84-1756-47ae-9be6-808fbbe84772", "AZWebsiteContributor"},
    {"ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8", "AZAKSContributor"},
    {"f25e0fa2-a7c8-4377-a976-54943a77a395", "AZKeyVaultKVContributor"},
    {"00482a5a-887f-4fb3-b363-3b7fe8e74483", "AZGetSecrets"},       // Key Vault Administrator
    {"b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "AZGetSecrets"},       // Key Vault Secrets Officer
    {"4633458b-17de-408a-b874-0445c86b69e6", "AZGetSecrets"},       // Key Vault Secrets User
    {"a4417e6f-fecd-4de8-b567-7b0420556985", "AZGetCertificates"},  // Key Vault Certificates Officer
    {"2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "AZReadStorage"},      // Storage Blob Data Reader
    {"ba92f5b4-2d11-453d-a403-e96b0029c9fe", "AZReadStorage"},      // Storage Blob Data Contributor
    {"b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "AZReadStorage"},      // Storage Blob Data Owner
    {"81a9662b-bebf-436f-a333-f67b29880f12", "AZReadStorage"},  // Storage Account Key Operator Service Role
    {"17d1049b-9a84-46fb-8f53-869881c3d3ab", "AZReadStorage"},  // Storage Account Contributor: lists keys
};

std::string resource_kind(std::string_view kind) {
  if (kind == "AZKeyVault") return "vault";
  if (kind == "AZStorageAccount") return "storage";
  return {};
}

void add_contains(std::string from, std::string to, const std::string &evidence, Facts &out) {
  if (from.empty() || to.empty() || from == to) return;
  Grant one;
  one.kind = "AZContains";
  one.from = std::move(from);
  one.to = std::move(to);
  one.evidence = evidence;
  out.grants.push_back(std::move(one));
}

void add_identity(const std::string &id, const element &identity, const std::string &tenant,
                  const std::string &evidence, Facts &out) {
  const auto add = [&](std::string_view object) {
    if (object.empty()) return;
    Grant one;
    one.kind = "AZManagedIdentity";
    one.from = id;
    one.to = entra_principal(tenant, object);
    one.evidence = evidence;
    out.grants.push_back(std::move(one));
  };
  add(text_of(identity, "principalId"));
  element assigned;
  simdjson::dom::object users;
  if (child_of(identity, "userAssignedIdentities", assigned) && assigned.get(users) == simdjson::SUCCESS) {
    for (const auto user : users) add(text_of(user.value, "principalId"));
  }
}

}  // namespace

bool is_resource_kind(std::string_view kind) {
  return std::find(std::begin(kResourceKinds), std::end(kResourceKinds), kind) != std::end(kResourceKinds);
}

std::string azure_id(std::string_view kind, std::string_view arm_path) {
  std::string path = base::lower(arm_path);
  while (path.starts_with('/')) path.erase(0, 1);
  while (path.ends_with('/')) path.pop_back();
  if (path.empty()) return {};
  // A bare subscription id stands for the subscription.
  if (is_guid(path) && (kind == "AZSubscription" || kind.empty())) path = "subscriptions/" + path;
  const bool content = !resource_kind(kind).empty() ||
                       path.find("/providers/microsoft.keyvault/vaults/") != std::string::npos ||
                       path.find("/providers/microsoft.storage/storageaccounts/") != std::string::npos;
  return (content ? "resource:azure/" : "principal:azure/") + path;
}

void add_resource(std::string_view kind, const element &record, const std::string &evidence, Facts &out) {
  const std::string_view path = text_of(record, "id");
  const std::string id = azure_id(kind, path);
  if (id.empty()) return;
  std::string_view name = text_of(record, "name");
  if (name.empty()) name = text_of(record, "displayName");
  const std::string tenant = base::lower(text_of(record, "tenantId"));
  if (const std::string content = resource_kind(kind); !content.empty()) {
    Resource one;
    one.id = id;
    one.kind = content;
    one.name = name;
    one.evidence = evidence;
    out.resources.push_back(std::move(one));
  } else {
    Principal one;
    one.id = id;
    one.kind = PrincipalKind::other;
    one.name = name;
    one.tenant = tenant;
    one.names.push_back(base::lower(path));
    one.attributes["type"] = kind;
    one.evidence = evidence;
    out.principals.push_back(std::move(one));
  }
  // Its place in the hierarchy: the group of a resource, the subscription of a group, the tenant of a root
  // group.
  const std::string_view group = text_of(record, "resourceGroupId");
  const std::string_view subscription = text_of(record, "subscriptionId");
  const std::string lowered = base::lower(path);
  if (kind == "AZResourceGroup") {
    add_contains(azure_id("AZSubscription", subscription), id, evidence, out);
  } else if (!group.empty()) {
    add_contains(azure_id("AZResourceGroup", group), id, evidence, out);
  } else if (const auto provider = lowered.find("/providers/");
             provider != std::string::npos && provider > 0) {
    add_contains(azure_id("", lowered.substr(0, provider)), id, evidence,
                 out);  // a vault names its group by name only
  }
  element identity;
  if (child_of(record, "identity", identity)) add_identity(id, identity, tenant, evidence, out);
}

const AccessList *access_list(std::string_view kind) {
  const auto found =
      std::find_if(std::begin(kLists), std::end(kLists), [&](const AccessList &l) { return l.kind == kind; });
  return found == std::end(kLists) ? nullptr : &*found;
}

AccessGrant access_grant(const AccessList &list, const element &head, const element &entry) {
  AccessGrant found;
  element assignment, properties;
  if (!child_of(entry, list.member, assignment) || !child_of(assignment, "properties", properties))
    return found;
  found.principal = base::lower(text_of(properties, "principalId"));
  std::string_view target = text_of(entry, list.target);
  if (target.empty()) target = text_of(head, list.target);
  found.target = azure_id(list.of, target);
  if (!list.grant.empty()) {
    found.kind = list.grant;
    return found;
  }
  std::string role = base::lower(text_of(entry, "roleDefinitionId"));
  if (role.empty()) role = base::lower(text_of(properties, "roleDefinitionId"));
  if (const auto slash = role.rfind('/'); slash != std::string::npos) role.erase(0, slash + 1);
  for (const auto &[id, kind] : kRoles) {
    if (id == role) found.kind = kind;
  }
  return found;
}

}  // namespace dislodge::identity::azurehound
