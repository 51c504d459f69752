// Mail that was read in sessions which no sign-in opened.

#include "detect/unopened_sessions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.hpp"

namespace dislodge::detect {
namespace {

constexpr const char *kExchange = "00000002-0000-0ff1-ce00-000000000000";
constexpr const char *kOutlookMobile = "27922004-5251-4030-b22d-91ecd9a37ea4";

// Five people sign in and read their mail, every day, each from their own address.
class Office {
 public:
  explicit Office(int days = 30, const std::string &telephones = {}) {
    for (int day = 0; day < days; ++day)
      for (int who = 0; who < 5; ++who) {
        const std::string session = "s" + std::to_string(who) + "-" + std::to_string(day);
        signin(day * 1440 + 480 + who, who, "203.0.113." + std::to_string(40 + who), session);
        read(day * 1440 + 484 + who, who, "203.0.113." + std::to_string(40 + who), session);
        // Their sign-ins are of a kind that was not exported.
        if (!telephones.empty())
          read(day * 1440 + 700 + who, who, std::to_string(60 + who * 30 + day) + ".9.9.9", "tel" + session,
               telephones);
      }
  }
  void signin(int minute, int who, const std::string &address, const std::string &session) {
    add(minute, who, address, session, log::Source::entra_signin, log::EventClass::interactive_signin);
  }
  void read(int minute, int who, const std::string &address, const std::string &session,
            const std::string &program = kExchange) {
    log::Event &event =
        add(minute, who, address, session, log::Source::m365_audit, log::EventClass::mail_access);
    event.application_id = table_.pool.intern(program);
    event.mailbox = table_.pool.intern("p" + std::to_string(who) + "@t.example");
    event.operation = table_.pool.intern("MailItemsAccessed");
  }
  std::vector<Detection> found() {
    table_.settle();
    std::vector<Detection> all = detect(table_, {}, builtin_options());
    std::erase_if(all, [](const Detection &one) { return one.kind != "forged-token"; });
    return all;
  }
  const log::EventTable &table() const { return table_; }

 private:
  log::Event &add(int minute, int who, const std::string &address, const std::string &session,
                  log::Source source, log::EventClass kind) {
    const std::string name = "p" + std::to_string(who);
    log::Event event;
    event.time = base::time_of({2023, 5, 1}) + minute * base::kMinute;
    event.source = source;
    event.event_class = kind;
    event.outcome = log::Outcome::ok;
    event.file = table_.file_index(source == log::Source::entra_signin ? "signins.json" : "ual.csv");
    event.line = event.offset = table_.events.size() + 1;
    event.tenant = table_.pool.intern("t");
    event.actor_name = table_.pool.intern(name + "@t.example");
    event.actor_id = table_.pool.intern("id-" + name);
    event.actor_type = table_.pool.intern("user");
    event.application_id = table_.pool.intern(kExchange);
    event.address = table_.pool.intern(address);
    event.session = table_.pool.intern(session);
    table_.events.push_back(event);
    return table_.events.back();
  }
  log::EventTable table_;
};

TEST(Unopened, ReadsWithForgedTokens) {
  Office office;
  for (int i = 0; i < 9; ++i)
    office.read(17 * 1440 + 130 + i * 9, i / 3, "195.26.87." + std::to_string(i / 3),
                "forged" + std::to_string(i / 3));
  const auto found = office.found();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].event_count, 9u);
  EXPECT_TRUE(found[0].intruder);
  EXPECT_EQ(found[0].grade, Grade::possible) << "a sign-in of another kind may have opened them";
  EXPECT_EQ(found[0].principals.size(), 3u);
  EXPECT_EQ(found[0].mail_read.size(), 9u);
  EXPECT_THAT(found[0].says, testing::HasSubstr("3 mailboxes was read in 3 sessions"));
  EXPECT_THAT(found[0].because, testing::HasSubstr("non-interactive sign-ins")) << "what would decide";
  std::size_t theirs = 0;
  for (const Session &one : sessions(office.table(), {}, found)) theirs += one.intruder ? 1 : 0;
  EXPECT_EQ(theirs, 3u);
}

// Where telephones renew their tokens by sign-ins that nobody exported, what does not join is the rule.
TEST(Unopened, AnExportOfInteractiveSignInsOnlySaysNothing) {
  for (const char *program : {kExchange, kOutlookMobile}) {
    Office office(30, program);
    EXPECT_THAT(office.found(), testing::IsEmpty()) << program;
  }
}

// Nor where somebody signs in from there, nor in a session that began before the log did.
TEST(Unopened, AtHomeAndFromBeforeTheLogItIsNone) {
  Office office;
  office.read(17 * 1440 + 130, 1, "203.0.113.42", "lost");
  office.read(2 * 1440 + 130, 1, "195.26.87.1", "older");
  EXPECT_THAT(office.found(), testing::IsEmpty());
}

// A short log has no everyday.
TEST(Unopened, AFewDaysAreNoHabit) {
  Office office(9);
  office.read(8 * 1440 + 130, 1, "195.26.87.1", "other");
  EXPECT_THAT(office.found(), testing::IsEmpty());
}

}  // namespace
}  // namespace dislodge::detect
