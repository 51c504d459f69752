// Both directories after the intrusion, and GitHub. The directories show what was left behind: the
// application, its role, the new user; they do not show when, or who did it. Then the answers that follow
// from all the evidence.

#include <algorithm>

#include "base/encode.hpp"
#include "drill/legacy_app.hpp"

namespace dislodge::drill {
namespace {

constexpr std::string_view kMicrosoft = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
const std::string kAppRoleAssignmentAll = "06b708a9-e830-4db3-a914-8e69da51d44f";
const std::string kApplicationAll = "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9";
const std::string kUserAll = "741f803b-c850-494e-b5df-cde7c675a1ca";
const std::string kUserReadAll = "df021288-bdef-4463-88db-98f22de89214";
const std::string kFullAccess = "dc890d15-9560-4a4c-9b7f-a736ec74ec40";
const std::string kGlobalAdministrator = "62e90394-69f5-4237-9190-012177145e10";
const std::string kApplicationAdministrator = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3";
const std::string kGlobalReader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451";

std::string corporate_directory(LegacyApp &story, std::size_t &rows, std::vector<std::string> &optional) {
  Random random(story.seed, "corporate directory");
  const Organisation &company = story.company;
  AzureHoundWriter out(company.corporate);
  out.tenant();
  for (const Person &person : company.people) out.user(person);
  out.user(story.planted_user);
  const auto group = [&](const std::string &name, std::string_view department) {
    std::vector<const Person *> members;
    for (const Person &person : company.people) {
      if (person.department == department) members.push_back(&person);
    }
    const std::string id = random.uuid();
    out.group(id, name, members, base::time_of({2020, 2, 3}, 9, 0, 0));
    optional.push_back(story.corporate(id));
  };
  for (const std::string_view department :
       {"Executive", "Security", "Legal", "IT", "Engineering", "Finance", "Support"})
    group("All " + std::string(department), department);
  for (const std::string_view user : {"helen.marsh", "omar.reyes", "nadia.petrov", "priya.nair"}) {
    const std::string id = random.uuid();
    out.device(id, "NW-" + std::string(user.substr(0, 4)) + "-" + random.digits(3),
               user == "priya.nair" ? "MacMDM" : "Windows");
    optional.push_back(story.corporate(id));
  }
  // Two secrets: the one that leaked years ago is still valid, the next was prepared in September.
  const std::string &secret = story.answers.value("billing-export-client-secret");
  Random next(story.seed, "billing next");
  out.application(story.billing,
                  {{story.billing_key, "billing 2022", secret.substr(0, 3), "",
                    story.billing.created + 9 * base::kMinute, base::time_of({2027, 5, 2}, 8, 0, 0)},
                   {story.billing_next_key, "billing next", make_entra_client_secret(next).substr(0, 3), "",
                    story.acts.admin_rotation, story.acts.admin_rotation + 730 * base::kDay}},
                  "AzureADMyOrg");
  out.application_owner(story.billing, company.person("priya.nair"));
  out.application(story.travel, {}, "AzureADMyOrg");
  out.application_owner(story.travel, company.admin());

  out.service_principal(story.graph.service_id, story.graph, std::string(kMicrosoft),
                        {{kAppRoleAssignmentAll, "AppRoleAssignment.ReadWrite.All"},
                         {kApplicationAll, "Application.ReadWrite.All"},
                         {kUserAll, "User.ReadWrite.All"},
                         {kUserReadAll, "User.Read.All"}});
  out.service_principal(story.exchange.service_id, story.exchange, std::string(kMicrosoft),
                        {{kFullAccess, "full_access_as_app"}});
  optional.push_back(story.corporate(story.graph.service_id));
  optional.push_back(story.corporate(story.exchange.service_id));
  out.service_principal(story.legacy.service_id, story.legacy, company.lab.id);
  out.service_principal(story.reader.service_id, story.reader, company.lab.id);
  out.service_principal(story.billing.service_id, story.billing, company.corporate.id);
  out.service_principal(story.travel.service_id, story.travel, company.corporate.id);
  out.service_principal(story.archive.service_id, story.archive, "9a1c7e52-6d0b-4f38-8c2e-3b5f7a9d1e64");
  out.service_principal_owner(story.billing.service_id, company.person("priya.nair"));
  const auto grant = [&](const std::string &role, const Application &app, const Application &resource,
                         base::Time created) {
    out.app_role_assignment(role, app.service_id, app.name, resource.service_id, resource.name,
                            resource.app_id, created);
  };
  const base::Time migration = base::time_of({2019, 6, 4}, 15, 20, 11);
  grant(kAppRoleAssignmentAll, story.legacy, story.graph, migration);
  grant(kApplicationAll, story.legacy, story.graph, migration);
  grant(kUserAll, story.legacy, story.graph, migration);
  grant(kUserReadAll, story.billing, story.graph, story.billing.created);
  grant(kFullAccess, story.archive, story.exchange, story.archive.created);
  grant(kFullAccess, story.reader, story.exchange, story.acts.role_granted);

  for (const std::string &id :
       {kGlobalAdministrator, kApplicationAdministrator, kGlobalReader, company.corporate.id})
    optional.push_back(story.corporate(id));
  out.role(kGlobalAdministrator, "Global Administrator",
           {company.admin().object_id, company.person("breakglass").object_id});
  out.role(kApplicationAdministrator, "Application Administrator",
           {company.person("tomas.lindgren").object_id});
  out.role(kGlobalReader, "Global Reader", {company.security().object_id});
  const std::string subscription = random.uuid();
  out.subscription(subscription, "Northwind Production");
  out.key_vault(subscription, "rg-platform", "kv-northwind-prod", story.billing.service_id);
  story.vault = "resource:azure/subscriptions/" + subscription +
                "/resourcegroups/rg-platform/providers/microsoft.keyvault/vaults/kv-northwind-prod";
  const std::string text = out.finish();
  rows = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) - 5;
  return text;
}

std::string lab_directory(LegacyApp &story, std::size_t &rows) {
  const Organisation &company = story.company;
  AzureHoundWriter out(company.lab);
  out.tenant();
  for (const Person &person : company.lab_people) out.user(person);
  Random random(story.seed, "lab directory");
  out.group(random.uuid(), "Lab testers", {&company.person("tester1"), &company.person("tester2")},
            base::time_of({2019, 5, 2}, 10, 0, 0));
  Random added(story.seed, "added secrets");
  Random thumb(story.seed, "reader certificate");
  out.application(story.legacy,
                  {{story.legacy_old_key, "migration", make_entra_client_secret(added).substr(0, 3), "",
                    base::time_of({2019, 6, 3}, 10, 15, 0), base::time_of({2099, 12, 31})},
                   {story.legacy_new_key, "sync", make_entra_client_secret(added).substr(0, 3), "",
                    story.acts.secret_added, story.acts.secret_added + 730 * base::kDay}},
                  "AzureADMultipleOrgs");
  out.application_owner(story.legacy, company.person("svc-legacytest"));
  out.application(story.reader,
                  {{story.reader_key, "CN=mailsync", "", base::to_base64(thumb.bytes(20)),
                    story.acts.app_certificate, story.acts.app_certificate + 365 * base::kDay}},
                  "AzureADMultipleOrgs");
  out.application_owner(story.reader, company.person("svc-legacytest"));
  out.service_principal(story.legacy.home_service_id, story.legacy, company.lab.id);
  out.role(kGlobalAdministrator, "Global Administrator", {company.person("lab.admin").object_id});
  const std::string text = out.finish();
  rows = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) - 5;
  return text;
}

