#include "reach/unseen.hpp"

#include <gtest/gtest.h>

#include "base/embedded_rules.hpp"
#include "fixture.hpp"
#include "reach/difference.hpp"
#include "reach/solve.hpp"

namespace dislodge::reach {
namespace {

using namespace fixture;  // NOLINT: the fixture is this test's world
using base::Interval;
using base::IntervalSet;

// From day 10 on they act as the test account, which may add secrets to another application until day 12.
identity::Facts world() {
  identity::Facts all = facts();
  for (identity::Principal &one : all.principals) one.evidence = "export/apps.json:line 9";
  identity::Grant mint = grant("AZAddSecret", kUser, kOther);
  mint.valid = {day(0), day(12)};
  all.grants.push_back(mint);
  all.bindings.clear();
  all.settle();
  return all;
}

std::vector<std::string> slots_of(const std::vector<Unseen> &all, std::string_view principal) {
  std::vector<std::string> slots;
  for (const Unseen &place : all) {
    for (const UnseenSlot &slot : place.slots) {
      if (slot.principal == principal) slots.push_back(slot.slot);
    }
  }
  return slots;
}

TEST(Unseen, WhoeverMaySetACredentialMayHaveLeftOne) {
  const identity::Facts all = world();
  const Reach reach = compute_reach(all, rights(), {spray()});
  // While the right is held it is control; afterwards reach says nothing of it.
  EXPECT_EQ(reach.possible.intervals(reach.program.find(NodeType::principal, kOther)),
            IntervalSet(Interval{day(10), day(12)}));
  const std::vector<Unseen> unseen = unseen_credentials(reach, all, rights(), {});
  ASSERT_EQ(unseen.size(), 1u);
  EXPECT_EQ(unseen[0].place, "principal:entra/t/t");
  EXPECT_EQ(slots_of(unseen, kOther), std::vector<std::string>{"app-secret"});
  for (const UnseenSlot &slot : unseen[0].slots) {
    if (slot.principal != kOther) continue;
    EXPECT_EQ(slot.when, (Interval{day(10), day(12)}));
  }
  EXPECT_GE(unseen[0].by_count, 1u);
}

TEST(Unseen, ADomainsAccountsAreOnePlace) {
  identity::Facts all = world();
  for (const char *id : {"principal:ad/s-1-5-21-1-2-3-1104", "principal:ad/s-1-5-21-1-2-3-1105"}) {
    identity::Principal user;
    user.id = id;
    user.kind = identity::PrincipalKind::user;
    user.name = id;
    all.principals.push_back(user);
    all.grants.push_back(grant("GenericAll", kUser, id));
  }
  all.settle();
  const identity::Rights catalogue = identity::load_rights(base::embedded_rules()).value();
  const Reach reach = compute_reach(all, catalogue, {spray()});
  const std::vector<Unseen> unseen = unseen_credentials(reach, all, catalogue, {});
  const auto domain = std::find_if(unseen.begin(), unseen.end(), [](const Unseen &one) {
    return one.place == "principal:ad/s-1-5-21-1-2-3";
  });
  ASSERT_NE(domain, unseen.end());
  EXPECT_EQ(domain->principals, 2u);
}

TEST(Unseen, AccountsOfNoOrganisationShareOnePlace) {
  identity::Facts all = world();
  for (const char *login : {"mallory", "trent"}) {
    identity::Principal one;
    one.id = std::string("principal:github/") + login;
    one.kind = identity::PrincipalKind::application;
    one.name = login;
    all.principals.push_back(one);
    identity::Grant owns = grant("AZAddSecret", kUser, one.id);
    owns.valid = {day(0), day(12)};
    all.grants.push_back(owns);
  }
  all.settle();
  const Reach reach = compute_reach(all, rights(), {spray()});
  const std::vector<Unseen> unseen = unseen_credentials(reach, all, rights(), {});
  ASSERT_EQ(unseen.size(), 2u);
  EXPECT_EQ(unseen[1].place, "principal:github");
  EXPECT_EQ(unseen[1].name, "github");
  EXPECT_EQ(unseen[1].principals, 2u);
}

TEST(Unseen, WhatCouldBeTheirsThenCanBeAsked) {
  const identity::Facts all = world();
  const Reach reach = compute_reach(all, rights(), {spray()});
  const Program grown = with_unseen(reach.program, unseen_credentials(reach, all, rights(), {}));
  const Solution then = solve(grown, Grade::possible);
  EXPECT_EQ(then.until(grown.find(NodeType::principal, kOther)), base::kTimeMax);
  EXPECT_EQ(then.since(grown.find(NodeType::principal, kOther)), day(10));
}

TEST(Unseen, ASweepAfterwardsClearsItAndOneBeforeDoesNot) {
  const identity::Facts all = world();
  const Reach reach = compute_reach(all, rights(), {spray()});
  Witness witness;
  witness.sweeps = {{std::string(kOther), "app-secret", day(11), "audit"}};
  EXPECT_EQ(slots_of(unseen_credentials(reach, all, rights(), witness), kOther).size(), 1u);
  witness.sweeps[0].time = day(12);
  EXPECT_TRUE(slots_of(unseen_credentials(reach, all, rights(), witness), kOther).empty());
}

TEST(Unseen, AListingClearsWhatItShowsToBeEmpty) {
  identity::Facts all = world();
  const Reach reach = compute_reach(all, rights(), {spray()});
  Witness witness;
  witness.listed = [](std::string_view evidence) {
    return evidence.starts_with("export/") ? day(20) : base::kTimeMin;
  };
  EXPECT_TRUE(slots_of(unseen_credentials(reach, all, rights(), witness), kOther).empty());
  // Its start is what whoever set it chose to write there.
  identity::Credential one;
  one.id = "credential:1";
  one.principal = kOther;
  one.slot = "app-secret";
  one.valid = {day(1), day(400)};
  all.credentials.push_back(one);
  EXPECT_EQ(slots_of(unseen_credentials(reach, all, rights(), witness), kOther).size(), 1u);
  // A listing taken while the right was held shows nothing of what came after it.
  all.credentials.clear();
  witness.listed = [](std::string_view) { return day(11); };
  EXPECT_EQ(slots_of(unseen_credentials(reach, all, rights(), witness), kOther).size(), 1u);
}

TEST(Unseen, ACompleteLogClearsItUnlessTheyCouldStopIt) {
  identity::Facts all = world();
  Witness witness;
  witness.logged["principal:entra/t/t"] = IntervalSet(Interval{day(0), day(12)});
  const Reach reach = compute_reach(all, rights(), {spray()});
  EXPECT_TRUE(slots_of(unseen_credentials(reach, all, rights(), witness), kOther).empty());
  witness.logged["principal:entra/t/t"] = IntervalSet(Interval{day(0), day(11)});
  EXPECT_EQ(slots_of(unseen_credentials(reach, all, rights(), witness), kOther).size(), 1u);
  // Whoever acts as the tenant could have stopped the log.
  witness.logged["principal:entra/t/t"] = IntervalSet(Interval{day(0), day(12)});
  identity::Principal tenant;
  tenant.id = "principal:entra/t/t";
  tenant.kind = identity::PrincipalKind::tenant;
  all.principals.push_back(tenant);
  all.grants.push_back(grant("AZOwns", kUser, "principal:entra/t/t"));
  all.settle();
  const Reach owned = compute_reach(all, rights(), {spray()});
  EXPECT_EQ(slots_of(unseen_credentials(owned, all, rights(), witness), kOther).size(), 1u);
}

TEST(Unseen, NobodyReachedMeansNothingUnseen) {
  const identity::Facts all = world();
  const Reach reach = compute_reach(all, rights(), {});
  EXPECT_TRUE(slots_of(unseen_credentials(reach, all, rights(), {}), kOther).empty());
}

}  // namespace
}  // namespace dislodge::reach
