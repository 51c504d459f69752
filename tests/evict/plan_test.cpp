#include "evict/plan.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "../reach/fixture.hpp"
#include "evict/apply.hpp"
#include "reach/solve.hpp"

namespace dislodge::evict {
namespace {

using namespace reach::fixture;  // NOLINT: the fixture is this test's world
using reach::NodeType;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Actions &actions() {
  static const Actions kActions = [] {
    auto loaded = load_actions(base::embedded_rules());
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return *std::move(loaded);
  }();
  return kActions;
}

PlanOptions from_day(int n) {
  PlanOptions options;
  options.start = day(n);
  return options;
}

// Everything was handed in, so that a verdict can close.
identity::Facts held_facts() {
  identity::Facts all = facts();
  for (identity::Resource &one : all.resources) one.held_in = "held";
  return all;
}

const PlannedAction *find(const Plan &plan, std::string_view action, std::string_view target) {
  for (const PlannedAction &one : plan.actions) {
    if (one.action == action && one.target == target) return &one;
  }
  return nullptr;
}

PlannedAction planned(int wave, std::string_view action, std::string_view target,
                      std::string_view principal = {}, std::string_view secret = {}) {
  PlannedAction one;
  one.wave = wave;
  one.action = action;
  one.target = target;
  one.principal = principal;
  one.secret = secret;
  return one;
}

std::set<std::string> things(const std::vector<Leak> &leaks) {
  std::set<std::string> ids;
  for (const Leak &leak : leaks) ids.insert(leak.thing);
  return ids;
}

detect::Detection app_credential(std::string_view key) {
  detect::Detection one;
  one.id = "detection:9";
  one.kind = "app-credential-added";
  one.first = one.last = day(11);
  one.grade = detect::Grade::confirmed;
  one.intruder = true;
  one.says = "a secret was added";
  one.planted = {{std::string(kApp), "app-secret", std::string(key), day(11), ""}};
  return one;
}

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

// ---- What each action does not cut, from the vendors' own tables

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

// ---- Waves

TEST(Waves, SessionsAreRevokedAfterTheirCauseIsCut) {
  const Plan plan =
      make_plan(reach::compute_reach(held_facts(), rights(), {spray()}), actions(), from_day(60));
  const PlannedAction *reset = find(plan, "rotate-secret", kUser);
  const PlannedAction *revoke = find(plan, "revoke-sessions", kUser);
  ASSERT_TRUE(reset != nullptr && revoke != nullptr);
  EXPECT_LT(reset->wave, revoke->wave);
  EXPECT_THAT(revoke->after, Contains(reset->id));
  EXPECT_EQ(revoke->after.size(), revoke->after_why.size());
  EXPECT_EQ(revoke->role, Role::settle);
  EXPECT_GE(revoke->effective_by.us - revoke->starts.us, base::kHour) << "access tokens run out first";
}

TEST(Waves, ANewSecretIsNotMailedIntoAMailboxThatIsRead) {
  const Plan plan =
      make_plan(reach::compute_reach(held_facts(), rights(), {spray()}), actions(), from_day(60));
  EXPECT_EQ(find(plan, "rotate-secret", kAppSecret)->delivery, "by hand");
  const PlannedAction *deep = find(plan, "find-owner-and-rotate", kDeep);
  EXPECT_THAT(deep->after_why, Contains(HasSubstr("would travel through")));
  EXPECT_THAT(deep->after, Contains(find(plan, "rotate-secret", kToken)->id));
}

TEST(Waves, AMailboxThatNobodyReadsMayCarryIt) {
  identity::Facts all = held_facts();
  all.grants.clear();  // the application lost its way to the mail long ago
  identity::Exposure past;
  past.resource = kHelen;
  past.interval = {day(1), day(30)};
  all.exposures = {past};
  const Plan plan = make_plan(reach::compute_reach(all, rights(), {}), actions(), from_day(60));
  EXPECT_THAT(find(plan, "rotate-secret", kAppSecret)->delivery, HasSubstr("helen"));
  EXPECT_THAT(plan.leaks, IsEmpty());
}

TEST(Waves, TheSamePlanByMailLeaksTheNewSecret) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  Plan plan = make_plan(reach, actions(), from_day(60));
  for (PlannedAction &one : plan.actions) one.delivery.clear();
  const auto checked = check_plan(reach, actions(), plan.actions, from_day(60));
  ASSERT_TRUE(checked.has_value()) << checked.error().message;
  EXPECT_THAT(checked->leaks, Contains(Field(&Leak::thing, HasSubstr(std::string(kAppSecret) + "/new"))));
  EXPECT_FALSE(checked->verdict.closed);
}

TEST(Waves, AnExposureWithoutACauseMustBeClosed) {
  identity::Facts all = held_facts();
  identity::Exposure open;
  open.resource = kHelen;
  open.interval = since(1);
  all.exposures = {open};
  const Plan plan = make_plan(reach::compute_reach(all, rights(), {}), actions(), from_day(60));
  EXPECT_NE(find(plan, "close-exposure", kHelen), nullptr);
  EXPECT_THAT(plan.leaks, IsEmpty());
}

TEST(Waves, AnExposureThatAnotherWayExplainsEndsWithIt) {
  identity::Facts all = held_facts();
  identity::Exposure open;
  open.resource = kHelen;
  open.interval = since(1);
  all.exposures = {open};
  const Plan plan = make_plan(reach::compute_reach(all, rights(), {spray()}), actions(), from_day(60));
  EXPECT_EQ(find(plan, "close-exposure", kHelen), nullptr) << "the application is the way to the mailbox";
  EXPECT_THAT(plan.leaks, IsEmpty());
}

TEST(Waves, AWaveFollowsAsSoonAsTheOneBeforeIsInEffect) {
  const Plan plan =
      make_plan(reach::compute_reach(held_facts(), rights(), {spray()}), actions(), from_day(60));
  const PlannedAction *reset = find(plan, "rotate-secret", kUser);
  const PlannedAction *revoke = find(plan, "revoke-sessions", kUser);
  EXPECT_LT(revoke->starts, reset->effective_by) << "tokens may run out meanwhile";
  EXPECT_GE(plan.end, reset->effective_by);
}

identity::Facts mutual(int n) {
  // Users who can each reset the next one's rights, in a ring, all of whose passwords lie in one mailbox.
  identity::Facts all;
  for (int i = 0; i < n; ++i) {
    identity::Principal user;
    user.id = fmt::format("principal:entra/t/u{}", i);
    user.kind = identity::PrincipalKind::user;
    all.principals.push_back(user);
    all.grants.push_back(grant("AZOwns", user.id, fmt::format("principal:entra/t/u{}", (i + 1) % n)));
    identity::Binding binding;
    binding.secret = fmt::format("secret:{:032x}", i);
    binding.principal = user.id;
    binding.slot = "password";
    binding.strength = 1;
    all.bindings.push_back(binding);
    identity::Presence presence;
    presence.secret = binding.secret;
    presence.resource = kHelen;
    presence.valid = since(1);
    all.presences.push_back(presence);
  }
  identity::Exposure past;
  past.resource = kHelen;
  past.interval = {day(1), day(30)};
  all.exposures = {past};
  identity::Resource box;
  box.id = kHelen;
  box.held_in = "held";
  all.resources = {box};
  return all;
}

TEST(Waves, WhoCanRestoreEachOtherFallTogetherWhateverTheCapacity) {
  PlanOptions options = from_day(60);
  options.wave_capacity = 2;
  const Plan plan = make_plan(reach::compute_reach(mutual(5), rights(), {}), actions(), options);
  EXPECT_THAT(plan.leaks, IsEmpty());
  std::set<int> waves;
  for (const PlannedAction &one : plan.actions) {
    if (one.action == "rotate-secret") waves.insert(one.wave);
  }
  EXPECT_THAT(waves, ElementsAre(1));
  EXPECT_THAT(plan.growth, Contains(HasSubstr("raise the capacity to")));
}

TEST(Waves, ControllersComeFirstWhereCapacityIsShort) {
  identity::Facts all = mutual(4);
  all.grants.pop_back();  // a chain now: u0 controls u1 controls u2 controls u3
  PlanOptions options = from_day(60);
  options.wave_capacity = 1;
  const Plan plan = make_plan(reach::compute_reach(all, rights(), {}), actions(), options);
  EXPECT_THAT(plan.leaks, IsEmpty());
  int last = 0;
  for (int i = 0; i < 4; ++i) {
    const PlannedAction *one = find(plan, "rotate-secret", fmt::format("secret:{:032x}", i));
    ASSERT_NE(one, nullptr);
    EXPECT_GT(one->wave, last);
    last = one->wave;
  }
}

TEST(Waves, PreparationComesFirstAndSavesWhatIsDestroyed) {
  const Plan plan =
      make_plan(reach::compute_reach(held_facts(), rights(), {spray(), app_credential("key-1")}), actions(),
                from_day(60));
  const PlannedAction *remove = find(plan, "remove-app-credential", kApp);
  ASSERT_NE(remove, nullptr);
  ASSERT_FALSE(remove->destroys_evidence.empty());
  const auto saves = std::find_if(plan.actions.begin(), plan.actions.end(),
                                  [](const PlannedAction &one) { return one.action == "preserve-evidence"; });
  ASSERT_NE(saves, plan.actions.end());
  EXPECT_EQ(saves->wave, 0);
  EXPECT_EQ(saves->name, remove->save_first);
  EXPECT_THAT(remove->after, Contains(saves->id));
  EXPECT_LE(saves->effective_by, plan.start);
}

// Roles that assume one another keep each other alive; nothing in the static program starts them.
TEST(Waves, RolesThatKeepEachOtherAliveAreFoundByTheCheck) {
  reach::Reach reach;
  reach::Program &program = reach.program;
  const auto a = program.add(NodeType::principal, "principal:aws/1/a");
  const auto b = program.add(NodeType::principal, "principal:aws/1/b");
  program.add({.rule = reach::Rule::foothold,
               .fact = reach::FactKind::foothold,
               .conclusion = a,
               .valid = {day(1), day(2)},
               .subject = "principal:aws/1/a"});
  const auto assume = [&](reach::NodeId from, reach::NodeId to, std::string_view id) {
    program.add({.rule = reach::Rule::control,
                 .fact = reach::FactKind::grant,
                 .conclusion = to,
                 .premises = {from},
                 .linger_us = base::kHour,
                 .subject = id,
                 .object = program.id(from),
                 .detail = "AssumeRole"});
  };
  assume(a, b, "grant:ab");
  assume(b, a, "grant:ba");
  reach.confirmed = reach::solve(program, reach::Grade::confirmed);
  reach.possible = reach::solve(program, reach::Grade::possible);
  EXPECT_EQ(reach.possible.until(a), base::kTimeMax);
  const Plan plan = make_plan(reach, actions(), from_day(60));
  EXPECT_THAT(plan.leaks, IsEmpty());
  EXPECT_NE(find(plan, "remove-aws-right", "principal:aws/1/a"), nullptr);
}

TEST(Waves, ASweepWaitsForThoseWhoCouldPlantAgain) {
  identity::Facts all = held_facts();
  all.grants.push_back(grant("AZAddSecret", kUser, kOther));
  all.bindings.clear();
  all.presences.clear();
  reach::ProgramOptions swept;
  swept.minted_until_swept = true;
  const Plan plan = make_plan(reach::compute_reach(all, rights(), {spray()}, swept), actions(), from_day(60));
  EXPECT_THAT(plan.leaks, IsEmpty());
  const PlannedAction *sweep = find(plan, "remove-app-credential", kOther);
  if (sweep == nullptr) {
    EXPECT_NE(find(plan, "disable-application", kOther), nullptr) << "frozen instead";
    PlanOptions options = from_day(60);
    options.forbid = {"disable-application", "disable-account", "replace-credentials"};
    const Plan other = make_plan(reach::compute_reach(all, rights(), {spray()}, swept), actions(), options);
    EXPECT_THAT(other.leaks, IsEmpty());
    sweep = find(other, "remove-app-credential", kOther);
    ASSERT_NE(sweep, nullptr);
    EXPECT_GT(sweep->starts, find(other, "revoke-sessions", kUser)->starts);
  }
}

TEST(Waves, ALookAtAllCredentialsComesLastAndKeepsTheVerdictOpenUntilItIsTaken) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  PlanOptions options = from_day(60);
  const Plan before = make_plan(reach, actions(), options);
  EXPECT_TRUE(before.verdict.closed) << before.verdict.says;
  options.sweeps = {{"principal:entra/t/t", "tenant t", {day(10), base::kTimeMax}, "something was left"}};
  const Plan plan = make_plan(reach, actions(), options);
  const PlannedAction *look = find(plan, "sweep-credentials", "principal:entra/t/t");
  ASSERT_NE(look, nullptr);
  EXPECT_FALSE(plan.verdict.closed);
  EXPECT_THAT(plan.verdict.does_not_cover, Contains("something was left"));
  EXPECT_EQ(plan.cost, before.cost) << "it is no part of the cut";
  for (const PlannedAction &one : plan.actions) EXPECT_LE(one.wave, look->wave);
  EXPECT_GE(look->starts, plan.end);
  EXPECT_THAT(look->after, Not(IsEmpty()));
  EXPECT_TRUE(look->command.find("Get-MgApplication") != std::string::npos);