std::string github_graph(LegacyApp &story, std::vector<std::string> &optional) {
  const auto text = [](std::string_view value) { return OpenGraphWriter::quoted(value); };
  const std::string &org = story.github_org.id;
  const auto may_be_reached = [&](const std::string &id) { optional.push_back(story.github({"", id})); };
  may_be_reached(org);
  OpenGraphWriter out;
  const OpenGraphWriter::Properties home = {{"environmentid", text(org)},
                                            {"environment_name", text(story.company.github)}};
  const auto with_home = [&](OpenGraphWriter::Properties properties) {
    properties.insert(properties.end(), home.begin(), home.end());
    return properties;
  };
  out.node(org, "GH_Organization",
           with_home({{"name", text(story.company.github)},
                      {"login", text(story.company.github)},
                      {"node_id", text(org)},
                      {"default_repository_permission", text("none")}}));
  const auto user = [&](const GithubNode &node, std::string_view mail) {
    out.node(node.id, "GH_User",
             with_home({{"name", text(node.login)},
                        {"login", text(node.login)},
                        {"node_id", text(node.id)},
                        {"email", text(mail)},
                        {"company", text("")}}));
  };
  const std::string fallen = story.company.person("svc-legacytest").mail;
  user(story.gh_legacytest, fallen);
  for (const GithubNode *node : {&story.gh_labci, &story.gh_releasebot, &story.gh_owner, &story.gh_developer})
    user(*node, "");
  const auto repository = [&](const GithubNode &node, bool is_private) {
    out.node(
        node.id, "GH_Repository",
        with_home({{"name", text(node.login)},
                   {"full_name", text(story.company.github + "/" + node.login)},
                   {"node_id", text(node.id)},
                   {"owner_name", text(story.company.github)},
                   {"owner_node_id", text(org)},
                   {"private", is_private ? "true" : "false"},
                   {"visibility", text(is_private ? "private" : "public")},
                   {"archived", "false"},
                   {"default_branch", text("main")},
                   {"html_url", text("https://github.com/" + story.company.github + "/" + node.login)}}));
    out.edge("GH_Owns", org, node.id, true);
    for (const std::string_view name : {"read", "write", "admin"}) {
      const std::string role = node.id + "_" + std::string(name);
      may_be_reached(role);
      out.node(role, "GH_RepoRole",
               with_home({{"name", text(node.login + "/" + std::string(name))},
                          {"short_name", text(name)},
                          {"type", text("default")},
                          {"repository_name", text(node.login)},
                          {"repository_id", text(node.id)}}));
      out.edge("GH_ReadRepoContents", role, node.id, false);
      if (name != "read") out.edge("GH_WriteRepoContents", role, node.id, false);
      if (name == "admin") out.edge("GH_AdminTo", role, node.id, false);
    }
  };
  repository(story.lab_scripts, true);
  repository(story.platform_config, true);
  repository(story.release_notes, true);
  repository(story.website, false);
  const auto role = [&](const GithubNode &who, const GithubNode &where, std::string_view name) {
    out.edge("GH_HasRole", who.id, where.id + "_" + std::string(name), true);
  };
  role(story.gh_legacytest, story.lab_scripts, "read");
  role(story.gh_labci, story.lab_scripts, "write");
  role(story.gh_releasebot, story.release_notes, "write");
  role(story.gh_owner, story.platform_config, "admin");
  role(story.gh_owner, story.website, "admin");
  role(story.gh_developer, story.lab_scripts, "write");
  out.node(story.gh_deploy_key.id, "GH_DeployKey",
           with_home({{"name", text(story.gh_deploy_key.login)},
                      {"title", text(story.gh_deploy_key.login)},
                      {"node_id", text(story.gh_deploy_key.id)},
                      {"key", text(story.deploy_key.public_key)},
                      {"fingerprint", text(story.deploy_key.fingerprint)},
                      {"read_only", "true"},
                      {"verified", "true"},
                      {"enabled", "true"},
                      {"created_at", text("2024-02-12T10:31:07Z")},
                      {"added_by_login", text(story.gh_owner.login)},
                      {"repository_name", text(story.company.github + "/" + story.platform_config.login)},
                      {"repository_id", text(story.platform_config.id)}}));
  out.edge("GH_CanAccess", story.gh_deploy_key.id, story.platform_config.id, false);
  out.edge("GH_Contains", story.platform_config.id, story.gh_deploy_key.id, false);
  out.edge("GH_AddedDeployKey", story.gh_owner.id, story.gh_deploy_key.id, false);
  // Single sign-on of the organisation is with the test tenant; only one account was ever tied to it.
  const std::string provider = "SIP_" + org;
  const std::string identity = "EI_" + story.gh_legacytest.id;
  may_be_reached(provider);
  may_be_reached(identity);
  out.node(provider, "GH_SamlIdentityProvider",
           with_home({{"name", text(story.company.github)},
                      {"node_id", text(provider)},
                      {"foreign_environmentid", text(upper(story.company.lab.id))}}));
  out.node(identity, "GH_ExternalIdentity",
           with_home({{"name", text(fallen)},
                      {"node_id", text(identity)},
                      {"saml_identity_username", text(fallen)},
                      {"saml_identity_name_id", text(fallen)}}));
  out.edge("GH_HasSamlIdentityProvider", org, provider, false);
  out.edge("GH_HasExternalIdentity", provider, identity, false);
  out.edge("GH_MapsToUser", identity, story.gh_legacytest.id, false);
  out.edge_from_named("GH_SyncedTo", "AZUser", upper(fallen), story.gh_legacytest.id);
  return out.finish("GH_Base");
}

}  // namespace

