#include "identity/azurehound_records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "identity/directory_json.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity::azurehound {
namespace {

using base::lower;

// AZAppOwner's appId is the object id before 2023-01-31 and the application id since: link_facts() tells them
// apart.
constexpr DirectoryList kDirectoryLists[] = {
    {"AZGroupMember", "members", "member", "groupId", "AZMemberOf"},
    {"AZGroupOwner", "owners", "owner", "groupId", "AZGroupOwner"},
    {"AZAppOwner", "owners", "owner", "appId", "AZAppOwner"},
    {"AZServicePrincipalOwner", "owners", "owner", "servicePrincipalId", "AZServicePrincipalOwner"},
    {"AZDeviceOwner", "owners", "owner", "deviceId", "AZDeviceOwner"},
};

}  // namespace

const DirectoryList *directory_list(std::string_view kind) {
  for (const DirectoryList &list : kDirectoryLists) {
    if (kind == list.kind) return &list;
  }
  return nullptr;
}

bool Records::reads(std::string_view kind) {
  return handlers().contains(kind) || is_resource_kind(kind);
}

bool Records::read(std::string_view kind, const Element &record) {
  const auto handler = handlers().find(kind);
  if (handler != handlers().end()) {
    (this->*handler->second)(record);
    return true;
  }
  if (!is_resource_kind(kind)) return false;
  add_resource(kind, record, evidence_, out_);
  return true;
}

const std::map<std::string_view, Records::Handler> &Records::handlers() {
  static const std::map<std::string_view, Handler> kHandlers = {
      {"AZTenant", &Records::tenant},
      {"AZUser", &Records::user},
      {"AZGroup", &Records::group},
      {"AZApp", &Records::application},
      {"AZServicePrincipal", &Records::service_principal},
      {"AZFederatedIdentityCredential", &Records::federated},
      {"AZDevice", &Records::device},
      {"AZRole", &Records::role},
      {"AZAppRoleAssignment", &Records::app_role_assignment},
      {"AZRoleEligibilityScheduleInstance", &Records::eligibility},
      {"AZRoleManagementPolicyAssignment", &Records::approvers},
      {"AZKeyVaultAccessPolicy", &Records::vault_policy},
      {"AZManagementGroupDescendant", &Records::descendant}};
  return kHandlers;
}

std::string_view Records::tenant_of(const Element &record) {
  return text_of(record, "tenantId");
}

std::string Records::id_of(const Element &record, std::string_view object) {
  std::string tenant(tenant_of(record));
  if (tenant.empty()) tenant = known_.tenant;
  return entra_principal(tenant, object);
}

std::string Records::here(std::string_view object) {
  return entra_principal(known_.tenant, object);
}

Principal *Records::principal(const Element &record, PrincipalKind kind) {
  const std::string_view object = text_of(record, "id");
  if (object.empty()) return nullptr;
  Principal one;
  one.id = id_of(record, object);
  one.kind = kind;
  one.name = text_of(record, "displayName");
  one.tenant = entra_parts(one.id).tenant;
  one.evidence = evidence_;
  one.names.push_back(lower(object));
  out_.principals.push_back(std::move(one));
  return &out_.principals.back();
}

void Records::add_name(Principal &p, std::string_view name) {
  if (!name.empty()) p.names.push_back(lower(name));
}

void Records::attribute(Principal &p, std::string_view key, std::string_view value) {
  if (!value.empty()) p.attributes.emplace(std::string(key), std::string(value));
}

Grant &Records::grant(std::string_view kind, std::string from, std::string to, base::Time start) {
  Grant one;
  one.kind = kind;
  one.from = std::move(from);
  one.to = std::move(to);
  one.valid.from = start;
  one.start_known = start != base::kTimeMin;
  one.id = grant_id(one.kind, one.from, one.to);
  one.evidence = evidence_;
  out_.grants.push_back(std::move(one));
  return out_.grants.back();
}

bool Records::first(std::string_view kind, std::string_view from, std::string_view to) {
  std::size_t hash = std::hash<std::string_view>()(from);
  for (const std::string_view part : {to, kind})
    hash = (hash ^ (hash >> 29)) * 0x9E3779B97F4A7C15ull + std::hash<std::string_view>()(part);
  return seen_.insert(hash).second;
}

