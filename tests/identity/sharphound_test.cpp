#include "identity/sharphound.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "identity/link.hpp"
#include "support.hpp"

namespace dislodge::identity {
namespace {

// The shapes are those of version 6: a byte order mark, lists of objects, and a count that is wrong.
constexpr std::string_view kUsers =
    "\xEF\xBB\xBF"
    R"({"data":[
{"Properties":{"domain":"ACME.LOCAL","name":"HELEN@ACME.LOCAL","domainsid":"S-1-5-21-1-2-3","samaccountname":"helen",
 "displayname":"Helen Reyes","title":"CFO","email":"helen@acme.example","enabled":true,"whencreated":1653361641,
 "pwdlastset":1692274242,"lastlogon":0,"lastlogontimestamp":-1,"hasspn":true,"pwdneverexpires":true},
 "AllowedToDelegate":[],"PrimaryGroupSID":"S-1-5-21-1-2-3-513","HasSIDHistory":[],
 "SPNTargets":[{"ComputerSID":"S-1-5-21-1-2-3-1001","Port":1433,"Service":"SQLAdmin"}],
 "Aces":[{"PrincipalSID":"S-1-5-21-1-2-3-1107","PrincipalType":"User","RightName":"ForceChangePassword","IsInherited":false}],
 "ObjectIdentifier":"S-1-5-21-1-2-3-1105","IsDeleted":false,
 "ContainedBy":{"ObjectIdentifier":"06DDAA96-A710-4023-A26A-C522B2A87AB4","ObjectType":"OU"}},
{"Properties":{"name":"GONE@ACME.LOCAL"},"Aces":[],"ObjectIdentifier":"S-1-5-21-1-2-3-1200","IsDeleted":true}
],"meta":{"methods":521215,"type":"users","count":1,"version":6}})";

constexpr std::string_view kComputers = R"({"data":[
{"Properties":{"domain":"ACME.LOCAL","name":"DC1.ACME.LOCAL","domainsid":"S-1-5-21-1-2-3","samaccountname":"DC1$",
 "unconstraineddelegation":true,"serviceprincipalnames":["HOST/dc1.acme.local"]},
 "AllowedToAct":[{"ObjectIdentifier":"S-1-5-21-1-2-3-1300","ObjectType":"Computer"}],
 "Sessions":{"Results":[{"UserSID":"S-1-5-21-1-2-3-1105","ComputerSID":"S-1-5-21-1-2-3-1001"}],"Collected":true},
 "PrivilegedSessions":{"Results":[],"Collected":false},
 "LocalGroups":[{"ObjectIdentifier":"S-1-5-21-1-2-3-1001-544","Name":"ADMINISTRATORS@DC1","Collected":true,
   "Results":[{"ObjectIdentifier":"S-1-5-21-1-2-3-1107","ObjectType":"User"}]}],
 "IsDC":true,"DomainSID":"S-1-5-21-1-2-3","Aces":[],"ObjectIdentifier":"S-1-5-21-1-2-3-1001"}
],"meta":{"methods":1,"type":"computers","count":1,"version":5}})";

constexpr std::string_view kHelen = "principal:ad/s-1-5-21-1-2-3-1105";
constexpr std::string_view kDc = "principal:ad/s-1-5-21-1-2-3-1001";
constexpr std::string_view kDomain = "principal:ad/s-1-5-21-1-2-3";

TEST(SharpHound, ReadsUsersWithTimesRightsAndWhatMakesThemWeak) {
  KeepingSink sink;
  const Facts facts = read_text(kUsers, sink);
  EXPECT_TRUE(sink.parts.empty());
  ASSERT_EQ(facts.principals.size(), 1u);  // the deleted one is no principal
  const Principal &helen = facts.principals[0];
  EXPECT_EQ(helen.id, kHelen);
  EXPECT_EQ(helen.kind, PrincipalKind::user);
  EXPECT_EQ(helen.name, "Helen Reyes");
  EXPECT_THAT(helen.names, testing::IsSupersetOf({"helen@acme.local", "acme\\helen", "helen@acme.example"}));
  EXPECT_EQ(helen.attributes.at("created"), "2022-05-24T03:07:21Z");
  EXPECT_EQ(helen.attributes.at("last-password-change"), "2023-08-17T12:10:42Z");
  EXPECT_EQ(helen.attributes.count("last-sign-in"), 0u);  // 0 and -1: never
  EXPECT_EQ(helen.attributes.at("title"), "CFO");
  EXPECT_EQ(helen.attributes.at("hasspn"), "true");
  EXPECT_NE(find_grant(facts, "ForceChangePassword", "principal:ad/s-1-5-21-1-2-3-1107", kHelen), nullptr);
  EXPECT_NE(find_grant(facts, "MemberOf", kHelen, "principal:ad/s-1-5-21-1-2-3-513"), nullptr);
  EXPECT_NE(find_grant(facts, "SQLAdmin", kHelen, kDc), nullptr);
  EXPECT_NE(find_grant(facts, "Contains", "principal:ad/06ddaa96-a710-4023-a26a-c522b2a87ab4", kHelen),
            nullptr);
}

