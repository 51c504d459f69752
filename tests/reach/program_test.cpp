#include "reach/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/embedded_rules.hpp"
#include "fixture.hpp"
#include "reach/solve.hpp"
#include "reach/why.hpp"

namespace dislodge::reach {
namespace {

using namespace fixture;  // NOLINT: the fixture is this test's world
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const ReachRow *row(const Reach &reach, std::string_view id) {
  for (const ReachRow &one : reach.rows) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

TEST(Program, TheWholeChainFromSprayToRepository) {
  const Reach reach = compute_reach(facts(), rights(), {spray()});
  ASSERT_NE(row(reach, kUser), nullptr);
  EXPECT_EQ(row(reach, kUser)->grade, Grade::confirmed);
  EXPECT_EQ(row(reach, kUser)->since, day(10));
  ASSERT_NE(row(reach, kHelen), nullptr);
  EXPECT_EQ(row(reach, kHelen)->grade, Grade::possible);
  EXPECT_EQ(row(reach, kHelen)->since, day(10));
  EXPECT_EQ(row(reach, kAppSecret)->since, day(10));
  // Mail that arrives while they read counts from its arrival.
  EXPECT_EQ(row(reach, kToken)->since, day(20));
  EXPECT_EQ(row(reach, kRepo)->since, day(20));
  EXPECT_EQ(row(reach, kDeep)->since, day(20));
  EXPECT_EQ(row(reach, kOther)->since, day(10));
}

TEST(Program, NothingNewOpensWithADisabledAccount) {
  identity::Facts all = facts();
  all.grants.clear();  // what controls it could enable it again
  ProgramOptions options;
  options.disabled = {
      {std::string(kUser), base::IntervalSet({day(12), day(15)}), base::kTimeMax, "audit.json:9"}};
  const Reach reach = compute_reach(all, rights(), {spray()}, options);
  ASSERT_NE(row(reach, kUser), nullptr);
  const base::Time hour_later{day(12).us + base::kHour};
  EXPECT_THAT(
      row(reach, kUser)->possible_intervals.items(),
      testing::ElementsAre(base::Interval{day(10), hour_later}, base::Interval{day(15), base::kTimeMax}))
      << "a token lives out its hour, and who enables the account lets them in again";
}

TEST(Program, ASessionOfARoleActsAsTheRoleAndHasNoCredential) {
  detect::Detection one = spray();
  one.kind = "access-key-created";
  one.footholds = {{"principal:aws/482913007654/assumed-role/admin/x", {day(10), base::kTimeMax}, ""}};
  const Reach reach = compute_reach(facts(), rights(), {one});
  const ReachRow *role = row(reach, "principal:aws/482913007654/role/admin");
  ASSERT_NE(role, nullptr);
  EXPECT_EQ(role->grade, Grade::confirmed);
  EXPECT_EQ(role->possible_intervals.last(), one.last + 1 + 12 * base::kHour);
  for (const Edge &edge : reach.program.edges) EXPECT_NE(edge.rule, Rule::planted);
}

// The user, shut out on day 12, may take the role build, and who is build may take prod.
Reach reach_of_roles(std::string_view build, std::string_view prod, bool back) {
  identity::Facts all = facts();
  all.grants = {grant("AZOwns", kUser, build), grant("AZOwns", build, prod)};
  if (back) all.grants.push_back(grant("AZOwns", prod, build));
  ProgramOptions options;
  options.disabled = {
      {std::string(kUser), base::IntervalSet({day(12), base::kTimeMax}), base::kTimeMax, "audit.json:9"}};
  return compute_reach(all, rights(), {spray()}, options);
}

TEST(Program, ASessionOfARoleOutlivesWhoOpenedIt) {
  const std::string build = "principal:aws/1/role/build", prod = "principal:aws/1/role/prod";
  const Reach reach = reach_of_roles(build, prod, false);
  const base::Time user_out{day(12).us + base::kHour};
  ASSERT_NE(row(reach, build), nullptr);
  EXPECT_EQ(row(reach, build)->possible_intervals.last(), user_out + 12 * base::kHour);
  ASSERT_NE(row(reach, prod), nullptr);
  EXPECT_EQ(row(reach, prod)->possible_intervals.last(), user_out + 24 * base::kHour);
}

TEST(Program, RolesThatTakeEachOtherGoOnUntilSomebodyEndsThem) {
  const std::string build = "principal:aws/1/role/build", prod = "principal:aws/1/role/prod";
  const Reach reach = reach_of_roles(build, prod, true);
  for (const std::string &role : {build, prod}) {
    ASSERT_NE(row(reach, role), nullptr);
    EXPECT_EQ(row(reach, role)->possible_intervals.last(), base::kTimeMax) << role;
  }
}

// Who of another's account may take a role that trusts the account, nobody here knows.
TEST(Program, ARoleThatTrustsAnAccountIsOpenToItsKeysUnlessAListingSaysWhoMay) {
  const identity::Rights catalogue = identity::load_rights(base::embedded_rules()).value();
  const std::string account = "principal:aws/444455556666", key = account + "/akia1",
                    role = "principal:aws/1/role/partner";
  identity::Facts all = facts();
  identity::Principal theirs;
  theirs.id = key;
  theirs.kind = identity::PrincipalKind::key;
  all.principals.push_back(theirs);
  all.grants = {grant("AZOwns", kUser, key), grant("aws-trusts-account", account, role)};
  all.settle();
  const Reach open = compute_reach(all, catalogue, {spray()});
  EXPECT_NE(row(open, role), nullptr);
  identity::Principal listed;
  listed.id = account + "/user/dan";
  listed.kind = identity::PrincipalKind::user;
  listed.attributes["created"] = "2020-01-01T00:00:00Z";
  all.principals.push_back(listed);
  all.settle();
  const Reach shut = compute_reach(all, catalogue, {spray()});
  EXPECT_EQ(row(shut, role), nullptr) << "aws-may-assume says who may";
}

TEST(Program, TheKeyOfKrbtgtActsAsTheDomain) {
  detect::Detection one = spray();
  one.planted = {{"principal:ad/s-1-5-21-1-2-3-502", "krbtgt", "", day(11), ""},
                 {"principal:ad/s-1-5-21-1-2-3", "every-hash", "", day(11), ""}};
  const Reach reach = compute_reach(facts(), rights(), {one});
  ASSERT_NE(row(reach, "principal:ad/s-1-5-21-1-2-3"), nullptr);
  EXPECT_EQ(row(reach, "principal:ad/s-1-5-21-1-2-3")->possible_since, day(11));
}

TEST(Program, WhatWasDeletedIsNotTheirsAnyMore) {
  detect::Detection made = spray();
  made.footholds.clear();
  made.planted = {{std::string(kUser), "user", "", day(11), ""},
                  {std::string(kUser), "factor", "", day(11), ""}};
  ProgramOptions options;
  options.disabled = {
      {std::string(kUser), base::IntervalSet({day(13), base::kTimeMax}), day(13), "audit.json:9"}};
  identity::Facts all = facts();
  all.grants.clear();
  const Reach reach = compute_reach(all, rights(), {made}, options);
  EXPECT_EQ(row(reach, kUser)->possible_intervals.last(), base::Time{day(13).us + base::kHour});
  for (const Edge &edge : reach.program.edges)
    if (edge.fact == FactKind::planted) {
      EXPECT_EQ(edge.valid.until, day(13));
    }
}

// The user acts as the intruder's from day 10 to 12, and adds a secret to an application.
Reach reach_with_secret_set_on(base::Time when, identity::Facts all = facts(),
                               std::vector<identity::Sweep> sweeps = {}) {
  all.grants.clear();
  ProgramOptions options;
  options.disabled = {
      {std::string(kUser), base::IntervalSet({day(12), base::kTimeMax}), base::kTimeMax, "audit.json:9"}};
  options.sweeps = std::move(sweeps);
  options.set_credentials = {{std::string(kUser),
                              {std::string(kApp), "app-secret", "5d0c", when, ""},
                              0,
                              "audit.json:7",
                              "it was set"}};
  return compute_reach(all, rights(), {spray()}, options);
}

TEST(Program, WhatWasSeenToBeSetByAnAccountOfTheirsIsTheirsFromThenOn) {
  const Reach reach = reach_with_secret_set_on(day(11));
  const ReachRow *app = row(reach, kApp);
  ASSERT_NE(app, nullptr) << "seen or not, the secret opens the application";
  EXPECT_EQ(app->grade, Grade::possible) << "nobody was seen to use it";
  EXPECT_THAT(app->possible_intervals.items(), testing::ElementsAre(base::Interval{day(11), base::kTimeMax}))
      << "long after the account was shut";
  EXPECT_THAT(app->because,
              testing::Contains(testing::Field(&Because::evidence, testing::Contains("audit.json:7"))));
}

TEST(Program, WhatWasSetWhenTheyCouldNotActIsNotTheirs) {
  EXPECT_EQ(row(reach_with_secret_set_on(day(9)), kApp), nullptr);
  EXPECT_EQ(row(reach_with_secret_set_on(day(13)), kApp), nullptr);
}

TEST(Program, WhatWasSeenToBeSetEndsWhereItIsTakenAwayOrRunsOut) {
  const Reach swept = reach_with_secret_set_on(
      day(11), facts(), {{std::string(kApp), "app-secret 5d0c", day(14), "audit.json:8", false}});
  ASSERT_NE(row(swept, kApp), nullptr);
  EXPECT_EQ(row(swept, kApp)->possible_intervals.last(), base::Time{day(14).us + base::kHour});
  identity::Facts all = facts();
  identity::Credential listed;
  listed.id = "credential:1";
  listed.principal = kApp;
  listed.slot = "app-secret";
  listed.key_id = "5d0c";
  listed.valid = {day(11), day(20)};
  all.credentials = {listed};
  const Reach run_out = reach_with_secret_set_on(day(11), all);
  ASSERT_NE(row(run_out, kApp), nullptr);
  EXPECT_EQ(row(run_out, kApp)->possible_intervals.last(), base::Time{day(20).us + base::kHour});
}

TEST(Program, WhyTellsWhatLetsThemInNowToo) {
  identity::Facts all = facts();
  all.grants.clear();
  identity::Binding binding;
  binding.secret = "secret:00000000000000000000000000000009";
  binding.principal = kUser;
  binding.slot = "password";
  binding.valid = {base::kTimeMin, day(15)};  // set anew, and nobody ended the sessions
  binding.evidence = "audit.json:3";
  all.bindings = {binding};
  identity::Presence presence;
  presence.secret = binding.secret;
  presence.resource = kHelen;
  presence.valid = since(5);
  all.presences = {presence};
  identity::Exposure exposure;
  exposure.resource = kHelen;
  exposure.interval = {day(10), day(20)};
  all.exposures = {exposure};
  const Reach reach = compute_reach(all, rights(), {});
  ASSERT_NE(row(reach, kUser), nullptr);
  EXPECT_EQ(row(reach, kUser)->possible_intervals.last(), base::kTimeMax);
  EXPECT_THAT(*why(reach, kUser), HasSubstr("refresh"));
}

TEST(Program, WhoEverActedAsADomainHoldsItsKeyUntilItIsReset) {
  identity::Facts all = facts();
  identity::Principal domain;
  domain.id = "principal:ad/s-1-5-21-1-2-3";
  domain.kind = identity::PrincipalKind::tenant;
  domain.attributes["type"] = "Domain";
  all.principals.push_back(domain);
  identity::Grant held = grant("AZOwns", kUser, domain.id);
  held.valid = {day(5), day(12)};  // and taken away
  all.grants.push_back(held);
  const Reach reach = compute_reach(all, rights(), {spray()});
  const ReachRow *row_of = row(reach, domain.id);
  ASSERT_NE(row_of, nullptr);
  EXPECT_EQ(row_of->possible_since, day(10));
  EXPECT_EQ(row_of->possible_intervals.last(), base::kTimeMax)
      << "tickets are written as long as the key holds";
  ASSERT_NE(row(reach, "principal:ad/s-1-5-21-1-2-3-502"), nullptr);
}

TEST(Program, WhoEverWasOnAnAuthoritysHostHoldsItsKeyUntilItIsReplaced) {
  const std::string host = "principal:ad/s-1-5-21-1-2-3-1600", domain = "principal:ad/s-1-5-21-1-2-3";
  identity::Facts all = facts();
  identity::Grant on_host = grant("AZOwns", kUser, host);
  on_host.valid = {day(5), day(12)};  // and taken away
  all.grants.push_back(on_host);
  all.grants.push_back(grant("GoldenCert", host, domain));
  const Reach reach = compute_reach(all, rights(), {spray()});
  const ReachRow *row_of = row(reach, domain);
  ASSERT_NE(row_of, nullptr);
  EXPECT_EQ(row_of->possible_since, day(10));
  EXPECT_EQ(row_of->possible_intervals.last(), base::kTimeMax);
}

TEST(Program, ASettingThatTheyChangedOpensNobody) {
  detect::Detection off = spray();
  off.planted = {{"principal:entra/t/t", "auditing", "set-adminauditlogconfig", day(11), ""}};
  const Reach reach = compute_reach(facts(), rights(), {off});
  EXPECT_EQ(row(reach, "principal:entra/t/t"), nullptr);
  EXPECT_NE(reach.program.find(NodeType::token, "principal:entra/t/t", "setting:auditing"), kNone);
}

TEST(Program, NothingFollowsFromNothing) {
  EXPECT_THAT(compute_reach(facts(), rights(), {}).rows, IsEmpty());
  EXPECT_THAT(compute_reach({}, rights(), {}).rows, IsEmpty());
}

TEST(Program, AnExcludedDetectionCountsForNothing) {
  detect::Detection none = spray();
  none.grade = Grade::excluded;
  EXPECT_THAT(compute_reach(facts(), rights(), {none}).rows, IsEmpty());
}

TEST(Program, AMessageThatWasSeenReadConfirmsItsSecretsOnly) {
  const Reach reach = compute_reach(facts(), rights(), {mail_read("<m5@acme.example>", 30)});
  EXPECT_EQ(row(reach, kAppSecret)->grade, Grade::confirmed);
  EXPECT_EQ(row(reach, kAppSecret)->since, day(30));
  EXPECT_EQ(row(reach, kToken)->grade, Grade::possible);
  EXPECT_EQ(row(reach, kHelen)->grade, Grade::confirmed);
  EXPECT_EQ(row(reach, kService)->grade, Grade::confirmed);
  EXPECT_EQ(row(reach, kBoss)->grade, Grade::possible);
}

TEST(Program, AMessageIsThereWhenItIsReadWhateverItsDateSays) {
  const Reach reach = compute_reach(facts(), rights(), {mail_read("m20@acme.example", 3)});
  EXPECT_EQ(row(reach, kToken)->grade, Grade::confirmed);
  EXPECT_EQ(row(reach, kToken)->since, day(3));
}

TEST(Program, AWholeMailboxSeenReadConfirmsAllThatLayInIt) {
  detect::Detection whole = mail_read("", 10);
  whole.footholds.clear();
  const Reach reach = compute_reach(facts(), rights(), {whole});
  EXPECT_EQ(row(reach, kAppSecret)->grade, Grade::confirmed);
  EXPECT_EQ(row(reach, kToken), nullptr) << "arrived ten days after the reading";
}

TEST(Program, AFolderSeenReadMakesTheRestPossible) {
  detect::Detection folder = mail_read("", 10);
  folder.footholds.clear();
  folder.mail_read.front().folder = "Inbox";
  const Reach reach = compute_reach(facts(), rights(), {folder});
  EXPECT_EQ(row(reach, kAppSecret)->grade, Grade::possible);
  EXPECT_EQ(row(reach, kHelen)->grade, Grade::confirmed);
}

TEST(Program, AThrottledLogLeavesADayOpen) {
  detect::Detection one = mail_read("m5@acme.example", 19);
  one.footholds.clear();
  one.mail_read.front().time = base::Time{day(20).us - base::kHour};
  one.mail_read.front().throttled = true;
  const Reach reach = compute_reach(facts(), rights(), {one});
  EXPECT_EQ(row(reach, kToken)->grade, Grade::possible);
  EXPECT_EQ(row(reach, kToken)->since, day(20));
}

TEST(Program, AnUnattributedDetectionIsPossible) {
  detect::Detection one = spray();
  one.intruder = false;
  EXPECT_EQ(row(compute_reach(facts(), rights(), {one}), kUser)->grade, Grade::possible);
}

TEST(Program, AUseOfAStolenSecretIsConfirmedKnowledgeAndSignIn) {
  detect::Detection use;
  use.id = "detection:3";
  use.kind = "stolen-secret-used";
  use.first = use.last = day(40);
  use.grade = Grade::confirmed;
  use.intruder = true;
  use.uses = {{std::string(kAppSecret), std::string(kOther), day(40), true, "ok"}};
  const Reach reach = compute_reach(facts(), rights(), {use});
  EXPECT_EQ(row(reach, kAppSecret)->grade, Grade::confirmed);
  EXPECT_EQ(row(reach, kOther)->grade, Grade::confirmed);
  EXPECT_EQ(row(reach, kOther)->since, day(40));
}

TEST(Program, APlantedCredentialOpensItsPrincipalUntilItExpires) {
  detect::Detection planted;
  planted.id = "detection:4";
  planted.kind = "app-credential-added";
  planted.first = planted.last = day(11);
  planted.grade = Grade::confirmed;
  planted.intruder = true;
  planted.planted = {{std::string(kOther), "app-secret", "KEY-1", day(11), ""}};
  identity::Facts all = facts();
  identity::Credential credential;
  credential.principal = kOther;
  credential.key_id = "key-1";
  credential.slot = "app-secret";
  credential.valid = {day(11), day(50)};
  all.credentials.push_back(credential);
  const Reach reach = compute_reach(all, rights(), {planted});
  const base::Interval expected{day(11), base::Time{day(50).us + base::kHour}};
  ASSERT_THAT(row(reach, kOther)->possible_intervals.items(), SizeIs(1));
  EXPECT_EQ(row(reach, kOther)->possible_intervals.items().front(), expected);
  EXPECT_EQ(row(reach, kOther)->grade, Grade::possible) << "it was set; no event shows it in use";
  EXPECT_EQ(row(reach, kOther)->since, day(11));

  detect::Detection used = planted;
  used.id = "detection:5";
  used.planted.clear();
  used.first = used.last = day(13);
  used.footholds = {{std::string(kOther), {day(13), day(13) + 1}, "session-1"}};
  EXPECT_EQ(row(compute_reach(all, rights(), {planted, used}), kOther)->grade, Grade::confirmed);
}

// A right given to somebody lets them do more; it does not make them the intruder's. A stranger who was let
// in is.
TEST(Program, WhoWasGivenARightIsNotTheirs) {
  detect::Detection one = spray();
  one.footholds.clear();
  one.planted = {{"principal:okta/o/00uemil", "right", "Super administrator", day(11), ""},
                 {std::string(kOther), "app-role", "", day(11), "grant:1"},
                 {"principal:github/x9", "member", "org.add_member", day(11), ""}};
  identity::Facts all = facts();
  all.exposures.clear();
  const Reach reach = compute_reach(all, rights(), {one});
  EXPECT_EQ(row(reach, "principal:okta/o/00uemil"), nullptr);
  EXPECT_EQ(row(reach, kOther), nullptr);
  ASSERT_NE(row(reach, "principal:github/x9"), nullptr);
  EXPECT_EQ(row(reach, "principal:github/x9")->possible_since, day(11));
}

TEST(Program, WhoCameByATokenHasThatToken) {
  constexpr std::string_view kAmy = "principal:okta/o/00uamy";
  detect::Detection one = spray();
  one.footholds = {{std::string(kAmy), {day(10), base::kTimeMax}, ""}};
  one.planted = {{std::string(kAmy), "used-token", "00tprov", day(10), ""}};
  one.first = one.last = day(10);
  ProgramOptions options;
  options.sweeps = {{"", "token 00tother", day(12), "system.json:1"},
                    {"", "token 00tprov", day(14), "system.json:2"}};
  const Reach reach = compute_reach(facts(), rights(), {one}, options);
  ASSERT_NE(row(reach, kAmy), nullptr);
  EXPECT_EQ(row(reach, kAmy)->possible_intervals.items().front(), (base::Interval{day(10), day(14)}))
      << "until it is revoked, and no session outlives it";
  for (const Edge &edge : reach.program.edges)
    if (edge.fact == FactKind::planted && reach.program.text(edge.object) == kAmy) {
      EXPECT_EQ(reach.program.text(edge.detail), "used-token") << "nothing shows that they have a password";
    }
}

TEST(Program, WhoSignsInWithAKeyThatIsHeldKnowsIt) {
  identity::Facts all = facts();
  all.exposures.clear();
  identity::Credential credential;
  credential.id = "credential:ci";
  credential.principal = "principal:aws/4/user/ci";
  credential.slot = "access-key";
  credential.key_id = "akiaci";
  all.credentials.push_back(credential);
  identity::Binding binding;
  binding.secret = kDeep;
  binding.principal = credential.principal;
  binding.slot = "access-key";
  binding.credential = credential.id;
  all.bindings.push_back(binding);
  detect::Detection one = spray();
  one.footholds = {{credential.principal, {day(10), base::kTimeMax}, ""}};
  one.planted = {{credential.principal, "used-access-key", "akiaci", day(10), ""}};
  const Reach reach = compute_reach(all, rights(), {one});
  ASSERT_NE(row(reach, kDeep), nullptr);
  EXPECT_EQ(row(reach, kDeep)->possible_since, day(10));
  for (const Edge &edge : reach.program.edges)
    EXPECT_NE(edge.fact, FactKind::planted) << "one thing to rotate";
}

TEST(Program, BothHalvesOfARightAreNeeded) {
  identity::Facts all = facts();
  all.grants.push_back(grant("GetChanges", kUser, "principal:ad/domain"));
  EXPECT_EQ(row(compute_reach(all, rights(), {spray()}), "principal:ad/domain"), nullptr);
  all.grants.push_back(grant("GetChangesAll", kService, "principal:ad/domain"));
  EXPECT_NE(row(compute_reach(all, rights(), {spray()}), "principal:ad/domain"), nullptr);
}

TEST(Program, ARightToSetCredentialsIsControlWhileHeldUnlessSweepsAreAskedFor) {
  identity::Facts all = facts();
  all.grants.push_back(grant("AZAddSecret", kService, kOther));
  all.grants.back().valid = {day(0), day(12)};
  all.bindings.clear();
  const auto until = [&](bool swept) {
    ProgramOptions options;
    options.minted_until_swept = swept;
    return row(compute_reach(all, rights(), {spray()}, options), kOther)->intervals.last();
  };
  EXPECT_EQ(until(false), day(12));
  EXPECT_EQ(until(true), base::kTimeMax);
}

TEST(Program, AKeyOpensItsSecretOnlyTogetherWithTheCipher) {
  identity::Facts all = facts();
  all.unlocks = {{std::string(kAppSecret), std::string(kToken), "secret:9", "helen.mbox!/3:1"}};
  const Reach reach = compute_reach(all, rights(), {spray()});
  EXPECT_EQ(row(reach, "secret:9")->since, day(20));
}

TEST(Program, UnknownRightsOpenNothingAndAreNamed) {
  identity::Facts all = facts();
  all.grants.push_back(grant("Teleport", kUser, kRepo));
  const Reach reach = compute_reach(all, rights(), {spray()});
  EXPECT_THAT(reach.program.unknown_rights, ::testing::ElementsAre("Teleport"));
  EXPECT_EQ(row(reach, kRepo)->since, day(20));
}

TEST(Program, WhatIsReachedAndNotHandedInIsMissing) {
  const Reach reach = compute_reach(facts(), rights(), {spray()});
  ASSERT_THAT(reach.missing, SizeIs(1));
  EXPECT_EQ(reach.missing.front().resource, kBoss);
  EXPECT_EQ(reach.missing.front().since, day(10));
}

TEST(Why, PrintsTheChainBackToEvidenceTheSameEveryTime) {
  const Reach reach = compute_reach(facts(), rights(), {spray()});
  const auto text = why(reach, kDeep);
  ASSERT_TRUE(text.has_value()) << text.error().message;
  EXPECT_THAT(*text, HasSubstr("signin.json:line 42"));
  EXPECT_THAT(*text, HasSubstr("full_access_as_app"));
  EXPECT_THAT(*text, HasSubstr("helen.mbox!/12:4"));
  EXPECT_THAT(*text, HasSubstr("its key id stands beside it"));
  EXPECT_THAT(*text, Not(HasSubstr("boss@acme.example")));
  EXPECT_EQ(*text, *why(compute_reach(facts(), rights(), {spray()}), kDeep));
}

TEST(Why, SaysConfirmedFirstAndWhatWasPossibleBefore) {
  const Reach reach = compute_reach(facts(), rights(), {spray(), mail_read("m5@acme.example", 30)});
  const std::string text = *why(reach, kAppSecret);
  EXPECT_LT(text.find("confirmed, because"), text.find("possible even before that"));
  EXPECT_THAT(text, HasSubstr("ual.csv:line 9"));
}

TEST(Why, AShortNameIsUnderstoodOrItsMeaningsAreListed) {
  const Reach reach = compute_reach(facts(), rights(), {spray()});
  EXPECT_TRUE(why(reach, "legacy app").has_value());
  EXPECT_TRUE(why(reach, "helen@acme.example").has_value());
  const auto many = why(reach, "principal:entra");
  ASSERT_FALSE(many.has_value());
  EXPECT_THAT(many.error().message, HasSubstr(std::string(kUser)));
  const auto none = why(reach, "principal:entra/t/nobody");
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error().message, HasSubstr("not within the intruder's reach"));
  EXPECT_FALSE(why(reach, "").has_value());
}

TEST(Program, AddingFactsNeverShrinksReach) {
  const identity::Facts all = facts();
  const Reach whole = compute_reach(all, rights(), {spray(), mail_read("m5@acme.example", 30)});
  const auto covered = [&](const Reach &less) {
    for (const ReachRow &one : less.rows) {
      const ReachRow *other = row(whole, one.id);
      if (other == nullptr || !other->possible_intervals.covers(one.possible_intervals)) return false;
    }
    return true;
  };
  const auto without = [&](auto list) {
    for (std::size_t i = 0; i < (all.*list).size(); ++i) {
      identity::Facts fewer = all;
      (fewer.*list).erase((fewer.*list).begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_TRUE(covered(compute_reach(fewer, rights(), {spray(), mail_read("m5@acme.example", 30)})));
    }
  };
  without(&identity::Facts::grants);
  without(&identity::Facts::bindings);
  without(&identity::Facts::presences);
  EXPECT_TRUE(covered(compute_reach(all, rights(), {spray()})));
}

}  // namespace
}  // namespace dislodge::reach
