#include "identity/azurehound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <unordered_set>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "identity/azure_resources.hpp"
#include "identity/directory_json.hpp"
#include "identity/ids.hpp"
#include "identity/json_cursor.hpp"

namespace dislodge::identity::azurehound {
namespace {

using base::lower;
using simdjson::dom::element;

constexpr std::size_t kLookBytes = 64u << 10;

// Lists of directory objects: who stands in `list`, as `member`, holds `grant` on the object named by
// `target`.
struct DirectoryList {
  std::string_view kind, list, member, target, grant;
};
// AZAppOwner's appId is the object id before 2023-01-31 and the application id since: link_facts() tells them
// apart.
constexpr DirectoryList kDirectoryLists[] = {
    {"AZGroupMember", "members", "member", "groupId", "AZMemberOf"},
    {"AZGroupOwner", "owners", "owner", "groupId", "AZGroupOwner"},
    {"AZAppOwner", "owners", "owner", "appId", "AZAppOwner"},
    {"AZServicePrincipalOwner", "owners", "owner", "servicePrincipalId", "AZServicePrincipalOwner"},
    {"AZDeviceOwner", "owners", "owner", "deviceId", "AZDeviceOwner"},
};

// A certificate's thumbprint as Entra shows it (upper-case hex) from customKeyIdentifier, which is base64 of
// its bytes, or the hex digits themselves, or base64 of those, as the writing client pleased.
std::string thumbprint_of(std::string_view identifier) {
  const auto hex = [](std::string_view text) {
    return (text.size() == 40 || text.size() == 64) && std::all_of(text.begin(), text.end(), [](char c) {
             return std::isxdigit(static_cast<unsigned char>(c));
           });
  };
  std::string bytes;
  if (hex(identifier)) {
    bytes = identifier;
  } else if (auto decoded = base::from_base64(identifier)) {
    bytes = hex(*decoded) ? *decoded : base::to_hex(*decoded);
  }
  if (!hex(bytes)) return {};
  std::transform(bytes.begin(), bytes.end(), bytes.begin(), [](unsigned char c) { return std::toupper(c); });
  return bytes;
}

class Reader {
 public:
  Reader(const evidence::ItemView &item, Facts &out, evidence::Sink &sink)
      : item_(item),
        out_(out),
        sink_(sink),
        lines_(item.bytes),
        first_grant_(out.grants.size()),
        first_principal_(out.principals.size()),
        first_resource_(out.resources.size()),
        first_credential_(out.credentials.size()) {}

  base::Result<void> read() {
    JsonCursor at(item_.bytes);
    if (at.peek() == '[') {
      if (at.enter_array()) each_record(at);
    } else {
      read_objects(at);
    }
    if (at.broken()) {
      sink_.unread({.bytes = item_.bytes.size() - std::min(last_whole_, item_.bytes.size()),
                    .state = evidence::LedgerState::damaged,
                    .reason = fmt::format("the JSON breaks off or is damaged after line {}",
                                          lines_.line_of(last_whole_)),
                    .remedy = "export the directory again; what stands before was read",
                    .child = {},
                    .child_size = 0});
    }
    finish();
    return {};
  }

 private:
  // One object {"data":[...]}, or one {"kind":..,"data":{..}} after the other.
  void read_objects(JsonCursor &at) {
    while (!at.broken() && at.peek() == '{') {
      const std::size_t begin = at.position();
      at.enter_object();
      std::string_view kind, data;
      while (at.next_member()) {
        if (at.key() == "data" && at.peek() == '[') {
          at.enter_array();
          each_record(at);
        } else if (at.key() == "data") {
          data = at.take();
        } else if (at.key() == "kind") {
          kind = at.take();
        } else {
          at.take();
        }
      }
      if (at.broken()) return;
      if (!kind.empty() && !data.empty()) record(kind, data, at.position() - begin, begin);
      last_whole_ = at.position();
      if (at.peek() == ',') return;
    }
  }