  // Taken before they were out, it has to be taken again; taken after, the verdict closes.
  for (const PlannedAction &one : plan.actions) {
    options.previous.push_back(one);
    options.previous.back().state = ActionState::in_effect;
    options.previous.back().since = day(one.action == "sweep-credentials" ? 50 : 61);
  }
  const Plan early = make_plan(reach, actions(), options);
  EXPECT_FALSE(early.verdict.closed);
  for (PlannedAction &one : options.previous) one.since = day(one.action == "sweep-credentials" ? 90 : 61);
  options.start = day(95);  // made again when all of it is done
  const Plan late = make_plan(reach, actions(), options);
  EXPECT_TRUE(late.verdict.closed) << late.verdict.says;
}

// That mail could be read was explained by the application's right; with the right gone nobody has to look
// for another way.
TEST(Waves, AnExposureStaysExplainedOnceItsWayIsShut) {
  identity::Facts all = held_facts();
  all.exposures.push_back({std::string(kHelen), since(3), false, "", "case"});
  const reach::Reach reach = reach::compute_reach(all, rights(), {spray()});
  PlanOptions options = from_day(60);
  const Plan plan = make_plan(reach, actions(), options);
  EXPECT_EQ(find(plan, "close-exposure", kHelen), nullptr);
  for (const PlannedAction &one : plan.actions) {
    options.previous.push_back(one);
    options.previous.back().state = ActionState::in_effect;
    options.previous.back().since = day(61);
  }
  options.start = day(95);
  const Plan done = make_plan(reach, actions(), options);
  EXPECT_EQ(find(done, "close-exposure", kHelen), nullptr);
  EXPECT_TRUE(done.verdict.closed) << done.verdict.says;
}

