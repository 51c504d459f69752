#include "identity/policies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "identity/link.hpp"
#include "support.hpp"

namespace dislodge::identity {
namespace {

constexpr std::string_view kHelen =
    "principal:entra/22222222-2222-2222-2222-222222222222/11111111-1111-1111-1111-111111111111";
constexpr std::string_view kBob =
    "principal:entra/22222222-2222-2222-2222-222222222222/33333333-3333-3333-3333-333333333333";

// Helen is in the group of administrators, Bob in the one of exceptions; a guest is in neither.
Facts directory() {
  Facts facts = read_text(
      R"({"data":[{"kind":"AZUser","data":{"id":"11111111-1111-1111-1111-111111111111","tenantId":"22222222-2222-2222-2222-222222222222",
      "userPrincipalName":"helen@acme.example","mail":"helen@acme.example","displayName":"Helen Reyes"}},
      {"kind":"AZUser","data":{"id":"33333333-3333-3333-3333-333333333333","tenantId":"22222222-2222-2222-2222-222222222222",
      "userPrincipalName":"bob@acme.example","displayName":"Bob"}},
      {"kind":"AZUser","data":{"id":"44444444-4444-4444-4444-444444444444","tenantId":"22222222-2222-2222-2222-222222222222",
      "userPrincipalName":"eve_else.example#EXT#@acme.example","userType":"Guest","displayName":"Eve"}},
      {"kind":"AZGroup","data":{"id":"55555555-5555-5555-5555-555555555555","tenantId":"22222222-2222-2222-2222-222222222222","displayName":"Admins"}},
      {"kind":"AZGroup","data":{"id":"66666666-6666-6666-6666-666666666666","tenantId":"22222222-2222-2222-2222-222222222222","displayName":"Exceptions"}},
      {"kind":"AZGroupMember","data":{"groupId":"55555555-5555-5555-5555-555555555555","members":[{"groupId":"55555555-5555-5555-5555-555555555555","member":{"id":"11111111-1111-1111-1111-111111111111"}}]}},
      {"kind":"AZGroupMember","data":{"groupId":"66666666-6666-6666-6666-666666666666","members":[{"groupId":"66666666-6666-6666-6666-666666666666","member":{"id":"33333333-3333-3333-3333-333333333333"}}]}}
      ],"meta":{"type":"azure","version":5}})");
  link_facts(facts, embedded_rights());
  return facts;
}

// A policy as Graph lists it, with the parts that tests vary.
struct Written {
  std::string state = "enabled";
  std::string users = R"("includeUsers":["All"],"excludeUsers":[],"includeGroups":[],"excludeGroups":[])";
  std::string applications = R"("includeApplications":["All"],"excludeApplications":[])";
  std::string clients = R"(["all"])";
  std::string conditions = R"("signInRiskLevels":[],"userRiskLevels":[],"platforms":null,"locations":null)";
  std::string grant =
      R"({"operator":"OR","builtInControls":[],"customAuthenticationFactors":[],"termsOfUse":[],
      "authenticationStrength":{"id":"00000000-0000-0000-0000-000000000004","displayName":"Phishing-resistant MFA",
      "allowedCombinations":["windowsHelloForBusiness","fido2","x509CertificateMultiFactor"]}})";
  std::string id = "77777777-7777-7777-7777-777777777777";

  std::string text() const {
    return R"({"id":")" + id + R"(","displayName":"Strong","createdDateTime":"2023-05-01T10:00:00Z",
      "modifiedDateTime":"2023-06-01T10:00:00Z","state":")" +
           state + R"(","conditions":{"clientAppTypes":)" + clients + R"(,)" + conditions +
           R"(,"applications":{)" + applications + R"(},"users":{)" + users + R"(}},"grantControls":)" +
           grant + R"(,"sessionControls":null})";
  }
};

std::vector<Requirement> required(const std::vector<Written> &policies) {
  std::string list =
      R"({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies","value":[)";
  for (const Written &one : policies) list += (&one == policies.data() ? "" : ",") + one.text();
  KeepingSink sink;
  Facts facts = directory();
  facts.append(read_text(list + "]}", sink, "policies.json"));
  EXPECT_TRUE(sink.parts.empty());
  facts.settle();
  return requirements_of(facts);
}

std::vector<std::string> who(const std::vector<Requirement> &requirements) {
  std::vector<std::string> list;
  for (const Requirement &one : requirements) list.push_back(one.principal);
  return list;
}

TEST(Policies, AStrongFactorForAllCoversAllButGuests) {
  const auto found = required({Written{}});
  EXPECT_THAT(who(found), testing::ElementsAre(kHelen, kBob));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(base::format_time(found.front().valid.from), "2023-06-01T10:00:00Z");
  EXPECT_EQ(found.front().valid.until, base::kTimeMax);
  EXPECT_TRUE(found.front().every_protocol && found.front().resists_phishing);
  EXPECT_EQ(found.front().evidence, "policies.json:line 1");
}

