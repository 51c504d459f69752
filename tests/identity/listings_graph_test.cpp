#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "identity/declared_tenant.hpp"
#include "identity/ids.hpp"
#include "identity/link.hpp"
#include "support.hpp"

namespace dislodge::identity {
namespace {

const std::string kTenant = "22222222-2222-2222-2222-222222222222";
const std::string kUser = "11111111-1111-1111-1111-111111111111";
const std::string kGroup = "33333333-3333-3333-3333-333333333333";
const std::string kApp = "44444444-4444-4444-4444-444444444444";
const std::string kAppId = "55555555-5555-5555-5555-555555555555";
const std::string kService = "66666666-6666-6666-6666-666666666666";
const std::string kGlobalAdmin = "62e90394-69f5-4237-9190-012177145e10";
const std::string kKey = "77777777-7777-7777-7777-777777777777";

std::string here(std::string_view object) {
  return entra_principal(kTenant, object);
}
// As a unit reads a file beside which a collection declares the tenant.
Facts read_declared(std::string_view text) {
  Facts facts = read_text(text);
  place_in_tenant(facts, kTenant);
  return facts;
}
Facts linked(std::initializer_list<std::string> files) {
  Facts all = read_declared(
      R"({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[{"id":")" + kUser +
      R"(","userPrincipalName":"pim@acme.example","displayName":"Pim","accountEnabled":true}]})");
  for (const std::string &file : files) all.append(read_declared(file));
  all.settle();
  link_facts(all, embedded_rights());
  return all;
}

constexpr const char *kRoleContext =
    R"({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#roleManagement/directory/)";

TEST(GraphListings, ARoleAssignmentOpensTheTenant) {
  const Facts facts =
      linked({kRoleContext + std::string(R"(roleAssignments","value":[{"id":"lAPp","principalId":")") +
              kUser + R"(","roleDefinitionId":")" + kGlobalAdmin + R"(","directoryScopeId":"/"}]})"});
  EXPECT_NE(find_grant(facts, "AZHasRole", here(kUser), here(kGlobalAdmin)), nullptr);
  EXPECT_NE(find_grant(facts, "AZGlobalAdmin", here(kGlobalAdmin), here(kTenant)), nullptr);
}

// The certificate with which AD FS signs for a domain: who has its key is anybody of the tenant.
TEST(GraphListings, AFederationSignsForTheTenantOfItsDomain) {
  const Facts facts = linked(
      {R"({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#domains('acme.example')/federationConfiguration",)"
       R"("value":[{"id":"f1","displayName":"acme","issuerUri":"http://STS.acme.example/adfs/services/trust",)"
       R"("signingCertificate":"Y2VydGlmaWNhdGU=","nextSigningCertificate":null,"preferredAuthenticationProtocol":"wsFed"}]})"});
  const std::string federation = "principal:adfs/http://sts.acme.example/adfs/services/trust";
  EXPECT_NE(find_grant(facts, "federation-signs", federation, here(kTenant)), nullptr);
  ASSERT_EQ(facts.credentials.size(), 1u);
  EXPECT_EQ(facts.credentials[0].principal, federation);
  EXPECT_EQ(facts.credentials[0].thumbprint, "735AD571C189D7BA84464BF4A9F1D2280175B128");
}

TEST(GraphListings, AnEligibleRoleIsOneToActivateWithItsTimes) {
  const Facts facts = linked(
      {kRoleContext + std::string(R"(roleEligibilityScheduleInstances","value":[{"id":"x","principalId":")") +
       kUser + R"(","roleDefinitionId":")" + kGlobalAdmin +
       R"(","directoryScopeId":"/","memberType":"Direct","roleEligibilityScheduleId":"s",)" +
       R"("startDateTime":"2024-01-01T00:00:00Z","endDateTime":null}]})"});
  const Grant *grant = find_grant(facts, "AZRoleEligible", here(kUser), here(kGlobalAdmin));
  ASSERT_NE(grant, nullptr);
  EXPECT_EQ(base::format_time(grant->valid.from), "2024-01-01T00:00:00Z");
  EXPECT_FALSE(grant->end_known);
  EXPECT_EQ(find_grant(facts, "AZHasRole", here(kUser), here(kGlobalAdmin)), nullptr);
}

TEST(GraphListings, ARoleOverOneObjectIsNoRoleOverTheTenant) {
  const Facts facts = read_declared(
      kRoleContext + std::string(R"(roleAssignments","value":[{"id":"x","principalId":")") + kUser +
      R"(","roleDefinitionId":")" + kGlobalAdmin + R"(","directoryScopeId":"/)" + kApp + R"("}]})");
  EXPECT_EQ(find_grant(facts, "AZHasRole", "", ""), nullptr);
  EXPECT_NE(find_grant(facts, "AZScopedRole:" + kGlobalAdmin, here(kUser), here(kApp)), nullptr);
}

// directoryRoles?$expand=members: the object's id is the tenant's own, the template says which role it is.
TEST(GraphListings, MembersOfADirectoryRoleHaveIt) {
  const Facts facts = linked(
      {R"x({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#directoryRoles(members())","value":[)x"
       R"x({"id":"99999999-9999-9999-9999-999999999999","displayName":"Global Administrator","roleTemplateId":")x" +
       kGlobalAdmin + R"x(","members":[{"@odata.type":"#microsoft.graph.user","id":")x" + kUser +
       R"x("}]}]})x"});
  EXPECT_NE(find_grant(facts, "AZGlobalAdmin", here(kGlobalAdmin), here(kTenant)), nullptr);
}

