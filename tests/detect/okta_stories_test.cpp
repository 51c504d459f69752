// Okta's system log: a super administrator whose factors the helpdesk reset for somebody else, and a session
// whose cookie was stolen.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.hpp"
#include "detect/sigma_matcher.hpp"
#include "log/networks.hpp"
#include "log/reader.hpp"

namespace dislodge::detect {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

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

constexpr const char *kMac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/121.0.0.0 Safari/537.36";
constexpr const char *kWindows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0.0.0 Safari/537.36";

struct Act {
  int minute = 0;
  std::string type, actor, address, session;
  std::string targets = "null";
  std::string agent = kMac, country = "United States", debug = "{}", network = "x";
};

std::string user(const std::string &name) {
  return R"({"id":"00u)" + name + R"(","type":"User","alternateId":")" + name +
         R"(@castle.example","displayName":")" + name + R"("})";
}
std::string thing(const std::string &id, const std::string &type, const std::string &name) {
  return R"({"id":")" + id + R"(","type":")" + type + R"(","alternateId":"unknown","displayName":")" + name +
         R"("})";
}

class Okta {
 public:
  // Four weeks of three people; the helpdesk resets somebody's factors twice a week.
  Okta() {
    for (int day = 0; day < 28; ++day) {
      int who = 20;
      for (const char *name : {"rob", "nina", "amal", "sol"}) {
        const std::string address = "203.0.113." + std::to_string(who++);
        const std::string session = std::string(name) + std::to_string(day);
        add({day * 1440 + 800 + who, "user.session.start", name, address, session});
        add({day * 1440 + 802 + who, "user.authentication.sso", name, address, session,
             "[" + thing("0oa1", "AppInstance", "Slack") + "]"});
      }
      if (day % 3 == 0)
        add({day * 1440 + 900, "user.mfa.factor.reset_all", "nina", "203.0.113.21",
             "nina" + std::to_string(day), "[" + user("amal") + "]"});
    }
  }
  void add(const Act &one) {
    text_ +=
        R"({"actor":)" + user(one.actor) + R"(,"client":{"userAgent":{"rawUserAgent":")" + one.agent +
        R"(","browser":"CHROME"},"ipAddress":")" + one.address + R"(","geographicalContext":{"country":")" +
        one.country + R"("}},"authenticationContext":{"externalSessionId":")" + one.session +
        R"("},"eventType":")" + one.type + R"(","outcome":{"result":"SUCCESS"},"published":")" +
        base::format_time(base::time_of({2024, 2, 1}) + one.minute * base::kMinute) +
        R"(","securityContext":{"asOrg":")" + one.network + R"("},"debugContext":{"debugData":)" + one.debug +
        R"(},"uuid":"u)" + std::to_string(++number_) + R"(","target":)" + one.targets + "}\n";
  }
  std::vector<Detection> found() {
    const DetectOptions &options = builtin_options();
    SigmaWatcher watcher(*options.sigma);
    NoSink sink;
    evidence::ItemView item;
    item.path = "okta.ndjson";
    item.bytes = text_;
    log::ReadOptions read;
    read.watcher = &watcher;
    log::EventTable table;
    EXPECT_TRUE(log::read_log(item, table, sink, read).has_value());
    table.settle();
    log::forget_uniform_networks(table);
    return detect(table, {}, options);
  }

 private:
  std::string text_;
  int number_ = 0;
};

constexpr int kDay = 21 * 1440;

TEST(OktaStories, EverydayResetsOfAHelpdeskAreNotTold) {
  EXPECT_THAT(Okta().found(), testing::IsEmpty());
}

