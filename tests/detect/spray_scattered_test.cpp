// A try on each account, each from another network, by the browser that everybody uses; and what may be the
// owner's among a spray's successes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "detect/detect.hpp"
#include "drawn.hpp"
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

// Addresses of one provider, each used once, by a program that nobody has: where an account is asked three
// times and more they lie in one network, as a telephone's would.
TEST(Rented, ManyAddressesOfOneProvider) {
  Office office;
  int address = 0;
  for (int round = 0; round < 4; ++round)
    for (int who = 0; who < 10; ++who, ++address)
      office.add(15 * kDaySeconds + address * 540, who, "46.8." + std::to_string(address) + ".7", 50126,
                 "python-requests/2.31");
  office.add(15 * kDaySeconds + 23000, 3, "46.8.99.7", 0, "python-requests/2.31");
  const auto sprays = office.found("spray");
  ASSERT_THAT(sprays, SizeIs(1));
  EXPECT_EQ(sprays[0].event_count, 40u);
  const auto won = office.found("success-after-spray");
  ASSERT_THAT(won, SizeIs(1));
  EXPECT_THAT(won[0].says, HasSubstr("p3@t.example"));
}

// One address in a network where nobody ever was, slowly and by the browser that everybody has: each account
// once, and the password of one.
TEST(Rented, OneAddressByEverybodysBrowser) {
  Office office;
  for (int who = 0; who < 10; ++who) office.add(15 * kDaySeconds + who * 420, who, "46.8.9.10", 50126);
  office.add(15 * kDaySeconds + 6000, 3, "46.8.9.10", 0);
  const auto sprays = office.found("spray");
  ASSERT_THAT(sprays, SizeIs(1));
  EXPECT_EQ(sprays[0].event_count, 10u);
  EXPECT_TRUE(sprays[0].intruder);
  ASSERT_THAT(office.found("success-after-spray"), SizeIs(1));
  Office early;  // told with the third
  for (int who = 0; who < 3; ++who) early.add(24 * kDaySeconds + 60000 + who * 420, who, "46.8.9.10", 50126);
  EXPECT_THAT(early.found("spray"), SizeIs(1));
}

// Colleagues at a fair who mistype, and get in at another address of the same network.
TEST(Rented, ColleaguesElsewhereAreNone) {
  Office office;
  for (int who = 0; who < 4; ++who) office.add(15 * kDaySeconds + who * 2400, who, "46.8.9.10", 50126);
  for (int who = 0; who < 4; ++who) office.add(15 * kDaySeconds + 9000 + who * 60, who, "46.8.9.11", 0);
  EXPECT_THAT(office.found("spray"), IsEmpty());
}

// Telephones with an old password wander through the network of their carrier, in which others are at work.
TEST(Rented, TelephonesInTheNetworkOfACarrierAreNone) {
  Office office;
  int address = 0;
  for (int round = 0; round < 5; ++round)
    for (int who = 0; who < 4; ++who, ++address)
      office.add(15 * kDaySeconds + address * 5400, who, "109.40." + std::to_string(address) + ".7", 50126,
                 "Android-Mail/2024");
  for (int who = 5; who < 9; ++who)
    office.add(14 * kDaySeconds + who * 900, who, "109.40.200." + std::to_string(who), 0,
               "Android-Mail/2025");
  EXPECT_THAT(office.found("spray"), IsEmpty());
}

// A host whose sshd the whole internet asks for root and admin: the log shows no program.
class Host : public SigninLog {
 public:
  Host() {
    for (int day = 0; day < 40; ++day) {
      for (int i = 0; i < 24; ++i)
        ssh(day * kDaySeconds + i * 3600,
            i % 3 == 0   ? "root"
            : i % 3 == 1 ? "admin"
                         : "oracle",
            std::to_string(20 + (day * 24 + i) % 190) + '.' + std::to_string(day * 5 % 250) + ".9." +
                std::to_string(i),
            false, "password");
      for (const char *name : {"jana", "kurt"})
        ssh(day * kDaySeconds + 30000, name, "10.1.2.17", true, "publickey");
    }
  }
  void ssh(std::int64_t second, const std::string &name, const std::string &address, bool ok,
           const char *method) {
    log::Event &one =
        signin(base::time_of({2025, 9, 1}) + second * base::kSecond, name, address, ok ? 0 : 50126, "");
    one.source = log::Source::syslog;
    one.code = 0;
    one.client = table.pool.intern(method);
  }
};

