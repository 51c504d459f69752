// Plans that are checked, states, and what people wish of a plan.

#include "breach.hpp"

namespace dislodge::evict {
namespace {

using namespace breach;  // NOLINT: the breach is this test's world
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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
  EXPECT_THAT(nobody->remarks, Contains(HasSubstr("changes nothing within reach")));
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

// What should have been saved is gone with the action that it came before; that it was not saved stays said.
TEST(Check, APreparationThatFailedStaysInTheList) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray(), app_credential("key-1")});
  const Plan first = make_plan(reach, actions(), from_day(60));
  const PlannedAction *destroys = nullptr, *saves = nullptr;
  for (const PlannedAction &one : first.actions)
    if (!one.destroys_evidence.empty() && destroys == nullptr) destroys = &one;
  ASSERT_NE(destroys, nullptr);
  for (const PlannedAction &one : first.actions)
    if (one.role == Role::prepare && one.fact == destroys->save_first) saves = &one;
  ASSERT_NE(saves, nullptr);
  PlanOptions options = from_day(70);
  options.previous = first.actions;
  for (PlannedAction &one : options.previous) {
    one.state = one.id == saves->id ? ActionState::failed : ActionState::in_effect;
    one.since = one.state == ActionState::in_effect ? one.effective_by : base::kTimeMin;
  }
  const Plan plan = make_plan(reach, actions(), options);
  const auto kept = std::find_if(plan.actions.begin(), plan.actions.end(), [&](const PlannedAction &one) {
    return one.role == Role::prepare && one.fact == saves->fact && one.action == saves->action;
  });
  ASSERT_NE(kept, plan.actions.end());
  EXPECT_EQ(kept->state, ActionState::failed);
  EXPECT_THAT(plan.remarks, Contains(testing::AllOf(HasSubstr(saves->name), HasSubstr("is failed"))));
  for (PlannedAction &one : options.previous)
    if (one.id == saves->id) one.state = ActionState::in_effect;
  EXPECT_THAT(make_plan(reach, actions(), options).remarks, testing::Not(Contains(HasSubstr("destroys"))));
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
  EXPECT_THAT(plan.verdict.does_not_cover, Contains(HasSubstr("no action that may be taken frees it")));
}

TEST(Check, OnlyWhatIsProtectedIsFreedWhenAskedFor) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  PlanOptions options = from_day(60);
  options.protect = {std::string(kHelen)};
  const Plan some = make_plan(reach, actions(), options);
  EXPECT_THAT(some.leaks, IsEmpty());
  const Plan all = make_plan(reach, actions(), from_day(60));
  EXPECT_LE(some.cost, all.cost);
  // What is left to them is said, and counted with the waves.
  EXPECT_GT(some.waves.back().still_held, 0u);
  EXPECT_EQ(all.waves.back().still_held, 0u);
  EXPECT_THAT(some.verdict.does_not_cover, Contains(HasSubstr("only what --protect names is freed")));
  EXPECT_THAT(all.verdict.does_not_cover, Not(Contains(HasSubstr("--protect"))));
  EXPECT_FALSE(some.verdict.closed);
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

TEST(Check, ThePlanItselfIsJudgedAsItStands) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray(), app_credential("key-1")});
  const Plan plan = make_plan(reach, actions(), from_day(60));
  const auto again = check_plan(reach, actions(), plan.actions, from_day(60));
  ASSERT_TRUE(again.has_value());
  EXPECT_THAT(again->leaks, IsEmpty());
  EXPECT_THAT(again->remarks, IsEmpty());
  EXPECT_EQ(again->method, kByHand);
  EXPECT_DOUBLE_EQ(again->cost, plan.cost) << "obligations cost nothing here either";
  ASSERT_EQ(again->actions.size(), plan.actions.size());
  for (const PlannedAction &one : plan.actions) {
    const PlannedAction *same = find(*again, one.action, one.target);
    ASSERT_NE(same, nullptr) << one.action << " " << one.target;
    EXPECT_EQ(same->wave, one.wave);
  }
}

TEST(Check, APlanByHandKeepsItsIdsAndSaysWhatIsTheWrongWayRound) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  std::vector<PlannedAction> wrong = make_plan(reach, actions(), from_day(60)).actions;
  std::string reset, revoke;
  for (PlannedAction &one : wrong) {
    if (one.action == "rotate-secret" && one.target == kUser) {
      one.wave = 2;
      one.id = reset = "mine-1";
    } else if (one.action == "revoke-sessions") {
      one.wave = 1;
      one.id = revoke = "mine-2";
    }
  }
  const auto judged = check_plan(reach, actions(), wrong, from_day(60));
  ASSERT_TRUE(judged.has_value());
  EXPECT_THAT(things(judged->leaks), Contains(std::string(kUser)));
  ASSERT_NE(find(*judged, "revoke-sessions", kUser), nullptr);
  EXPECT_EQ(find(*judged, "revoke-sessions", kUser)->id, revoke);
  EXPECT_THAT(judged->remarks,
              Contains(::testing::AllOf(HasSubstr("mine-2"), HasSubstr("should come after mine-1"))));
}

