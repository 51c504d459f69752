// Guessing at one account from everywhere, and second factors that were refused.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.hpp"
#include "detect/guessing.hpp"
#include "signin_log.hpp"

namespace dislodge::detect {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char *kEdge = "Mozilla/5.0 (Windows NT 10.0) Edg/133";

// Five people sign in each morning for four weeks, each from one address.
class Log : public SigninLog {
 public:
  Log() {
    for (int day = 0; day < 28; ++day)
      for (int who = 0; who < 5; ++who)
        add(day * 1440 + 480 + who, "user" + std::to_string(who), "203.0.113." + std::to_string(who), 0,
            kEdge, "DE");
  }
  void add(int minute, const std::string &name, const std::string &address, int code,
           const std::string &agent, const std::string &country) {
    signin(base::time_of({2025, 3, 3}) + minute * base::kMinute, name, address, code, agent).country =
        table.pool.intern(country);
  }
  // Tries from an address and a network each, by programs in turn.
  void guess(int tries, int programs) {
    constexpr const char *kPrograms[] = {"Mozilla/5.0 (X11) Firefox/", "Mozilla/5.0 (Macintosh) Safari/",
                                         "Mozilla/5.0 (Windows NT 10.0) Chrome/"};
    constexpr const char *kCountries[] = {"US", "GB", "CA"};
    for (int i = 0; i < tries; ++i)
      add(20 * 1440 + i * 300, "user1", std::to_string(60 + i) + ".7.1.9", 50126, kPrograms[i % programs],
          kCountries[i % 3]);
  }
};

TEST(ScatteredGuessing, AtOneAccountAndItsSuccess) {
  Log log;
  log.guess(24, 3);
  log.add(20 * 1440 + 24 * 300, "user1", "98.7.1.9", 0, "Mozilla/5.0 (X11) Firefox/", "US");
  const auto guessed = log.found("brute-force");
  ASSERT_THAT(guessed, SizeIs(1));
  EXPECT_TRUE(guessed[0].intruder);
  EXPECT_EQ(guessed[0].event_count, 24u);
  const auto fallen = log.found("success-after-guessing");
  ASSERT_THAT(fallen, SizeIs(1));
  EXPECT_EQ(fallen[0].grade, Grade::possible);
  EXPECT_THAT(fallen[0].footholds, SizeIs(1));
}

TEST(ScatteredGuessing, ItsOwnerAtHomeIsNotBlamed) {
  Log log;
  log.guess(24, 3);
  const auto guessed = log.found("brute-force");
  ASSERT_THAT(guessed, SizeIs(1));
  EXPECT_FALSE(guessed[0].intruder);
  EXPECT_THAT(log.found("success-after-guessing"), IsEmpty());
}

// Each from a network of its own: eight say it, seven do not.
TEST(ScatteredGuessing, EightTriesFromEightNetworks) {
  Log eight, seven;
  eight.guess(8, 3);
  seven.guess(7, 3);
  EXPECT_THAT(eight.found("brute-force"), SizeIs(1));
  EXPECT_THAT(seven.found("brute-force"), IsEmpty());
}

TEST(ScatteredGuessing, ATelephoneWithAnOldPasswordIsOneProgram) {
  Log log;
  log.guess(24, 1);
  EXPECT_THAT(log.found("success-after-guessing"), IsEmpty());
}

TEST(FactorRefusals, TellThatThePasswordIsKnown) {
  Log log;
  for (int i = 0; i < 8; ++i) log.add(20 * 1440 + 2 * i, "user2", "185.220.101.77", 500121, kEdge, "NL");
  const auto refused = log.found("brute-force");
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_FALSE(refused[0].intruder);
  EXPECT_THAT(refused[0].says, HasSubstr("the password is known there"));
  EXPECT_EQ(refused[0].techniques, std::vector<std::string>{"T1621"});
}

TEST(FactorRefusals, AtHomeAndAFewAreNobodysBusiness) {
  Log log;
  for (int i = 0; i < 8; ++i) log.add(20 * 1440 + 2 * i, "user2", "203.0.113.2", 500121, kEdge, "DE");
  for (int i = 0; i < 2; ++i) log.add(20 * 1440 + 2 * i, "user3", "91.2.3.4", 500121, kEdge, "ES");
  EXPECT_THAT(log.found("brute-force"), IsEmpty());
}

}  // namespace
}  // namespace dislodge::detect