void Records::tenant(const Element &record) {
  std::string_view id = text_of(record, "tenantId");
  const bool collected = flag_of(record, "collected");
  if (id.empty()) {
    id = text_of(record, "id");  // "/tenants/GUID"
    if (const auto slash = id.rfind('/'); slash != std::string_view::npos) id.remove_prefix(slash + 1);
  }
  if (id.empty()) return;
  Principal one;
  one.id = entra_principal(id, id);
  one.kind = PrincipalKind::tenant;
  one.name = text_of(record, "displayName");
  one.tenant = lower(id);
  one.evidence = evidence_;
  add_name(one, id);
  add_name(one, text_of(record, "defaultDomain"));
  for (const std::string_view domain : texts_of(record, "domains")) add_name(one, domain);
  attribute(one, "default-domain", lower(text_of(record, "defaultDomain")));
  attribute(one, "collected", collected ? "true" : "");
  out_.principals.push_back(std::move(one));
}

void Records::user(const Element &record) {
  Principal *p = principal(record, PrincipalKind::user);
  if (p == nullptr) return;
  for (const char *key :
       {"userPrincipalName", "mail", "onPremisesUserPrincipalName", "onPremisesSecurityIdentifier"}) {
    add_name(*p, text_of(record, key));
  }
  for (std::string_view address : texts_of(record, "proxyAddresses")) {
    if (base::lower(address.substr(0, 5)) == "smtp:") add_name(*p, address.substr(5));
  }
  for (const std::string_view address : texts_of(record, "otherMails"))
    attribute(*p, "other-mail", lower(address));
  attribute(*p, "upn", lower(text_of(record, "userPrincipalName")));
  attribute(*p, "mail", lower(text_of(record, "mail")));
  attribute(*p, "created", text_of(record, "createdDateTime"));
  attribute(*p, "last-password-change", text_of(record, "lastPasswordChangeDateTime"));
  attribute(*p, "sessions-valid-from", text_of(record, "signInSessionsValidFromDateTime"));
  attribute(*p, "title", text_of(record, "jobTitle"));
  attribute(*p, "department", text_of(record, "department"));
  attribute(*p, "company", text_of(record, "companyName"));
  attribute(*p, "user-type", lower(text_of(record, "userType")));
  attribute(*p, "alias", lower(text_of(record, "mailNickname")));
  Element activity;
  if (child_of(record, "signInActivity", activity))
    attribute(*p, "last-sign-in", text_of(activity, "lastSignInDateTime"));
  note_enabled(record, *p);
}

void Records::note_enabled(const Element &record, Principal &p) {
  Element value;
  const bool told = child_of(record, "accountEnabled", value);
  const bool elsewhere =
      p.kind == PrincipalKind::user ? known_.users_tell_enabled : known_.services_tell_enabled;
  if (told || elsewhere)
    attribute(p, "enabled", told && flag_of(record, "accountEnabled") ? "true" : "false");
}

void Records::group(const Element &record) {
  Principal *p = principal(record, PrincipalKind::group);
  if (p == nullptr) return;
  add_name(*p, text_of(record, "mail"));
  add_name(*p, text_of(record, "onPremisesSecurityIdentifier"));
  attribute(*p, "mail", lower(text_of(record, "mail")));
  attribute(*p, "created", text_of(record, "createdDateTime"));
  attribute(*p, "role-assignable", flag_of(record, "isAssignableToRole") ? "true" : "");
}

void Records::application(const Element &record) {
  Principal *p = principal(record, PrincipalKind::application);
  if (p == nullptr) return;
  add_name(*p, text_of(record, "appId"));
  attribute(*p, "app-id", lower(text_of(record, "appId")));
  attribute(*p, "created", text_of(record, "createdDateTime"));
  attribute(*p, "sign-in-audience", text_of(record, "signInAudience"));
  attribute(*p, "publisher-domain", lower(text_of(record, "publisherDomain")));
  for (const std::string_view uri : texts_of(record, "identifierUris")) add_name(*p, uri);
  const std::string id = p->id;
  credentials(record, id);
}