// The helpdesk was talked into it: the reset is work, what came to the account then is not, nor who signs in
// by the identity provider that was made there.
TEST(OktaStories, AResetForSomebodyElse) {
  Okta log;
  const std::string at = "45.76.10.20", session = "attack1";
  log.add(
      {kDay + 1265, "user.mfa.factor.reset_all", "pete", "203.0.113.30", "pete1", "[" + user("rob") + "]"});
  log.add({kDay + 1275, "user.session.start", "rob", at, session, "null", kWindows});
  log.add({kDay + 1276, "user.mfa.factor.activate", "rob", at, session, "[" + user("rob") + "]", kWindows});
  const std::string provider = "[" + thing("0oaIDP9", "IdentityProvider", "corp-sso-2") + "]";
  log.add({kDay + 1291, "system.idp.lifecycle.create", "rob", at, session, provider, kWindows});
  log.add({kDay + 1300, "user.authentication.auth_via_IDP", "amal", at, "amalx", provider, kWindows});
  log.add({kDay + 1302, "user.authentication.sso", "amal", at, "amalx",
           "[" + thing("0oav", "AppInstance", "CyberArk") + "]", kWindows});
  log.add({kDay + 1310, "system.api_token.create", "rob", at, session,
           "[" + thing("00Tx", "Token", "sync") + "]", kWindows});
  const auto found = log.found();
  for (const char *kind : {"federation-changed", "token-created"}) {
    EXPECT_THAT(found, Contains(AllOf(Field(&Detection::kind, kind), Field(&Detection::intruder, true),
                                      Field(&Detection::grade, Grade::possible))))
        << kind;
  }
  std::set<std::string> held;
  for (const Detection &one : found)
    for (const Foothold &foothold : one.footholds) held.insert(foothold.principal);
  EXPECT_THAT(held, Contains(HasSubstr("00urob")));
  EXPECT_THAT(held, Contains(HasSubstr("00uamal"))) << "signed in by the provider that they made";
  EXPECT_THAT(held, testing::Not(Contains(HasSubstr("00upete")))) << "did what a helpdesk does";
  EXPECT_THAT(found, Contains(Field(&Detection::because, HasSubstr("had been reset by")))) << "how it began";
  // The provider is rob's doing and a place of the organisation; no token of amal's is known.
  for (const Detection &one : found)
    for (const Planted &each : one.planted)
      if (each.principal.find("00uamal") != std::string::npos) {
        EXPECT_NE(each.slot, "used-token");
      }
}

// One session, two countries within hours and no new sign-in: whoever has the cookie needs none.
TEST(OktaStories, ACookieThatWasStolen) {
  Okta log;
  log.add({kDay + 820, "user.session.start", "rob", "203.0.113.20", "102pQw"});
  const std::string at = "104.167.1.9";
  log.add({kDay + 1120, "user.session.access_admin_app", "rob", at, "102pQw",
           "[" + thing("0oaadm", "AppInstance", "Okta Admin Console") + "]", kMac, "Malaysia"});
  log.add({kDay + 1124, "user.account.privilege.grant", "rob", at, "102pQw", "[" + user("sol") + "]", kMac,
           "Malaysia", R"({"privilegeGranted":"Super administrator"})"});
  const auto found = log.found();
  EXPECT_THAT(found,
              Contains(AllOf(Field(&Detection::kind, "role-assigned"), Field(&Detection::intruder, true))));
  EXPECT_THAT(found, Contains(AllOf(Field(&Detection::because, HasSubstr("without a new sign-in")),
                                    Field(&Detection::grade, Grade::possible))));
}

// A journey with the session of the morning, and a telephone that is enrolled there, is none.
TEST(OktaStories, AJourneyWithTheSessionOfTheMorning) {
  Okta log;
  const std::string at = "104.167.1.9";
  log.add({kDay + 820, "user.session.start", "rob", "203.0.113.20", "102pQw"});
  log.add({kDay + 1400, "user.authentication.sso", "rob", at, "102pQw",
           "[" + thing("0oa1", "AppInstance", "Slack") + "]", kMac, "Malaysia"});
  log.add({kDay + 1410, "user.mfa.factor.activate", "rob", at, "102pQw", "[" + user("rob") + "]", kMac,
           "Malaysia"});
  for (const Detection &one : log.found()) EXPECT_FALSE(one.intruder) << one.says;
}

}  // namespace
}  // namespace dislodge::detect