std::vector<EvidenceFile> directory_files(LegacyApp &story) {
  std::vector<EvidenceFile> files;
  const auto add = [&](const std::string &path, const std::string &tenant, std::string bytes,
                       std::size_t rows, std::string_view who, base::Time at) {
    files.push_back({path, std::move(bytes)});
    files.push_back(
        declaration(path, {"directory", tenant, "", std::string(who), "", at, {}, {}, rows, true}));
  };
  std::size_t rows = 0;
  const std::string corporate = corporate_directory(story, rows, story.answers.principals_optional);
  add("directory/azurehound-northwind.json", story.company.corporate.id, corporate, rows,
      "azurehound list (Global Reader, AuditLog.Read.All missing)", base::time_of({2025, 11, 10}, 9, 0, 0));
  const std::string lab = lab_directory(story, rows);
  add("directory/azurehound-nwlab.json", story.company.lab.id, lab, rows, "azurehound list (Global Reader)",
      base::time_of({2025, 11, 10}, 10, 30, 0));
  const std::string graph = github_graph(story, story.answers.principals_optional);
  std::size_t nodes = 0;
  for (std::size_t at = graph.find("\"kinds\""); at != std::string::npos;
       at = graph.find("\"kinds\"", at + 1))
    ++nodes;
  add("directory/github-opengraph.json", "", graph, nodes, "organisation owner token",
      base::time_of({2025, 11, 10}, 11, 15, 0));
  return files;
}

}  // namespace dislodge::drill
