#include "evict/action.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace dislodge::evict {
namespace {

using reach::FactKind;
using ::testing::HasSubstr;

Actions shipped() {
  auto loaded = load_actions(base::embedded_rules());
  EXPECT_TRUE(loaded.has_value()) << loaded.error().message;
  return loaded ? *std::move(loaded) : Actions();
}

const Action *variant(const Actions &actions, std::string_view id, std::string_view name) {
  for (const Action &one : actions.all()) {
    if (one.id == id && one.variant == name) return &one;
  }
  return nullptr;
}

bool leaves(const Action *action, FactKind fact, std::string_view detail) {
  if (action == nullptr) return false;
  for (const Leave &leave : action->leaves) {
    if (leave.fact == fact && leave.detail == detail) return true;
  }
  return false;
}

bool cuts(const Action *action, FactKind fact) {
  if (action == nullptr) return false;
  for (const Cut &cut : action->cuts) {
    if (cut.fact == fact) return true;
  }
  return false;
}

TEST(Actions, TheRulesThatShipAreWhole) {
  const Actions actions = shipped();
  EXPECT_GE(actions.all().size(), 35u);
  for (const std::string_view id : {"rotate-secret",
                                    "find-owner-and-rotate",
                                    "party-must-rotate",
                                    "revoke-sessions",
                                    "disable-account",
                                    "remove-app-credential",
                                    "remove-app-role",
                                    "remove-consent",
                                    "remove-mailbox-delegation-or-rule",
                                    "disable-service-principal",
                                    "delete-service-principal",
                                    "disable-application",
                                    "remove-group-member",
                                    "remove-owner",
                                    "remove-deploy-key",
                                    "delete-user",
                                    "block-tenant-trust",
                                    "reset-password-twice",
                                    "out-of-band-communication",
                                    "clean-admin-devices",
                                    "tested-break-glass",
                                    "preserve-evidence"}) {
    EXPECT_NE(actions.find(id), nullptr) << id;
  }
  for (const Action &one : actions.all()) {
    EXPECT_FALSE(one.source.empty()) << one.place;
    for (const std::string &id : one.counter)
      EXPECT_THAT(id, ::testing::MatchesRegex("CM[0-9]{4}")) << one.place;
    for (const std::string &id : one.attack)
      EXPECT_THAT(id, ::testing::MatchesRegex("T[0-9]{4}(\\.[0-9]{3})?")) << one.place;
  }
}

// What a responder must be told of an action; COUN7ER has nothing for some (databases, VPN, certification
// authorities), and none is invented.
TEST(Actions, AtLeastSixtySayEverythingThatAResponderMustKnow) {
  const Actions actions = shipped();
  std::size_t whole = 0;
  for (const Action &one : actions.all()) {
    if (one.target == Target::preparation) continue;
    EXPECT_FALSE(one.who.empty()) << one.place;
    EXPECT_FALSE(one.command.empty()) << one.place;
    EXPECT_FALSE(one.leaves.empty()) << one.place;
    EXPECT_FALSE(one.attack.empty()) << one.place;
    EXPECT_FALSE(one.source.empty()) << one.place;
    EXPECT_FALSE(one.go_back.empty()) << one.place;
    EXPECT_GT(one.cost, 0) << one.place;
    EXPECT_EQ(one.twice, one.gap_us > 0) << one.place;
    EXPECT_EQ(one.cuts.empty(), one.target == Target::place) << one.place;
    whole += !one.cuts.empty() && !one.counter.empty() && !one.attack.empty();
  }
  EXPECT_GE(whole, 60u);
}

// Modules that Microsoft has switched off (MSOnline, AzureAD) are no help to a responder.
TEST(Actions, NoCommandIsOfARetiredModule) {
  const Actions actions = shipped();
  for (const Action &one : actions.all()) {
    for (const std::string_view retired :
         {"Connect-MsolService", "Set-MsolUser", "Get-MsolUser", "Update-MsolFederatedDomain",
          "Connect-AzureAD", "Revoke-AzureADUserAllRefreshToken", "Set-AzureADUser", "Get-AzureADUser",
          "Remove-AzureAD"})
      EXPECT_EQ(one.command.find(retired), std::string::npos) << one.place << ": " << retired;
  }
}

// The least that must be true, from the vendors' own tables.
TEST(Actions, WhatEachDoesNotCutIsSaid) {
  const Actions actions = shipped();
  const Action *reset = variant(actions, "rotate-secret", "entra-user-password");
  EXPECT_TRUE(leaves(reset, FactKind::session, "refresh"));
  EXPECT_FALSE(cuts(reset, FactKind::session));
  const Action *revoke = variant(actions, "revoke-sessions", "entra-user");
  EXPECT_TRUE(leaves(revoke, FactKind::session, "access"));
  EXPECT_TRUE(leaves(revoke, FactKind::binding, "app-password"));
  const Action *disable = variant(actions, "disable-account", "entra-user");
  EXPECT_TRUE(leaves(disable, FactKind::planted, "app-secret"));
  EXPECT_FALSE(cuts(disable, FactKind::planted));
  const Action *app = variant(actions, "rotate-secret", "entra-app-credential");
  EXPECT_TRUE(leaves(app, FactKind::binding, "app-secret"));
  const Action *aws = variant(actions, "rotate-secret", "aws-access-key");
  EXPECT_TRUE(leaves(aws, FactKind::account, "session"));
  const Action *github = variant(actions, "rotate-secret", "github-token");
  EXPECT_TRUE(leaves(github, FactKind::grant, "deploy-key"));
  const Action *twice = actions.find("reset-password-twice");
  EXPECT_TRUE(twice->twice);
  EXPECT_GE(twice->gap_us, 10 * base::kHour);
}

base::Result<Actions> load(std::string_view text) {
  const base::EmbeddedRule file{"rules/actions/x.toml", text};
  return load_actions({&file, 1});
}

constexpr std::string_view kGood = R"(
[[action]]
id = "a"
name = "n"
target = "principal"
cuts = [{ fact = "account", how = "both", lag = "15m" }]
leaves = [{ fact = "session", detail = "access", lives = "1h", text = "t" }]
latency = "2h"
who = "w"
command = "c"
go-back = "g"
source = "s"
)";