TEST(Rented, WhoMistypesAtAHostThatAllTheWorldAsksIsNoVictim) {
  Host host;
  host.ssh(30 * kDaySeconds + 66000, "jana", "91.12.34.56", false, "password");
  host.ssh(30 * kDaySeconds + 66012, "jana", "91.12.34.56", true, "password");
  EXPECT_THAT(host.found("success-after-spray"), IsEmpty());
  for (const Detection &one : host.found("spray")) EXPECT_FALSE(one.intruder) << one.says;
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

// A thousand people for two months, who lose tries now and then; and a list of accounts, each of which is
// asked once, all the time, from the networks of a few dozen providers.
class Town : public SigninLog {
 public:
  explicit Town(std::uint32_t seed, int people = 1000, int lost_a_day = 5) : random_(seed), people_(people) {
    for (int day = 0; day < kDays; ++day) {
      for (int who = day % 3; who < people; who += 3)
        add(day * kDaySeconds + 30000 + who, who, home(who), "1", 0, agent());
      for (int i = 0; i < lost_a_day; ++i) {
        // Some travel more than others. They get in at the next place.
        const int who =
            static_cast<int>(below(3) == 0 ? below(40) : below(static_cast<std::uint64_t>(people)));
        add(day * kDaySeconds + 40000 + i * 700, who, elsewhere(), provider(), 50126, agent());
        add(day * kDaySeconds + 40000 + i * 700 + 900, who, elsewhere(), provider(), 0, agent());
      }
    }
  }
  void ask_each_once(int accounts) {
    for (int i = 0; i < accounts; ++i)
      add(i * (kDays * kDaySeconds / accounts), (i * 7) % people_, elsewhere(), provider(), 50126, agent());
  }
  std::string agent() {
    return "Mozilla/5.0 " + std::string(below(2) == 0 ? "Edg/" : "Chrome/") + std::to_string(138 + below(3));
  }

 private:
  static constexpr int kDays = 60;
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  static std::string home(int who) {
    return "91." + std::to_string(who / 250) + '.' + std::to_string(who % 250) + ".4";
  }
  std::string elsewhere() {
    return std::to_string(100 + below(90)) + '.' + std::to_string(below(256)) + '.' +
           std::to_string(below(256)) + '.' + std::to_string(1 + below(254));
  }
  std::string provider() { return std::to_string(5000 + below(40)); }
  void add(std::int64_t second, int who, const std::string &address, const std::string &network, int code,
           const std::string &program) {
    log::Event &event = signin(base::time_of({2025, 9, 1}) + second * base::kSecond,
                               "p" + std::to_string(who) + "@t.example", address, code, program);
    event.client = table.pool.intern("Browser");
    event.network = table.pool.intern(network);
  }
  std::mt19937_64 random_;
  int people_;
};

TEST(Scattered, AListOfWhichEachAccountIsAskedOnceForTwoMonths) {
  for (const std::uint32_t seed : {1u, 2u, 3u}) {
    Town town(seed);
    town.ask_each_once(700);
    std::size_t tries = 0;
    for (const Detection &one : town.found("spray")) {
      EXPECT_FALSE(one.intruder) << "nobody got in";
      tries += one.event_count;
    }
    EXPECT_GT(tries, 500u) << seed;
    EXPECT_LT(tries, 1000u) << seed;
  }
}

TEST(Scattered, PeopleWhoLoseTriesAllTheTimeAreNoList) {
  for (const std::uint32_t seed : test::drawn({1u, 2u, 3u}))
    for (const int lost : {5, 15, 40})
      for (const Detection &one : Town(seed, 1000, lost).found("spray"))
        ADD_FAILURE() << lost << " a day: " << one.says;
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