TEST(Check, AnObligationInNoLineKeepsTheVerdictOpen) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  std::vector<PlannedAction> rest = make_plan(reach, actions(), from_day(60)).actions;
  std::erase_if(rest, [](const PlannedAction &one) { return one.target == kToken; });
  const auto judged = check_plan(reach, actions(), rest, from_day(60));
  ASSERT_TRUE(judged.has_value());
  EXPECT_THAT(judged->verdict.does_not_cover, Contains(HasSubstr("is in no line of this plan")));
}

TEST(Check, ASlipOfThePenIsGuessed) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  const auto slip = check_plan(reach, actions(), {planned(1, "rotate-secrt", kUser)}, from_day(60));
  ASSERT_FALSE(slip.has_value());
  EXPECT_THAT(slip.error().message, HasSubstr("is it \"rotate-secret\"?"));
}

// A person writes the account, not the secret that opens it.
TEST(Check, ALineMayNameThePrincipalInstead) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  const Plan plan = make_plan(reach, actions(), from_day(60));
  const std::string opens = find(plan, "rotate-secret", kAppSecret)->principal;
  const auto judged = check_plan(reach, actions(), {planned(1, "rotate-secret", opens)}, from_day(60));
  ASSERT_TRUE(judged.has_value());
  EXPECT_THAT(judged->remarks, Not(Contains(HasSubstr("changes nothing"))));
  EXPECT_NE(find(*judged, "rotate-secret", kAppSecret), nullptr);
}

TEST(Wishes, WhatIsForbiddenIsNotDoneEvenWhereItWasAnObligation) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  PlanOptions options = from_day(60);
  options.forbid = {fmt::format("rotate-secret {}", kToken)};
  const Plan plan = make_plan(reach, actions(), options);
  EXPECT_EQ(find(plan, "rotate-secret", kToken), nullptr);
  EXPECT_NE(find(plan, "rotate-secret", kAppSecret), nullptr) << "only this one was forbidden";
  EXPECT_THAT(plan.verdict.does_not_cover, Contains(HasSubstr("--forbid")));
  EXPECT_THAT(plan.remarks, IsEmpty());
}

TEST(Wishes, OneThatFitsNothingIsSaid) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray()});
  PlanOptions options = from_day(60);
  options.prefer = {"disable-account principal:entra/t/nobody"};
  options.costs["revoke-sessions"] = 2;
  const Plan plan = make_plan(reach, actions(), options);
  EXPECT_THAT(plan.remarks, ElementsAre(HasSubstr("fits nothing that could be done")));
}

TEST(Ids, StayWithTheirActionsWhenThePlanIsSolvedAgain) {
  const reach::Reach reach = reach::compute_reach(held_facts(), rights(), {spray(), app_credential("key-1")});
  const Plan first = make_plan(reach, actions(), from_day(60));
  PlanOptions options = from_day(61);
  std::map<std::string, std::string> called;
  for (const PlannedAction &one : first.actions) {
    options.numbered.push_back({one.id, key_of(one), one.name, one.target_name});
    called[key_of(one)] = one.id;
  }
  PlannedAction done = *find(first, "rotate-secret", kUser);
  done.state = ActionState::in_effect;
  done.since = day(60);
  done.name.clear();  // as the case keeps a tick: by its key alone
  done.target_name.clear();
  options.previous = {done};
  const Plan second = make_plan(reach, actions(), options);
  std::set<std::string> ids;
  for (const PlannedAction &one : second.actions) {
    EXPECT_TRUE(ids.insert(one.id).second) << one.id << " twice";
    const auto known = called.find(key_of(one));
    if (known == called.end()) continue;
    EXPECT_EQ(one.id, known->second) << one.action << " " << one.target;
  }
  const PlannedAction *kept = find(second, "rotate-secret", kUser);
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->state, ActionState::in_effect);
  EXPECT_EQ(kept->wave, find(first, "rotate-secret", kUser)->wave) << "it stays where people look for it";
  EXPECT_EQ(kept->target_name, find(first, "rotate-secret", kUser)->target_name);
  EXPECT_THAT(kept->does_not_cut, Not(IsEmpty())) << "what it leaves is how they may come back";
}

TEST(States, AreReadAsPeopleWriteThem) {
  EXPECT_EQ(state_of(" In Effect "), ActionState::in_effect);
  EXPECT_EQ(state_of("rolled_back"), ActionState::rolled_back);
  EXPECT_EQ(state_of("done"), std::nullopt);
  EXPECT_EQ(word_of(ActionState::in_effect), "in-effect");
}

}  // namespace
}  // namespace dislodge::evict
