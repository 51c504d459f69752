// One act is told once.

#include "detect/joined.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/embedded_rules.hpp"
#include "detect/detect.hpp"
#include "tenant_generator.hpp"

namespace dislodge::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

Detection made(const std::string &kind, std::int64_t second, std::vector<std::uint64_t> lines,
               const std::string &principal, bool intruder = true) {
  Detection one;
  one.kind = kind;
  one.techniques = {"T-" + kind};
  one.first = one.last = base::time_of({2025, 9, 1}) + second * base::kSecond;
  one.principals = {principal};
  for (const std::uint64_t line : lines) one.events.push_back({"s.json", line});
  one.event_count = lines.size();
  one.confidence = 0.5;
  one.intruder = intruder;
  one.says = kind + " of " + principal;
  return one;
}

void join(std::vector<Detection> &found) {
  const auto general = load_general_kinds(base::embedded_rules());
  ASSERT_TRUE(general);
  EXPECT_EQ(general->count("spray"), 0u);
  join_acts(found, *general);
}

std::vector<std::string> kinds_of(const std::vector<Detection> &found) {
  std::vector<std::string> out;
  for (const Detection &one : found) out.push_back(one.kind);
  return out;
}

TEST(Joined, AGeneralKindGoesIntoTheParticularOneWithItsEvents) {
  std::vector<Detection> found = {made("success-after-spray", 0, {7, 8}, "p"),
                                  made("risky-signin", 0, {7}, "p")};
  join(found);
  ASSERT_THAT(kinds_of(found), ElementsAre("success-after-spray"));
  EXPECT_EQ(found[0].says, "success-after-spray of p");
  EXPECT_THAT(found[0].techniques, UnorderedElementsAre("T-success-after-spray", "T-risky-signin"));
}

TEST(Joined, OrWithItsMomentAndPrincipal) {
  std::vector<Detection> found = {
      made("new-application", 0, {7}, "p"), made("service-principal-created", 2, {9}, "p"),
      made("service-principal-created", 3, {10}, "q"), made("service-principal-created", 60, {11}, "p")};
  join(found);
  EXPECT_THAT(kinds_of(found),
              ElementsAre("new-application", "service-principal-created", "service-principal-created"));
  EXPECT_THAT(found[0].techniques, UnorderedElementsAre("T-new-application", "T-service-principal-created"));
}

TEST(Joined, WhoseItWasIsNeverLost) {
  std::vector<Detection> found = {made("success-after-spray", 0, {7}, "p", false),
                                  made("risky-signin", 0, {7}, "p", true)};
  join(found);
  EXPECT_THAT(found, SizeIs(2));
}

TEST(Joined, ParticularKindsStandBesideOneAnother) {
  std::vector<Detection> found = {made("consent-granted", 0, {7}, "p"),
                                  made("app-role-granted", 0, {7}, "p")};
  join(found);
  EXPECT_THAT(found, SizeIs(2));
}

TEST(Joined, TwoRulesOfOneKindOverTheSameEvents) {
  std::vector<Detection> found = {made("inbox-rule", 0, {7}, "p"), made("inbox-rule", 0, {7}, "p")};
  found[1].confidence = 0.9;
  join(found);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].confidence, 0.9);
}

TEST(Joined, AnyRuleGoesIntoAGeneralKindAndThatIntoAParticularOne) {
  std::vector<Detection> found = {made("rule-matched", 0, {7}, "p"), made("risky-signin", 0, {7}, "p"),
                                  made("brute-force", 0, {6, 7}, "p")};
  join(found);
  ASSERT_THAT(kinds_of(found), ElementsAre("brute-force"));
  EXPECT_THAT(found[0].says, testing::HasSubstr("(also: rule-matched of p)")) << "which rule it was is kept";
}

TEST(Joined, TwoRulesOfAnotherProgramOverOneEventAreBothNamed) {
  std::vector<Detection> found = {made("rule-matched", 0, {7}, "p"), made("rule-matched", 0, {7}, "p"),
                                  made("rule-matched", 0, {7}, "p")};
  found[0].says = "Chainsaw: Account Brute Force, dc1";
  found[1].says = "Chainsaw: Suspicious Logon, dc1";
  found[2].says = found[0].says;
  join(found);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].says, testing::HasSubstr("Account Brute Force"));
  EXPECT_THAT(found[0].says, testing::HasSubstr("Suspicious Logon"));
  EXPECT_EQ(found[0].says.find("Brute"), found[0].says.rfind("Brute")) << "each once: " << found[0].says;
}

TEST(Joined, NothingStaysNothing) {
  std::vector<Detection> found;
  join(found);
  EXPECT_THAT(found, IsEmpty());
}

// A log of minified JSON is one line: its records are told apart by their columns.
TEST(Joined, RecordsOfOneLineAreNotOneRecord) {
  const TenantOptions options = [] {
    TenantOptions one;
    one.seed = 51;
    one.users = 60;
    one.days = 15;
    one.failures_a_day = 30;
    one.campaign_tries_a_day = 3;
    one.campaign_succeeds = true;
    return one;
  }();
  log::EventTable lines = TenantGenerator(options).make().table;
  log::EventTable one_line = TenantGenerator(options).make().table;
  for (log::Event &event : one_line.events) {
    event.column = static_cast<std::uint32_t>(event.line);
    event.line = 1;
  }
  const auto told = [](const log::EventTable &table) {
    std::vector<Detection> found = detect(table, {}, builtin_options());
    join(found);
    std::vector<std::string> out;
    for (const Detection &each : found) out.push_back(each.kind + ' ' + each.says);
    std::size_t theirs = 0;
    const auto all = sessions(table, {}, found);
    for (const Session &session : all) theirs += session.intruder;
    out.push_back(std::to_string(theirs) + " of " + std::to_string(all.size()) + " sessions are theirs");
    return out;
  };
  EXPECT_EQ(told(one_line), told(lines));
  const EventReference second{"a.json", 1, 40};
  EXPECT_EQ(second.place(), "a.json:line 1 column 40");
  EXPECT_EQ((EventReference{"a.json", 7}.place()), "a.json:line 7");
}

}  // namespace
}  // namespace dislodge::detect
