// Records are in the shapes that AzureHound wrote from 2022 to 2026 (models/*.go of SpecterOps/AzureHound).
#include "identity/azurehound.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "identity/ids.hpp"
#include "support.hpp"

namespace dislodge::identity {
namespace {

using testing::Contains;
using testing::HasSubstr;

const std::string kTenant = "11111111-1111-4111-8111-111111111111";
const std::string kUser = "22222222-2222-4222-8222-22222222222a";
const std::string kGroup = "33333333-3333-4333-8333-33333333333b";
const std::string kApp = "44444444-4444-4444-8444-44444444444c";    // object
const std::string kAppId = "55555555-5555-4555-8555-55555555555d";  // application id
const std::string kService = "66666666-6666-4666-8666-66666666666e";
const std::string kGraph = "77777777-7777-4777-8777-77777777777f";

std::string upper(std::string text) {
  for (char &c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}
std::string here(const std::string &object) {
  return entra_principal(kTenant, object);
}

std::string record(std::string_view kind, std::string data) {
  return "{\"kind\":\"" + std::string(kind) + "\",\"data\":" + std::move(data) + "}";
}
std::string file_of(const std::vector<std::string> &records) {
  std::string text = "{\n\t\"data\": [\n\t\t";
  for (std::size_t i = 0; i < records.size(); ++i) text += (i == 0 ? "" : ",\n\t\t") + records[i];
  return text +
         "\n\t],\n\t\"meta\": {\"type\":\"azure\",\"version\":5,\"count\":" + std::to_string(records.size()) +
         "}\n}\n";
}
const std::string kTenantRow = record(
    "AZTenant",
    R"({"id":"/TENANTS/)" + upper(kTenant) + R"(","tenantId":")" + upper(kTenant) +
        R"(","displayName":"NORTHWIND","defaultDomain":"northwind.example","domains":["northwind.example","nw.example"],"collected":true})");
std::string user_row(const std::string &more = "") {
  return record(
      "AZUser",
      R"({"id":")" + upper(kUser) +
          R"(","accountEnabled":true,"createdDateTime":"2020-01-02T03:04:05Z","displayName":"ANN LEE","jobTitle":"CFO","mail":"Ann.Lee@northwind.example","userPrincipalName":"alee@northwind.example","lastPasswordChangeDateTime":"2024-01-01T00:00:00Z","tenantId":")" +
          upper(kTenant) + R"(","tenantName":"NORTHWIND")" + more + "}");
}

TEST(AzureHound, Recognises) {
  EXPECT_TRUE(azurehound::recognises_directory(file_of({kTenantRow})));
  EXPECT_TRUE(azurehound::recognises_directory(file_of({})));
  EXPECT_TRUE(azurehound::recognises_directory("\xEF\xBB\xBF" + file_of({kTenantRow})));
  EXPECT_TRUE(azurehound::recognises_directory(kTenantRow + "\n" + user_row() + "\n"));  // console output
  EXPECT_TRUE(
      azurehound::recognises_directory(R"({"data":[],"meta":{"type":"azure","version":5,"count":0}})"));
  for (const char *other : {"", "{", "[]", "hello \"kind\": \"AZUser\"",
                            R"({"data":[{"Properties":{}}],"meta":{"type":"users","version":6}})",
                            R"({"kind":"Pod","data":{}})", R"({"value":[{"kind":"AZUser"}]})"}) {
    EXPECT_FALSE(azurehound::recognises_directory(other)) << other;
  }
}

TEST(AzureHound, TenantAndUser) {
  const Facts facts = read_text(file_of({kTenantRow, user_row()}));
  const Principal *tenant = find_principal(facts, here(kTenant));
  ASSERT_NE(tenant, nullptr);
  EXPECT_EQ(tenant->kind, PrincipalKind::tenant);
  EXPECT_THAT(tenant->names, Contains("nw.example"));
  EXPECT_EQ(tenant->attributes.at("collected"), "true");
  const Principal *user = find_principal(facts, here(kUser));
  ASSERT_NE(user, nullptr);
  EXPECT_EQ(user->kind, PrincipalKind::user);
  EXPECT_THAT(user->names, testing::IsSupersetOf({"ann.lee@northwind.example", "alee@northwind.example"}));
  EXPECT_EQ(user->attributes.at("title"), "CFO");
  EXPECT_EQ(user->attributes.at("upn"), "alee@northwind.example");
  EXPECT_EQ(user->evidence, "dir.json:line 4");
}

