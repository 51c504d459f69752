// Whatever a rule of detection says the intruder leaves behind has an action that undoes it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "breach.hpp"
#include "detect/detect.hpp"
#include "detect/sigma_matcher.hpp"
#include "evict/plan.hpp"
#include "identity/places.hpp"

namespace dislodge::evict {
namespace {

using namespace breach;  // NOLINT: the breach is this test's world
using ::testing::IsEmpty;

// Realm of a rule's log, as ids have it.
std::string realm_of_rule(const detect::SigmaRule &rule) {
  for (const detect::SigmaLogsource &source : rule.logsources) {
    const std::string &product = source.product;
    if (product == "gcp") return "google";
    if (product == "windows") return "ad";
    if (product == "linux") return "host";
    if (product == "okta" || product == "aws" || product == "github" || product == "gitlab") return product;
    if (product == "salesforce") return product;
  }
  return "entra";
}

std::vector<std::string> slots_in(std::string text) {
  std::vector<std::string> slots;
  constexpr std::string_view kAnd = " and ";
  while (!text.empty()) {
    const std::size_t end = text.find(kAnd);
    const std::string slot = text.substr(0, end);
    if (slot == "bindings")
      for (const char *one : {"right", "member", "sharing"}) slots.emplace_back(one);
    else if (slot == "azure-role")
      slots.emplace_back("right");
    else if (slot == "member")
      for (const char *one : {"right", "member"}) slots.emplace_back(one);
    else if (slot != "none")
      slots.push_back(slot);
    text.erase(0, end == std::string::npos ? end : end + kAnd.size());
  }
  return slots;
}

std::set<std::pair<std::string, std::string>> everything_left() {
  std::set<std::pair<std::string, std::string>> all;  // realm, slot
  const detect::DetectOptions &options = detect::builtin_options();
  for (const detect::SigmaRule &rule : options.sigma->set().rules) {
    if (!rule.own) continue;
    const std::string realm = realm_of_rule(rule);
    if (!rule.own->plants.empty()) {
      for (const auto &[operation, slots] : rule.own->plants)
        for (const std::string &slot : slots_in(slots)) all.emplace(realm, slot);
      continue;
    }
    if (const detect::KindRule *kind = options.kind(rule.own->kind); kind != nullptr)
      for (const std::string &slot : slots_in(kind->plants)) all.emplace(realm, slot);
  }
  for (const auto &[realm, slot] :
       {std::pair("okta", "used-token"), std::pair("github", "used-token"), std::pair("gitlab", "used-token"),
        std::pair("aws", "used-access-key"), std::pair("google", "used-access-key"),
        std::pair("host", "used-ssh-key"), std::pair("salesforce", "used-app")})
    all.emplace(realm, slot);
  return all;
}

TEST(Planted, WhateverARuleLeavesIsUndoneByAnActionOfItsOwn) {
  const auto left = everything_left();
  EXPECT_GT(left.size(), 60u);
  for (const auto &[realm, slot] : left) {
    // The history of grants has the roles of Entra; elsewhere they are rights.
    if (slot == "role" && realm == "entra") continue;
    const std::string real = slot == "role" ? "right" : slot;
    const std::string on =
        realm == "entra" ? "principal:entra/t/somebody" : "principal:" + realm + "/o/somebody";
    detect::Detection one = spray();
    one.footholds.clear();
    one.planted = {{on, real, "the-key", day(11), ""}};
    // What they came in by stands beside the foothold.
    if (real.starts_with(identity::kUsed)) one.footholds = {{on, {day(11), base::kTimeMax}, ""}};
    const Plan plan = make_plan(reach::compute_reach(held_facts(), rights(), {one}), actions(), from_day(60));
    std::vector<std::string> undone;
    for (const PlannedAction &action : plan.actions)
      if (action.role == Role::obligation && action.principal == on) undone.push_back(action.action);
    EXPECT_EQ(undone.size(), 1u) << slot << " in " << realm;
    for (const PlannedAction &action : plan.actions)
      if (action.principal == on && action.role == Role::obligation) {
        EXPECT_FALSE(action.command.empty()) << slot << " in " << realm;
      }
    EXPECT_THAT(plan.leaks, IsEmpty()) << slot << " in " << realm;
  }
}

TEST(Planted, WhoWasGivenARightIsNobodyOfTheirs) {
  const std::string emil = "principal:entra/t/emil", role = "principal:entra/t/role";
  identity::Facts all = held_facts();
  for (const std::string &id : {emil, role}) {
    identity::Principal one;
    one.id = id;
    one.kind = id == role ? identity::PrincipalKind::role : identity::PrincipalKind::user;
    all.principals.push_back(one);
  }
  identity::Grant given = grant("AZHasRole", emil, role);
  given.id = "grant:given";
  given.valid.from = day(11);
  given.start_known = true;
  all.grants.push_back(given);
  detect::Detection one = spray();
  one.planted = {{emil, "role", "", day(11), given.id},
                 {"principal:okta/o/00uemil", "right", "Super administrator", day(11), ""}};
  auto real = identity::load_rights(base::embedded_rules());
  ASSERT_TRUE(real) << real.error().message;
  const reach::Reach reach = reach::compute_reach(all, *real, {one});
  for (const reach::ReachRow &row : reach.rows) EXPECT_NE(row.id, emil);
  const Plan plan = make_plan(reach, actions(), from_day(60));
  std::set<std::pair<std::string, std::string>> done;
  for (const PlannedAction &action : plan.actions) done.emplace(action.action, action.principal);
  EXPECT_TRUE(done.contains({"remove-directory-role", emil}));
  EXPECT_TRUE(done.contains({"take-back-right", "principal:okta/o/00uemil"}));
  EXPECT_FALSE(done.contains({"disable-account", emil}));
  EXPECT_FALSE(done.contains({"disable-account", "principal:okta/o/00uemil"}));
  EXPECT_THAT(plan.leaks, IsEmpty());
}

}  // namespace
}  // namespace dislodge::evict
