#include "reach/watched.hpp"

#include <gtest/gtest.h>

#include "identity/ids.hpp"

namespace dislodge::reach {
namespace {

base::Time day(int number) {
  return base::time_of({2026, 9, 1}) + number * base::kDay;
}

log::Coverage complete_log(std::uint64_t events) {
  log::Coverage row;
  row.source = log::Source::m365_audit;
  row.event_class = log::EventClass::mail_access;
  row.tenant = "t";
  row.events = events;
  row.declared = row.complete = true;
  row.declared_range = {day(0), day(30)};
  row.collected_at = day(40);
  row.files = {"ual.csv"};
  return row;
}

struct Two {
  Two() {
    for (const char *name : {"ann@x.example", "bob@x.example"})
      facts.resources.push_back({identity::mailbox_id("t", name), "mailbox", name, "", ""});
    log::Event event;
    event.source = log::Source::m365_audit;
    event.event_class = log::EventClass::mail_access;
    event.time = day(5);
    event.tenant = events.pool.intern("t");
    event.mailbox = events.pool.intern("ann@x.example");
    event.actor_name = event.mailbox;
    events.events.push_back(event);
  }
  identity::Facts facts;
  log::EventTable events;
};

TEST(Watched, AMailboxInWhichTheLogShowsSomebodyIsWatched) {
  const Two two;
  const auto watched = watched_mailboxes(two.events, {complete_log(1)}, two.facts);
  ASSERT_EQ(watched.size(), 1u);
  EXPECT_EQ(watched[0].resource, identity::mailbox_id("t", "ann@x.example"));
  EXPECT_EQ(watched[0].why.substr(0, 35), "the log of mail access (ual.csv) is");
}

// Where nobody ever reads, not even the owner, nothing is audited: that says nothing of the intruder.
TEST(Watched, ALogWithoutAnyReadingTestifiesToNothing) {
  Two two;
  two.events.events.clear();
  EXPECT_TRUE(watched_mailboxes(two.events, {complete_log(0)}, two.facts).empty());
}

}  // namespace
}  // namespace dislodge::reach
