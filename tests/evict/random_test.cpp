// Random breaches: every plan holds, and what it says of each action left out is what the engine finds.

#include "breach.hpp"

namespace dislodge::evict {
namespace {

using namespace breach;  // NOLINT: the breach is this test's world
using ::testing::IsEmpty;

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
