// Guessing at one account, locked accounts, quick sprays, and chains of evidence.

#include "detect/guessing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.hpp"

namespace dislodge::detect {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Log {
 public:
  log::Event &add(std::int64_t second, const std::string &name, const std::string &address, int code,
                  const std::string &agent = "Mozilla/5.0 Edg/140") {
    log::Event event = plain(second, name);
    event.source = log::Source::entra_signin;
    event.event_class = log::EventClass::interactive_signin;
    event.code = code;
    event.outcome = code == 0       ? log::Outcome::ok
                    : code == 50053 ? log::Outcome::blocked
                                    : log::Outcome::wrong_secret;
    event.address = table.pool.intern(address);
    event.agent = table.pool.intern(agent);
    table.events.push_back(event);
    return table.events.back();
  }
  // A change that a rule found.
  void act(std::int64_t second, const std::string &name, const std::string &rule, const std::string &address,
           const std::string &session = "") {
    log::Event event = plain(second, name);
    event.source = log::Source::m365_audit;
    event.event_class = log::EventClass::mail_admin;
    event.outcome = log::Outcome::ok;
    event.address = table.pool.intern(address);
    event.session = table.pool.intern(session);
    event.operation = table.pool.intern(rule);
    event.extra_begin = static_cast<std::uint32_t>(table.extras.size());
    event.extra_count = 1;
    table.extras.push_back({table.pool.intern("rule"), table.pool.intern(rule)});
    table.events.push_back(event);
  }
  std::vector<Detection> found(std::string_view kind) {
    table.settle();
    std::vector<Detection> all = detect(table, {}, builtin_options());
    std::erase_if(all, [&](const Detection &one) { return one.kind != kind; });
    return all;
  }
  log::EventTable table;

 private:
  log::Event plain(std::int64_t second, const std::string &name) {
    log::Event event;
    event.time = base::time_of({2025, 9, 1}) + second * base::kSecond;
    event.file = table.file_index("s.json");
    event.line = event.offset = ++line_;
    event.tenant = table.pool.intern("t");
    event.actor_name = table.pool.intern(name);
    event.actor_id = table.pool.intern("id-" + name);
    event.actor_type = table.pool.intern("user");
    return event;
  }
  std::uint64_t line_ = 0;
};

TEST(Guessing, TenTriesOnOneAccountFromAStrangePlace) {
  Log log;
  for (int i = 0; i < 10; ++i) log.add(i * 20, "a", "198.51.100.7", 50126, "python-requests/2");
  const auto found = log.found("brute-force");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].event_count, 10u);
  EXPECT_FALSE(found[0].intruder);
  EXPECT_THAT(log.found("success-after-guessing"), IsEmpty());
}

TEST(Guessing, ARightPasswordThenIsTheGuessers) {
  Log log;
  for (int i = 0; i < 12; ++i) log.add(i * 20, "a", "198.51.100.7", 50126, "python-requests/2");
  log.add(300, "a", "198.51.100.7", 0, "python-requests/2").session = log.table.pool.intern("s1");
  log.add(400, "a", "192.0.2.1", 0);  // the owner, at home
  const auto found = log.found("success-after-guessing");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_TRUE(found[0].intruder);
  ASSERT_THAT(found[0].footholds, SizeIs(1));
  EXPECT_EQ(found[0].footholds[0].session, "s1");
}

TEST(Guessing, PhonesWithOldPasswordsFailAtHome) {
  Log log;
  log.add(0, "a", "192.0.2.1", 0);
  for (int i = 1; i < 100; ++i) log.add(i * 20, "a", "192.0.2.1", 50126, "Apple-iPhone");
  EXPECT_THAT(log.found("brute-force"), IsEmpty());
}

// Nobody types ten passwords in a minute, a program with an old one may send them.
TEST(Guessing, TenInAMinuteOnThePageAreNoSlipsAtHomeEither) {
  for (const char *client : {"Browser", "Login:login", "IMAP4"}) {
    Log log;
    log.add(0, "a", "192.0.2.1", 0);
    for (int i = 1; i < 20; ++i)
      log.add(3600 + i * 2, "a", "192.0.2.1", i < 17 ? 50126 : 50053).client = log.table.pool.intern(client);
    log.add(3700, "a", "192.0.2.1", 0);
    const auto found = log.found("brute-force");
    if (std::string_view(client) == "IMAP4") {
      EXPECT_THAT(found, IsEmpty());
      continue;
    }
    ASSERT_THAT(found, SizeIs(1)) << client;
    EXPECT_EQ(found[0].event_count, 19u);
    EXPECT_FALSE(found[0].intruder);
    EXPECT_THAT(log.found("success-after-guessing"), IsEmpty()) << "the owner signs in there";
  }
}

