// Plans of one breach: what is in them, and what they free.

#include "breach.hpp"

namespace dislodge::evict {
namespace {

using namespace breach;  // NOLINT: the breach is this test's world
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Plan, FreesEverythingAndSaysSo) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray(), app_credential("key-1")});
  const Plan plan = make_plan(reach, actions(), from_day(60));
  EXPECT_THAT(plan.leaks, IsEmpty());
  EXPECT_THAT(plan.growth, IsEmpty());
  EXPECT_TRUE(plan.verdict.closed) << plan.verdict.says;
  EXPECT_EQ(plan.cost, plan.bound);
  EXPECT_GT(plan.end, plan.start);
  EXPECT_NE(find(plan, "rotate-secret", kUser), nullptr) << "the guessed password";
  EXPECT_NE(find(plan, "revoke-sessions", kUser), nullptr);
  EXPECT_NE(find(plan, "remove-app-credential", kApp), nullptr);
  EXPECT_NE(find(plan, "rotate-secret", kAppSecret), nullptr);
  EXPECT_NE(find(plan, "rotate-secret", kToken), nullptr);
  EXPECT_NE(find(plan, "find-owner-and-rotate", kDeep), nullptr) << "nobody knows what it opens";
}

TEST(Plan, NothingInReachNothingToDo) {
  const Plan plan = make_plan(reach::compute_reach(held_facts(), rights(), {}), actions(), from_day(60));
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.method, "nothing to cut");
  EXPECT_TRUE(plan.verdict.closed);
}

TEST(Plan, IsTheSameEveryTime) {
  const auto text = [] {
    const reach::Reach reach = reach::compute_reach(facts(), rights(), {spray(), app_credential("key-1")});
    const Plan plan = make_plan(reach, actions(), from_day(60));
    std::string all = plan.verdict.says;
    for (const PlannedAction &one : plan.actions) {
      all += fmt::format("{} {} {} {} {} {}\n", one.id, one.wave, one.action, one.target, one.why,
                         fmt::join(one.leaks_if_skipped, ","));
    }
    return all;
  };
  EXPECT_EQ(text(), text());
}

TEST(Plan, EverySecretThatTheyCanKnowIsInIt) {
  identity::Facts all = held_facts();
  // One that opens nothing in reach any more is in the plan all the same; one that has expired is not.
  all.bindings[0].valid.until = day(50);
  reach::Reach reach = reach::compute_reach(all, rights(), {spray()});
  Plan plan = make_plan(reach, actions(), from_day(60));
  EXPECT_EQ(find(plan, "rotate-secret", kAppSecret), nullptr);
  EXPECT_THAT(plan.not_needed, ElementsAre(HasSubstr(std::string(kAppSecret))));
  PlanOptions options = from_day(60);
  options.dead = {std::string(kToken)};
  plan = make_plan(reach, actions(), options);
  EXPECT_EQ(find(plan, "rotate-secret", kToken), nullptr);
  EXPECT_THAT(plan.not_needed, Contains(HasSubstr("shown to be dead")));
}

TEST(Plan, WhatAPartyOwnsIsNotAskedOfUsTwice) {
  PlanOptions options = from_day(60);
  options.owners[std::string(kToken)] = {"partner.example", false};
  identity::Facts all = held_facts();
  all.bindings[1].principal = "principal:entra/p/their-user";
  all.bindings[1].slot = "password";
  identity::Principal theirs;
  theirs.id = all.bindings[1].principal;
  theirs.kind = identity::PrincipalKind::user;
  all.principals.push_back(theirs);
  detect::Detection used = spray();
  used.footholds.front().principal = theirs.id;
  const Plan plan = make_plan(reach::compute_reach(all, rights(), {spray(), used}), actions(), options);
  EXPECT_NE(find(plan, "party-must-rotate", kToken), nullptr);
  EXPECT_EQ(find(plan, "rotate-secret", theirs.id), nullptr);
  ASSERT_NE(find(plan, "revoke-sessions", theirs.id), nullptr);
  EXPECT_THAT(find(plan, "revoke-sessions", theirs.id)->who, HasSubstr("partner.example"));
  EXPECT_GT(find(plan, "revoke-sessions", theirs.id)->wave, find(plan, "party-must-rotate", kToken)->wave);
  EXPECT_THAT(plan.leaks, IsEmpty());
}

TEST(Plan, AUserThatTheyMadeIsBlockedOnce) {
  detect::Detection made = spray();
  made.planted = {{std::string(kUser), "user", "", day(9), ""}};
  const Plan plan = make_plan(reach::compute_reach(held_facts(), rights(), {made}), actions(), from_day(60));
  const PlannedAction *block = find(plan, "disable-account", kUser);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(block->role, Role::obligation);
  EXPECT_THAT(block->target_name, HasSubstr("user"));
  EXPECT_EQ(find(plan, "rotate-secret", kUser), nullptr) << "its password goes with it";
  EXPECT_THAT(plan.leaks, IsEmpty());
}

TEST(Plan, APartysSecretIsTheirsToRotate) {
  PlanOptions options = from_day(60);
  options.owners[std::string(kToken)] = {"partner.example", false};
  options.owners[std::string(kDeep)] = {"other.example", false};
  const Plan plan = make_plan(reach::compute_reach(held_facts(), rights(), {spray()}), actions(), options);
  EXPECT_EQ(find(plan, "rotate-secret", kToken), nullptr);
  ASSERT_NE(find(plan, "party-must-rotate", kToken), nullptr);
  EXPECT_THAT(find(plan, "party-must-rotate", kToken)->who, HasSubstr("partner.example"));
  EXPECT_NE(find(plan, "party-must-rotate", kDeep), nullptr) << "unbound, and yet theirs";
}

}  // namespace
}  // namespace dislodge::evict
