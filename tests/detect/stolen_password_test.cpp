// Uses of a password that was stolen before the log begins: what its owner does every day is none.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/passes.hpp"
#include "detect/stolen_secret.hpp"
#include "identity/ids.hpp"

namespace dislodge::detect {
namespace {

const std::string kTenant = "c0000000-0000-4000-8000-000000000000";
constexpr const char *kPhone = "Outlook-iOS/2.0 (iPhone; iOS 17.";
constexpr const char *kBrowser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/1";
constexpr const char *kOffice = "203.0.113.5";

std::string object(int person) {
  return "00000000-0000-4000-8000-00000000000" + std::to_string(person);
}

class StolenPassword : public testing::Test {
 protected:
  StolenPassword() {
    table.files.emplace_back("signins.json");
    for (int person = 1; person <= 6; ++person) {
      identity::Principal one;
      one.id = entra_id(kTenant, object(person));
      one.kind = identity::PrincipalKind::user;
      facts.principals.push_back(one);
      identity::Binding binding;
      binding.secret = "secret:" + std::to_string(person);
      binding.principal = one.id;
      binding.slot = "password";
      facts.bindings.push_back(binding);
      known[binding.secret] = base::time_of({2025, 2, 1});
    }
    facts.settle();
    // A month of work: the office in a browser that is updated, the telephone on the way, from wherever it
    // is.
    for (int day = 0; day < 28; ++day)
      for (int person = 1; person <= 6; ++person) {
        signin(day, person, kOffice, kBrowser + std::to_string(20 + day / 10));
        signin(day, person, "100." + std::to_string(64 + (day * 7 + person) % 60) + ".3.9",
               kPhone + std::to_string(day / 9));
      }
  }
  log::Event &signin(int day, int person, std::string_view address, std::string_view agent,
                     log::EventClass kind = log::EventClass::interactive_signin) {
    log::Event event;
    event.source = log::Source::entra_signin;
    event.event_class = kind;
    event.outcome = log::Outcome::ok;
    event.time = base::Time{base::time_of({2025, 3, 1}).us + day * base::kDay + person * base::kHour};
    event.line = table.events.size() + 1;
    event.native_id = table.pool.intern("signin-" + std::to_string(event.line));
    event.tenant = table.pool.intern(kTenant);
    event.actor_id = table.pool.intern(object(person));
    event.actor_type = table.pool.intern("user");
    event.address = table.pool.intern(address);
    event.agent = table.pool.intern(agent);
    event.client = table.pool.intern("Browser");
    event.application_id = table.pool.intern("mail");
    table.events.push_back(event);
    return table.events.back();
  }
  std::vector<Detection> uses() {
    std::stable_sort(table.events.begin(), table.events.end(),
                     [](const log::Event &a, const log::Event &b) { return a.time < b.time; });
    return detect_secret_use(table, facts, {}, known);
  }
  log::EventTable table;
  identity::Facts facts;
  KnownSince known;
};

TEST_F(StolenPassword, WhatItsOwnerDoesEveryDayIsNoUse) {
  EXPECT_TRUE(uses().empty());
}

TEST_F(StolenPassword, AnotherProgramFromElsewhereIsOne) {
  signin(20, 3, "198.51.100.9", "python-requests/2.31").client = table.pool.intern("Other clients");
  const auto found = uses();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, "stolen-secret-used");
  EXPECT_EQ(found[0].uses.at(0).secret, "secret:3");
  EXPECT_FALSE(found[0].intruder);
}

// A thief who shows the owner's own program is told by the country: one day there is no habit.
TEST_F(StolenPassword, TheOwnersProgramFromAnotherCountryIsOne) {
  for (log::Event &event : table.events) event.country = table.pool.intern("de");
  signin(20, 3, "185.220.101.77", kBrowser + std::string("22")).country = table.pool.intern("ro");
  const auto found = uses();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].uses.at(0).secret, "secret:3");
}

// A program that signs in while nobody is there presents a token.
TEST_F(StolenPassword, ATokenThatIsRenewedIsNoUseOfThePassword) {
  signin(20, 3, "198.51.100.9", "python-requests/2.31", log::EventClass::noninteractive_signin).client =
      table.pool.intern("Mobile Apps and Desktop clients");
  EXPECT_TRUE(uses().empty());
  signin(21, 3, "198.51.100.9", "python-requests/2.31", log::EventClass::noninteractive_signin).client =
      table.pool.intern("IMAP4");
  EXPECT_EQ(uses().size(), 1u) << "an old protocol gives the password each time";
}

// A service's account inside: its machine is known, and another one of the same network is not.
TEST_F(StolenPassword, AServiceThatRunsOnOneMachineIsUsedFromAnother) {
  for (int day = 0; day < 28; ++day)
    signin(day, 9, "10.1.1.50", "", log::EventClass::noninteractive_signin).client =
        table.pool.intern("network");
  signin(20, 9, "10.1.9.66", "", log::EventClass::noninteractive_signin).client =
      table.pool.intern("network");
  identity::Principal one;
  one.id = entra_id(kTenant, object(9));
  one.kind = identity::PrincipalKind::user;
  facts.principals.push_back(one);
  identity::Binding binding;
  binding.secret = "secret:9";
  binding.principal = one.id;
  binding.slot = "password";
  facts.bindings.push_back(binding);
  facts.settle();
  known[binding.secret] = base::time_of({2025, 3, 10});
  const auto found = uses();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].uses.at(0).secret, "secret:9");
  EXPECT_EQ(found[0].grade, Grade::possible);
  EXPECT_THAT(found[0].because, testing::HasSubstr("another machine"));
}

// From where the whole office comes, somebody's first day in another browser is no theft.
TEST_F(StolenPassword, TheOfficeIsNobodysMark) {
  signin(20, 3, kOffice, "Firefox/1").client = table.pool.intern("Mobile Apps and Desktop clients");
  EXPECT_TRUE(uses().empty());
}

}  // namespace
}  // namespace dislodge::detect