// The collector leaves false out, so in a file that has accountEnabled at all its absence means disabled.
TEST(AzureHound, AbsentAccountEnabledMeansDisabled) {
  const std::string other = "88888888-8888-4888-8888-888888888888";
  const std::string disabled = record(
      "AZUser", R"({"id":")" + other + R"(","userPrincipalName":"gone@northwind.example","tenantId":")" +
                    kTenant + R"("})");
  const Facts facts = read_text(file_of({kTenantRow, user_row(), disabled}));
  EXPECT_EQ(find_principal(facts, here(kUser))->attributes.at("enabled"), "true");
  EXPECT_EQ(find_principal(facts, here(other))->attributes.at("enabled"), "false");
  // A file in which nobody has it says nothing.
  const Facts silent = read_text(file_of({kTenantRow, disabled}));
  EXPECT_EQ(find_principal(silent, here(other))->attributes.count("enabled"), 0u);
}

TEST(AzureHound, GroupMembersOfEveryVersion) {
  const std::string head = record(
      "AZGroupMember",
      R"({"members":[{"member":{"@odata.type":"#microsoft.graph.user","createdDateTime":"2020-01-02T03:04:05Z","displayName":"Ann","id":")" +
          upper(kUser) + R"("},"groupId":")" + upper(kGroup) + R"("}],"groupId":")" + upper(kGroup) +
          R"("})");
  const std::string old = record(
      "AZGroupMember",
      R"({"groupId":")" + kGroup + R"(","members":[{"groupId":")" + kGroup + R"(","member":{"id":")" + kUser +
          R"(","userPrincipalName":"alee@northwind.example","businessPhones":[],"displayName":"Ann Lee"}}]})");
  const std::string empty = record("AZGroupMember", R"({"members":null,"groupId":")" + kGroup + R"("})");
  for (const std::string &one : {head, old}) {
    const Facts facts = read_text(file_of({kTenantRow, one, empty}));
    EXPECT_NE(find_grant(facts, "AZMemberOf", here(kUser), here(kGroup)), nullptr) << one;
    EXPECT_EQ(count_grants(facts, "AZMemberOf"), 1u);
  }
  // The older shape is the only place of a name where users were not exported.
  const Facts facts = read_text(file_of({kTenantRow, old}));
  ASSERT_NE(find_principal(facts, here(kUser)), nullptr);
  EXPECT_EQ(find_principal(facts, here(kUser))->attributes.at("upn"), "alee@northwind.example");
}

TEST(AzureHound, RowsBeforeTheTenantGetItAtTheEnd) {
  const std::string member =
      record("AZGroupMember", R"({"members":[{"member":{"id":")" + kUser + R"("},"groupId":")" + kGroup +
                                  R"("}],"groupId":")" + kGroup + R"("})");
  EXPECT_NE(find_grant(read_text(file_of({member, kTenantRow})), "AZMemberOf", here(kUser), here(kGroup)),
            nullptr);
  // A file of memberships only does not say; link_facts() finds it out.
  EXPECT_NE(find_grant(read_text(file_of({member})), "AZMemberOf", entra_principal("", kUser),
                       entra_principal("", kGroup)),
            nullptr);
}

TEST(AzureHound, AppOwnersByApplicationIdAndByObjectId) {
  const std::string now =
      record("AZAppOwner", R"({"owners":[{"appId":")" + upper(kApp) + R"(","owner":{"id":")" + upper(kUser) +
                               R"("}}],"appId":")" + upper(kAppId) + R"("})");
  EXPECT_NE(find_grant(read_text(file_of({kTenantRow, now})), "AZAppOwner", here(kUser), here(kAppId)),
            nullptr);
  const std::string before_2023 = record("AZAppOwner", R"({"owners":[{"appId":"","owner":{"id":")" + kUser +
                                                           R"("}}],"appId":")" + kApp + R"("})");
  EXPECT_NE(find_grant(read_text(file_of({kTenantRow, before_2023})), "AZAppOwner", here(kUser), here(kApp)),
            nullptr);
}