// ---- Check and states

TEST(Check, LeavingOutAnActionLeaksWhatThePlanSays) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray(), app_credential("key-1")});
  const Plan plan = make_plan(reach, actions(), from_day(60));
  int leaking = 0;
  for (std::size_t skip = 0; skip < plan.actions.size(); ++skip) {
    if (plan.actions[skip].role == Role::prepare) continue;
    std::vector<PlannedAction> rest = plan.actions;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(skip));
    const auto checked = check_plan(reach, actions(), rest, from_day(60));
    ASSERT_TRUE(checked.has_value());
    std::set<std::string> leaks;
    for (const Leak &leak : checked->leaks) {
      if (leak.thing.find("/new/") == std::string::npos) leaks.insert(leak.thing);
    }
    const auto &said = plan.actions[skip].leaks_if_skipped;
    EXPECT_EQ(leaks, std::set<std::string>(said.begin(), said.end()))
        << plan.actions[skip].action << " " << plan.actions[skip].target;
    EXPECT_EQ(plan.actions[skip].leaks_if_skipped_count, said.size());
    leaking += !said.empty();
  }
  EXPECT_GT(leaking, 3);
}

TEST(Check, APlanByHandHasItsMistakesNamed) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  const auto unknown = check_plan(reach, actions(), {planned(1, "abracadabra", kUser)}, from_day(60));
  ASSERT_FALSE(unknown.has_value());
  EXPECT_THAT(unknown.error().message, HasSubstr("abracadabra"));
  EXPECT_FALSE(
      check_plan(reach, actions(), {planned(-1, "disable-account", kUser)}, from_day(60)).has_value());
  const auto nobody =
      check_plan(reach, actions(), {planned(1, "disable-account", "principal:entra/t/nobody")}, from_day(60));
  EXPECT_THAT(nobody->growth, Contains(HasSubstr("changes nothing within reach")));
}