void Records::service_principal(const Element &record) {
  Principal *p = principal(record, PrincipalKind::service_principal);
  if (p == nullptr) return;
  add_name(*p, text_of(record, "appId"));
  attribute(*p, "app-id", lower(text_of(record, "appId")));
  attribute(*p, "app-owner-tenant", lower(text_of(record, "appOwnerOrganizationId")));
  attribute(*p, "type", text_of(record, "servicePrincipalType"));
  attribute(*p, "created", text_of(record, "createdDateTime"));
  note_enabled(record, *p);
  const std::string id = p->id;
  credentials(record, id);
}

void Records::credentials(const Element &record, const std::string &owner) {
  for (const bool password : {true, false}) {
    Element list;
    simdjson::dom::array items;
    if (!child_of(record, password ? "passwordCredentials" : "keyCredentials", list) ||
        list.get(items) != simdjson::SUCCESS) {
      continue;
    }
    for (const Element entry : items) {
      Credential one;
      one.principal = owner;
      // A key for signing is the tenant's SAML key of the application, not one that signs in as it.
      one.slot = password ? "app-secret" : text_of(entry, "usage") == "Sign" ? "saml-signing" : "certificate";
      one.key_id = lower(text_of(entry, "keyId"));
      one.hint = text_of(entry, "hint");
      one.name = text_of(entry, "displayName");
      if (!password) one.thumbprint = thumbprint_of(text_of(entry, "customKeyIdentifier"));
      one.valid.from = time_of_text(text_of(entry, "startDateTime"), base::kTimeMin);
      one.valid.until = time_of_text(text_of(entry, "endDateTime"), base::kTimeMax);
      one.evidence = evidence_;
      keep(std::move(one));
    }
  }
}

void Records::federated(const Element &record) {
  Element list;
  simdjson::dom::array items;
  if (!child_of(record, "fics", list) || list.get(items) != simdjson::SUCCESS) return;
  for (const Element entry : items) {
    Element fic;
    if (!child_of(entry, "fic", fic)) continue;
    Credential one;
    one.principal = id_of(record, text_of(record, "appId"));
    one.slot = "federated";
    one.key_id = lower(text_of(fic, "id"));
    one.name = fmt::format("{} {}", text_of(fic, "issuer"), text_of(fic, "subject"));
    one.evidence = evidence_;
    keep(std::move(one));
  }
}

void Records::keep(Credential one) {
  std::string key = !one.key_id.empty() ? one.key_id : one.thumbprint;
  if (key.empty()) key = one.hint + base::format_time(one.valid.from) + one.name;
  one.id = credential_id(one.principal, one.slot, key);
  out_.credentials.push_back(std::move(one));
}

void Records::device(const Element &record) {
  Principal *p = principal(record, PrincipalKind::device);
  if (p == nullptr) return;
  add_name(*p, text_of(record, "deviceId"));
  attribute(*p, "system", text_of(record, "operatingSystem"));
  attribute(*p, "trust", text_of(record, "trustType"));
  attribute(*p, "created", text_of(record, "createdDateTime"));
  attribute(*p, "last-sign-in", text_of(record, "approximateLastSignInDateTime"));
}

void Records::role(const Element &record) {
  Principal *p = principal(record, PrincipalKind::role);
  if (p == nullptr) return;
  attribute(*p, "template-id", lower(text_of(record, "templateId")));
}

void Records::role_assignment(const Element &head, const Element &entry) {
  std::string_view role_id = text_of(entry, "roleDefinitionId");
  if (role_id.empty()) role_id = text_of(head, "roleDefinitionId");
  const std::string_view who = text_of(entry, "principalId");
  if (role_id.empty() || who.empty()) return;
  std::string_view scope = text_of(entry, "directoryScopeId");
  if (scope.empty() || scope == "/") {
    grant("AZHasRole", id_of(head, who), id_of(head, role_id));
  } else {
    // Limited to one object; link_facts() knows what the role means there.
    if (const auto slash = scope.rfind('/'); slash != std::string_view::npos) scope.remove_prefix(slash + 1);
    grant(fmt::format("AZScopedRole:{}", lower(role_id)), id_of(head, who), id_of(head, scope));
  }
}

