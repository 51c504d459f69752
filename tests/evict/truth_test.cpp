// What each action does not cut, from the vendors' own tables.

#include "breach.hpp"
#include "evict/apply.hpp"

namespace dislodge::evict {
namespace {

using namespace breach;  // NOLINT: the breach is this test's world
using reach::NodeType;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Truth, APasswordResetLeavesRefreshTokens) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  const auto plan = check_plan(reach, actions(), {planned(1, "rotate-secret", kUser)}, from_day(60));
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(things(plan->leaks), Contains(std::string(kUser)));
  EXPECT_FALSE(plan->verdict.closed);
}

TEST(Truth, RevokingSessionsLeavesThePassword) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  const auto plan = check_plan(reach, actions(), {planned(1, "revoke-sessions", kUser)}, from_day(60));
  EXPECT_THAT(things(plan->leaks), Contains(std::string(kUser)));
}

TEST(Truth, RevokingLeavesAccessTokensForAnHour) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  PlannedAction reset = planned(1, "rotate-secret", kUser, kUser);
  PlannedAction revoke = planned(2, "revoke-sessions", kUser, kUser);
  reset.state = revoke.state = ActionState::in_effect;
  reset.since = day(60);
  revoke.since = day(61);
  const auto after = apply(reach.program, actions(), std::vector{reset, revoke});
  ASSERT_TRUE(after.has_value()) << after.error().message;
  const reach::Solution held = reach::solve(*after, reach::Grade::possible);
  EXPECT_EQ(held.until(after->find(NodeType::principal, kUser)), base::Time{day(61).us + base::kHour});
  EXPECT_EQ(held.until(after->find(NodeType::token, kUser, "refresh")), day(61));
  EXPECT_EQ(held.until(after->find(NodeType::authenticated, kUser)), day(60));
}

TEST(Truth, RevokingBeforeTheResetLeavesWhatIsIssuedBetween) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  const auto order = [&](int reset, int revoke) {
    const auto plan = check_plan(
        reach, actions(), {planned(reset, "rotate-secret", kUser), planned(revoke, "revoke-sessions", kUser)},
        from_day(60));
    return things(plan->leaks).contains(std::string(kUser));
  };
  EXPECT_FALSE(order(1, 2));
  EXPECT_TRUE(order(2, 1));
}

TEST(Truth, DisablingAUserLeavesTheSecretTheyPlanted) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray(), app_credential("key-1")});
  const auto plan = check_plan(reach, actions(), {planned(1, "disable-account", kUser)}, from_day(60));
  EXPECT_THAT(things(plan->leaks), Not(Contains(std::string(kUser))));
  EXPECT_THAT(things(plan->leaks), Contains(std::string(kApp)));
  EXPECT_THAT(things(plan->leaks), Contains(std::string(kService)));
}

TEST(Truth, RotatingOneOfTwoSecretsLeavesTheOther) {
  identity::Facts all = held_facts();
  all.bindings.push_back(all.bindings[0]);
  all.bindings.back().secret = kDeep;  // lies in the repository, and opens the same application
  const reach::Reach reach = reach::compute_reach(all, rights(), {spray()});
  const auto one = check_plan(reach, actions(), {planned(1, "rotate-secret", kAppSecret, kOther, kAppSecret)},
                              from_day(60));
  EXPECT_THAT(things(one->leaks), Contains(std::string(kOther)));
  const auto both = check_plan(reach, actions(),
                               {planned(1, "rotate-secret", kAppSecret, kOther, kAppSecret),
                                planned(1, "rotate-secret", kDeep, kOther, kDeep)},
                               from_day(60));
  // The new ones are mailed to where the old ones lay, which is still read.
  EXPECT_THAT(things(both->leaks), Contains(HasSubstr("/new/")));
}

TEST(Truth, DisablingAServicePrincipalLeavesItsTokensForAnHour) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  PlannedAction disable = planned(1, "disable-service-principal", kService, kService);
  disable.state = ActionState::in_effect;
  disable.since = day(60);
  const auto after = apply(reach.program, actions(), std::vector{disable});
  const reach::Solution held = reach::solve(*after, reach::Grade::possible);
  EXPECT_EQ(held.until(after->find(NodeType::principal, kService)), base::Time{day(60).us + base::kHour});
  EXPECT_EQ(held.until(after->find(NodeType::principal, kApp)), base::kTimeMax)
      << "the application object is another";
}

TEST(Truth, AnAccessKeysSessionsOutliveIt) {
  identity::Facts all = held_facts();
  identity::Principal key;
  key.id = "principal:aws/1/akia";
  key.kind = identity::PrincipalKind::key;
  all.principals.push_back(key);
  all.bindings[1].principal = key.id;
  all.bindings[1].slot = "access-key";
  const reach::Reach reach = reach::compute_reach(all, rights(), {spray()});
  PlannedAction rotate = planned(1, "rotate-secret", kToken, key.id, kToken);
  rotate.state = ActionState::in_effect;
  rotate.since = day(60);
  const auto after = apply(reach.program, actions(), std::vector{rotate});
  const reach::Solution held = reach::solve(*after, reach::Grade::possible);
  EXPECT_EQ(held.until(after->find(NodeType::principal, key.id)), base::Time{day(60).us + 36 * base::kHour});
}

}  // namespace
}  // namespace dislodge::evict