TEST(Check, OnlyWhatIsInEffectChangesFacts) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray(), app_credential("key-1")});
  const Plan first = make_plan(reach, actions(), from_day(60));
  PlanOptions options = from_day(70);
  options.previous = first.actions;
  for (PlannedAction &one : options.previous) {
    if (one.action != "remove-app-credential") continue;
    one.state = ActionState::claimed;
  }
  const Plan claimed = make_plan(reach, actions(), options);
  ASSERT_NE(find(claimed, "remove-app-credential", kApp), nullptr);
  EXPECT_EQ(find(claimed, "remove-app-credential", kApp)->state, ActionState::claimed);
  EXPECT_GT(find(claimed, "remove-app-credential", kApp)->leaks_if_skipped_count, 0u)
      << "somebody's word is not enough";

  for (PlannedAction &one : options.previous) {
    one.state = ActionState::in_effect;
    one.since = one.effective_by;
  }
  const Plan done = make_plan(reach, actions(), options);
  for (const PlannedAction &one : done.actions)
    EXPECT_EQ(one.state, ActionState::in_effect) << one.action << one.target;
  EXPECT_TRUE(done.verdict.closed);
  EXPECT_THAT(done.verdict.says, HasSubstr("closed against the evidence held: "));

  for (PlannedAction &one : options.previous) {
    if (one.action == "remove-app-credential") one.state = ActionState::rolled_back;
  }
  const Plan again = make_plan(reach, actions(), options);
  EXPECT_EQ(find(again, "remove-app-credential", kApp)->state, ActionState::rolled_back);
}

