// Guessing at one account, locked accounts, quick sprays, and chains of evidence.

#include "detect/guessing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.hpp"
#include "signin_log.hpp"

namespace dislodge::detect {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Log : public SigninLog {
 public:
  log::Event &add(std::int64_t second, const std::string &name, const std::string &address, int code,
                  const std::string &agent = "Mozilla/5.0 Edg/140") {
    return signin(at(second), name, address, code, agent);
  }
  // A change that a rule found.
  void act(std::int64_t second, const std::string &name, const std::string &rule, const std::string &address,
           const std::string &session = "") {
    log::Event &event = this->event(at(second), name);
    event.source = log::Source::m365_audit;
    event.event_class = log::EventClass::mail_admin;
    event.outcome = log::Outcome::ok;
    event.address = table.pool.intern(address);
    event.session = table.pool.intern(session);
    event.operation = table.pool.intern(rule);
    event.extra_begin = static_cast<std::uint32_t>(table.extras.size());
    event.extra_count = 1;
    table.extras.push_back({table.pool.intern("rule"), table.pool.intern(rule)});
  }

 private:
  static base::Time at(std::int64_t second) { return base::time_of({2025, 9, 1}) + second * base::kSecond; }
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

// Ten people who live at home, each with the browser of the company.
void live(Log &log, const std::string &agent = "Mozilla/5.0 Edg/140") {
  for (int day = 0; day < 25; ++day)
    for (int i = 0; i < 10; ++i)
      log.add(day * 86400 + i * 60, "u" + std::to_string(i), "192.0.2." + std::to_string(i), 0, agent);
}

// Whoever tries passwords with a tool signs in with a browser; the first try may be right; logs of some
// systems show no program at all. From where nobody ever was before the tries, it is theirs all the same.
TEST(QuickSpray, ARightPasswordFromTheirAddressIsTheirs) {
  struct Case {
    const char *name, *tool, *entry, *staff;
    int at;  // when the right password is given, in minutes of the spray of nine in half an hour
    int code;
  };
  for (const Case &one :
       {Case{"another program", "python-requests/2", "Mozilla/5.0 Chrome/140", "Edg/140", 90, 0},
        Case{"the first try", "python-requests/2", "python-requests/2", "Edg/140", -3, 0},
        Case{"no program", "", "", "", 31, 0},
        Case{"the program of the staff", "Edg/140", "Edg/140", "Edg/140", 31, 0},
        Case{"stopped", "python-requests/2", "python-requests/2", "Edg/140", 31, 50076}}) {
    Log log;
    live(log, one.staff);
    const int start = 20 * 86400 + 7200;
    for (int i = 0; i < 9; ++i)
      log.add(start + i * 200, "u" + std::to_string(i), "198.51.100.77", 50126, one.tool);
    log::Event &right = log.add(start + one.at * 60, "u9", "198.51.100.77", one.code, one.entry);
    if (one.code != 0) right.outcome = log::Outcome::right_secret_stopped;
    const auto found = log.found("success-after-spray");
    ASSERT_THAT(found, SizeIs(1)) << one.name;
    EXPECT_TRUE(found[0].intruder);
    EXPECT_EQ(found[0].principals, std::vector<std::string>{"principal:entra/t/id-u9"}) << one.name;
    EXPECT_EQ(found[0].footholds.size(), one.code == 0 ? 1u : 0u) << one.name;
    EXPECT_EQ(found[0].planted.size(), one.code == 0 ? 0u : 1u) << "a password that was right is known";
  }
}

TEST(QuickSpray, WhoLivesWhereItCameFromIsNotTheirs) {
  Log log;
  live(log);
  for (int i = 3; i < 8; ++i)
    log.add(20 * 86400 + 7200 + i * 60, "u" + std::to_string(i), "192.0.2.1", 50126, "python-requests/2");
  log.add(20 * 86400 + 9000, "u1", "192.0.2.1", 0);
  ASSERT_THAT(log.found("spray"), SizeIs(1));
  EXPECT_THAT(log.found("success-after-spray"), IsEmpty());
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

// No sign-in is held. What was done tells the account, and what it read from the same address, where nobody
// had been before, goes with it.
TEST(Chains, TheRestOfWhatAHandDidFromAStrangeAddress) {
  Log log;
  const auto read = [&](int second, const char *address) {
    log::Event &event = log.add(second, "dora", address, 0, "Client=REST");
    event.source = log::Source::m365_audit;
    event.event_class = log::EventClass::mail_access;
    event.application_id = log.table.pool.intern("a-new-program");
    event.mailbox = log.table.pool.intern("dora@t.example");
  };
  for (int day = 0; day < 20; ++day) read(day * 86400, "192.0.2.4");
  log.act(0, "dora", "m365-mailbox-delegated", "192.0.2.4");
  const int night = 15 * 86400 + 40000;
  read(night - 9000, "198.51.100.77");
  log.act(night, "dora", "m365-inbox-rule", "198.51.100.77");
  log.act(night + 60, "dora", "m365-forwarding-set", "198.51.100.77");
  log.act(night + 120, "dora", "m365-audit-disabled", "198.51.100.77");
  const auto mail = log.found("mailbox-read-by-app");
  ASSERT_THAT(mail, SizeIs(1));
  EXPECT_TRUE(mail[0].intruder);
  EXPECT_EQ(mail[0].event_count, 1u) << "what its owner read at home is theirs";
  const auto forwarding = log.found("forwarding-set");
  ASSERT_THAT(forwarding, SizeIs(1));
  ASSERT_THAT(forwarding[0].footholds, SizeIs(1));
  EXPECT_THAT(forwarding[0].footholds[0].principal, HasSubstr("dora"));
  EXPECT_EQ(forwarding[0].grade, Grade::possible);
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

// Adversary in the middle: one session id, two networks and programs within minutes. What the owner does in
// it stays the owner's.
TEST(Sessions, ThatSomebodyElseGoesOnWith) {
  const auto run = [](const char *place, const char *program) {
    Log log;
    const auto with_session = [&](int second, const char *address, const char *agent) {
      log.add(second, "dora", address, 0, agent).session = log.table.pool.intern("s1");
    };
    for (int day = 0; day < 20; ++day) log.add(day * 86400, "dora", "192.0.2.4", 0);
    const int night = 15 * 86400 + 40000;
    with_session(night, "192.0.2.4", "Mozilla/5.0 Edg/140");
    with_session(night + 600, place, program);
    for (const char *address : {"192.0.2.4", place}) {
      log::Event &read = log.add(night + 900, "dora", address, 0, "Client=REST");
      read.event_class = log::EventClass::mail_access;
      read.session = log.table.pool.intern("s1");
      read.mailbox = log.table.pool.intern("dora@t.example");
    }
    return log.found("session-replayed");
  };
  const auto stolen = run("203.0.113.200", "axios/1.7.2");
  ASSERT_THAT(stolen, SizeIs(1));
  EXPECT_TRUE(stolen[0].intruder);
  EXPECT_EQ(stolen[0].grade, Grade::confirmed);
  EXPECT_EQ(stolen[0].mail_read.size(), 1u) << "not what was read from home";
  ASSERT_THAT(stolen[0].footholds, SizeIs(1));
  EXPECT_THAT(run("203.0.113.200", "Mozilla/5.0 Edg/141"), IsEmpty()) << "the owner on the way";
  EXPECT_THAT(run("192.0.2.9", "axios/1.7.2"), IsEmpty()) << "another program at home";
}

TEST(Habits, AWeakDoorThatEverybodyUsesIsNoDetection) {
  for (const int people : {1, 3, 6}) {
    Log log;
    for (int i = 0; i < people; ++i)
      for (int day = 0; day < 2; ++day)
        log.act(day * 3 * 86400 + i, "u" + std::to_string(i), "aws-console-without-factor", "192.0.2.1");
    EXPECT_EQ(log.found("risky-signin").empty(), people > 4) << people;
  }
  Log daily;
  for (int day = 0; day < 25; ++day) daily.act(day * 86400, "u", "aws-console-without-factor", "192.0.2.1");
  EXPECT_THAT(daily.found("risky-signin"), IsEmpty());
}

TEST(Chains, EverydayChangesAreNotTold) {
  Log log;
  log.act(0, "admin", "entra-device-registered", "198.51.100.7");
  EXPECT_THAT(log.found("device-registered"), IsEmpty());
}

}  // namespace
}  // namespace dislodge::detect
