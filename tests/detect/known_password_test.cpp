// A password that a spray found and that something stopped comes back from elsewhere.

#include "detect/known_password.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.hpp"
#include "detect/sigma_matcher.hpp"
#include "log/reader.hpp"

namespace dislodge::detect {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

class NoSink : public evidence::Sink {
 public:
  evidence::RecordId record(evidence::Record) override { return 0; }
  std::size_t text(const evidence::TextView &) override { return 0; }
  std::size_t child(const evidence::ItemView &) override { return 0; }
  void unread(evidence::Unread part) override { ADD_FAILURE() << part.reason; }
  const base::Limits &limits() const override { return limits_; }

 private:
  base::Limits limits_;
};

constexpr const char *kEdge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/133.0.0.0";
constexpr const char *kLinux = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0";
constexpr int kSpray = 14 * 1440 + 120;

// Sign-ins as Graph gives them, a line each: eight people sign in each morning of two weeks, then one address
// asks every name once. What comes of the ninth account, which nobody uses, is the test's.
class Signins {
 public:
  explicit Signins(const std::string &fallen, int code) {
    for (int day = 0; day < 20; ++day)
      for (int who = 0; who < 8; ++who)
        add(day * 1440 + 480 + who, name(who), "203.0.113." + std::to_string(10 + who), 0, kEdge, "DE");
    for (int who = 0; who < 10; ++who) {
      const std::string account = who < 8 ? name(who) : who == 8 ? "old.test" : "admin";
      add(kSpray + 41 * who, account, "185.220.101.77", account == fallen ? code : 50126,
          "python-requests/2.31.0", "NL");
    }
  }
  static std::string name(int who) { return "user" + std::to_string(who); }
  void add(int minute, const std::string &who, const std::string &address, int code, const std::string &agent,
           const std::string &country, const std::string &requirement = "singleFactorAuthentication") {
    const base::Time at = base::time_of({2025, 3, 3}) + minute * base::kMinute;
    const std::string number = std::to_string(++number_);
    text_ +=
        R"({"id":"00000000-0000-4000-9000-)" + std::string(12 - number.size(), '0') + number +
        R"(","createdDateTime":")" + base::format_time(at) + R"(","userPrincipalName":")" + who +
        R"(@t.example","userId":"00000000-0000-4000-8000-)" + object(who) +
        R"(","appId":"00000002-0000-0ff1-ce00-000000000000","appDisplayName":"Office 365 Exchange Online","ipAddress":")" +
        address + R"(","clientAppUsed":"Browser","userAgent":")" + agent +
        R"(","isInteractive":true,"signInEventTypes":["interactiveUser"],"authenticationRequirement":")" +
        requirement + R"(","location":{"countryOrRegion":")" + country +
        R"("},"resourceTenantId":"e3981111-2222-4333-8444-555566667777","status":{"errorCode":)" +
        std::to_string(code) + "}}\n";
  }
  std::vector<Detection> successes() {
    SigmaWatcher watcher(*builtin_options().sigma);
    NoSink sink;
    evidence::ItemView item;
    item.path = "signins.json";
    item.bytes = text_;
    log::ReadOptions read;
    read.watcher = &watcher;
    log::EventTable table;
    EXPECT_TRUE(log::read_log(item, table, sink, read).has_value());
    table.settle();
    std::vector<Detection> all = detect(table, {}, builtin_options());
    std::erase_if(all, [](const Detection &one) { return one.kind != "success-after-spray"; });
    return all;
  }

 private:
  static std::string object(const std::string &who) {
    const std::string digits =
        std::to_string(1000 + who.size() * 100 + static_cast<unsigned char>(who.back()));
    return std::string(12 - digits.size(), '0') + digits;
  }
  std::string text_;
  int number_ = 0;
};

const auto kLater = AllOf(Field(&Detection::intruder, true), Field(&Detection::grade, Grade::possible),
                          Field(&Detection::says, HasSubstr("45.61.9.9")));

TEST(KnownPassword, OfAnAccountThatNobodyUses) {
  Signins log("old.test", 50079);
  log.add(kSpray + 1900, "old.test", "45.61.9.9", 50079, kEdge, "US");
  log.add(kSpray + 1906, "old.test", "45.61.9.9", 0, kEdge, "US", "multiFactorAuthentication");
  const auto found = log.successes();
  ASSERT_THAT(found, Contains(kLater));
  for (const Detection &one : found)
    if (one.grade == Grade::possible) {
      EXPECT_EQ(one.footholds.size(), 1u);
      EXPECT_THAT(one.because, HasSubstr("nobody had used the account before"));
    }
}

TEST(KnownPassword, OfAnAccountWithAnOwnerFromAnotherCountryWithThePasswordAlone) {
  for (const int code : {50055, 50074, 53003}) {
    Signins log("user2", code);
    log.add(kSpray + 1906, "user2", "45.61.9.9", 0, kEdge, "US");
    EXPECT_THAT(log.successes(), Contains(kLater)) << code;
  }
}

TEST(KnownPassword, ItsOwnerOnAJourneyAndAtHomeIsNot) {
  Signins away("user2", 50074);
  away.add(kSpray + 1906, "user2", "45.61.9.9", 0, kEdge, "ES", "multiFactorAuthentication");
  EXPECT_THAT(away.successes(), Not(Contains(kLater)));
  Signins near("user2", 50074);
  near.add(kSpray + 1906, "user2", "45.61.9.9", 0, kLinux, "DE");
  EXPECT_THAT(near.successes(), Not(Contains(kLater)));
  Signins other("user2", 50074);
  other.add(kSpray + 1906, "user3", "45.61.9.9", 0, kEdge, "US");
  EXPECT_THAT(other.successes(), Not(Contains(kLater))) << "nobody found the password of this one";
}

// "Stay signed in?" is asked of whoever gave the right password.
TEST(KnownPassword, IsKnownFromTheQuestionWhetherToStay) {
  Signins log("user2", 50140);
  EXPECT_THAT(log.successes(), Contains(Field(&Detection::intruder, true)));
}

}  // namespace
}  // namespace dislodge::detect
