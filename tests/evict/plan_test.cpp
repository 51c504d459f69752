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

TEST(Plan, APasswordThatWasSeenToOpenAKeyHasNoOwnerToFind) {
  identity::Facts all = held_facts();
  std::erase_if(all.bindings, [](const identity::Binding &one) { return one.secret == kToken; });
  const auto plan_of = [&] {
    return make_plan(reach::compute_reach(all, rights(), {spray()}), actions(), from_day(60));
  };
  EXPECT_NE(find(plan_of(), "find-owner-and-rotate", kToken), nullptr);
  all.unlocks = {{std::string(kAppSecret), std::string(kToken), "secret:9", "helen.mbox!/3:1"}};
  const Plan plan = plan_of();
  EXPECT_EQ(find(plan, "find-owner-and-rotate", kToken), nullptr);
  EXPECT_THAT(plan.not_needed, Contains(HasSubstr("seen to open")));
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

// Sign-in is blocked for accounts; of an application the service principal or the registration is shut,
// however little people say that the other costs.
TEST(Plan, AnApplicationOfEntraIsNoAccountThatIsDisabled) {
  PlanOptions options = from_day(60);
  options.costs = {{"disable-account", 0.01}};
  const Plan plan = make_plan(reach::compute_reach(held_facts(), rights(), {spray()}), actions(), options);
  EXPECT_NE(find(plan, "disable-account", kUser), nullptr);
  EXPECT_EQ(find(plan, "disable-account", kApp), nullptr);
  EXPECT_EQ(find(plan, "disable-account", kService), nullptr);
  EXPECT_THAT(plan.leaks, IsEmpty());
}

TEST(Plan, SettingsThatTheyChangedArePutRight) {
  detect::Detection off = spray();
  off.planted = {
      {"principal:entra/t/t", "auditing", "set-adminauditlogconfig", day(11), ""},
      {"principal:entra/t/t", "policy", "delete conditional access policy Require MFA", day(11), ""},
      {"principal:aws/482913007654/482913007654", "auditing", "stoplogging main", day(12), ""},
      {"principal:okta/x.okta.com", "policy", "policy.rule.update MFA", day(12), ""},
      {"principal:okta/x.okta.com", "federation", "system.idp.lifecycle.create SAML_X", day(12), ""},
      {"principal:okta/00ufred", "factor-removed", "user.mfa.factor.reset_all fred", day(12), ""},
      {"principal:github/acme", "sharing", "repo.access infra", day(12), ""}};
  const Plan plan = make_plan(reach::compute_reach(held_facts(), rights(), {off}), actions(), from_day(60));
  std::set<std::string> done;
  for (const PlannedAction &one : plan.actions) {
    if (one.role != Role::obligation || !one.secret.empty()) continue;
    done.insert(one.action + " " + one.principal + " " + one.fact);
    if (one.action.starts_with("restore-") || one.action == "close-sharing") {
      EXPECT_THAT(one.leaks_if_skipped, IsEmpty()) << one.action;
    }
  }
  EXPECT_THAT(done, Contains("restore-auditing principal:entra/t/t set-adminauditlogconfig"));
  EXPECT_THAT(done,
              Contains("restore-policy principal:entra/t/t delete conditional access policy Require MFA"));
  EXPECT_THAT(done, Contains("restore-auditing principal:aws/482913007654/482913007654 stoplogging main"));
  EXPECT_THAT(done, Contains("restore-policy principal:okta/x.okta.com policy.rule.update MFA"));
  EXPECT_THAT(done, Contains("close-sharing principal:github/acme repo.access infra"));
  EXPECT_THAT(
      done,
      Contains("remove-identity-provider principal:okta/x.okta.com system.idp.lifecycle.create SAML_X"));
  EXPECT_THAT(done, Contains("restore-factor principal:okta/00ufred user.mfa.factor.reset_all fred"));
  EXPECT_TRUE(plan.verdict.closed) << plan.verdict.says;
  for (const PlannedAction &one : plan.actions) {
    EXPECT_NE(one.action, "remove-planted-credential") << one.target_name;
    if (one.action == "restore-policy") {
      EXPECT_THAT(one.command, HasSubstr(one.fact));
    }
  }
}

TEST(Plan, AccountsLetBackInKeysAndRightsHaveTheirActions) {
  detect::Detection set = spray();
  set.planted = {
      {std::string(kUser), "account", "", day(11), ""},
      {"principal:aws/482913007654/backup", "access-key", "akiaiosfodnn7backup1", day(12), ""},
      {"principal:aws/482913007654/backup", "right", "arn:aws:iam::aws:policy/admin", day(12), ""},
      {"principal:aws/482913007654/role/deploy", "trust", "updateassumerolepolicy Deploy", day(12), ""},
      {"principal:okta/00udora", "token", "system.api_token.create 00Tbk", day(12), ""},
      {"principal:ad/s-1-5-21-1-2-3-502", "krbtgt", "", day(12), ""},
      {"principal:ad/s-1-5-21-1-2-3", "every-hash", "", day(12), ""},
      {"principal:ad/s-1-5-21-1-2-3", "directory-right", "5136 AdminSDHolder", day(12), ""},
      {"principal:entra/t/pc", "device", "", day(12), ""}};
  const Plan plan = make_plan(reach::compute_reach(held_facts(), rights(), {set}), actions(), from_day(60));
  EXPECT_NE(find(plan, "disable-account", kUser), nullptr);
  const PlannedAction *key = find(plan, "delete-access-key", "principal:aws/482913007654/backup");
  ASSERT_NE(key, nullptr);
  EXPECT_THAT(key->command, HasSubstr("--user-name backup --access-key-id AKIAIOSFODNN7BACKUP1"));
  EXPECT_NE(find(plan, "take-back-right", "principal:aws/482913007654/backup"), nullptr);
  EXPECT_NE(find(plan, "remove-device", "principal:entra/t/pc"), nullptr);
  const PlannedAction *krbtgt = find(plan, "rotate-secret", "principal:ad/s-1-5-21-1-2-3-502");
  ASSERT_NE(krbtgt, nullptr);
  EXPECT_THAT(krbtgt->name, HasSubstr("twice"));
  EXPECT_NE(find(plan, "reset-domain-passwords", "principal:ad/s-1-5-21-1-2-3"), nullptr);
  EXPECT_NE(find(plan, "remove-directory-permission", "principal:ad/s-1-5-21-1-2-3"), nullptr);
  EXPECT_NE(find(plan, "restore-trust", "principal:aws/482913007654/role/deploy"), nullptr);
  EXPECT_NE(find(plan, "revoke-token", "principal:okta/00udora"), nullptr);
  EXPECT_THAT(plan.leaks, IsEmpty());
  EXPECT_TRUE(plan.verdict.closed) << plan.verdict.says;
}

TEST(Plan, ADomainThatWasTheirsHasItsKeySetAnewTwice) {
  identity::Facts all = held_facts();
  identity::Principal domain;
  domain.id = "principal:ad/s-1-5-21-1-2-3";
  domain.kind = identity::PrincipalKind::tenant;
  domain.attributes["type"] = "Domain";
  all.principals.push_back(domain);
  identity::Grant held = reach::fixture::grant("AZOwns", kUser, domain.id);
  held.valid = {day(5), day(12)};
  all.grants.push_back(held);
  const Plan plan = make_plan(reach::compute_reach(all, rights(), {spray()}), actions(), from_day(60));
  EXPECT_NE(find(plan, "rotate-secret", "principal:ad/s-1-5-21-1-2-3-502"), nullptr);
  EXPECT_NE(find(plan, "reset-domain-passwords", domain.id), nullptr);
  EXPECT_THAT(plan.leaks, IsEmpty());
  EXPECT_TRUE(plan.verdict.closed) << plan.verdict.says;
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

// A deploy key is shut where it was let in, whatever hosts accept keys otherwise.
TEST(Plan, ADeployKeyIsDeletedAtItsRepository) {
  constexpr std::string_view kKey = "principal:ssh/SHA256:abc";
  identity::Facts all = held_facts();
  identity::Principal key;
  key.id = kKey;
  key.kind = identity::PrincipalKind::key;
  key.name = "deploy key 71 of acme/infra (runner)";
  all.principals.push_back(key);
  for (identity::Binding &one : all.bindings)
    if (one.secret == kToken) {
      one.principal = kKey;
      one.slot = "github-deploy-key";
    }
  for (identity::Grant &one : all.grants)
    if (one.kind == "repo-read") one = grant("repo-read", kKey, kRepo);
  for (identity::Resource &one : all.resources)
    if (one.id == kRepo) one.name = "acme/infra";
  const Plan plan = make_plan(reach::compute_reach(all, rights(), {spray()}), actions(), from_day(60));
  const PlannedAction *rotate = find(plan, "rotate-secret", kToken);
  ASSERT_NE(rotate, nullptr);
  EXPECT_THAT(rotate->command,
              testing::HasSubstr("gh api -X DELETE repos/acme/infra/keys/<id> for deploy key 71"));
  EXPECT_THAT(rotate->does_not_cut,
              testing::Contains(testing::HasSubstr("commits, tags and workflow files")));
}

}  // namespace
}  // namespace dislodge::evict