TEST(SharpHound, ReadsSessionsLocalGroupsAndDomainControllers) {
  const Facts facts = read_text(kComputers);
  EXPECT_NE(find_grant(facts, "HasSession", kDc, kHelen), nullptr);
  EXPECT_NE(find_grant(facts, "AdminTo", "principal:ad/s-1-5-21-1-2-3-1107", kDc), nullptr);
  EXPECT_NE(find_grant(facts, "AllowedToAct", "principal:ad/s-1-5-21-1-2-3-1300", kDc), nullptr);
  EXPECT_NE(find_grant(facts, "DCFor", kDc, kDomain), nullptr);
  // A domain controller may delegate by nature.
  EXPECT_EQ(find_grant(facts, "CoerceToTGT", "", ""), nullptr);
  EXPECT_NE(find_grant(facts, "Contains", kDomain, kDc), nullptr);
}

TEST(SharpHound, EveryKindItWritesIsKnownToTheRules) {
  Facts facts = read_text(kUsers);
  facts.append(read_text(kComputers));
  std::vector<std::string> kinds;
  for (const Grant &g : facts.grants) kinds.push_back(g.kind);
  EXPECT_THAT(embedded_rights().unknown(kinds), testing::IsEmpty());
}

TEST(SharpHound, TrustsLeadFromTheTrustedDomain) {
  const Facts facts = read_text(
      R"({"data":[{"Properties":{"name":"A","domainsid":"S-1-5-21-1-2-3"},"ObjectIdentifier":"S-1-5-21-1-2-3","Aces":[],
      "Links":[{"IsEnforced":true,"GUID":"B88EC183-544A-4FEE-9492-EBBD3415238C"}],
      "Trusts":[{"TargetDomainSid":"S-1-5-21-9-9-9","TargetDomainName":"B","TrustDirection":"Inbound","TrustType":"ParentChild","SidFilteringEnabled":false},
      {"TargetDomainSid":"S-1-5-21-8-8-8","TargetDomainName":"C","TrustDirection":2,"TrustType":2,"SidFilteringEnabled":false}],
      "GPOChanges":{"LocalAdmins":[{"ObjectIdentifier":"S-1-5-21-1-2-3-7","ObjectType":"Group"}],
        "AffectedComputers":[{"ObjectIdentifier":"S-1-5-21-1-2-3-1001","ObjectType":"Computer"}]}}],
      "meta":{"type":"domains","version":6,"methods":1}})");
  EXPECT_NE(find_grant(facts, "SameForestTrust", kDomain, "principal:ad/s-1-5-21-9-9-9"), nullptr);
  EXPECT_EQ(find_grant(facts, "SameForestTrust", "principal:ad/s-1-5-21-9-9-9", kDomain), nullptr);
  EXPECT_NE(find_grant(facts, "SpoofSIDHistory", "principal:ad/s-1-5-21-8-8-8", kDomain), nullptr);
  EXPECT_NE(find_grant(facts, "GPLink", "principal:ad/b88ec183-544a-4fee-9492-ebbd3415238c", kDomain),
            nullptr);
  EXPECT_NE(find_grant(facts, "AdminTo", "principal:ad/s-1-5-21-1-2-3-7", kDc), nullptr);
}