TEST(AzureHound, CredentialsOfApplications) {
  const std::string app = record(
      "AZApp",
      R"({"id":")" + kApp + R"(","appId":")" + kAppId +
          R"(","displayName":"Legacy","createdDateTime":"2019-06-03T10:12:31Z","identifierUris":["api://legacy"],
      "passwordCredentials":[{"customKeyIdentifier":null,"displayName":"migration","endDateTime":"2099-12-31T00:00:00Z","hint":"1kA","keyId":"E58A2C52-32B7-46CA-AA89-A18C61BD8A8C","secretText":null,"startDateTime":"2019-06-03T10:15:00Z"}],
      "keyCredentials":[{"customKeyIdentifier":"xYJq2tiS37j6StIv9ptspp1JgMo=","displayName":"CN=mailsync","keyId":"ed14d4d5-36e0-48a3-9853-a8924371ffa4","type":"AsymmetricX509Cert","usage":"Verify","startDateTime":"2025-10-07T02:23:05Z","endDateTime":"2026-10-07T02:23:05Z"},
                        {"customKeyIdentifier":"52ED9B5038A47B9E2E2190715CC238359D4F8F73","keyId":"aaaaaaaa-36e0-48a3-9853-a8924371ffa4","type":"X509CertAndPassword","usage":"Sign"}],
      "tenantId":")" +
          kTenant + R"("})");
  const Facts facts = read_text(file_of({kTenantRow, app}));
  ASSERT_EQ(facts.credentials.size(), 3u);
  EXPECT_EQ(facts.credentials[0].slot, "app-secret");
  EXPECT_EQ(facts.credentials[0].principal, here(kApp));
  EXPECT_EQ(facts.credentials[0].hint, "1kA");
  EXPECT_EQ(facts.credentials[0].key_id, "e58a2c52-32b7-46ca-aa89-a18c61bd8a8c");
  EXPECT_EQ(facts.credentials[0].valid, (base::Interval{*base::parse_time("2019-06-03T10:15:00Z"),
                                                        *base::parse_time("2099-12-31T00:00:00Z")}));
  EXPECT_EQ(facts.credentials[1].slot, "certificate");
  EXPECT_EQ(facts.credentials[1].thumbprint, "C5826ADAD892DFB8FA4AD22FF69B6CA69D4980CA");
  EXPECT_EQ(facts.credentials[2].slot, "saml-signing");
  EXPECT_EQ(facts.credentials[2].thumbprint, "52ED9B5038A47B9E2E2190715CC238359D4F8F73");
  EXPECT_THAT(find_principal(facts, here(kApp))->names,
              testing::IsSupersetOf({kAppId, std::string("api://legacy")}));
}

TEST(AzureHound, RolesAndAppRoles) {
  const std::string role = record(
      "AZRole",
      R"({"id":"62E90394-69F5-4237-9190-012177145E10","displayName":"GLOBAL ADMINISTRATOR","templateId":"62e90394-69f5-4237-9190-012177145e10","tenantId":")" +
          kTenant + R"("})");
  const std::string assignments = record(
      "AZRoleAssignment",
      R"({"roleAssignments":[{"id":"x","roleDefinitionId":"62E90394-69F5-4237-9190-012177145E10","principalId":")" +
          upper(kUser) +
          R"(","directoryScopeId":"/"},{"id":"y","roleDefinitionId":"9B895D92-2CD3-44C7-9D02-A6AC2D5EA5C3","principalId":")" +
          upper(kUser) + R"(","directoryScopeId":"/)" + upper(kAppId) +
          R"("}],"roleDefinitionId":"62E90394-69F5-4237-9190-012177145E10","tenantId":")" + upper(kTenant) +
          R"("})");
  const std::string eligible =
      record("AZRoleEligibilityScheduleInstance",
             R"({"id":"e","roleDefinitionId":"62E90394-69F5-4237-9190-012177145E10","principalId":")" +
                 kGroup + R"(","directoryScopeId":"/","startDateTime":"2024-03-04T05:06:07Z","tenantId":")" +
                 kTenant + R"("})");
  const std::string app_role = record(
      "AZAppRoleAssignment",
      R"({"appId":"00000003-0000-0000-c000-000000000000","appRoleId":"dc890d15-9560-4a4c-9b7f-a736ec74ec40","createdDateTime":"2025-10-07T02:57:18.123Z","id":"z","principalDisplayName":"Sync","principalId":")" +
          upper(kService) +
          R"(","principalType":"ServicePrincipal","resourceDisplayName":"Exchange","resourceId":")" +
          upper(kGraph) + R"(","tenantId":")" + upper(kTenant) + R"("})");
  const Facts facts = read_text(file_of({kTenantRow, role, assignments, eligible, app_role}));
  const std::string admin = here("62e90394-69f5-4237-9190-012177145e10");
  EXPECT_NE(find_grant(facts, "AZHasRole", here(kUser), admin), nullptr);
  EXPECT_EQ(count_grants(facts, "AZHasRole"), 1u);
  EXPECT_NE(find_grant(facts, "AZScopedRole:9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", here(kUser), here(kAppId)),
            nullptr);
  const Grant *one = find_grant(facts, "AZRoleEligible", here(kGroup), admin);
  ASSERT_NE(one, nullptr);
  EXPECT_TRUE(one->start_known);
  const Grant *given =
      find_grant(facts, "app-role:dc890d15-9560-4a4c-9b7f-a736ec74ec40", here(kService), here(kGraph));
  ASSERT_NE(given, nullptr);
  EXPECT_EQ(given->valid.from, *base::parse_time("2025-10-07T02:57:18.123Z"));
}