TEST(Actions, AnEntryIsReadAsWritten) {
  const auto actions = load(kGood);
  ASSERT_TRUE(actions.has_value()) << actions.error().message;
  const Action &one = actions->all().front();
  EXPECT_EQ(one.latency_us, 2 * base::kHour);
  ASSERT_EQ(one.cuts.size(), 1u);
  EXPECT_TRUE(one.cuts[0].closes && one.cuts[0].ends);
  EXPECT_EQ(one.cuts[0].lag_us, 15 * base::kMinute);
  EXPECT_EQ(one.cuts[0].scope, Scope::principal);
}

TEST(Actions, AMistakeIsNamedByFileLineAndAction) {
  const auto wrong = [](std::string_view what, std::string_view by) {
    std::string text(kGood);
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    text.replace(at, what.size(), by);
    const auto loaded = load(text);
    EXPECT_FALSE(loaded.has_value()) << by;
    if (loaded) return std::string();
    EXPECT_THAT(loaded.error().message, testing::ContainsRegex("rules/actions/x.toml:[0-9]+: "));
    return loaded.error().message;
  };
  EXPECT_THAT(wrong("fact = \"account\"", "fact = \"acount\""), HasSubstr("\"acount\" is no fact"));
  EXPECT_THAT(wrong("target = \"principal\"", "target = \"everything\""), HasSubstr("everything"));
  EXPECT_THAT(wrong("latency = \"2h\"", "latency = \"soon\""), HasSubstr("soon"));
  EXPECT_THAT(wrong("source = \"s\"", ""), HasSubstr("no source"));
  EXPECT_THAT(wrong("go-back = \"g\"", ""), HasSubstr("no go-back"));
  EXPECT_THAT(wrong("who = \"w\"", "whom = \"w\""), HasSubstr("unknown key \"whom\""));
  EXPECT_THAT(wrong("who = \"w\"", "who = \"w\"\ntwice = true"), HasSubstr("twice and gap"));
  EXPECT_THAT(wrong("who = \"w\"", "who = \"w\"\ndestroys-evidence = [\"x\"]"),
              HasSubstr("nothing saves it first"));
  EXPECT_THAT(wrong("who = \"w\"", "who = \"w\"\ncost = -1"), HasSubstr("cost"));
  EXPECT_THAT(wrong("who = \"w\"", "who = \"w\"\nrealms = [\"!entra\", \"aws\"]"), HasSubstr("not for"));
  EXPECT_THAT(wrong("how = \"both\"", "how = \"half\""), HasSubstr("half"));
  EXPECT_THAT(wrong("[[action]]", "[[action]"), HasSubstr("x.toml"));
  const auto twice = load(std::string(kGood) + std::string(kGood));
  ASSERT_FALSE(twice.has_value());
  EXPECT_THAT(twice.error().message, HasSubstr("given twice"));
}

TEST(Actions, TheMostParticularVariantComesFirst) {
  const Actions actions = shipped();
  std::size_t particular = 0, general = 0;
  for (std::size_t i = 0; i < actions.all().size(); ++i) {
    const Action &one = actions.all()[i];
    if (one.id == "rotate-secret" && one.variant == "generic") general = i;
    if (one.id == "rotate-secret" && one.variant == "entra-user-password") particular = i;
  }
  EXPECT_LT(particular, general);
}

TEST(Actions, WhatIsForAnyRealmButOneComesLast) {
  const Actions actions = shipped();
  std::size_t particular = 0, general = 0;
  for (std::size_t i = 0; i < actions.all().size(); ++i) {
    const Action &one = actions.all()[i];
    if (one.id != "disable-account") continue;
    if (one.variant == "generic") general = i;
    if (one.realms == std::vector<std::string>{"vpn"}) particular = i;
  }
  EXPECT_LT(particular, general);
}

TEST(Actions, DurationsAndPatterns) {
  EXPECT_EQ(parse_duration("0"), 0);
  EXPECT_EQ(parse_duration("15m"), 15 * base::kMinute);
  EXPECT_EQ(parse_duration("90d"), 90 * base::kDay);
  for (const std::string_view bad : {"", "h", "1", "-1h", "1w", "99999999d", "1 h"})
    EXPECT_EQ(parse_duration(bad), -1) << bad;
  EXPECT_TRUE(matches({}, "anything"));
  EXPECT_TRUE(matches({"*.Read.*"}, "Mail.Read.All"));
  EXPECT_FALSE(matches({"*.Read.*"}, "Mail.Read"));
  EXPECT_TRUE(matches({"a*b*c"}, "aXXbYYbZZc"));
  EXPECT_FALSE(matches({"a*b*c"}, "aXXbYY"));
  EXPECT_TRUE(matches({""}, ""));
}

}  // namespace
}  // namespace dislodge::evict