  void each_record(JsonCursor &at) {
    while (at.next_element()) {
      const std::size_t begin = (at.peek(), at.position());
      const std::string_view whole = at.take();
      if (at.broken()) return;
      JsonCursor inside(whole);
      std::string_view kind, data;
      if (inside.enter_object()) {
        while (inside.next_member()) {
          const std::string_view key = inside.key();
          const std::string_view value = inside.take();
          if (key == "kind") kind = value;
          if (key == "data") data = value;
        }
      }
      if (kind.empty() || data.empty()) {
        damaged(whole.size(), begin, "a record without kind or data");
      } else {
        record(kind, data, whole.size(), begin);
      }
      last_whole_ = at.position();
    }
  }

  void damaged(std::size_t bytes, std::size_t offset, std::string_view why) {
    ++damaged_;
    damaged_bytes_ += bytes;
    if (damaged_why_.empty()) damaged_why_ = fmt::format("line {}: {}", lines_.line_of(offset), why);
  }

  void record(std::string_view kind, std::string_view data, std::size_t bytes, std::size_t offset) {
    if (kind.size() >= 2 && kind.front() == '"') kind = kind.substr(1, kind.size() - 2);
    evidence_ = fmt::format("{}:line {}", item_.path, lines_.line_of(offset));
    for (const DirectoryList &list : kDirectoryLists) {
      if (kind == list.kind) {
        if (!read_list(data, list.list, [&](const element &head, const element &entry) {
              directory_entry(list, head, entry);
            })) {
          damaged(bytes, offset, "a record that does not parse");
        }
        return;
      }
    }
    if (kind == "AZRoleAssignment") {
      if (!read_list(data, "roleAssignments",
                     [&](const element &head, const element &entry) { role_assignment(head, entry); })) {
        damaged(bytes, offset, "a record that does not parse");
      }
      return;
    }
    if (const AccessList *list = access_list(kind)) {
      if (!read_list(data, list->list,
                     [&](const element &head, const element &entry) { access_entry(*list, head, entry); })) {
        damaged(bytes, offset, "a record that does not parse");
      }
      return;
    }
    using Handler = void (Reader::*)(const element &);
    static const std::map<std::string_view, Handler> kHandlers = {
        {"AZTenant", &Reader::tenant},
        {"AZUser", &Reader::user},
        {"AZGroup", &Reader::group},
        {"AZApp", &Reader::application},
        {"AZServicePrincipal", &Reader::service_principal},
        {"AZFederatedIdentityCredential", &Reader::federated},
        {"AZDevice", &Reader::device},
        {"AZRole", &Reader::role},
        {"AZAppRoleAssignment", &Reader::app_role_assignment},
        {"AZRoleEligibilityScheduleInstance", &Reader::eligibility},
        {"AZRoleManagementPolicyAssignment", &Reader::approvers},
        {"AZKeyVaultAccessPolicy", &Reader::vault_policy},
        {"AZManagementGroupDescendant", &Reader::descendant}};
    const auto handler = kHandlers.find(kind);
    const bool azure = handler == kHandlers.end() && is_resource_kind(kind);
    if (handler == kHandlers.end() && !azure) {
      auto &skipped = skipped_[std::string(kind.substr(0, 100))];
      ++skipped.first;
      skipped.second += bytes;
      return;
    }
    element parsed;
    if (data.size() > kRecordBytesMax) {
      damaged(bytes, offset, "a record of more than 4 MiB");
      return;
    }
    if (!parse(data, parsed) || !parsed.is_object()) {
      damaged(bytes, offset, "a record that does not parse");
      return;
    }
    if (azure) {
      add_resource(kind, parsed, evidence_, out_);
    } else {
      (this->*handler->second)(parsed);
    }
  }

  bool parse(std::string_view text, element &out) { return parse_value(parser_, text, out); }