TEST(Check, ATickMayNameActionAndTargetOnly) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray(), app_credential("key-1")});
  const Plan first = make_plan(reach, actions(), from_day(60));
  PlanOptions options = from_day(80);
  for (const PlannedAction &one : first.actions) {
    PlannedAction tick;
    tick.action = one.action;
    tick.target = one.target;
    tick.state = ActionState::in_effect;
    tick.starts = tick.effective_by = day(70);
    options.previous.push_back(tick);
  }
  const Plan done = make_plan(reach, actions(), options);
  EXPECT_TRUE(done.verdict.closed) << done.verdict.says;
  for (const PlannedAction &one : done.actions) {
    EXPECT_EQ(one.state, ActionState::in_effect) << one.action << " " << one.target;
    EXPECT_FALSE(one.name.empty());
  }
}

TEST(Check, WhatCannotBeCutIsNamed) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  PlanOptions options = from_day(60);
  options.forbid = {"revoke-sessions", "disable-account", "delete-user"};
  const Plan plan = make_plan(reach, actions(), options);
  EXPECT_FALSE(plan.verdict.closed);
  EXPECT_THAT(things(plan.leaks), Contains(std::string(kUser)));
  EXPECT_THAT(plan.verdict.does_not_cover, Contains(HasSubstr("no action in the rules frees it")));
}