TEST(Policies, WhatDoesNotBindProtectsNobody) {
  const auto with = [](auto &&change) {
    Written one;
    change(one);
    return required({one});
  };
  EXPECT_TRUE(with([](Written &p) { p.state = "enabledForReportingButNotEnforced"; }).empty());
  EXPECT_TRUE(with([](Written &p) { p.state = "disabled"; }).empty());
  EXPECT_TRUE(with([](Written &p) {
                p.applications = R"("includeApplications":["All"],"excludeApplications":["Office365"])";
              }).empty());
  EXPECT_TRUE(with([](Written &p) { p.applications = R"("includeApplications":["Office365"])"; }).empty());
  EXPECT_TRUE(with([](Written &p) { p.clients = R"(["browser","mobileAppsAndDesktopClients"])"; }).empty());
  EXPECT_TRUE(with([](Written &p) { p.conditions = R"("signInRiskLevels":["high"])"; }).empty());
  EXPECT_TRUE(with([](Written &p) {
                p.conditions =
                    R"("locations":{"includeLocations":["All"],"excludeLocations":["AllTrusted"]})";
              }).empty());
  EXPECT_TRUE(with([](Written &p) { p.conditions = R"("somethingOfTomorrow":{"mode":"include"})"; }).empty());
  EXPECT_TRUE(with([](Written &p) { p.grant = R"({"operator":"OR","builtInControls":["mfa"]})"; }).empty());
  EXPECT_TRUE(with([](Written &p) { p.grant = "null"; }).empty());
  // Either a strong factor or a joined device: the weaker of the two counts.
  EXPECT_TRUE(with([](Written &p) {
                p.grant =
                    R"({"operator":"OR","builtInControls":["domainJoinedDevice"],"authenticationStrength":
                  {"id":"00000000-0000-0000-0000-000000000004","allowedCombinations":["fido2"]}})";
              }).empty());
  EXPECT_FALSE(with([](Written &p) {
                 p.grant =
                     R"({"operator":"AND","builtInControls":["domainJoinedDevice"],"authenticationStrength":
                   {"id":"00000000-0000-0000-0000-000000000004","allowedCombinations":["fido2"]}})";
               }).empty());
  // A strength of the tenant's own that a code by telephone satisfies.
  EXPECT_TRUE(with([](Written &p) {
                p.grant = R"({"operator":"OR","builtInControls":[],"authenticationStrength":
                  {"id":"99999999-9999-9999-9999-999999999999","allowedCombinations":["fido2","password,sms"]}})";
              }).empty());
  EXPECT_FALSE(with([](Written &p) {
                 p.conditions =
                     R"("locations":{"includeLocations":["All"]},"platforms":{"includePlatforms":["all"]})";
               }).empty());
}

TEST(Policies, GroupsAreFollowedAndExceptionsTakenOut) {
  Written admins;
  admins.users = R"("includeUsers":[],"includeGroups":["55555555-5555-5555-5555-555555555555"])";
  EXPECT_THAT(who(required({admins})), testing::ElementsAre(kHelen));
  Written most;
  most.users = R"("includeUsers":["All"],"excludeGroups":["66666666-6666-6666-6666-666666666666"])";
  EXPECT_THAT(who(required({most})), testing::ElementsAre(kHelen));
  most.users = R"("includeUsers":["All"],"excludeUsers":["11111111-1111-1111-1111-111111111111"])";
  EXPECT_THAT(who(required({most})), testing::ElementsAre(kBob));
}

// The usual pair: strong factors for modern clients, and legacy clients blocked.
TEST(Policies, ProtocolsMayBeCoveredByDifferentPolicies) {
  Written modern, legacy;
  modern.clients = R"(["browser","mobileAppsAndDesktopClients"])";
  legacy.id = "88888888-8888-8888-8888-888888888888";
  legacy.clients = R"(["exchangeActiveSync","other"])";
  legacy.grant = R"({"operator":"OR","builtInControls":["block"]})";
  EXPECT_THAT(who(required({modern, legacy})), testing::ElementsAre(kHelen, kBob));
  legacy.clients = R"(["other"])";
  EXPECT_TRUE(required({modern, legacy}).empty());
}

TEST(Policies, AStrengthOfTheTenantsOwnIsLookedUp) {
  Facts facts = directory();
  Written one;
  one.grant =
      R"({"operator":"OR","builtInControls":[],"authenticationStrength":{"id":"99999999-9999-9999-9999-999999999999"}})";
  facts.append(read_text("[" + one.text() + "]", "policies.json"));
  facts.settle();
  EXPECT_TRUE(requirements_of(facts).empty());
  facts.append(read_text(
      R"({"value":[{"id":"99999999-9999-9999-9999-999999999999","displayName":"Keys only","policyType":"custom",
      "requirementsSatisfied":"mfa","allowedCombinations":["fido2"]}]})",
      "strengths.json"));
  facts.settle();
  EXPECT_EQ(requirements_of(facts).size(), 2u);
}

TEST(Policies, TravelBetweenProcesses) {
  Facts facts = directory();
  facts.append(read_text("[" + Written{}.text() + "]", "policies.json"));
  facts.settle();
  base::WireWriter wire;
  facts.encode(wire);
  auto back = Facts::decode(wire.bytes());
  ASSERT_TRUE(back) << back.error().message;
  const std::vector<Policy> before = policies_of(facts), after = policies_of(*back);
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].demands, before[0].demands);
  EXPECT_EQ(after[0].valid, before[0].valid);
  EXPECT_EQ(requirements_of(*back).size(), 2u);
}

}  // namespace
}  // namespace dislodge::identity