  // Calls each(head, entry) for the elements of one list of a record. A long record is never built whole: its
  // head (everything but the list) and each element are parsed alone.
  bool read_list(std::string_view data, std::string_view list,
                 const std::function<void(const element &, const element &)> &each) {
    if (data.size() <= kRecordBytesMax) {
      element head, items;
      simdjson::dom::array entries;
      if (!parse(data, head) || !head.is_object()) return false;
      if (!child_of(head, list, items)) return true;  // an empty list is written null or left out
      if (items.get(entries) != simdjson::SUCCESS) return false;
      for (const element entry : entries) each(head, entry);
      return true;
    }
    std::string head_text = "{";
    std::string_view items;
    JsonCursor at(data);
    if (!at.enter_object()) return false;
    while (at.next_member()) {
      const std::string_view key = at.key();
      const std::string_view value = at.take();
      if (key == list) {
        items = value;
      } else if (value.size() < 4096) {
        if (head_text.size() > 1) head_text += ',';
        head_text += '"';
        head_text += key;
        head_text += "\":";
        head_text += value;
      }
    }
    head_text += '}';
    if (at.broken()) return false;
    simdjson::dom::parser head_parser;
    element head, entry;
    if (!parse_value(head_parser, head_text, head)) return false;
    JsonCursor entries(items);
    bool whole = entries.enter_array();
    while (entries.next_element()) {
      const std::string_view one = entries.take();
      if (entries.broken()) break;
      if (one.size() <= kRecordBytesMax && parse(one, entry))
        each(head, entry);
      else
        whole = false;
    }
    return whole && !entries.broken();
  }

  // --- facts ---

  std::string_view tenant_of(const element &record) {
    const std::string_view tenant = text_of(record, "tenantId");
    if (!tenant.empty() && tenant_.empty()) tenant_ = lower(tenant);
    return tenant;
  }
  std::string id_of(const element &record, std::string_view object) {
    std::string tenant(tenant_of(record));
    if (tenant.empty()) tenant = tenant_;
    return entra_principal(tenant, object);
  }
  std::string here(std::string_view object) { return entra_principal(tenant_, object); }