void Records::eligibility(const Element &record) {
  const std::string_view who = text_of(record, "principalId"), role_id = text_of(record, "roleDefinitionId");
  if (who.empty() || role_id.empty()) return;
  Grant &one = grant("AZRoleEligible", id_of(record, who), id_of(record, role_id),
                     time_of_text(text_of(record, "startDateTime"), base::kTimeMin));
  const base::Time end = time_of_text(text_of(record, "endDateTime"), base::kTimeMax);
  one.valid.until = end;
  one.end_known = end != base::kTimeMax;
}

void Records::approvers(const Element &record) {
  const std::string_view role_id = text_of(record, "roleDefinitionId");
  for (const char *key : {"endUserAssignmentUserApprovers", "endUserAssignmentGroupApprovers"}) {
    for (const std::string_view who : texts_of(record, key)) {
      grant("AZRoleApprover", id_of(record, who), id_of(record, role_id));
    }
  }
}

void Records::app_role_assignment(const Element &record) {
  const std::string_view who = text_of(record, "principalId"), resource = text_of(record, "resourceId");
  const std::string role_id = lower(text_of(record, "appRoleId"));
  if (who.empty() || resource.empty() || role_id.empty()) return;
  const Grant &given = grant("app-role:" + role_id, id_of(record, who), id_of(record, resource),
                             time_of_text(text_of(record, "createdDateTime"), base::kTimeMin));
  // What the application calls the role is kept with the application, once.
  const auto name = known_.role_names.find(lower(resource) + "\n" + role_id);
  if (name == known_.role_names.end() || !first("role name", given.to, role_id)) return;
  Principal stub;
  stub.id = given.to;
  stub.kind = PrincipalKind::service_principal;
  stub.tenant = entra_parts(stub.id).tenant;
  stub.evidence = evidence_;
  stub.attributes.emplace(given.kind, name->second);
  out_.principals.push_back(std::move(stub));
}

void Records::list_entry(const DirectoryList &list, const Element &head, const Element &entry) {
  Element member;
  std::string_view target = text_of(entry, list.target);
  if (list.kind == "AZAppOwner" || target.empty()) {
    if (const std::string_view of_list = text_of(head, list.target); !of_list.empty()) target = of_list;
  }
  if (!child_of(entry, list.member, member) || target.empty()) return;
  const std::string_view who = text_of(member, "id");
  if (who.empty()) return;
  if (!first(list.grant, who, target)) return;
  grant(list.grant, here(who), here(target));
  // Older versions wrote the whole member: the only place of a name where users were not exported.
  if (const std::string_view upn = text_of(member, "userPrincipalName"); !upn.empty()) {
    if (first("member", who, "")) {
      Principal one;
      one.id = here(who);
      one.kind = PrincipalKind::user;
      one.name = text_of(member, "displayName");
      one.tenant = known_.tenant;
      one.names = {lower(who), lower(upn)};
      attribute(one, "upn", lower(upn));
      one.evidence = evidence_;
      out_.principals.push_back(std::move(one));
    }
  }
}

void Records::access_entry(const AccessList &list, const Element &head, const Element &entry) {
  const AccessGrant found = access_grant(list, head, entry);
  if (found.principal.empty() || found.target.empty() || found.kind.empty()) return;
  if (!first(found.kind, found.principal, found.target)) return;
  grant(found.kind, here(found.principal), found.target);
}

void Records::vault_policy(const Element &record) {
  const std::string vault = azure_id("AZKeyVault", text_of(record, "keyVaultId"));
  const std::string_view who = text_of(record, "objectId");
  Element permissions;
  if (who.empty() || !child_of(record, "permissions", permissions)) return;
  for (const auto &[key, kind] : {std::pair("secrets", "AZGetSecrets"), std::pair("keys", "AZGetKeys"),
                                  std::pair("certificates", "AZGetCertificates")}) {
    for (const std::string_view permission : texts_of(permissions, key)) {
      const std::string word = lower(permission);
      if (word == "get" || word == "all") {
        grant(kind, here(who), vault);
        break;
      }
    }
  }
}

void Records::descendant(const Element &record) {
  Element properties, parent;
  if (!child_of(record, "properties", properties) || !child_of(properties, "parent", parent)) return;
  const std::string below = azure_id("", text_of(record, "id")), above = azure_id("", text_of(parent, "id"));
  if (!below.empty() && !above.empty()) grant("AZContains", above, below);
}

}  // namespace dislodge::identity::azurehound