TEST(Check, OnlyWhatIsProtectedIsFreedWhenAskedFor) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  PlanOptions options = from_day(60);
  options.protect = {std::string(kHelen)};
  const Plan some = make_plan(reach, actions(), options);
  EXPECT_THAT(some.leaks, IsEmpty());
  EXPECT_LE(some.cost, make_plan(reach, actions(), from_day(60)).cost);
}

TEST(Check, CostsSteerTheCut) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  PlanOptions options = from_day(60);
  options.costs["revoke-sessions"] = 50;
  const Plan plan = make_plan(reach, actions(), options);
  EXPECT_EQ(find(plan, "revoke-sessions", kUser), nullptr);
  EXPECT_NE(find(plan, "disable-account", kUser), nullptr);
}

TEST(Verdict, IsIncompleteWhileAnythingIsOpen) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  PlanOptions options = from_day(60);
  options.not_covered = {"tenant b.example: no directory export"};
  const Plan plan = make_plan(reach, actions(), options);
  EXPECT_FALSE(plan.verdict.closed);
  EXPECT_THAT(plan.verdict.says, HasSubstr("incomplete"));
  EXPECT_THAT(plan.verdict.does_not_cover, Contains(options.not_covered.front()));
  const Plan unread = make_plan(reach::compute_reach(facts(), rights(), {spray()}), actions(), from_day(60));
  EXPECT_FALSE(unread.verdict.closed) << "a mailbox in reach was not handed in";
  for (const Plan *one : {&plan, &unread}) {
    for (const std::string_view never : {"evicted", "contained", "believed"}) {
      EXPECT_THAT(one->verdict.says, Not(HasSubstr(std::string(never))));
    }
  }
}

// ---- Random breaches

identity::Facts random_facts(std::mt19937_64 &engine) {
  const auto below = [&](std::uint64_t n) { return static_cast<int>(engine() % n); };
  identity::Facts all;
  using identity::PrincipalKind;
  const int users = 2 + below(4), apps = 1 + below(3), boxes = 1 + below(3), secrets = 1 + below(4);
  std::vector<std::string> principals, resources;
  for (int i = 0; i < users + apps; ++i) {
    identity::Principal one;
    one.id = fmt::format("principal:entra/t/{}{}", i < users ? "u" : "a", i);
    one.kind = i < users  ? PrincipalKind::user
               : below(2) ? PrincipalKind::application
                          : PrincipalKind::service_principal;
    principals.push_back(one.id);
    all.principals.push_back(one);
  }
  for (int i = 0; i < boxes; ++i) {
    identity::Resource one;
    one.id = fmt::format("resource:exchange/t/m{}@x.example", i);
    one.kind = "mailbox";
    one.held_in = "held";
    resources.push_back(one.id);
    all.resources.push_back(one);
  }
  const auto pick = [&](const std::vector<std::string> &list) {
    return list[static_cast<std::size_t>(below(list.size()))];
  };
  for (int i = below(6); i > 0; --i) {
    all.grants.push_back(grant(below(2) ? "AZOwns" : "AZRunsAs", pick(principals), pick(principals)));
    if (below(3) == 0) all.grants.back().valid.until = day(20 + below(80));
  }
  for (int i = 1 + below(4); i > 0; --i)
    all.grants.push_back(grant("full_access_as_app", pick(principals), pick(resources)));
  for (int i = 0; i < secrets; ++i) {
    const std::string id = fmt::format("secret:{:032x}", i);
    if (below(4) != 0) {
      identity::Binding one;
      one.secret = id;
      one.principal = pick(principals);
      one.slot = one.principal.find("/u") != std::string::npos ? "password" : "app-secret";
      if (below(4) == 0) one.valid.until = day(20 + below(80));
      all.bindings.push_back(one);
    }
    identity::Presence presence;
    presence.secret = id;
    presence.resource = pick(resources);
    presence.valid = since(below(100));
    all.presences.push_back(presence);
  }
  if (below(3) == 0) {
    identity::Exposure one;
    one.resource = pick(resources);
    one.interval = below(2) ? since(below(50)) : base::Interval{day(1), day(2 + below(50))};
    all.exposures.push_back(one);
  }
  all.settle();
  return all;
}

