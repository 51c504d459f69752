#include "log/event.hpp"

#include "log_testing.hpp"

namespace dislodge::log {
namespace {

EventTable one_event(std::string_view file, std::string_view id, std::int64_t seconds,
                     std::string_view actor) {
  EventTable table;
  Event event;
  event.file = table.file_index(file);
  event.time = base::Time{seconds * base::kSecond};
  event.source = Source::m365_audit;
  event.native_id = table.pool.intern(id);
  event.actor_name = table.pool.intern(actor);
  event.line = 3;
  event.extra_begin = 0;
  table.extras.push_back({table.pool.intern("message-id"), table.pool.intern("m1")});
  table.extras.push_back({table.pool.intern("message-id"), table.pool.intern("m2")});
  event.extra_count = 2;
  table.events.push_back(event);
  return table;
}

TEST(EventTable, AppendJoinsStringsAndFiles) {
  EventTable table = one_event("b.csv", "1", 20, "ann");
  table.append(one_event("a.csv", "2", 10, "ann"));
  EXPECT_EQ(table.settle(), 0u);
  ASSERT_EQ(table.events.size(), 2u);
  EXPECT_EQ(table.events[0].actor_name, table.events[1].actor_name);
  EXPECT_EQ(table.source_of(table.events[0]), "a.csv:line 3");
  EXPECT_EQ(table.extra(table.events[0], "message-id"), "m1");
  EXPECT_EQ(table.extras_of(table.events[1], "message-id").size(), 2u);
  EXPECT_EQ(table.extra(table.events[0], "folder"), "");
}

TEST(EventTable, DuplicatesFallAndTheRicherStays) {
  EventTable table = one_event("a.csv", "1", 20, "");
  EventTable richer = one_event("b.csv", "1", 20, "ann");
  richer.events[0].time.us += 300;  // another export knows fractions
  table.append(richer);
  table.append(one_event("c.csv", "1", 99, "ann"));  // the same id an hour later says something else
  EXPECT_EQ(table.settle(), 1u);
  ASSERT_EQ(table.events.size(), 2u);
  EXPECT_EQ(table.text(table.events[0].actor_name), "ann");
  EXPECT_EQ(table.settle(), 0u);
}

// The console's table of the same event names its target otherwise, or not at all.
TEST(EventTable, AnIdOfOktaIsOneEventsWhateverTheTableLeavesOut) {
  EventTable table = one_event("okta.csv", "uuid-1", 20, "");
  table.events[0].source = Source::okta;
  EventTable full = one_event("okta.json", "uuid-1", 20, "ann");
  full.events[0].source = Source::okta;
  full.events[0].application_id = full.pool.intern("0oa1");
  table.append(full);
  EXPECT_EQ(table.settle(), 1u);
  ASSERT_EQ(table.events.size(), 1u);
  EXPECT_EQ(table.text(table.events[0].application_id), "0oa1");
}

// AWS' console saves a table that knows neither the account nor the principal's id. Two records of trails
// that share an id may be two events all the same.
TEST(EventTable, ARowOfTheConsolesTableIsTheTrailsEvent) {
  const std::string trail =
      R"({"eventVersion":"1.08","eventTime":"2026-11-12T02:11:30Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","awsRegion":"eu-central-1","sourceIPAddress":"45.155.205.99","userAgent":"aws-cli","recipientAccountId":"412345678901","eventID":"e1","userIdentity":{"type":"AssumedRole","principalId":"AROA1:dbg","arn":"arn:aws:sts::412345678901:assumed-role/deploy/dbg","accountId":"412345678901","accessKeyId":"ASIA1"}})";
  const std::string console =
      "Event name,Event time,User name,Event source,Resource type,Resource name,Read-only,AWS access key,AWS "
      "region,Source IP address,Error code,Event ID\r\n"
      "AssumeRole,2026-11-12T02:11:30Z,dbg,sts.amazonaws.com,,,false,ASIA1,eu-central-1,45.155.205.99,,e1\r\n"
      "AssumeRole,2026-11-12T02:11:31Z,dbg,sts.amazonaws.com,,,false,ASIA1,eu-central-1,45.155.205.99,,"
      "e2\r\n";
  EventTable table = read_text(console, {}, "event_history.csv").table;
  table.append(read_text(trail, {}, "trail.json").table);
  EXPECT_EQ(table.settle(), 1u);
  ASSERT_EQ(table.events.size(), 2u);
  EXPECT_EQ(table.text(table.events[0].actor_id), "AROA1:dbg") << "the fuller one stays";

  std::string other = trail;
  other.replace(other.find("AROA1:dbg"), 9, "AROA2:xyz");
  EventTable trails = read_text(trail, {}, "a.json").table;
  trails.append(read_text(other, {}, "b.json").table);
  EXPECT_EQ(trails.settle(), 0u);
}

TEST(EventTable, EqualLinesWithoutIdAreTwoEvents) {
  EventTable table = one_event("a.csv", "", 20, "ann");
  EventTable other = one_event("a.csv", "", 20, "ann");
  other.events[0].line = 4;
  other.events[0].offset = 100;
  table.append(other);
  table.append(other);
  EXPECT_EQ(table.settle(), 1u);
  EXPECT_EQ(table.events.size(), 2u);
}

TEST(EventTable, OrderDoesNotMatter) {
  const EventTable a = one_event("a.csv", "1", 20, "ann");
  const EventTable b = one_event("b.csv", "2", 20, "bob");
  EventTable ab, ba;
  ab.append(a);
  ab.append(b);
  ba.append(b);
  ba.append(a);
  ab.settle();
  ba.settle();
  ASSERT_EQ(ab.files, ba.files);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(ab.source_of(ab.events[i]), ba.source_of(ba.events[i]));
}

TEST(EventTable, SurvivesTheWire) {
  EventTable table = one_event("a.csv", "1", -5, "ann");
  table.events[0].code = -3;
  table.events[0].column = 9;
  base::WireWriter out;
  table.encode(out);
  const auto back = EventTable::decode(out.bytes());
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->events[0].time, table.events[0].time);
  EXPECT_EQ(back->events[0].code, -3);
  EXPECT_EQ(back->events[0].column, 9u);
  EXPECT_EQ(back->text(back->events[0].actor_name), "ann");
  EXPECT_EQ(back->extra(back->events[0], "message-id"), "m1");
  base::WireWriter again;
  back->encode(again);
  EXPECT_EQ(again.bytes(), out.bytes());
}

TEST(EventTable, DamagedBytesAreRefused) {
  EventTable table = one_event("a.csv", "1", 5, "ann");
  base::WireWriter out;
  table.encode(out);
  for (std::size_t cut = 0; cut < out.bytes().size(); ++cut)
    EXPECT_FALSE(EventTable::decode(std::string_view(out.bytes()).substr(0, cut)));
  for (std::size_t at = 0; at < out.bytes().size(); ++at) {
    std::string bytes = out.bytes();
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    (void)EventTable::decode(bytes);  // anything but a crash
  }
}

TEST(Tenants, AreLearntFromOtherFiles) {
  EventTable table = one_event("audit.json", "1", 5, "ann@a.example");
  EventTable known = one_event("signins.json", "2", 6, "ann@a.example");
  known.events[0].tenant = known.pool.intern("t1");
  table.append(known);
  table.append(one_event("other.json", "3", 7, "stranger@b.example"));
  table.settle();
  EXPECT_EQ(table.text(table.events[0].tenant), "t1");
  EXPECT_EQ(table.text(table.events[2].tenant), "");
}

}  // namespace
}  // namespace dislodge::log
