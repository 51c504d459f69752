#include "log/syslog.hpp"

#include "log_testing.hpp"

namespace dislodge::log {
namespace {

using testing::HasSubstr;

TEST(Syslog, HeadsOfAllKinds) {
  const auto old_line = parse_syslog_line(
      "Jan  2 07:08:09 web1 sshd[12]: Accepted password for ann from 203.0.113.9 port 5 ssh2");
  ASSERT_TRUE(old_line);
  EXPECT_EQ(old_line->host, "web1");
  EXPECT_EQ(old_line->program, "sshd");
  EXPECT_EQ(old_line->day, 2);
  EXPECT_FALSE(old_line->time);
  const auto new_line =
      parse_syslog_line("2024-01-02T07:08:09.5+01:00 web1 sudo: ann : TTY=pts/0 ; COMMAND=/bin/id");
  ASSERT_TRUE(new_line);
  EXPECT_EQ(new_line->time, base::parse_time("2024-01-02T06:08:09.5Z"));
  const auto numbered =
      parse_syslog_line("<38>1 2024-01-02T07:08:09Z web1 sshd 12 - [a b=\"]\"] Failed none");
  ASSERT_TRUE(numbered);
  EXPECT_EQ(numbered->message, "Failed none");
  EXPECT_FALSE(parse_syslog_line("    at java.lang.Thread"));
}

TEST(Syslog, WhatSshdSays) {
  const std::string text =
      "2024-01-02T07:08:01Z web1 sshd[1]: Failed password for invalid user bob from 203.0.113.9 port 5 ssh2\n"
      "2024-01-02T07:08:02Z web1 sshd[1]: Accepted publickey for git from 2001:db8::1 port 6 ssh2: ED25519 "
      "SHA256:AbC\n"
      "2024-01-02T07:08:03Z web1 sshd[1]: Failed publickey for ann from 203.0.113.9 port 5 ssh2\n"
      "2024-01-02T07:08:04Z web1 sudo:      ann : 3 incorrect password attempts ; TTY=pts/0 ; USER=root ; "
      "COMMAND=/bin/sh\n"
      "2024-01-02T07:08:05Z web1 sshd[1]: pam_unix(sshd:session): session opened for user git(uid=9) by "
      "(uid=0)\n";
  EXPECT_EQ(recognise(text), Source::syslog);
  const ReadLog log = read_text(text, {}, "auth.log");
  ASSERT_EQ(log.table.events.size(), 5u) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::sshd);
  EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
  EXPECT_EQ(log.text(0, &Event::actor_name), "bob");
  EXPECT_EQ(log.text(0, &Event::address), "203.0.113.9");
  EXPECT_EQ(log.text(1, &Event::key_id), "SHA256:AbC");
  EXPECT_EQ(log.text(1, &Event::address), "2001:db8::1");
  EXPECT_EQ(log.table.events[2].outcome, Outcome::error) << "a key that is refused is no guess";
  EXPECT_EQ(log.table.events[3].outcome, Outcome::wrong_secret);
  EXPECT_EQ(log.text(4, &Event::actor_name), "git");
}

// rsyslog folds lines that are the same; every one of them was a try.
TEST(Syslog, FoldedLinesAreSoManyEvents) {
  const std::string text =
      "2024-01-02T07:08:01Z web1 sshd[1]: Failed password for ann from 203.0.113.9 port 5 ssh2\n"
      "2024-01-02T07:08:09Z web1 sshd[1]: message repeated 3 times: [ Failed password for ann from "
      "203.0.113.9 "
      "port 5 ssh2]\n"
      "2024-01-02T07:08:10Z web1 sshd[1]: message repeated 90 times: [ message repeated 90 times: [ x]]\n";
  ReadLog log = read_text(text, {}, "auth.log");
  ASSERT_EQ(log.table.events.size(), 5u) << log.error;
  log.table.settle();
  std::size_t failed = 0;
  for (const Event &event : log.table.events) failed += event.outcome == Outcome::wrong_secret ? 1 : 0;
  EXPECT_EQ(failed, 4u);
  EXPECT_EQ(log.table.events[3].time, log.table.events[1].time);
}

TEST(Syslog, TheYearIsDeclaredOrInTheNameOrTheLatestThatFits) {
  const std::string text =
      "Dec 31 23:59:59 web1 sshd[1]: Accepted password for ann from 203.0.113.9 port 5 ssh2\n"
      "Jan  1 00:00:01 web1 sshd[1]: Accepted password for ann from 203.0.113.9 port 5 ssh2\n";
  const ReadLog assumed = read_text(text, {}, "auth.log");
  ASSERT_EQ(assumed.table.events.size(), 2u);
  EXPECT_EQ(base::date_of(assumed.table.events[1].time).year, base::date_of(base::now()).year);
  EXPECT_EQ(base::date_of(assumed.table.events[0].time).year, base::date_of(base::now()).year - 1);
  EXPECT_EQ(assumed.extra(1, "year"), "assumed");
  ASSERT_EQ(assumed.counts.notes.size(), 1u);
  EXPECT_THAT(assumed.counts.notes[0], HasSubstr("no year"));
  const ReadLog named = read_text(text, {}, "auth.log-20240107");
  ASSERT_EQ(named.table.events.size(), 2u);
  EXPECT_EQ(named.extra(1, "year"), "");
  EXPECT_EQ(named.table.events[0].time, base::parse_time("2023-12-31T23:59:59Z"));
  EXPECT_EQ(named.table.events[1].time, base::parse_time("2024-01-01T00:00:01Z"));
  ReadOptions options;
  options.year = 2022;
  EXPECT_EQ(read_text(text, options).table.events.at(1).time, base::parse_time("2022-01-01T00:00:01Z"));
}

TEST(Syslog, Journal) {
  const ReadLog log = read_text(
      R"({"__REALTIME_TIMESTAMP":"1705043289123456","__CURSOR":"c","_HOSTNAME":"web1","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"Invalid user eve from 203.0.113.9 port 1"})");
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.table.events[0].time, base::parse_time("2024-01-12T07:08:09.123456Z"));
  EXPECT_EQ(log.text(0, &Event::actor_name), "eve");
}

TEST(Syslog, OtherTextIsNone) {
  EXPECT_FALSE(looks_syslog("Dear Ann,\nas promised the list.\n"));
  EXPECT_FALSE(looks_syslog(""));
  EXPECT_FALSE(recognises("2024-01-02 just a note\nand more\n"));
}

}  // namespace
}  // namespace dislodge::log