  Principal *principal(const element &record, PrincipalKind kind) {
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
  static void add_name(Principal &p, std::string_view name) {
    if (!name.empty()) p.names.push_back(lower(name));
  }
  static void attribute(Principal &p, std::string_view key, std::string_view value) {
    if (!value.empty()) p.attributes.emplace(std::string(key), std::string(value));
  }
  Grant &grant(std::string_view kind, std::string from, std::string to, base::Time start = base::kTimeMin) {
    Grant one;
    one.kind = kind;
    one.from = std::move(from);
    one.to = std::move(to);
    one.valid.from = start;
    one.start_known = start != base::kTimeMin;
    one.evidence = evidence_;
    out_.grants.push_back(std::move(one));
    return out_.grants.back();
  }

  void tenant(const element &record) {
    std::string_view id = text_of(record, "tenantId");
    const bool collected = flag_of(record, "collected");
    if (id.empty()) {
      id = text_of(record, "id");  // "/tenants/GUID"
      if (const auto slash = id.rfind('/'); slash != std::string_view::npos) id.remove_prefix(slash + 1);
    }
    if (id.empty()) return;
    if (collected || tenant_.empty()) tenant_ = collected ? lower(id) : tenant_;
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

  void user(const element &record) {
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
    element activity;
    if (child_of(record, "signInActivity", activity))
      attribute(*p, "last-sign-in", text_of(activity, "lastSignInDateTime"));
    note_enabled(record, *p);
  }

  // The collector leaves out false, so absence means "disabled" in a file that has it at all: told in
  // finish().
  void note_enabled(const element &record, Principal &p) {
    element value;
    if (child_of(record, "accountEnabled", value)) {
      const bool enabled = flag_of(record, "accountEnabled");
      attribute(p, "enabled", enabled ? "true" : "false");
      if (enabled) enabled_seen_.insert(static_cast<int>(p.kind));
    }
  }

  void group(const element &record) {
    Principal *p = principal(record, PrincipalKind::group);
    if (p == nullptr) return;
    add_name(*p, text_of(record, "mail"));
    add_name(*p, text_of(record, "onPremisesSecurityIdentifier"));
    attribute(*p, "mail", lower(text_of(record, "mail")));
    attribute(*p, "created", text_of(record, "createdDateTime"));
    attribute(*p, "role-assignable", flag_of(record, "isAssignableToRole") ? "true" : "");
  }

  void application(const element &record) {
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

  void service_principal(const element &record) {
    Principal *p = principal(record, PrincipalKind::service_principal);
    if (p == nullptr) return;
    add_name(*p, text_of(record, "appId"));
    attribute(*p, "app-id", lower(text_of(record, "appId")));
    attribute(*p, "app-owner-tenant", lower(text_of(record, "appOwnerOrganizationId")));
    attribute(*p, "type", text_of(record, "servicePrincipalType"));
    attribute(*p, "created", text_of(record, "createdDateTime"));
    note_enabled(record, *p);
    element roles;
    simdjson::dom::array items;
    if (child_of(record, "appRoles", roles) && roles.get(items) == simdjson::SUCCESS) {
      for (const element role_entry : items) {
        const std::string_view value = text_of(role_entry, "value");
        if (!value.empty()) role_names_.emplace(p->id + "\n" + lower(text_of(role_entry, "id")), value);
      }
    }
    const std::string id = p->id;
    credentials(record, id);
  }

  void credentials(const element &record, const std::string &owner) {
    for (const bool password : {true, false}) {
      element list;
      simdjson::dom::array items;
      if (!child_of(record, password ? "passwordCredentials" : "keyCredentials", list) ||
          list.get(items) != simdjson::SUCCESS) {
        continue;
      }
      for (const element entry : items) {
        Credential one;
        one.principal = owner;
        // A key for signing is the tenant's SAML key of the application, not one that signs in as it.
        one.slot = password                            ? "app-secret"
                   : text_of(entry, "usage") == "Sign" ? "saml-signing"
                                                       : "certificate";
        one.key_id = lower(text_of(entry, "keyId"));
        one.hint = text_of(entry, "hint");
        one.name = text_of(entry, "displayName");
        if (!password) one.thumbprint = thumbprint_of(text_of(entry, "customKeyIdentifier"));
        one.valid.from = time_of_text(text_of(entry, "startDateTime"), base::kTimeMin);
        one.valid.until = time_of_text(text_of(entry, "endDateTime"), base::kTimeMax);
        one.evidence = evidence_;
        out_.credentials.push_back(std::move(one));
      }
    }
  }

  void federated(const element &record) {
    element list;
    simdjson::dom::array items;
    if (!child_of(record, "fics", list) || list.get(items) != simdjson::SUCCESS) return;
    for (const element entry : items) {
      element fic;
      if (!child_of(entry, "fic", fic)) continue;
      Credential one;
      one.principal = id_of(record, text_of(record, "appId"));
      one.slot = "federated";
      one.key_id = lower(text_of(fic, "id"));
      one.name = fmt::format("{} {}", text_of(fic, "issuer"), text_of(fic, "subject"));
      one.evidence = evidence_;
      out_.credentials.push_back(std::move(one));
    }
  }

  void device(const element &record) {
    Principal *p = principal(record, PrincipalKind::device);
    if (p == nullptr) return;
    add_name(*p, text_of(record, "deviceId"));
    attribute(*p, "system", text_of(record, "operatingSystem"));
    attribute(*p, "trust", text_of(record, "trustType"));
    attribute(*p, "created", text_of(record, "createdDateTime"));
    attribute(*p, "last-sign-in", text_of(record, "approximateLastSignInDateTime"));
  }

  void role(const element &record) {
    Principal *p = principal(record, PrincipalKind::role);
    if (p == nullptr) return;
    attribute(*p, "template-id", lower(text_of(record, "templateId")));
  }

  void role_assignment(const element &head, const element &entry) {
    std::string_view role_id = text_of(entry, "roleDefinitionId");
    if (role_id.empty()) role_id = text_of(head, "roleDefinitionId");
    const std::string_view who = text_of(entry, "principalId");
    if (role_id.empty() || who.empty()) return;
    std::string_view scope = text_of(entry, "directoryScopeId");
    if (scope.empty() || scope == "/") {
      grant("AZHasRole", id_of(head, who), id_of(head, role_id));
    } else {
      // Limited to one object; link_facts() knows what the role means there.
      if (const auto slash = scope.rfind('/'); slash != std::string_view::npos)
        scope.remove_prefix(slash + 1);
      grant(fmt::format("AZScopedRole:{}", lower(role_id)), id_of(head, who), id_of(head, scope));
    }
  }

  void eligibility(const element &record) {
    const std::string_view who = text_of(record, "principalId"),
                           role_id = text_of(record, "roleDefinitionId");
    if (who.empty() || role_id.empty()) return;
    Grant &one = grant("AZRoleEligible", id_of(record, who), id_of(record, role_id),
                       time_of_text(text_of(record, "startDateTime"), base::kTimeMin));
    const base::Time end = time_of_text(text_of(record, "endDateTime"), base::kTimeMax);
    one.valid.until = end;
    one.end_known = end != base::kTimeMax;
  }

  void approvers(const element &record) {
    const std::string_view role_id = text_of(record, "roleDefinitionId");
    for (const char *key : {"endUserAssignmentUserApprovers", "endUserAssignmentGroupApprovers"}) {
      for (const std::string_view who : texts_of(record, key)) {
        grant("AZRoleApprover", id_of(record, who), id_of(record, role_id));
      }
    }
  }

  // appId and tenantId are those of the application that offers the role; principalId is who was given it.
  void app_role_assignment(const element &record) {
    const std::string_view who = text_of(record, "principalId"), resource = text_of(record, "resourceId");
    const std::string role_id = lower(text_of(record, "appRoleId"));
    if (who.empty() || resource.empty() || role_id.empty()) return;
    grant("app-role:" + role_id, id_of(record, who), id_of(record, resource),
          time_of_text(text_of(record, "createdDateTime"), base::kTimeMin));
  }

  void directory_entry(const DirectoryList &list, const element &head, const element &entry) {
    element member;
    std::string_view target = text_of(entry, list.target);
    if (list.kind == "AZAppOwner" || target.empty()) {
      if (const std::string_view of_list = text_of(head, list.target); !of_list.empty()) target = of_list;
    }
    if (!child_of(entry, list.member, member) || target.empty()) return;
    const std::string_view who = text_of(member, "id");
    if (who.empty()) return;
    grant(list.grant, here(who), here(target));
    // Older versions wrote the whole member: the only place of a name where users were not exported.
    if (const std::string_view upn = text_of(member, "userPrincipalName"); !upn.empty()) {
      if (members_named_.insert(lower(who)).second) {
        Principal one;
        one.id = here(who);
        one.kind = PrincipalKind::user;
        one.name = text_of(member, "displayName");
        one.tenant = tenant_;
        one.names = {lower(who), lower(upn)};
        attribute(one, "upn", lower(upn));
        one.evidence = evidence_;
        stubs_.insert(out_.principals.size());
        out_.principals.push_back(std::move(one));
      }
    }
  }

  void access_entry(const AccessList &list, const element &head, const element &entry) {
    const AccessGrant found = access_grant(list, head, entry);
    if (found.principal.empty() || found.target.empty() || found.kind.empty()) return;
    grant(found.kind, here(found.principal), found.target);
  }

  void vault_policy(const element &record) {
    const std::string vault = azure_id("AZKeyVault", text_of(record, "keyVaultId"));
    const std::string_view who = text_of(record, "objectId");
    element permissions;
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

  void descendant(const element &record) {
    element properties, parent;
    if (!child_of(record, "properties", properties) || !child_of(properties, "parent", parent)) return;
    const std::string below = azure_id("", text_of(record, "id")),
                      above = azure_id("", text_of(parent, "id"));
    if (!below.empty() && !above.empty()) grant("AZContains", above, below);
  }

  // Rows that were read before the file said whose it is get its tenant now; ids are made when all is known.
  void finish() {
    const std::string unknown = "principal:entra/" + std::string(kUnknownTenant) + "/";
    const auto settle_id = [&](std::string &id) {
      if (!tenant_.empty() && id.starts_with(unknown))
        id = entra_principal(tenant_, id.substr(unknown.size()));
    };
    for (std::size_t i = first_principal_; i < out_.principals.size(); ++i) {
      Principal &p = out_.principals[i];
      settle_id(p.id);
      p.tenant = p.id.starts_with("principal:entra/") ? std::string(entra_parts(p.id).tenant) : tenant_;
      if ((p.kind == PrincipalKind::user || p.kind == PrincipalKind::service_principal) &&
          enabled_seen_.count(static_cast<int>(p.kind)) != 0 && stubs_.count(i) == 0) {
        p.attributes.emplace("enabled", "false");
      }
    }
    for (std::size_t i = first_grant_; i < out_.grants.size(); ++i) {
      Grant &g = out_.grants[i];
      settle_id(g.from);
      settle_id(g.to);
      g.id = grant_id(g.kind, g.from, g.to);
      if (g.kind.starts_with("app-role:")) {
        const auto name = role_names_.find(g.to + "\n" + g.kind.substr(9));
        if (name != role_names_.end()) assigned_roles_[g.to][g.kind] = name->second;
      }
    }
    for (std::size_t i = first_principal_; i < out_.principals.size(); ++i) {
      const auto roles = assigned_roles_.find(out_.principals[i].id);
      if (roles != assigned_roles_.end())
        out_.principals[i].attributes.insert(roles->second.begin(), roles->second.end());
    }
    for (std::size_t i = first_credential_; i < out_.credentials.size(); ++i) {
      Credential &c = out_.credentials[i];
      settle_id(c.principal);
      std::string key = !c.key_id.empty() ? c.key_id : c.thumbprint;
      if (key.empty()) key = c.hint + base::format_time(c.valid.from) + c.name;
      c.id = credential_id(c.principal, c.slot, key);
    }
    for (std::size_t i = first_resource_; i < out_.resources.size(); ++i) {
      if (out_.resources[i].evidence.empty()) out_.resources[i].evidence = std::string(item_.path);
    }
    for (const auto &[kind, count] : skipped_) {
      sink_.unread(
          {.bytes = count.second,
           .state = evidence::LedgerState::unsupported,
           .reason = fmt::format("{} records of kind {}: kind not read", count.first, kind),
           .remedy = "nothing here opens mail, files or accounts that we model; look at them by hand",
           .child = {},
           .child_size = 0});
    }
    if (damaged_ > 0) {
      sink_.unread({.bytes = damaged_bytes_,
                    .state = evidence::LedgerState::damaged,
                    .reason = fmt::format("{} records damaged, the first at {}", damaged_, damaged_why_),
                    .remedy = "export the directory again",
                    .child = {},
                    .child_size = 0});
    }
  }

  const evidence::ItemView &item_;
  Facts &out_;
  evidence::Sink &sink_;
  LineCounter lines_;
  simdjson::dom::parser parser_;
  std::string tenant_;
  std::string evidence_;
  std::size_t first_grant_, first_principal_, first_resource_, first_credential_;
  std::size_t last_whole_ = 0;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> skipped_;  // kind -> records, bytes
  std::uint64_t damaged_ = 0, damaged_bytes_ = 0;
  std::string damaged_why_;
  std::unordered_set<std::string> members_named_;
  std::unordered_set<std::size_t> stubs_;  // principals known from a member list only
  std::unordered_set<int> enabled_seen_;
  std::map<std::string, std::string> role_names_;  // service principal and role id -> name
  std::map<std::string, std::map<std::string, std::string>> assigned_roles_;
};

}  // namespace

bool recognises_directory(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kLookBytes);
  JsonCursor at(head);
  const char first = at.peek();
  if (first != '{' && first != '[') return false;
  const auto has_kind = [](std::string_view text) {
    for (std::size_t found = text.find("\"kind\""); found != std::string_view::npos;
         found = text.find("\"kind\"", found + 1)) {
      std::string_view rest = base::trim(text.substr(found + 6));
      if (!rest.starts_with(':')) continue;
      rest = base::trim(rest.substr(1));
      if (rest.starts_with("\"AZ")) return true;
    }
    return false;
  };
  if (head.find("\"data\"") != std::string_view::npos && has_kind(head)) return true;
  // An export of nothing, and one whose first record is longer than what we look at.
  const std::string_view tail = bytes.substr(bytes.size() - std::min(bytes.size(), kLookBytes));
  const std::size_t meta = tail.rfind("\"meta\"");
  return head.find("\"data\"") != std::string_view::npos && meta != std::string_view::npos &&
         tail.find("\"azure\"", meta) != std::string_view::npos;
}

base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink) {
  return Reader(item, out, sink).read();
}

}  // namespace dislodge::identity::azurehound
