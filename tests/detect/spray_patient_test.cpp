// Accounts that are asked again and again, each time from another network, by the browser that everybody has.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.hpp"
#include "detect/spray.hpp"
#include "drawn.hpp"
#include "signin_log.hpp"
#include "tenant_generator.hpp"

namespace dislodge::detect {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t kHourSeconds = 3600, kDaySeconds = 86400;
constexpr int kSpray = 15;  // the day on which it begins
constexpr const char *kCountries[] = {"US", "GB", "FR", "NL", "US", "CA", "IT"};

// Twelve people for four weeks, each at home in Germany, all with one browser; nobody mistypes.
class Quiet : public SigninLog {
 public:
  Quiet() {
    for (int day = 0; day < 28; ++day)
      for (int who = 0; who < 12; ++who)
        if (day % 7 < 5) add(day * kDaySeconds + 30000 + who * 300, who, home(who), 0, "DE");
  }
  static std::string home(int who) { return "203." + std::to_string(who) + ".113.4"; }
  static std::string elsewhere(int i) {
    return std::to_string(71 + i % 30) + '.' + std::to_string(20 + i) + ".7.11";
  }
  void add(std::int64_t second, int who, const std::string &address, int code, const std::string &country) {
    log::Event &event =
        signin(base::time_of({2024, 1, 1}) + second * base::kSecond, "p" + std::to_string(who) + "@t.example",
               address, code, "Mozilla/5.0 Chrome/120");
    event.client = table.pool.intern("Browser");
    event.country = table.pool.intern(country);
  }
  // A try every five hours, on each account in turn.
  void spray(int tries, int accounts = 12) {
    for (int i = 0; i < tries; ++i)
      add(kSpray * kDaySeconds + i * 5 * kHourSeconds, i % accounts, elsewhere(i), 50126, kCountries[i % 7]);
  }
};

TEST(Patient, ThreeTriesOnEachOfTwelveAccounts) {
  Quiet tenant;
  tenant.spray(36);
  const auto sprays = tenant.found("spray");
  ASSERT_THAT(sprays, SizeIs(1));
  EXPECT_EQ(sprays[0].event_count, 36u);
  EXPECT_FALSE(sprays[0].intruder) << "nobody got in";
  EXPECT_THAT(tenant.found("success-after-spray"), IsEmpty());
}

TEST(Patient, ASuccessAsTheTriesComeIsTheirsAtGradePossible) {
  Quiet tenant;
  tenant.spray(36);
  tenant.add(19 * kDaySeconds + 3 * kHourSeconds, 5, Quiet::elsewhere(50), 0, "US");
  const auto falls = tenant.found("success-after-spray");
  ASSERT_THAT(falls, SizeIs(1));
  EXPECT_TRUE(falls[0].intruder);
  EXPECT_EQ(falls[0].grade, Grade::possible);
  EXPECT_LE(falls[0].confidence, 0.5);
  EXPECT_THAT(falls[0].footholds, SizeIs(1));
  EXPECT_THAT(falls[0].because, HasSubstr("ask its owner"));
}

TEST(Patient, PeopleAtHomeAndInOtherCountriesAreNotBlamed) {
  Quiet tenant;
  tenant.spray(36);
  tenant.add(19 * kDaySeconds + 68400, 3, "91.10.5.6", 0, "DE");
  tenant.add(20 * kDaySeconds + 36000, 7, "176.4.8.9", 0, "ES");
  for (const Detection &one : tenant.found("success-after-spray")) EXPECT_FALSE(one.intruder) << one.says;
  EXPECT_FALSE(tenant.found("spray").at(0).intruder);
}

TEST(Patient, WhereColleaguesWorkIsNoForeignCountry) {
  Quiet tenant;
  tenant.spray(36);
  for (int day = 3; day < 10; ++day) tenant.add(day * kDaySeconds, 2, "12.7.8.9", 0, "US");
  tenant.add(19 * kDaySeconds + 3 * kHourSeconds, 5, Quiet::elsewhere(50), 0, "US");
  for (const Detection &one : tenant.found("success-after-spray")) EXPECT_FALSE(one.intruder) << one.says;
}

TEST(Patient, AnAccountThatSleptUntilItWasAskedForIsTheirs) {
  Quiet tenant;
  tenant.spray(39, 13);
  tenant.add(19 * kDaySeconds + 3 * kHourSeconds, 12, Quiet::elsewhere(50), 0, "DE");
  const auto falls = tenant.found("success-after-spray");
  ASSERT_THAT(falls, SizeIs(1));
  EXPECT_TRUE(falls[0].intruder);
  EXPECT_EQ(falls[0].grade, Grade::possible);
}

TEST(Patient, TravellersWhoLoseSomeAndGetInElsewhereAreNone) {
  Quiet tenant;
  for (int i = 0; i < 48; ++i) {
    tenant.add(i * 11 * kHourSeconds, i % 12, Quiet::elsewhere(i), 50126, "FR");
    tenant.add(i * 11 * kHourSeconds + 900, i % 12, Quiet::elsewhere(100 + i), 0, "FR");
  }
  EXPECT_THAT(tenant.found("spray"), IsEmpty());
}

TEST(Patient, TelephonesThatAskAgainAndAgainAreNone) {
  Quiet tenant;
  for (int day = 10; day < 20; ++day)
    for (int who = 0; who < 6; ++who)
      for (int again = 0; again < 6; ++again)
        tenant.add(day * kDaySeconds + who * 3000 + again * 900, who,
                   Quiet::elsewhere(day * 36 + who * 6 + again), 50126, "DE");
  EXPECT_THAT(tenant.found("spray"), IsEmpty());
}

TEST(Patient, TwoTriesADayByTheCommonestBrowser) {
  for (const std::uint32_t seed : test::drawn({41u, 42u, 43u, 44u})) {
    TenantOptions options;
    options.seed = seed;
    options.users = 1000;
    options.failures_a_day = 500;
    options.campaign_tries_a_day = 2;
    options.program = Program::staff_browser;
    const Tenant tenant = TenantGenerator(options).make();
    const identity::Facts facts;
    const View view(tenant.table, facts, builtin_options());
    std::size_t theirs = 0, all = 0;
    for (const Campaign &one : find_sprays(view))
      for (const EventIndex index : one.tries) {
        theirs += tenant.campaign_lines.count(view.event(index).line);
        ++all;
      }
    EXPECT_GE(theirs, 25u) << "seed " << seed;
    EXPECT_GE(theirs * 10, all * 9) << "seed " << seed;
    options.campaign_tries_a_day = 0;
    const Tenant quiet = TenantGenerator(options).make();
    EXPECT_THAT(find_sprays(View(quiet.table, facts, builtin_options())), IsEmpty()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace dislodge::detect
