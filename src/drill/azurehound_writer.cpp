#include "base/hash.hpp"
#include "drill/directory_writers.hpp"

namespace dislodge::drill {
namespace {

void write_credentials(base::JsonWriter &json, const std::vector<ListedCredential> &list) {
  const auto write = [&](bool passwords) {
    for (const ListedCredential &one : list) {
      if (one.hint.empty() == passwords) continue;
      json.object([&] {
        json.field("displayName", one.name);
        json.field("endDateTime", one.until);
        if (passwords)
          json.field("hint", one.hint);
        else
          json.field("customKeyIdentifier", one.thumbprint);
        json.field("keyId", one.key_id);
        json.field("startDateTime", one.from);
        if (!passwords) {
          json.field("type", "AsymmetricX509Cert");
          json.field("usage", "Verify");
        }
      });
    }
  };
  json.array_field("keyCredentials", [&] { write(false); });
  json.array_field("passwordCredentials", [&] { write(true); });
}

}  // namespace

std::string upper(std::string_view text) {
  std::string out(text);
  for (char &byte : out) {
    if (byte >= 'a' && byte <= 'z') byte = static_cast<char>(byte - 'a' + 'A');
  }
  return out;
}

void AzureHoundWriter::add(std::string_view kind, const std::function<void(base::JsonWriter &)> &fields) {
  base::JsonWriter json;
  json.object([&] {
    json.field("kind", kind);
    json.object_field("data", [&] { fields(json); });
  });
  lines_ += (count_++ == 0 ? "\t\t" : ",\n\t\t") + json.text();
}

void AzureHoundWriter::tenant() {
  add("AZTenant", [&](base::JsonWriter &json) {
    json.field("id", "/TENANTS/" + upper(tenant_.id));
    json.field("tenantId", upper(tenant_.id));
    json.field("displayName", upper(tenant_.name));
    json.field("defaultDomain", tenant_.domain);
    json.list_field("domains", std::vector<std::string>{tenant_.domain});
    json.field("tenantType", "AAD");
    json.field("tenantCategory", "Home");
    json.field("collected", true);
  });
}

void AzureHoundWriter::user(const Person &person) {
  add("AZUser", [&](base::JsonWriter &json) {
    json.field("id", upper(person.object_id));
    json.field("accountEnabled", true);
    json.field("createdDateTime", person.created);
    json.field("displayName", upper(person.name()));
    if (!person.title.empty()) json.field("jobTitle", person.title);
    json.field("lastPasswordChangeDateTime", person.password_changed);
    if (!person.service) json.field("mail", person.mail);
    json.field("userPrincipalName", person.mail);
    json.field("userType", "Member");
    json.field("tenantId", upper(tenant_.id));
    json.field("tenantName", upper(tenant_.name));
  });
}

void AzureHoundWriter::group(const std::string &id, const std::string &name,
                             const std::vector<const Person *> &members, base::Time created) {
  add("AZGroup", [&](base::JsonWriter &json) {
    json.field("id", upper(id));
    json.field("createdDateTime", created);
    json.field("displayName", upper(name));
    json.field("mailEnabled", false);
    json.field("securityEnabled", true);
    json.field("tenantId", upper(tenant_.id));
    json.field("tenantName", upper(tenant_.name));
  });
  add("AZGroupMember", [&](base::JsonWriter &json) {
    json.array_field("members", [&] {
      for (const Person *member : members) {
        json.object([&] {
          json.object_field("member", [&] {
            json.field("@odata.type", "#microsoft.graph.user");
            json.field("createdDateTime", member->created);
            json.field("displayName", member->name());
            json.field("id", upper(member->object_id));
          });
          json.field("groupId", upper(id));
        });
      }
    });
    json.field("groupId", upper(id));
  });
}

void AzureHoundWriter::device(const std::string &id, const std::string &name, std::string_view system) {
  add("AZDevice", [&](base::JsonWriter &json) {
    json.field("id", upper(id));
    json.field("accountEnabled", true);
    json.field("deviceId", upper(id));
    json.field("displayName", upper(name));
    json.field("operatingSystem", system);
    json.field("isManaged", true);
    json.field("trustType", "AzureAd");
    json.field("tenantId", upper(tenant_.id));
    json.field("tenantName", upper(tenant_.name));
  });
}

void AzureHoundWriter::application(const Application &app, const std::vector<ListedCredential> &credentials,
                                   std::string_view audience) {
  add("AZApp", [&](base::JsonWriter &json) {
    json.field("id", upper(app.object_id));
    json.field("appId", upper(app.app_id));
    json.field("createdDateTime", app.created);
    json.field("displayName", upper(app.name));
    write_credentials(json, credentials);
    json.field("publisherDomain", tenant_.domain);
    json.field("signInAudience", audience);
    json.field("tenantId", upper(tenant_.id));
    json.field("tenantName", upper(tenant_.name));
  });
}

void AzureHoundWriter::application_owner(const Application &app, const Person &owner) {
  add("AZAppOwner", [&](base::JsonWriter &json) {
    json.array_field("owners", [&] {
      json.object([&] {
        json.field("appId", upper(app.app_id));
        json.object_field("owner", [&] {
          json.field("@odata.type", "#microsoft.graph.user");
          json.field("displayName", owner.name());
          json.field("id", upper(owner.object_id));
          json.field("userPrincipalName", owner.mail);
        });
      });
    });
    json.field("appId", upper(app.app_id));
  });
}

void AzureHoundWriter::service_principal(const std::string &id, const Application &app,
                                         const std::string &owner_tenant, const std::vector<AppRole> &roles,
                                         bool enabled) {
  add("AZServicePrincipal", [&](base::JsonWriter &json) {
    json.field("id", upper(id));
    json.field("accountEnabled", enabled);
    json.field("appDisplayName", app.name);
    json.field("appId", upper(app.app_id));
    json.field("appOwnerOrganizationId", upper(owner_tenant));
    if (!roles.empty()) {
      json.array_field("appRoles", [&] {
        for (const AppRole &role : roles) {
          json.object([&] {
            json.list_field("allowedMemberTypes", std::vector<std::string>{"Application"});
            json.field("displayName", role.value);
            json.field("id", role.id);
            json.field("isEnabled", true);
            json.field("origin", "Application");
            json.field("value", role.value);
          });
        }
      });
    }
    json.field("displayName", upper(app.name));
    json.array_field("keyCredentials", [] {});
    json.array_field("passwordCredentials", [] {});
    json.field("servicePrincipalType", "Application");
    json.list_field("servicePrincipalNames", std::vector<std::string>{app.app_id});
    json.field("tenantId", upper(tenant_.id));
    json.field("tenantName", upper(tenant_.name));
  });
}

void AzureHoundWriter::service_principal_owner(const std::string &id, const Person &owner) {
  add("AZServicePrincipalOwner", [&](base::JsonWriter &json) {
    json.array_field("owners", [&] {
      json.object([&] {
        json.object_field("owner", [&] {
          json.field("@odata.type", "#microsoft.graph.user");
          json.field("displayName", owner.name());
          json.field("id", upper(owner.object_id));
          json.field("userPrincipalName", owner.mail);
        });
        json.field("servicePrincipalId", upper(id));
      });
    });
    json.field("servicePrincipalId", upper(id));
  });
}

void AzureHoundWriter::app_role_assignment(const std::string &role_id, const std::string &principal_id,
                                           const std::string &principal_name, const std::string &resource_id,
                                           const std::string &resource_name,
                                           const std::string &resource_app_id, base::Time created) {
  add("AZAppRoleAssignment", [&](base::JsonWriter &json) {
    json.field("appId", resource_app_id);
    json.field("appRoleId", role_id);
    json.field("createdDateTime", created);
    json.field("id", base::to_hex(base::sha1(role_id + principal_id)).substr(0, 22));
    json.field("principalDisplayName", principal_name);
    json.field("principalId", upper(principal_id));
    json.field("principalType", "ServicePrincipal");
    json.field("resourceDisplayName", resource_name);
    json.field("resourceId", upper(resource_id));
    json.field("tenantId", upper(tenant_.id));
  });
}

void AzureHoundWriter::role(const std::string &template_id, std::string_view name,
                            const std::vector<std::string> &principal_ids) {
  add("AZRole", [&](base::JsonWriter &json) {
    json.field("id", upper(template_id));
    json.field("displayName", upper(name));
    json.field("isBuiltIn", true);
    json.field("isEnabled", true);
    json.field("templateId", template_id);
    json.field("tenantId", upper(tenant_.id));
    json.field("tenantName", upper(tenant_.name));
  });
  add("AZRoleAssignment", [&](base::JsonWriter &json) {
    json.array_field("roleAssignments", [&] {
      for (const std::string &principal : principal_ids) {
        json.object([&] {
          json.field("id", base::to_hex(base::sha1(template_id + principal)).substr(0, 26));
          json.field("roleDefinitionId", upper(template_id));
          json.field("principalId", upper(principal));
          json.field("directoryScopeId", "/");
        });
      }
    });
    json.field("roleDefinitionId", upper(template_id));
    json.field("tenantId", upper(tenant_.id));
  });
}

void AzureHoundWriter::subscription(const std::string &id, std::string_view name) {
  add("AZSubscription", [&](base::JsonWriter &json) {
    json.field("id", "/SUBSCRIPTIONS/" + upper(id));
    json.field("subscriptionId", upper(id));
    json.field("displayName", upper(name));
    json.field("state", "Enabled");
    json.field("tenantId", upper(tenant_.id));
  });
}

void AzureHoundWriter::key_vault(const std::string &subscription, std::string_view group,
                                 std::string_view name, const std::string &reader_id) {
  const std::string group_id = "/subscriptions/" + subscription + "/resourceGroups/" + std::string(group);
  const std::string id = group_id + "/providers/Microsoft.KeyVault/vaults/" + std::string(name);
  const auto policy = [&](base::JsonWriter &json) {
    json.field("objectId", upper(reader_id));
    json.object_field("permissions", [&] {
      json.list_field("secrets", std::vector<std::string>{"Get", "List"});
    });
    json.field("tenantId", upper(tenant_.id));
  };
  add("AZKeyVault", [&](base::JsonWriter &json) {
    json.field("id", upper(id));
    json.field("location", "westeurope");
    json.field("name", name);
    json.object_field("properties", [&] {
      json.array_field("accessPolicies", [&] { json.object([&] { policy(json); }); });
      json.field("enableSoftDelete", true);
      json.field("tenantId", upper(tenant_.id));
      json.field("vaultUri", "https://" + std::string(name) + ".vault.azure.net/");
    });
    json.field("type", "Microsoft.KeyVault/vaults");
    json.field("subscriptionId", subscription);
    json.field("resourceGroup", group_id);
    json.field("tenantId", upper(tenant_.id));
  });
  add("AZKeyVaultAccessPolicy", [&](base::JsonWriter &json) {
    policy(json);
    json.field("keyVaultId", upper(id));
  });
}

std::string AzureHoundWriter::finish() {
  return "{\n\t\"data\": [\n" + lines_ +
         "\n\t],\n\t\"meta\": {\"type\":\"azure\",\"version\":5,\"count\":" + std::to_string(count_) +
         "}\n}\n";
}

std::string OpenGraphWriter::quoted(std::string_view text) {
  base::JsonWriter json;
  json.value(text);
  return json.take();
}

void OpenGraphWriter::node(const std::string &id, const std::string &kind, const Properties &properties) {
  base::JsonWriter json;
  json.object([&] {
    json.field("id", id);
    json.list_field("kinds", std::vector<std::string>{kind, "GH_Base"});
    json.object_field("properties", [&] {
      for (const auto &[name, value] : properties) {
        json.key(name);
        json.raw(value);
      }
    });
  });
  nodes_ += (nodes_.empty() ? "" : ",\n") + json.text();
}

void OpenGraphWriter::edge(const std::string &kind, const std::string &start, const std::string &end,
                           bool traversable) {
  base::JsonWriter json;
  json.object([&] {
    json.field("kind", kind);
    for (const auto &[side, id] : {std::pair("start", &start), std::pair("end", &end)}) {
      json.object_field(side, [&, node_id = id] {
        json.field("match_by", "id");
        json.field("value", *node_id);
      });
    }
    json.object_field("properties", [&] { json.field("traversable", traversable); });
  });
  edges_ += (edges_.empty() ? "" : ",\n") + json.text();
}

void OpenGraphWriter::edge_from_named(const std::string &kind, const std::string &start_kind,
                                      const std::string &start_name, const std::string &end) {
  base::JsonWriter json;
  json.object([&] {
    json.field("kind", kind);
    json.object_field("start", [&] {
      json.field("match_by", "name");
      json.field("value", start_name);
      json.field("kind", start_kind);
    });
    json.object_field("end", [&] {
      json.field("match_by", "id");
      json.field("value", end);
    });
    json.object_field("properties", [&] { json.field("traversable", true); });
  });
  edges_ += (edges_.empty() ? "" : ",\n") + json.text();
}

std::string OpenGraphWriter::finish(std::string_view source_kind) const {
  return "{\"metadata\":{\"source_kind\":" + quoted(source_kind) + "},\"graph\":{\"nodes\":[\n" + nodes_ +
         "\n],\"edges\":[\n" + edges_ + "\n]}}\n";
}

}  // namespace dislodge::drill