TEST(AzureHound, VaultsMachinesAndAssignments) {
  const std::string vault_path = "/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/KV";
  const std::string vault = record(
      "AZKeyVault",
      R"({"id":")" + vault_path +
          R"(","name":"KV","subscriptionId":"S1","resourceGroup":"/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG","tenantId":")" +
          kTenant + R"("})");
  const std::string policy = record(
      "AZKeyVaultAccessPolicy",
      R"({"objectId":")" + upper(kService) +
          R"(","permissions":{"secrets":["get","List"],"keys":["List"],"certificates":["all"]},"tenantId":")" +
          kTenant + R"(","keyVaultId":")" + vault_path + R"("})");
  const std::string machine = record(
      "AZVM",
      R"({"id":"/subscriptions/S1/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/vm1","name":"vm1","identity":{"principalId":")" +
          kService +
          R"(","type":"SystemAssigned"},"resourceGroupId":"/subscriptions/S1/resourceGroups/RG","subscriptionId":"S1","tenantId":")" +
          kTenant + R"("})");
  const std::string owners = record(
      "AZSubscriptionOwner",
      R"({"owners":[{"owner":{"id":"/x","properties":{"principalId":")" + upper(kUser) +
          R"(","roleDefinitionId":"/y/8e3af657-a8ff-443c-a75c-2fe8c4bcb635","scope":"/SUBSCRIPTIONS/S1"}},"subscriptionId":"/SUBSCRIPTIONS/S1"}],"subscriptionId":"/SUBSCRIPTIONS/S1"})");
  const std::string storage = record(
      "AZStorageAccountRoleAssignment",
      R"({"assignees":[{"assignee":{"properties":{"principalId":")" + kUser +
          R"(","roleDefinitionId":"/r/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"}},"objectId":"/subscriptions/S1/resourceGroups/RG/providers/Microsoft.Storage/storageAccounts/st","roleDefinitionId":"2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"}],"objectId":"/subscriptions/S1/resourceGroups/RG/providers/Microsoft.Storage/storageAccounts/st"})");
  const Facts facts = read_text(file_of({kTenantRow, vault, policy, machine, owners, storage}));
  const std::string vault_id =
      "resource:azure/subscriptions/s1/resourcegroups/rg/providers/microsoft.keyvault/vaults/kv";
  const std::string group_id = "principal:azure/subscriptions/s1/resourcegroups/rg";
  const std::string vm_id = group_id + "/providers/microsoft.compute/virtualmachines/vm1";
  ASSERT_EQ(facts.resources.size(), 1u);
  EXPECT_EQ(facts.resources[0].id, vault_id);
  EXPECT_NE(find_grant(facts, "AZGetSecrets", here(kService), vault_id), nullptr);
  EXPECT_NE(find_grant(facts, "AZGetCertificates", here(kService), vault_id), nullptr);
  EXPECT_EQ(find_grant(facts, "AZGetKeys", "", ""), nullptr);
  EXPECT_NE(find_grant(facts, "AZContains", group_id, vault_id), nullptr);
  EXPECT_NE(find_grant(facts, "AZContains", group_id, vm_id), nullptr);
  EXPECT_NE(find_grant(facts, "AZManagedIdentity", vm_id, here(kService)), nullptr);
  EXPECT_NE(find_grant(facts, "AZOwner", here(kUser), "principal:azure/subscriptions/s1"), nullptr);
  EXPECT_NE(
      find_grant(
          facts, "AZReadStorage", here(kUser),
          "resource:azure/subscriptions/s1/resourcegroups/rg/providers/microsoft.storage/storageaccounts/st"),
      nullptr);
}

