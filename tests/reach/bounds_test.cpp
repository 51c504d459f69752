#include "reach/bounds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "fixture.hpp"
#include "reach/difference.hpp"
#include "reach/layout.hpp"
#include "reach/opengraph.hpp"
#include "reach/program.hpp"
#include "reach/solve.hpp"
#include "reach/why.hpp"

namespace dislodge::reach {
namespace {

using namespace fixture;  // NOLINT: the fixture is this test's world
using base::Interval;
using base::IntervalSet;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const ReachRow *row(const Reach &reach, std::string_view id) {
  for (const ReachRow &one : reach.rows) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

TEST(Bounds, ARevokedSessionEndsUnlessItIsSeenAfterwards) {
  ProgramOptions options;
  options.sweeps = {{std::string(kUser), "session:refresh", day(15), "audit.json:line 3"}};
  // The password that was guessed lets them in again: only the session is dead, not the credential.
  const Program program = make_program(facts(), rights(), {spray()}, options);
  const NodeId refresh = program.find(NodeType::token, kUser, "refresh");
  ASSERT_NE(refresh, kNone);
  const Solution solution = solve(program, Grade::possible);
  EXPECT_EQ(solution.since(refresh), day(10));
  Changes no_password;
  for (EdgeId id = 0; id < program.edges.size(); ++id) {
    if (program.edges[id].fact == FactKind::planted) no_password[id] = {};
  }
  const Solution without = Solver(program, Grade::possible).run(&no_password);
  EXPECT_EQ(without.intervals(refresh), IntervalSet(Interval{day(10), day(15)}));
  ProgramOptions plain;
  const Program unswept = make_program(facts(), rights(), {spray()}, plain);
  EXPECT_EQ(solve(unswept, Grade::possible).until(unswept.find(NodeType::token, kUser, "refresh")),
            base::kTimeMax);
}

TEST(Bounds, AGuessedPasswordIsGoodUntilSomebodyElseSetsANewOne) {
  const auto until = [](std::vector<identity::Sweep> sweeps, const detect::Detection &seen) {
    ProgramOptions options;
    options.sweeps = std::move(sweeps);
    identity::Facts all = facts();
    all.bindings.clear();
    const Reach reach = compute_reach(all, rights(), {seen}, options);
    return reach.possible.until(reach.program.find(NodeType::principal, kUser));
  };
  const identity::Sweep session{std::string(kUser), "session:refresh", day(15), "audit.json:line 4"};
  identity::Sweep reset{std::string(kUser), "password", day(15), "audit.json:line 3"};
  EXPECT_LE(until({session, reset}, spray()), day(16));
  EXPECT_EQ(until({session}, spray()), base::kTimeMax);
  detect::Detection later = spray();
  later.last = day(17);  // still in after it was set anew
  EXPECT_EQ(until({session, reset}, later), base::kTimeMax);
  reset.by_themselves = true;  // whoever acts as the account may have done that
  EXPECT_EQ(until({session, reset}, spray()), base::kTimeMax);
}

TEST(Bounds, WhatMayHaveBeenSetLastsUntilItsSlotIsSwept) {
  identity::Facts all = facts();
  identity::Grant mint = grant("AZAddSecret", kUser, kOther);
  mint.valid = {day(0), day(12)};
  all.grants.push_back(mint);
  all.bindings.clear();
  ProgramOptions options;
  options.minted_until_swept = true;
  options.sweeps = {{std::string(kOther), "app-secret", day(30), "audit"}};
  const Reach swept = compute_reach(all, rights(), {spray()}, options);
  ASSERT_NE(row(swept, kOther), nullptr);
  // Held until the sweep, and for the hour of a token that was issued just before.
  EXPECT_EQ(row(swept, kOther)->possible_intervals,
            IntervalSet(Interval{day(10), base::Time{day(30).us + base::kHour}}));
  options.minted_until_swept = false;
  const Reach held = compute_reach(all, rights(), {spray()}, options);
  EXPECT_EQ(row(held, kOther)->possible_intervals, IntervalSet(Interval{day(10), day(12)}));
}

TEST(Bounds, AFactorCountsOnlyWhereAPolicyEnforcesItEverywhere) {
  identity::Facts all = facts();
  all.bindings[1].slot = "password";
  all.bindings[1].principal = kBot;
  ProgramOptions options;
  identity::Requirement phone{std::string(kBot), "password", "", Interval{}, true, false, "policy"};
  options.requirements = {phone};
  EXPECT_NE(row(compute_reach(all, rights(), {spray()}, options), kBot), nullptr);  // can be phished
  options.requirements[0].resists_phishing = true;
  options.requirements[0].every_protocol = false;
  EXPECT_NE(row(compute_reach(all, rights(), {spray()}, options), kBot), nullptr);  // IMAP asks for none
  options.requirements[0].every_protocol = true;
  EXPECT_EQ(row(compute_reach(all, rights(), {spray()}, options), kBot), nullptr);
  // A code that is sent to a mailbox they read is theirs.
  options.requirements[0].factor = kHelen;
  EXPECT_NE(row(compute_reach(all, rights(), {spray()}, options), kBot), nullptr);
  // Before the policy the password sufficed.
  options.requirements[0].factor.clear();
  options.requirements[0].valid = since(25);
  const Reach before = compute_reach(all, rights(), {spray()}, options);
  ASSERT_NE(row(before, kBot), nullptr);
  EXPECT_EQ(row(before, kBot)->since, day(20));
}

TEST(Bounds, APasswordMayOpenTheSamePersonsOtherAccounts) {
  identity::Facts all = facts();
  all.bindings[1].slot = "password";
  all.bindings[1].principal = kBot;
  identity::Principal other;
  other.id = "principal:github/bot";
  other.kind = identity::PrincipalKind::user;
  all.principals.push_back(other);
  all.grants.push_back(grant("same-person", kBot, other.id));
  ProgramOptions options;
  EXPECT_EQ(row(compute_reach(all, rights(), {spray()}, options), other.id), nullptr);
  options.reused_passwords = true;
  const Reach reused = compute_reach(all, rights(), {spray()}, options);
  ASSERT_NE(row(reused, other.id), nullptr);
  EXPECT_EQ(row(reused, other.id)->grade, Grade::possible);
  EXPECT_EQ(row(reused, other.id)->since, row(reused, kBot)->possible_since);
  // A key is of one account only.
  all.bindings[1].slot = "token";
  EXPECT_EQ(row(compute_reach(all, rights(), {spray()}, options), other.id), nullptr);
}

TEST(Bounds, ACompleteLogExcludesWhatItDoesNotShow) {
  ProgramOptions options;
  Watched boss;
  boss.resource = kBoss;
  boss.tenant = "t";
  boss.complete = IntervalSet(Interval{base::kTimeMin, base::kTimeMax});
  boss.why = "the log of mail access is declared complete";
  options.watched = {boss};
  const Reach reach = compute_reach(facts(), rights(), {spray()}, options);
  ASSERT_NE(row(reach, kBoss), nullptr);
  EXPECT_EQ(row(reach, kBoss)->grade, Grade::excluded);
  EXPECT_THAT(why(reach, kBoss).value(), HasSubstr("excluded"));
  EXPECT_EQ(row(reach, kHelen)->grade, Grade::possible);  // another mailbox: no log testifies
  // Days on which somebody but the owner read it are not excluded.
  options.watched[0].seen["principal:entra/t/sp"].add({day(40), day(41)});
  const Reach some = compute_reach(facts(), rights(), {spray()}, options);
  EXPECT_EQ(row(some, kBoss)->grade, Grade::possible);
  EXPECT_EQ(row(some, kBoss)->possible_intervals, IntervalSet(Interval{day(40), day(41)}));
}

TEST(Bounds, ALogExcludesNothingWhereItCouldHaveBeenSwitchedOff) {
  identity::Facts all = facts();
  identity::Principal tenant;
  tenant.id = "principal:entra/t/t";
  tenant.kind = identity::PrincipalKind::tenant;
  all.principals.push_back(tenant);
  all.grants.push_back(grant("AZOwns", kUser, "principal:entra/t/t"));
  ProgramOptions options;
  Watched boss;
  boss.resource = kBoss;
  boss.tenant = "t";
  boss.complete = IntervalSet(Interval{});
  options.watched = {boss};
  EXPECT_EQ(row(compute_reach(all, rights(), {spray()}, options), kBoss)->grade, Grade::possible);
}

TEST(Bounds, AddingCoverageNeverEnlargesPossible) {
  const Reach without = compute_reach(facts(), rights(), {spray()});
  for (int from = 0; from < 40; from += 7) {
    ProgramOptions options;
    for (const std::string_view box : {kBoss, kHelen}) {
      Watched one;
      one.resource = box;
      one.tenant = "t";
      one.complete = IntervalSet(Interval{day(from), day(from + 20)});
      options.watched.push_back(one);
    }
    const Reach with = compute_reach(facts(), rights(), {spray()}, options);
    for (const ReachRow &one : with.rows) {
      ASSERT_NE(row(without, one.id), nullptr);
      EXPECT_TRUE(row(without, one.id)->possible_intervals.covers(one.possible_intervals)) << one.id;
    }
  }
}

TEST(Bounds, AKeyOfAnIssuerIsTrustNotASignIn) {
  identity::Facts all = facts();
  all.bindings[0].slot = "saml-signing";
  const Reach reach = compute_reach(all, rights(), {spray()});
  ASSERT_NE(row(reach, kOther), nullptr);
  EXPECT_EQ(row(reach, kOther)->because.back().rule, "trust");
}

TEST(Difference, AReadingThatIsAssumedTellsWhatItOpens) {
  const Reach reach = compute_reach(facts(), rights(), {});
  EXPECT_FALSE(reading(reach.program, "nowhere", {}));
  const auto spec = reading(reach.program, "helen@acme.example", {day(30), day(31)});
  ASSERT_TRUE(spec);
  Program more = reach.program.clone();
  more.add(*spec);
  const auto list = differences(reach.program, reach.possible, more, solve(more, Grade::possible));
  std::vector<std::string> gained;
  for (const Difference &one : list) {
    EXPECT_EQ(one.change, "gained");
    gained.push_back(one.id);
  }
  EXPECT_THAT(gained, testing::IsSupersetOf({std::string(kHelen), std::string(kToken), std::string(kRepo),
                                             std::string(kDeep)}));
  EXPECT_THAT(differences(more, solve(more, Grade::possible), more, solve(more, Grade::possible)), IsEmpty());
}

TEST(Picture, CausesStandLeftOfWhatFollows) {
  const Reach reach = compute_reach(facts(), rights(), {spray()});
  const auto picture = picture_of(reach, kDeep);
  ASSERT_TRUE(picture);
  ASSERT_GT(picture->things.size(), 4u);
  for (const PictureStep &step : picture->steps)
    EXPECT_LT(picture->things[step.from].column, picture->things[step.to].column) << step.says;
  bool asked = false;
  for (const PictureThing &thing : picture->things) asked |= thing.id == kDeep && thing.asked;
  EXPECT_TRUE(asked);
  EXPECT_FALSE(picture_of(reach, "principal:nobody"));
  EXPECT_TRUE(picture_of(reach, ""));
  PictureOptions small;
  small.things_max = 3;
  EXPECT_GT(picture_of(reach, kUser, small)->left_out, 0u);
}

// Of a mailbox with many secrets those that open something are drawn before those that open nothing.
TEST(Picture, WhatLeadsOnIsDrawnFirst) {
  identity::Facts all = facts();
  for (int i = 0; i < 300; ++i) {
    identity::Presence one;
    one.secret = "secret:1" + std::string(28, '0') + std::to_string(100 + i);
    one.resource = kHelen;
    one.valid = since(1);
    one.evidence = "helen.mbox!/1:1";
    all.presences.push_back(one);
  }
  const Reach reach = compute_reach(all, rights(), {spray()});
  PictureOptions options;
  options.things_max = 40;
  const auto picture = picture_of(reach, kHelen, options);
  ASSERT_TRUE(picture);
  EXPECT_LE(picture->things.size(), 40u);
  EXPECT_GT(picture->left_out, 200u);
  std::set<std::string> drawn;
  for (const PictureThing &thing : picture->things) drawn.insert(thing.id);
  for (const std::string_view leads : {kAppSecret, kToken, kOther, kBot})
    EXPECT_TRUE(drawn.contains(std::string(leads))) << leads;
}

TEST(OpenGraph, IdsHoldNoColonAndNoSecretIsInIt) {
  const Reach reach = compute_reach(facts(), rights(), {spray()});
  const std::string json = opengraph_json(reach);
  EXPECT_THAT(json, HasSubstr("\"source_kind\":\"Dislodge\""));
  EXPECT_THAT(json, HasSubstr("\"kind\":\"Dislodge_Control\""));
  EXPECT_THAT(json, HasSubstr("principal|entra/t/user"));
  EXPECT_THAT(json, testing::Not(HasSubstr("\"id\":\"principal:")));
  EXPECT_THAT(json, HasSubstr("first_reachable"));
}

}  // namespace
}  // namespace dislodge::reach