// What the plan says of each action left out is what the engine finds in time.
TEST(Check, SkipOneAgreesWithReachOnRandomBreaches) {
  int leaking = 0;
  for (std::uint64_t seed = 1000; seed < 1080; ++seed) {
    std::mt19937_64 engine(seed);
    const identity::Facts all = random_facts(engine);
    detect::Detection entry = spray();
    entry.footholds.front().principal = all.principals[engine() % all.principals.size()].id;
    const reach::Reach reach = reach::compute_reach(all, rights(), {entry});
    const Plan plan = make_plan(reach, actions(), from_day(60));
    const auto ends_meanwhile = [&](const base::Interval &valid) {
      return valid.until > day(60) && valid.until <= plan.end;
    };
    const bool runs_out = std::any_of(all.grants.begin(), all.grants.end(),
                                      [&](const auto &one) { return ends_meanwhile(one.valid); }) ||
                          std::any_of(all.bindings.begin(), all.bindings.end(),
                                      [&](const auto &one) { return ends_meanwhile(one.valid); });
    for (std::size_t skip = 0; skip < plan.actions.size(); ++skip) {
      if (plan.actions[skip].role == Role::prepare) continue;
      std::vector<PlannedAction> rest = plan.actions;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(skip));
      const auto checked = check_plan(reach, actions(), rest, from_day(60));
      if (checked->end != plan.end)
        continue;  // without it the plan is over sooner, when other facts still hold
      std::set<std::string> leaks;
      for (const Leak &leak : checked->leaks) {
        if (leak.thing.find("/new/") == std::string::npos) leaks.insert(leak.thing);
      }
      const auto &said = plan.actions[skip].leaks_if_skipped;
      const std::set<std::string> told(said.begin(), said.end());
      const std::string what =
          fmt::format("seed {}: {} {}", seed, plan.actions[skip].action, plan.actions[skip].target);
      // A fact that runs out while the plan is carried out makes the plan say more than comes true, never
      // less.
      ASSERT_TRUE(std::includes(told.begin(), told.end(), leaks.begin(), leaks.end())) << what;
      if (!runs_out) {
        ASSERT_EQ(leaks, told) << what;
      }
      leaking += !said.empty();
    }
  }
  EXPECT_GT(leaking, 50);
}

TEST(Plan, HoldsOnRandomBreaches) {
  int with_actions = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    std::mt19937_64 engine(seed);
    const identity::Facts all = random_facts(engine);
    detect::Detection entry = spray();
    entry.footholds.front().principal = all.principals[engine() % all.principals.size()].id;
    std::vector<detect::Detection> detections{entry};
    if (engine() % 3 == 0) {
      detections.push_back(app_credential("key-7"));
      detections.back().planted.front().principal = all.principals[engine() % all.principals.size()].id;
    }
    reach::ProgramOptions program;
    program.minted_until_swept = engine() % 2 == 0;
    const reach::Reach reach = reach::compute_reach(all, rights(), detections, program);
    const Plan plan = make_plan(reach, actions(), from_day(60));
    ASSERT_THAT(plan.leaks, IsEmpty())
        << "seed " << seed << ": " << plan.leaks.front().thing << " " << plan.leaks.front().why;
    ASSERT_THAT(plan.growth, IsEmpty()) << "seed " << seed;
    ASSERT_EQ(plan.cost, plan.bound) << "seed " << seed;
    // The plan as it is printed, checked as if it came from a file.
    const auto again = check_plan(reach, actions(), plan.actions, from_day(60));
    ASSERT_TRUE(again.has_value()) << again.error().message;
    ASSERT_THAT(again->leaks, IsEmpty()) << "seed " << seed << ": " << again->leaks.front().thing;
    with_actions += !plan.actions.empty();
  }
  EXPECT_GT(with_actions, 300);
}

}  // namespace
}  // namespace dislodge::evict
