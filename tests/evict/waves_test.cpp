// The order: what closes before what settles, who controls whom, what travels through which channel.

#include "breach.hpp"

namespace dislodge::evict {
namespace {

using namespace breach;  // NOLINT: the breach is this test's world
using reach::NodeType;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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

// Nobody knows yet how the mailbox is read, and finding out takes a day: the sessions of somebody else do not
// wait for it.
TEST(Waves, WhatTakesLongHoldsUpOnlyWhatHangsOnIt) {
  constexpr std::string_view kAlone = "resource:exchange/t/alone@acme.example";
  identity::Facts all = held_facts();
  identity::Resource box;
  box.id = kAlone;
  box.kind = "mailbox";
  box.held_in = "alone.mbox";
  all.resources.push_back(box);
  identity::Exposure open;
  open.resource = kAlone;
  open.interval = since(1);
  all.exposures = {open};
  const Plan plan = make_plan(reach::compute_reach(all, rights(), {spray()}), actions(), from_day(60));
  const PlannedAction *close = find(plan, "close-exposure", kAlone);
  const PlannedAction *revoke = find(plan, "revoke-sessions", kUser);
  const PlannedAction *reset = find(plan, "rotate-secret", kUser);
  ASSERT_NE(close, nullptr);
  ASSERT_NE(revoke, nullptr);
  ASSERT_NE(reset, nullptr);
  EXPECT_LT(reset->wave, revoke->wave);
  EXPECT_LT(revoke->wave, close->wave);
  EXPECT_LE(revoke->starts.us - reset->starts.us, 4 * base::kHour);
  EXPECT_THAT(close->placed, HasSubstr("takes longer"));
  EXPECT_THAT(plan.leaks, IsEmpty());
}

// Her password was replaced long ago, and nothing of the plan leads to her: her sessions end at once.
TEST(Waves, SessionsThatNothingCouldOpenAnewEndWithTheFirst) {
  constexpr std::string_view kCarol = "principal:entra/t/carol",
                             kOld = "secret:00000000000000000000000000000009";
  identity::Facts all = held_facts();
  all.grants.clear();
  identity::Principal carol;
  carol.id = kCarol;
  carol.kind = identity::PrincipalKind::user;
  all.principals.push_back(carol);
  identity::Binding binding;
  binding.secret = kOld;
  binding.principal = kCarol;
  binding.slot = "password";
  binding.strength = 1;
  binding.valid = {day(1), day(15)};
  all.bindings.push_back(binding);
  identity::Presence presence;
  presence.secret = kOld;
  presence.resource = kHelen;
  presence.valid = since(1);
  all.presences.push_back(presence);
  identity::Exposure past;
  past.resource = kHelen;
  past.interval = {day(10), day(30)};
  all.exposures = {past};
  const Plan plan = make_plan(reach::compute_reach(all, rights(), {}), actions(), from_day(60));
  ASSERT_NE(find(plan, "rotate-secret", kToken), nullptr);
  const PlannedAction *revoke = find(plan, "revoke-sessions", kCarol);
  ASSERT_NE(revoke, nullptr);
  EXPECT_EQ(revoke->wave, 1);
  EXPECT_THAT(revoke->placed, IsEmpty());
  EXPECT_THAT(plan.leaks, IsEmpty());
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
  EXPECT_THAT(plan.remarks, Contains(HasSubstr("raise the capacity to")));
}

TEST(Waves, APlanByHandIsToldWhatCouldBeUndone) {
  const auto remarks = [](const identity::Facts &all, int first, int second) {
    const reach::Reach reach = reach::compute_reach(all, rights(), {});
    std::vector<PlannedAction> by_hand;
    for (int i = 0; i < 2; ++i)
      by_hand.push_back(planned(i == 0 ? first : second, "rotate-secret", fmt::format("secret:{:032x}", i),
                                fmt::format("principal:entra/t/u{}", i), fmt::format("secret:{:032x}", i)));
    const auto checked = check_plan(reach, actions(), by_hand, from_day(60));
    EXPECT_TRUE(checked.has_value());
    return checked->remarks;
  };
  const auto undone = Contains(HasSubstr("should come after"));
  EXPECT_THAT(remarks(mutual(2), 1, 2), Contains(HasSubstr("both must be in effect together")));
  EXPECT_THAT(remarks(mutual(2), 1, 1), Not(undone));
  identity::Facts chain = mutual(2);
  chain.grants.pop_back();  // u0 controls u1
  EXPECT_THAT(remarks(chain, 2, 1), Contains(HasSubstr("leads there and can undo it")));
  EXPECT_THAT(remarks(chain, 1, 2), Not(undone));
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

// Secrets of which nobody knows what they open hang together with nothing: a wave that is full leaves the
// rest to the next, and says so.
TEST(Waves, SecretsOfNobodyAreDividedAmongWaves) {
  identity::Facts all = mutual(4);
  all.grants.clear();
  all.bindings.clear();
  PlanOptions options = from_day(60);
  options.wave_capacity = 2;
  const Plan plan = make_plan(reach::compute_reach(all, rights(), {}), actions(), options);
  std::map<int, int> sizes;
  for (const PlannedAction &one : plan.actions) {
    if (one.action != "find-owner-and-rotate") continue;
    ++sizes[one.wave];
    EXPECT_EQ(one.placed.find("capacity 2") != std::string::npos, one.wave > 1) << one.placed;
  }
  EXPECT_EQ(sizes.size(), 2u);
  EXPECT_THAT(plan.remarks, IsEmpty());
}

}  // namespace
}  // namespace dislodge::evict
