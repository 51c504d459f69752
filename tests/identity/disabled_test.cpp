#include "identity/disabled.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_maker.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kTenant = "6b1f4c1e-7a52-4c0f-9f55-0c8f7a3d2e10";
const std::string kUser = "00000000-0000-4000-8000-000000000070";

class DisabledOf : public testing::Test {
 protected:
  void act(log::Source source, std::string_view time, std::string_view operation, std::string_view target,
           std::string_view tenant,
           std::initializer_list<std::pair<std::string_view, std::string_view>> extras = {}) {
    log::Event &event = maker.add(log::EventClass::directory_audit, time, operation, extras);
    event.source = source;
    event.target_id = maker.id(target);
    event.target_name = maker.id("brisk\\old");
    event.tenant = maker.id(tenant);
  }
  std::vector<Disabled> found(const ListingTime &listed = {}) {
    facts.settle();
    return disabled_accounts(maker.table, facts, RealmAccounts(facts), listed);
  }
  static base::Interval between(std::string_view from, std::string_view until) {
    return {*base::parse_time(from), until.empty() ? base::kTimeMax : *base::parse_time(until)};
  }
  Facts facts;
  EventMaker maker;
};

TEST_F(DisabledOf, ShutUntilTheyAreLetInAgain) {
  act(log::Source::entra_audit, "2025-03-01T00:00:00Z", "Disable account", kUser, kTenant);
  act(log::Source::entra_audit, "2025-03-05T00:00:00Z", "Enable account", kUser, kTenant);
  act(log::Source::entra_audit, "2025-03-09T00:00:00Z", "Update user", kUser, kTenant,
      {{"new:AccountEnabled", "[false]"}});
  act(log::Source::entra_audit, "2025-03-10T00:00:00Z", "Update user", kUser, kTenant,
      {{"new:City", "[Bonn]"}});
  const auto all = found();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].principal, entra_principal(kTenant, kUser));
  EXPECT_THAT(all[0].when.items(), ElementsAre(between("2025-03-01T00:00:00Z", "2025-03-05T00:00:00Z"),
                                               between("2025-03-09T00:00:00Z", "")));
  EXPECT_EQ(all[0].evidence, "ual.csv:line 2");
}

TEST_F(DisabledOf, WhatWasDeletedIsGoneUntilItIsRestored) {
  act(log::Source::entra_audit, "2025-03-01T00:00:00Z", "Delete user", kUser, kTenant);
  auto all = found();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].deleted, *base::parse_time("2025-03-01T00:00:00Z"));
  act(log::Source::entra_audit, "2025-03-02T00:00:00Z", "Hard Delete user", kUser, kTenant);
  EXPECT_EQ(found()[0].deleted, *base::parse_time("2025-03-01T00:00:00Z"));
  act(log::Source::entra_audit, "2025-03-03T00:00:00Z", "Restore user", kUser, kTenant);
  EXPECT_EQ(found()[0].deleted, base::kTimeMax);
  act(log::Source::entra_audit, "2025-03-04T00:00:00Z", "Disable account", kUser, kTenant);
  EXPECT_EQ(found()[0].deleted, base::kTimeMax);
}

TEST_F(DisabledOf, WhatFailedShutsNobody) {
  act(log::Source::entra_audit, "2025-03-01T00:00:00Z", "Disable account", kUser, kTenant);
  maker.table.events.back().outcome = log::Outcome::error;
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(DisabledOf, ADirectoryCountsFromItsOwnTime) {
  Principal old;
  old.id = entra_principal(kTenant, kUser);
  old.kind = PrincipalKind::user;
  old.attributes["enabled"] = "false";
  old.evidence = "users.json:line 3";
  facts.principals.push_back(old);
  EXPECT_THAT(found(), IsEmpty()) << "nobody says when it was taken";
  const auto all = found([](std::string_view) { return *base::parse_time("2025-04-01T00:00:00Z"); });
  ASSERT_EQ(all.size(), 1u);
  EXPECT_THAT(all[0].when.items(), ElementsAre(between("2025-04-01T00:00:00Z", "")));
}

TEST_F(DisabledOf, OktaAndWindowsInTheirOwnWords) {
  act(log::Source::okta, "2025-03-01T00:00:00Z", "user.lifecycle.suspend", "00u1", "brisk.okta.com");
  act(log::Source::windows, "2025-03-02T00:00:00Z", "user disabled", "S-1-5-21-1-2-3-1104", "dc1",
      {{"event-id", "4725"}});
  const auto all = found();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].principal, "principal:ad/dc1/brisk\\old");
  EXPECT_EQ(all[1].principal, "principal:okta/brisk.okta.com/00u1");
}

}  // namespace
}  // namespace dislodge::identity
