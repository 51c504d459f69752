// Tokens that renew each other, and go on when whoever took the first is shut out long ago.

#include "evict/renewed.hpp"

#include "breach.hpp"

namespace dislodge::evict {
namespace {

using namespace breach;  // NOLINT: the breach is this test's world
using ::testing::IsEmpty;

const std::string kBuild = "principal:aws/1/role/build", kProd = "principal:aws/1/role/prod";

reach::Reach roles(bool back) {
  identity::Facts all = held_facts();
  all.grants = {grant("AZOwns", kUser, kBuild), grant("AZOwns", kBuild, kProd)};
  if (back) all.grants.push_back(grant("AZOwns", kProd, kBuild));
  reach::ProgramOptions shut;
  shut.disabled = {
      {std::string(kUser), base::IntervalSet({day(12), base::kTimeMax}), base::kTimeMax, "audit.json:9"}};
  return reach::compute_reach(all, rights(), {spray()}, shut);
}

bool about_roles(const PlannedAction &one) {
  return one.principal == kBuild || one.principal == kProd;
}

TEST(Renewed, RolesThatKeepEachOtherAliveAreEndedOrParted) {
  const Plan plan = make_plan(roles(true), actions(), from_day(60));
  EXPECT_THAT(plan.leaks, IsEmpty());
  EXPECT_TRUE(std::any_of(plan.actions.begin(), plan.actions.end(), about_roles))
      << "the user who opened them is shut out long ago; the roles go on";
  EXPECT_GT(plan.cost, 0);
}

TEST(Renewed, ASessionThatNobodyRenewsRunsOutByItself) {
  const Plan plan = make_plan(roles(false), actions(), from_day(60));
  EXPECT_THAT(plan.leaks, IsEmpty());
  EXPECT_TRUE(std::none_of(plan.actions.begin(), plan.actions.end(), about_roles));
}

}  // namespace
}  // namespace dislodge::evict