TEST(SharpHound, ACertificateNeedsTheTemplateAndTheAuthority) {
  Facts facts = read_text(
      R"({"data":[{"Properties":{"domain":"ACME.LOCAL","name":"EASY","enrolleesuppliessubject":true,"authenticationenabled":true,
      "schemaversion":1,"requiresmanagerapproval":false,"authorizedsignatures":0},"ObjectIdentifier":"T-1",
      "Aces":[{"PrincipalSID":"S-1-5-21-1-2-3-513","RightName":"Enroll"}]}],"meta":{"type":"certtemplates","version":6}})");
  facts.append(read_text(
      R"({"data":[{"Properties":{"domain":"ACME.LOCAL","name":"CA1","certthumbprint":"AB12"},"ObjectIdentifier":"C-1",
      "HostingComputer":"S-1-5-21-1-2-3-1001","CARegistryData":{"CASecurity":{"Data":[{"PrincipalSID":"S-1-5-11","RightName":"Enroll"}]}},
      "EnabledCertTemplates":[{"ObjectIdentifier":"T-1","ObjectType":"CertTemplate"}],"Aces":[]}],"meta":{"type":"enterprisecas","version":6}})"));
  facts.append(read_text(
      R"({"data":[{"Properties":{"domain":"ACME.LOCAL","name":"NTAUTH","certthumbprints":["AB12"]},"ObjectIdentifier":"N-1","Aces":[]}],
      "meta":{"type":"ntauthstores","version":6}})"));
  facts.append(read_text(
      R"({"data":[{"Properties":{"domain":"ACME.LOCAL","name":"ACME.LOCAL"},"ObjectIdentifier":"S-1-5-21-1-2-3","Aces":[]}],
      "meta":{"type":"domains","version":6}})"));
  link_facts(facts, embedded_rights());
  const Grant *attack = find_grant(facts, "ADCSESC1", "", kDomain);
  ASSERT_NE(attack, nullptr);
  EXPECT_NE(find_grant(facts, "adcs-enrol-template", "principal:ad/s-1-5-21-1-2-3-513", attack->from),
            nullptr);
  EXPECT_NE(find_grant(facts, "adcs-enrol-authority", "principal:ad/s-1-5-11", attack->from), nullptr);
  EXPECT_NE(find_grant(facts, "GoldenCert", kDc, kDomain), nullptr);
  EXPECT_NE(find_grant(facts, "ADCSESC4", "principal:ad/t-1", kDomain), nullptr);
}

TEST(SharpHound, AnAccountSynchronisedToEntraIsReachedBothWays) {
  Facts facts = read_text(kUsers);
  facts.append(read_text(
      R"({"data":[{"kind":"AZUser","data":{"id":"11111111-1111-1111-1111-111111111111","tenantId":"22222222-2222-2222-2222-222222222222",
      "userPrincipalName":"helen@acme.example","onPremisesSecurityIdentifier":"S-1-5-21-1-2-3-1105"}}],"meta":{"type":"azure","version":5}})"));
  link_facts(facts, embedded_rights());
  EXPECT_NE(find_grant(facts, "SyncedToEntraUser", kHelen, ""), nullptr);
  EXPECT_NE(find_grant(facts, "SyncedToADUser", "", kHelen), nullptr);
}

TEST(SharpHound, WhatBreaksOffIsReadAsFarAsItGoes) {
  KeepingSink sink;
  const Facts facts = read_text(kUsers.substr(0, kUsers.find("{\"Properties\":{\"name\":\"GONE")), sink);
  EXPECT_EQ(facts.principals.size(), 1u);
  ASSERT_EQ(sink.parts.size(), 1u);
  EXPECT_EQ(sink.parts[0].state, evidence::LedgerState::damaged);
}

TEST(SharpHound, GivesUpFactsBetweenObjects) {
  Facts held, all;
  std::size_t most = 0;
  KeepingSink sink;
  evidence::ItemView item;
  item.path = "users.json";
  item.bytes = kUsers;
  ASSERT_TRUE(read_directory(item, held, sink, [&] {
    most = std::max(most, held.grants.size());
    all.append(std::exchange(held, Facts()));
  }));
  all.append(std::move(held));
  EXPECT_EQ(all.grants.size(), 4u);
  EXPECT_LT(most, 4u);
  base::WireWriter wire;
  all.encode(wire);
  all.encode(wire);  // pieces follow each other
  const auto read = Facts::decode(wire.bytes());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->grants.size(), 8u);
  EXPECT_EQ(read->grants[1].id, all.grants[1].id);
  EXPECT_EQ(read->grants[1].evidence, all.grants[1].evidence);
}

}  // namespace
}  // namespace dislodge::identity
