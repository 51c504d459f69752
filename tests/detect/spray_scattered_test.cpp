// A try on each account, each from another network, by the browser that everybody uses; and what may be the
// owner's among a spray's successes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.hpp"
#include "signin_log.hpp"

namespace dislodge::detect {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t kDaySeconds = 86400;

// Fourteen people for 25 days, each at home, who mistype now and then.
class Office : public SigninLog {
 public:
  Office() {
    for (int day = 0; day < 25; ++day)
      for (int who = 0; who < 14; ++who) {
        const std::int64_t at = day * kDaySeconds + 30000 + who * 300;
        if ((day + who) % 9 == 0) add(at, who, home(who), 50126);
        add(at + 20, who, home(who), 0);
      }
  }
  static std::string home(int who) { return "192.0." + std::to_string(who) + ".4"; }
  static std::string elsewhere(int i) {
    return std::to_string(60 + 9 * i) + '.' + std::to_string(7 * i + 3) + ".5.9";
  }
  void add(std::int64_t second, int who, const std::string &address, int code,
           const std::string &agent = "Mozilla/5.0 Edg/140") {
    signin(base::time_of({2025, 9, 1}) + second * base::kSecond, "p" + std::to_string(who) + "@t.example",
           address, code, agent)
        .client = table.pool.intern("Browser");
  }
};

TEST(Scattered, TenAccountsInTwoDaysEachFromAnotherNetwork) {
  Office office;
  for (int i = 0; i < 10; ++i) office.add(15 * kDaySeconds + i * 15000, i, Office::elsewhere(i), 50126);
  const auto sprays = office.found("spray");
  ASSERT_THAT(sprays, SizeIs(1));
  EXPECT_EQ(sprays[0].event_count, 10u);
  EXPECT_FALSE(sprays[0].intruder) << "nobody got in";
  EXPECT_THAT(sprays[0].says, HasSubstr("where nobody gets in"));
  EXPECT_THAT(office.found("success-after-spray"), IsEmpty());
}

TEST(Scattered, PeopleOnJourneysAreNone) {
  Office office;
  // All the month somebody mistypes on the way. Three of four get in there after all; one of four leaves it.
  for (int i = 0; i < 60; ++i) {
    office.add(i * 36000, i % 14, Office::elsewhere(i % 20), 50126);
    if (i % 4 != 0) office.add(i * 36000 + 60, i % 14, Office::elsewhere(i % 20), 0);
  }
  EXPECT_THAT(office.found("spray"), IsEmpty());
}

TEST(Scattered, PhonesWithAnOldPasswordAreNone) {
  Office office;
  for (int i = 0; i < 10; ++i)
    for (int again = 0; again < 6; ++again)
      office.add(15 * kDaySeconds + i * 1000 + again * 900, i, Office::elsewhere(i * 3 + again % 3), 50126);
  EXPECT_THAT(office.found("spray"), IsEmpty()) << "each account over and over";
}

TEST(Scattered, AConferenceIsNone) {
  Office office;
  // One hotel's network, whatever the addresses in it.
  for (int i = 0; i < 10; ++i)
    office.add(15 * kDaySeconds + i * 3000, i, "203.0." + std::to_string(40 + i) + ".9", 50126);
  EXPECT_THAT(office.found("spray"), IsEmpty());
}

TEST(Scattered, ASignInLikeTheTriesIsToldAndNobodyIsBlamed) {
  Office office;
  for (int i = 0; i < 10; ++i) office.add(15 * kDaySeconds + i * 15000, i, Office::elsewhere(i), 50126);
  office.add(16 * kDaySeconds, 11, Office::elsewhere(15), 0);
  const auto falls = office.found("success-after-spray");
  ASSERT_THAT(falls, SizeIs(1));
  EXPECT_FALSE(falls[0].intruder);
  EXPECT_EQ(falls[0].grade, Grade::possible);
  EXPECT_LE(falls[0].confidence, 0.3);
}

// The account's own browser from the address of a spray: the intruder has the same browser, or the owner sits
// there.
TEST(Spray, TheOwnersProgramFromItsAddressIsToldAsPossible) {
  Office office;
  const std::int64_t night = 15 * kDaySeconds;
  for (int i = 0; i < 9; ++i) office.add(night + i * 180, i, "198.51.100.77", 50126, "python-requests/2.31");
  office.add(night + 2000, 12, "198.51.100.77", 0);
  const auto falls = office.found("success-after-spray");
  ASSERT_THAT(falls, SizeIs(1));
  EXPECT_FALSE(falls[0].intruder);
  EXPECT_THAT(falls[0].footholds, IsEmpty());
  EXPECT_THAT(falls[0].because, HasSubstr("ask the owner"));
}

}  // namespace
}  // namespace dislodge::detect