// As Get-MgGroup -ExpandProperty Members | ConvertTo-Json writes it: an array, names in capitals.
TEST(GraphListings, MembersAndOwnersOfAGroup) {
  const Facts facts =
      linked({R"([{"Id":")" + kGroup +
              R"(","DisplayName":"Admins","SecurityEnabled":true,"IsAssignableToRole":true,"Mail":null,)"
              R"("Members":[{"Id":")" +
              kUser + R"(","DeletedDateTime":null}],"Owners":[]}])"});
  const Principal *group = find_principal(facts, here(kGroup));
  ASSERT_NE(group, nullptr);
  EXPECT_EQ(group->attributes.at("role-assignable"), "true");
  EXPECT_NE(find_grant(facts, "AZMemberOf", here(kUser), here(kGroup)), nullptr);
}

TEST(GraphListings, AnApplicationRunsAsItsServicePrincipalAndKeepsItsHints) {
  const Facts facts = linked(
      {R"({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#applications","value":[{"id":")" +
           kApp + R"(","appId":")" + kAppId +
           R"(","displayName":"ERP","signInAudience":"AzureADMyOrg","owners":[{"id":")" + kUser +
           R"("}],"passwordCredentials":[{"customKeyIdentifier":null,"displayName":null,"endDateTime":"2026-01-01T00:00:00Z",)"
           R"("hint":null,"keyId":"88888888-8888-8888-8888-888888888888","startDateTime":"2023-01-01T00:00:00Z"},)"
           R"({"customKeyIdentifier":null,"displayName":"x","endDateTime":"2026-01-01T00:00:00Z","hint":"Abc","keyId":")" +
           kKey + R"(","startDateTime":"2024-01-01T00:00:00Z"}],"keyCredentials":[]}]})",
       R"({"value":[{"id":")" + kService + R"(","appId":")" + kAppId +
           R"(","displayName":"ERP","servicePrincipalType":"Application","signInAudience":"AzureADMyOrg","accountEnabled":false,)"
           R"("appOwnerOrganizationId":")" +
           kTenant + R"("}]})"});
  EXPECT_NE(find_grant(facts, "AZRunsAs", here(kApp), here(kService)), nullptr);
  EXPECT_NE(find_grant(facts, "AZAppOwner", here(kUser), here(kApp)), nullptr);
  EXPECT_EQ(find_principal(facts, here(kService))->attributes.at("enabled"), "false");
  const auto key = std::find_if(facts.credentials.begin(), facts.credentials.end(),
                                [](const Credential &one) { return one.key_id == kKey; });
  ASSERT_NE(key, facts.credentials.end());
  EXPECT_EQ(key->hint, "Abc") << "the first of the two has no hint";
  EXPECT_EQ(key->principal, here(kApp));
  EXPECT_EQ(base::format_time(key->valid.from), "2024-01-01T00:00:00Z");
}

TEST(GraphListings, TheOrganisationIsTheTenant) {
  const Facts facts =
      read_text(R"({"value":[{"id":")" + kTenant +
                R"(","displayName":"Acme","verifiedDomains":[{"name":"acme.example","isDefault":true}]}]})");
  const Principal *tenant = find_principal(facts, here(kTenant));
  ASSERT_NE(tenant, nullptr);
  EXPECT_EQ(tenant->kind, PrincipalKind::tenant);
  EXPECT_THAT(tenant->names, testing::Contains("acme.example"));
}

// `az role assignment list`: rights on Azure's resources, whose scope says on which. Said, not passed over.
TEST(GraphListings, RolesOnResourcesAreSaidToBeUnread) {
  KeepingSink sink;
  read_text(
      R"([{"principalId":")" + kUser +
          R"(","roleDefinitionId":"/subscriptions/a/providers/Microsoft.Authorization/roleDefinitions/b","scope":"/subscriptions/a"}])",
      sink);
  ASSERT_EQ(sink.parts.size(), 1u);
  EXPECT_THAT(sink.parts[0].reason, testing::HasSubstr("role assignments of Azure's resources"));
}

TEST(DeclaredTenant, OnlyWhatHasNoTenantIsPlaced) {
  Facts facts;
  Principal known, unknown;
  known.id = entra_principal("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", kUser);
  unknown.id = entra_principal(kUnknownTenant, kUser);
  facts.principals = {known, unknown};
  Grant looked_up;
  looked_up.from = "principal:entra/?name=pim@acme.example";
  looked_up.to = unknown.id;
  facts.grants = {looked_up};
  place_in_tenant(facts, "not a guid");
  EXPECT_EQ(facts.principals[1].id, unknown.id);
  place_in_tenant(facts, kTenant);
  EXPECT_EQ(facts.principals[0].id, known.id);
  EXPECT_EQ(facts.principals[1].id, here(kUser));
  EXPECT_EQ(facts.grants[0].from, looked_up.from);
  EXPECT_EQ(facts.grants[0].to, here(kUser));
}

}  // namespace
}  // namespace dislodge::identity