TEST(AzureHound, WhatIsNotReadIsListedWithItsBytes) {
  const std::string odd = record("AZContainerThing", R"({"id":"x"})");
  KeepingSink sink;
  const Facts facts =
      read_text(file_of({kTenantRow, odd, odd, "{\"kind\":\"AZUser\",\"data\":{\"id\":\"x\",}}", "{\"no\":1}",
                         user_row()}),
                sink);
  EXPECT_NE(find_principal(facts, here(kUser)), nullptr);
  ASSERT_EQ(sink.parts.size(), 2u);
  EXPECT_EQ(sink.parts[0].state, evidence::LedgerState::unsupported);
  EXPECT_THAT(sink.parts[0].reason, HasSubstr("2 records of kind AZContainerThing"));
  EXPECT_EQ(sink.parts[0].bytes, 2 * odd.size());
  EXPECT_EQ(sink.parts[1].state, evidence::LedgerState::damaged);
  EXPECT_THAT(sink.parts[1].reason, HasSubstr("2 records damaged, the first at line 6"));
}

TEST(AzureHound, AHalfFileIsReadAsFarAsItGoes) {
  const std::string whole = file_of({kTenantRow, user_row(), user_row()});
  const std::size_t third = whole.rfind("{\"kind\"");
  for (const std::size_t cut : {third + 1, third + 40, whole.size() - 60}) {
    KeepingSink sink;
    const Facts facts = read_text(std::string_view(whole).substr(0, cut), sink);
    EXPECT_NE(find_principal(facts, here(kUser)), nullptr) << cut;
    ASSERT_EQ(sink.parts.size(), 1u) << cut;
    EXPECT_THAT(sink.parts[0].reason, HasSubstr("breaks off"));
    EXPECT_LE(sink.parts[0].bytes, cut);
  }
}

TEST(AzureHound, AMemberListBeyondOneRecordIsReadInPieces) {
  std::string members;
  const std::size_t count = 40'000;
  for (std::size_t i = 0; i < count; ++i) {
    char id[40];
    std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012zx", i);
    members += (i == 0 ? "" : ",") + std::string(R"({"member":{"id":")") + id + R"(","description":")" +
               std::string(60, 'x') + R"("},"groupId":")" + kGroup + R"("})";
  }
  const std::string big =
      record("AZGroupMember", "{\"members\":[" + members + "],\"groupId\":\"" + kGroup + "\"}");
  ASSERT_GT(big.size(), 4u << 20);
  KeepingSink sink;
  const Facts facts = read_text(file_of({kTenantRow, big}), sink);
  EXPECT_EQ(count_grants(facts, "AZMemberOf"), count);
  EXPECT_TRUE(sink.parts.empty());
}

TEST(AzureHound, OutputThatWentThroughPowerShellIsUtf16) {
  std::string wide = "\xFF\xFE";
  for (const char c : file_of({kTenantRow, record("AZNew", "{}"), user_row()})) {
    wide += c;
    wide += '\0';
  }
  EXPECT_TRUE(recognises_directory(wide));
  KeepingSink sink;
  const Facts facts = read_text(wide, sink);
  EXPECT_NE(find_principal(facts, here(kUser)), nullptr);
  ASSERT_EQ(sink.parts.size(), 1u);
  EXPECT_NEAR(static_cast<double>(sink.parts[0].bytes),
              2.0 * static_cast<double>(record("AZNew", "{}").size()), 2.0);
}

TEST(AzureHound, HostileRecordsNeitherCrashNorVanish) {
  for (const char *data : {R"({"id":5})", R"({"id":{"a":1}})", R"([])", R"(null)", R"("text")",
                           R"({"id":"x","passwordCredentials":"no"})", R"({"members":{}})",
                           R"({"members":[null,5,{"member":null},{"member":"x"},{"member":{"id":7}}]})",
                           R"({"owners":[[[]]]})", R"({"permissions":[]})"}) {
    for (const char *kind : {"AZUser", "AZApp", "AZGroupMember", "AZAppOwner", "AZKeyVaultAccessPolicy",
                             "AZRoleAssignment", "AZVM", "AZSubscriptionOwner"}) {
      KeepingSink sink;
      read_text(file_of({kTenantRow, record(kind, data), user_row()}), sink);
      for (const evidence::Unread &part : sink.parts)
        EXPECT_THAT(part.reason, testing::Not(HasSubstr("failed"))) << kind << data;
    }
  }
}

}  // namespace
}  // namespace dislodge::identity
