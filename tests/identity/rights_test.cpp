#include "identity/rights.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support.hpp"

namespace dislodge::identity {
namespace {

// The 47 Azure edge kinds of BloodHound and the two hybrid ones.
constexpr const char *kAzure[] = {"AZAddMembers",
                                  "AZAddOwner",
                                  "AZAddSecret",
                                  "AZAKSContributor",
                                  "AZAppAdmin",
                                  "AZAuthenticatesTo",
                                  "AZAutomationContributor",
                                  "AZAvereContributor",
                                  "AZCloudAppAdmin",
                                  "AZContains",
                                  "AZContributor",
                                  "AZExecuteCommand",
                                  "AZGetCertificates",
                                  "AZGetKeys",
                                  "AZGetSecrets",
                                  "AZGlobalAdmin",
                                  "AZHasRole",
                                  "AZKeyVaultKVContributor",
                                  "AZLogicAppContributor",
                                  "AZManagedIdentity",
                                  "AZMemberOf",
                                  "AZMGAddMember",
                                  "AZMGAddOwner",
                                  "AZMGAddSecret",
                                  "AZMGAppRoleAssignment_ReadWrite_All",
                                  "AZMGApplication_ReadWrite_All",
                                  "AZMGDirectory_ReadWrite_All",
                                  "AZMGGrantAppRoles",
                                  "AZMGGrantRole",
                                  "AZMGGroupMember_ReadWrite_All",
                                  "AZMGGroup_ReadWrite_All",
                                  "AZMGRoleManagement_ReadWrite_Directory",
                                  "AZMGServicePrincipalEndpoint_ReadWrite_All",
                                  "AZNodeResourceGroup",
                                  "AZOwner",
                                  "AZOwns",
                                  "AZPrivilegedAuthAdmin",
                                  "AZPrivilegedRoleAdmin",
                                  "AZResetPassword",
                                  "AZRoleApprover",
                                  "AZRoleEligible",
                                  "AZRunsAs",
                                  "AZScopedTo",
                                  "AZUserAccessAdministrator",
                                  "AZVMAdminLogin",
                                  "AZVMContributor",
                                  "AZWebsiteContributor",
                                  "SyncedToADUser",
                                  "SyncedToEntraUser"};
// Those of Active Directory.
constexpr const char *kAd[] = {"AbuseTGTDelegation",
                               "ADCSESC1",
                               "ADCSESC10a",
                               "ADCSESC10b",
                               "ADCSESC13",
                               "ADCSESC3",
                               "ADCSESC4",
                               "ADCSESC6a",
                               "ADCSESC6b",
                               "ADCSESC9a",
                               "ADCSESC9b",
                               "AddAllowedToAct",
                               "AddKeyCredentialLink",
                               "AddMember",
                               "AddSelf",
                               "AdminTo",
                               "AllExtendedRights",
                               "AllowedToAct",
                               "AllowedToDelegate",
                               "CanPSRemote",
                               "CanRDP",
                               "ClaimSpecialIdentity",
                               "CoerceAndRelayNTLMToADCS",
                               "CoerceAndRelayNTLMToLDAP",
                               "CoerceAndRelayNTLMToLDAPS",
                               "CoerceAndRelayNTLMToSMB",
                               "CoerceToTGT",
                               "Contains",
                               "CrossForestTrust",
                               "DCFor",
                               "DCSync",
                               "DelegatedEnrollmentAgent",
                               "DumpSMSAPassword",
                               "Enroll",
                               "EnrollOnBehalfOf",
                               "EnterpriseCAFor",
                               "ExecuteDCOM",
                               "ExtendedByPolicy",
                               "ForceChangePassword",
                               "GenericAll",
                               "GenericWrite",
                               "GetChanges",
                               "GetChangesAll",
                               "GetChangesInFilteredSet",
                               "GoldenCert",
                               "GPLink",
                               "HasSession",
                               "HasSIDHistory",
                               "HasTrustKeys",
                               "HostsCAService",
                               "IssuedSignedBy",
                               "LocalToComputer",
                               "ManageCA",
                               "ManageCertificates",
                               "MemberOf",
                               "MemberOfLocalGroup",
                               "NTAuthStoreFor",
                               "OIDGroupLink",
                               "Owns",
                               "OwnsLimitedRights",
                               "OwnsRaw",
                               "ProtectAdminGroups",
                               "PublishedTo",
                               "ReadGMSAPassword",
                               "ReadLAPSPassword",
                               "RemoteInteractiveLogonRight",
                               "RootCAFor",
                               "SameForestTrust",
                               "SpoofSIDHistory",
                               "SQLAdmin",
                               "SyncLAPSPassword",
                               "TrustedForNTAuth",
                               "WriteAccountRestrictions",
                               "WriteAltSecurityIdentities",
                               "WriteDacl",
                               "WriteGPLink",
                               "WriteOwner",
                               "WriteOwnerLimitedRights",
                               "WriteOwnerRaw",
                               "WritePKIEnrollmentFlag",
                               "WritePKINameFlag",
                               "WritePublicInformation",
                               "WriteSPN"};

TEST(Rights, EmbeddedRulesLoadAndCoverEveryKind) {
  const Rights &rights = embedded_rights();
  for (const char *kind : kAzure) EXPECT_NE(rights.find(kind), nullptr) << kind;
  for (const char *kind : kAd) EXPECT_NE(rights.find(kind), nullptr) << kind;
  std::map<std::string, int> families;
  for (const Right &right : rights.all()) {
    ++families[right.family];
    EXPECT_FALSE(right.source.empty()) << right.kind;
    EXPECT_FALSE(right.example.empty()) << right.kind;
  }
  EXPECT_GE(families["github"], 110);
  EXPECT_GE(families["okta"], 47);
  EXPECT_GE(families["application-role"], 60);
  EXPECT_GE(families["directory-role"], 15);
}

TEST(Rights, EffectsOfWhatMattersMost) {
  const Rights &rights = embedded_rights();
  EXPECT_EQ(rights.find("full_access_as_app")->effect, Effect::read);
  EXPECT_EQ(rights.find("full_access_as_app")->opens, Opens::mailboxes);
  EXPECT_EQ(rights.find_by_id("DC890D15-9560-4A4C-9B7F-A736EC74EC40")->kind, "full_access_as_app");
  EXPECT_EQ(rights.find_by_id("06b708a9-e830-4db3-a914-8e69da51d44f")->opens, Opens::tenant);
  EXPECT_EQ(rights.find_by_id("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8")->kind,
            "RoleManagement.ReadWrite.Directory");
  EXPECT_EQ(rights.find_by_id("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9")->effect, Effect::mint);
  EXPECT_EQ(rights.find_by_id("62e90394-69f5-4237-9190-012177145e10")->kind, "AZGlobalAdmin");
  EXPECT_EQ(rights.find("AZAppOwner")->effect, Effect::mint);
  EXPECT_EQ(rights.find("AZGroupOwner")->effect, Effect::control);
  EXPECT_EQ(rights.find("CrossForestTrust")->effect, Effect::inert);
  // To read a repository gives neither its deploy key nor its secrets.
  EXPECT_EQ(rights.find("GH_Contains")->effect, Effect::inert);
  EXPECT_EQ(rights.find("IMAP.AccessAsApp")->effect, Effect::inert);
  // Both halves are needed.
  EXPECT_EQ(rights.find("GetChanges")->effect, Effect::inert);
  EXPECT_EQ(rights.find("DCSync")->all_of, (std::vector<std::string>{"GetChanges", "GetChangesAll"}));
}

TEST(Rights, UnknownKindsAreListedOnce) {
  const std::vector<std::string> kinds = {"AZOwns", "XX_New", "AA_New", "XX_New"};
  EXPECT_EQ(embedded_rights().unknown(kinds), (std::vector<std::string>{"AA_New", "XX_New"}));
  EXPECT_EQ(embedded_rights().find("azowns"), nullptr);  // exact, as collectors write it
}

std::string error_of(std::string_view text) {
  const base::EmbeddedRule file{"rules/rights/x.toml", text};
  const auto loaded = load_rights(std::span(&file, 1));
  return loaded ? "loaded" : loaded.error().message;
}

TEST(Rights, MistakesAreNamed) {
  const std::string tail = "source = \"s\"\nexample = \"e\"\n";
  EXPECT_EQ(error_of("family = \"x\"\n[[right]]\nkind = \"A\"\neffect = \"read\"\n" + tail), "loaded");
  EXPECT_THAT(error_of("[[right]]\n"), testing::HasSubstr("no family"));
  EXPECT_THAT(error_of("family = \"x\"\n[[right]]\nkind = \"A\"\neffect = \"own\"\n" + tail),
              testing::HasSubstr("x.toml:2: right \"A\": effect \"own\""));
  EXPECT_THAT(error_of("family = \"x\"\n[[right]]\nkind = \"A\"\neffect = \"mint\"\n" + tail),
              testing::HasSubstr("mint needs slots"));
  EXPECT_THAT(error_of("family = \"x\"\n[[right]]\nkind = \"A\"\neffect = \"read\"\ntypo = 1\n" + tail),
              testing::HasSubstr("unknown key \"typo\""));
  EXPECT_THAT(error_of("family = \"x\"\n[[right]]\nkind = \"A\"\neffect = \"read\"\nsource = \"s\"\n"),
              testing::HasSubstr("no example"));
  EXPECT_THAT(error_of("family = \"x\"\n[[right]]\nkinds = [\"A\", \"A\"]\neffect = \"read\"\n" + tail),
              testing::HasSubstr("given twice"));
  EXPECT_THAT(
      error_of("family = \"x\"\n[[right]]\nkind = \"A\"\neffect = \"control\"\nall-of = [\"B\"]\n" + tail),
      testing::HasSubstr("needs \"B\""));
  EXPECT_THAT(
      error_of("family = \"x\"\n[[right]]\nkind = \"A\"\neffect = \"inert\"\ncomposite = \"B\"\n" + tail),
      testing::HasSubstr("half of \"B\""));
  EXPECT_THAT(error_of("family = "), testing::HasSubstr("rules/rights/x.toml:1:"));
}

}  // namespace
}  // namespace dislodge::identity