TEST(Guessing, LockedAccountsAreToldOnceADay) {
  Log log;
  for (int i = 0; i < 5; ++i) log.add(i * 600, "a", "198.51.100.7", 50053);
  log.add(3 * 86400, "a", "198.51.100.7", 50053);
  EXPECT_THAT(log.found("account-lockout"), SizeIs(2));
}

// The first alert of a spray of ten comes with its third event.
TEST(QuickSpray, TheThirdAccountIsEnough) {
  Log log;
  for (int i = 0; i < 3; ++i) log.add(i * 30, "u" + std::to_string(i), "198.51.100.7", 50126, "python/3");
  const auto found = log.found("spray");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].event_count, 3u);
}

TEST(QuickSpray, AlsoWhereEachTryHasItsOwnAddress) {
  Log log;
  for (int day = 0; day < 5; ++day)
    for (int i = 0; i < 20; ++i)
      log.add(day * 86400 + i * 60, "u" + std::to_string(i), "192.0.2." + std::to_string(i), 0);
  for (int i = 0; i < 3; ++i)
    log.add(6 * 86400 + i * 30, "u" + std::to_string(i), "198.51.100." + std::to_string(i), 50126,
            "fasthttp");
  ASSERT_THAT(log.found("spray"), SizeIs(1));
}

// In a laboratory, or on a stolen machine, who sprays shares an address with somebody who works there.
TEST(QuickSpray, AlsoFromWhereSomebodyElseLives) {
  Log log;
  for (int day = 0; day < 30; ++day) {
    log.add(day * 86400, "admin", "192.0.2.1", 0);
    log.add(day * 86400 + 60, "other", "192.0.2.1", 0);
  }
  for (int i = 0; i < 3; ++i)
    log.add(864000 + i * 11, "u" + std::to_string(i), "192.0.2.1", 50126, "Microsoft Office/16.0 (Outlook)");
  // Weeks later somebody guesses at one account from there, by a browser.
  for (int i = 0; i < 15; ++i) log.add(20 * 86400 + i * 2, "u1", "192.0.2.1", 50126);
  const auto found = log.found("spray");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].event_count, 3u);
  EXPECT_FALSE(found[0].intruder);
  const auto guessed = log.found("brute-force");
  ASSERT_THAT(guessed, SizeIs(1));
  EXPECT_EQ(guessed[0].event_count, 15u);
}

TEST(QuickSpray, ThreePeopleOfAnOfficeAreNone) {
  Log log;
  for (int day = 0; day < 5; ++day)
    for (int i = 0; i < 20; ++i) log.add(day * 86400 + i * 60, "u" + std::to_string(i), "192.0.2.1", 0);
  for (int i = 0; i < 3; ++i) log.add(6 * 86400 + i * 30, "u" + std::to_string(i), "192.0.2.1", 50126);
  EXPECT_THAT(log.found("spray"), IsEmpty());
}

TEST(Chains, OneHandThatCutsTheLogAndGivesAwayMailIsTheIntruders) {
  Log log;
  log.act(0, "admin", "m365-audit-disabled", "198.51.100.7", "s9");
  log.act(60, "admin", "m365-mailbox-delegated", "198.51.100.7", "s9");
  log.act(120, "admin", "m365-forwarding-set", "198.51.100.7", "s9");
  // The same administrator from the same address, in another session: an ordinary day.
  log.act(7200, "admin", "m365-mailbox-delegated", "198.51.100.7", "s1");
  const auto cut = log.found("audit-disabled");
  ASSERT_THAT(cut, SizeIs(1));
  EXPECT_TRUE(cut[0].intruder);
  EXPECT_EQ(cut[0].grade, Grade::possible);
  EXPECT_THAT(cut[0].because, HasSubstr("one hand"));
  const auto delegated = log.found("mailbox-delegated");
  ASSERT_THAT(delegated, SizeIs(2));
  EXPECT_TRUE(delegated[0].intruder);
  EXPECT_FALSE(delegated[1].intruder);
}

TEST(Chains, WorkOfAnAdministratorIsNone) {
  Log log;
  log.act(0, "admin", "m365-mailbox-delegated", "198.51.100.7");
  log.act(60, "admin", "m365-forwarding-set", "198.51.100.7");
  log.act(120, "admin", "m365-transport-rule", "198.51.100.7");
  for (const char *kind : {"mailbox-delegated", "forwarding-set", "transport-rule"}) {
    const auto found = log.found(kind);
    ASSERT_THAT(found, SizeIs(1)) << kind;
    EXPECT_FALSE(found[0].intruder) << kind;
  }
}

TEST(Chains, EverydayChangesAreNotTold) {
  Log log;
  log.act(0, "admin", "entra-device-registered", "198.51.100.7");
  EXPECT_THAT(log.found("device-registered"), IsEmpty());
}

}  // namespace
}  // namespace dislodge::detect
