#include "log/coverage.hpp"

#include <random>

#include "log/rhythm.hpp"
#include "log_testing.hpp"

namespace dislodge::log {
namespace {

using base::kDay;
using base::kHour;
using base::kMinute;
using base::Time;
using testing::HasSubstr;

const Time kStart = base::time_of({2025, 9, 1});  // a Monday

// Times of a log by hour-of-week rate (events an hour), drawn from a seed.
template <typename Rate>
std::vector<Time> draw(int days, std::uint32_t seed, Rate &&rate) {
  std::mt19937_64 random(seed);
  std::vector<Time> times;
  for (int hour = 0; hour < days * 24; ++hour) {
    // A mean of zero is undefined for the distribution.
    const double mean = std::max(static_cast<double>(rate(hour / 24, hour % 24)), 1e-9);
    const int count = std::poisson_distribution<int>(mean)(random);
    for (int i = 0; i < count; ++i)
      times.push_back(kStart + hour * kHour +
                      static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(kHour)));
  }
  std::sort(times.begin(), times.end());
  return times;
}

double office(int day, int hour) {
  return day % 7 >= 5 ? 0.05 : hour >= 7 && hour < 19 ? 12 : 0.1;
}

void cut(std::vector<Time> &times, Time from, Time until) {
  std::erase_if(times, [&](Time t) { return from <= t && t < until; });
}

TEST(Rhythm, NightsAndWeekendsAreNoGaps) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    EXPECT_TRUE(unusual_silences(draw(70, seed, office)).empty()) << seed;
    EXPECT_TRUE(unusual_silences(draw(6, seed, office)).empty()) << seed;
    EXPECT_TRUE(unusual_silences(draw(12, seed, office)).empty()) << seed;
    EXPECT_TRUE(unusual_silences(draw(70, seed, [](int, int) { return 0.1; })).empty()) << "sparse " << seed;
    EXPECT_TRUE(unusual_silences(draw(70, seed,
                                      [](int day, int hour) {
                                        return day % 7 >= 5 ? 0 : hour == 10 ? 0.4 : 0.02;
                                      }))
                    .empty())
        << "thin office " << seed;
  }
}

TEST(Rhythm, HolidaysAreNoGaps) {
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    std::vector<Time> times = draw(70, seed, office);
    cut(times, kStart + 22 * kDay, kStart + 23 * kDay);  // a Tuesday
    cut(times, kStart + 42 * kDay, kStart + 43 * kDay);  // a Monday, after a weekend
    EXPECT_TRUE(unusual_silences(times).empty()) << seed;
  }
}

TEST(Rhythm, FourDaysWithoutAnEventAreAGap) {
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    for (const int day : {14, 15, 40, 44}) {
      std::vector<Time> times = draw(70, seed, office);
      const Time from = kStart + day * kDay, until = kStart + (day + 4) * kDay;
      cut(times, from, until);
      const auto found = unusual_silences(times);
      ASSERT_EQ(found.size(), 1u) << seed << " " << day;
      EXPECT_LE(found[0].interval.from, from);
      EXPECT_GE(found[0].interval.until, until);
    }
  }
}

TEST(Rhythm, AMachineThatSignsInEveryHour) {
  std::vector<Time> times;
  std::mt19937_64 random(3);
  for (int hour = 0; hour < 70 * 24; ++hour)
    times.push_back(kStart + hour * kHour + static_cast<std::int64_t>(random() % 300) * base::kSecond);
  EXPECT_TRUE(unusual_silences(times).empty());
  cut(times, kStart + 41 * kDay, kStart + 45 * kDay);
  const auto found = unusual_silences(times);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(format_duration(found[0].interval.until.us - found[0].interval.from.us), "4 days");
}

// Four events a day, day after day: few are missed where one day is, but no other day is without any.
TEST(Rhythm, ADayThatIsMissingFromAThinLogThatHasSomethingEveryDay) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<Time> times;
    for (int day = 0; day < 35; ++day)
      for (const int hour : {8, 10, 13, 15})
        times.push_back(kStart + day * kDay + hour * kHour +
                        static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(kHour)));
    EXPECT_TRUE(unusual_silences(times).empty()) << seed;
    cut(times, kStart + 9 * kDay, kStart + 10 * kDay);
    cut(times, kStart + 20 * kDay, kStart + 21 * kDay);
    const auto found = unusual_silences(times);
    ASSERT_EQ(found.size(), 2u) << seed;
    EXPECT_LE(found[0].interval.from, kStart + 9 * kDay);
    EXPECT_GE(found[0].interval.until, kStart + 10 * kDay);
  }
}

TEST(Rhythm, SixHoursInALogThatNeverSleeps) {
  std::vector<Time> times = draw(30, 5, [](int, int) { return 30; });
  cut(times, kStart + 12 * kDay + 3 * kHour, kStart + 12 * kDay + 9 * kHour);
  EXPECT_EQ(unusual_silences(times).size(), 1u);
}

TEST(Rhythm, ClocksThatAreWrong) {
  std::vector<Time> times = draw(3, 5, [](int, int) { return 30; });
  times.insert(times.begin(), Time{0});
  times.push_back(base::time_of({9000, 1, 1}));
  unusual_silences(times);
}

struct Made {
  EventTable table;
  void add(Time time, std::string_view file = "a.json", Source source = Source::entra_signin,
           EventClass event_class = EventClass::interactive_signin) {
    Event event;
    event.time = time;
    event.source = source;
    event.event_class = event_class;
    event.file = table.file_index(file);
    event.line = table.events.size() + 1;
    event.offset = event.line;
    event.tenant = table.pool.intern("t1");
    table.events.push_back(event);
  }
  void extra(std::string_view key, std::string_view value) {
    Event &event = table.events.back();
    if (event.extra_count == 0) event.extra_begin = static_cast<std::uint32_t>(table.extras.size());
    ++event.extra_count;
    table.extras.push_back({table.pool.intern(key), table.pool.intern(value)});
  }
};

DeclaredFile declared(std::string item, std::uint64_t rows) {
  DeclaredFile file;
  file.item = std::move(item);
  file.collection.source = "entra-signin";
  file.collection.tenant = "T1";
  file.collection.from = kStart;
  file.collection.until = kStart + 70 * kDay;
  file.collection.collected_at = kStart + 72 * kDay;
  file.collection.expected_rows = rows;
  file.collection.complete = true;
  return file;
}

Made busy() {
  Made made;
  for (const Time t : draw(70, 9, office)) made.add(t);
  return made;
}

const base::Interval kInside{kStart + 10 * kDay, kStart + 20 * kDay};

TEST(Coverage, OnlyADeclaredCompleteCollectionExcludes) {
  Made made = busy();
  const std::uint64_t rows = made.table.events.size();
  const auto undeclared = coverage_of(made.table, {});
  ASSERT_EQ(undeclared.size(), 1u);
  EXPECT_FALSE(supports_excluded(undeclared[0], kInside));
  EXPECT_THAT(why_not_excluded(undeclared[0], kInside), HasSubstr("not declared"));

  auto covered = coverage_of(made.table, {declared("a.json", rows)});
  ASSERT_EQ(covered.size(), 1u);
  EXPECT_EQ(why_not_excluded(covered[0], kInside), "");
  EXPECT_TRUE(supports_excluded(covered[0], kInside));
  EXPECT_FALSE(supports_excluded(covered[0], {kStart - kDay, kStart + kDay}));
  EXPECT_FALSE(supports_excluded(covered[0], {kStart, kStart + 71 * kDay}));

  covered = coverage_of(made.table, {declared("a.json", rows + 1)});
  EXPECT_FALSE(supports_excluded(covered[0], kInside)) << "a row is missing";

  DeclaredFile late = declared("a.json", rows);
  late.collection.collected_at = kInside.until + kHour;
  EXPECT_THAT(why_not_excluded(coverage_of(made.table, {late})[0], kInside), HasSubstr("late"));

  DeclaredFile filtered = declared("a.json", rows);
  filtered.collection.query = "userPrincipalName eq 'a@x.example'";
  EXPECT_FALSE(supports_excluded(coverage_of(made.table, {filtered})[0], kInside));

  DeclaredFile typed = declared("a.json", rows);
  typed.collection.query = "signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'servicePrincipal')";
  const auto rows_typed = coverage_of(made.table, {typed});
  ASSERT_EQ(rows_typed.size(), 2u) << "what was asked for and did not occur has a row";
  EXPECT_TRUE(supports_excluded(rows_typed[0], kInside));
  EXPECT_EQ(rows_typed[1].event_class, EventClass::service_principal_signin);
  EXPECT_EQ(rows_typed[1].events, 0u);
  EXPECT_TRUE(supports_excluded(rows_typed[1], kInside));
}

TEST(Coverage, GapsAreNamed) {
  Made made = busy();
  std::erase_if(made.table.events,
                [](const Event &e) { return e.time >= kStart + 14 * kDay && e.time < kStart + 18 * kDay; });
  const auto rows = coverage_of(made.table, {declared("a.json", made.table.events.size())});
  ASSERT_EQ(rows[0].gaps.size(), 1u);
  EXPECT_THAT(why_not_excluded(rows[0], kInside), HasSubstr("gap"));
  EXPECT_TRUE(supports_excluded(rows[0], {kStart + 30 * kDay, kStart + 31 * kDay}));
}

TEST(Coverage, ADeclaredLogThatBreaksOffIsSilentAtItsEdge) {
  Made made = busy();
  // Newest first, and the download broke off: the oldest eighteen days are not there.
  std::erase_if(made.table.events, [](const Event &e) { return e.time < kStart + 18 * kDay; });
  DeclaredFile file = declared("a.json", made.table.events.size());
  auto rows = coverage_of(made.table, {file});
  EXPECT_THAT(why_not_excluded(rows[0], kInside), HasSubstr("gap"));
  EXPECT_TRUE(supports_excluded(rows[0], {kStart + 30 * kDay, kStart + 31 * kDay}));
  // The end, too; a log that is collected before its declared end may not be asked for the time after.
  made = busy();
  std::erase_if(made.table.events, [](const Event &e) { return e.time > kStart + 50 * kDay; });
  file = declared("a.json", made.table.events.size());
  EXPECT_THAT(why_not_excluded(coverage_of(made.table, {file})[0], {kStart + 55 * kDay, kStart + 56 * kDay}),
              HasSubstr("gap"));
  file.collection.collected_at = kStart + 51 * kDay;
  EXPECT_TRUE(coverage_of(made.table, {file})[0].gaps.empty());
}

TEST(Coverage, AFileOfWhichAPartWasNotReadIsNotWhole) {
  Made made = busy();
  DeclaredFile file = declared("a.json", made.table.events.size());
  file.unread = "line 87: the file ends in the middle of this row";
  const auto rows = coverage_of(made.table, {file});
  EXPECT_FALSE(rows[0].complete);
  EXPECT_THAT(why_not_excluded(rows[0], kInside), HasSubstr("the file ends in the middle"));
}

TEST(Coverage, KnownCapsAndMissingClasses) {
  Made made;
  for (int i = 0; i < 5000; ++i) made.add(kStart + i * kMinute);
  const auto rows = coverage_of(made.table, {declared("a.json", 5000)});
  EXPECT_FALSE(supports_excluded(rows[0], {kStart, kStart + kDay}));
  ASSERT_GE(rows[0].notes.size(), 2u);
  EXPECT_THAT(rows[0].notes[0], HasSubstr("5,000 rows: a known cap"));
  EXPECT_THAT(rows[0].notes[1], HasSubstr("interactive sign-ins only"));
}

// Pages in files of their own: all but the last name a next one.
TEST(Coverage, APageThatNamesANextOneIsNotTheLast) {
  Made made;
  for (int i = 0; i < 10; ++i) made.add(kStart + i * kMinute, "page1.json");
  made.extra("page-continues", "true");
  const auto cut = coverage_of(made.table, {declared("page1.json", 10)});
  ASSERT_FALSE(cut[0].notes.empty());
  EXPECT_THAT(cut[0].notes[0], HasSubstr("page1.json: its last page names a next page"));
  EXPECT_FALSE(cut[0].complete);
  for (int i = 0; i < 5; ++i) made.add(kStart + (20 + i) * kMinute, "page2.json");
  const auto whole = coverage_of(made.table, {declared("page1.json", 10), declared("page2.json", 5)});
  EXPECT_TRUE(whole[0].complete);
}

// A full page that names the next one is no cap; the last one, if it is as full, may be.
TEST(Coverage, FullPagesThatNameTheNextAreNoCap) {
  Made made;
  for (int i = 0; i < 1000; ++i) made.add(kStart + i * kMinute, "page1.json");
  made.extra("page-continues", "true");
  for (int i = 0; i < 7; ++i) made.add(kStart + (1000 + i) * kMinute, "page2.json");
  const auto rows = coverage_of(made.table, {});
  for (const std::string &note : rows[0].notes) EXPECT_THAT(note, testing::Not(HasSubstr("a known cap")));
}

TEST(Coverage, ThrottlingSilencesOneMailboxForADay) {
  Made made;
  made.add(kStart + 12 * kDay, "ual.csv", Source::m365_audit, EventClass::mail_access);
  made.table.events.back().mailbox = made.table.pool.intern("h@x.example");
  made.extra("throttled", "true");
  DeclaredFile file = declared("ual.csv", 1);
  file.collection.source = "m365-audit";
  const auto rows = coverage_of(made.table, {file});
  const Coverage *mail = find_coverage(rows, Source::m365_audit, "t1", EventClass::mail_access);
  ASSERT_NE(mail, nullptr);
  EXPECT_THAT(mail->throttled_mailboxes, testing::ElementsAre("h@x.example"));
  EXPECT_THAT(why_not_excluded(*mail, kInside), HasSubstr("throttled"));
  EXPECT_TRUE(supports_excluded(*mail, kInside, "other@x.example"));
  EXPECT_TRUE(supports_excluded(*mail, {kStart + 14 * kDay, kStart + 20 * kDay}));
  EXPECT_NE(find_coverage(rows, Source::m365_audit, "t1", EventClass::mail_admin), nullptr);
  EXPECT_EQ(find_coverage(rows, Source::m365_audit, "t2", EventClass::mail_access), nullptr);
}

TEST(Coverage, AuditingThatWasSwitchedOff) {
  Made made;
  made.add(kStart + 12 * kDay, "ual.csv", Source::m365_audit, EventClass::mail_admin);
  made.table.events.back().operation = made.table.pool.intern("Set-AdminAuditLogConfig");
  made.table.events.back().actor_name = made.table.pool.intern("eve@x.example");
  made.extra("new:UnifiedAuditLogIngestionEnabled", "False");
  DeclaredFile file = declared("ual.csv", 1);
  file.collection.source = "m365-audit";
  const auto rows = coverage_of(made.table, {file});
  const Coverage *mail = find_coverage(rows, Source::m365_audit, "t1", EventClass::mail_access);
  ASSERT_NE(mail, nullptr);
  EXPECT_THAT(why_not_excluded(*mail, kInside), HasSubstr("switched off by eve@x.example"));
}

TEST(Coverage, ATrailThatWasStoppedAndAnExportThatWasEnded) {
  Made made;
  const auto call = [&](Time time, Source source, const char *operation, const char *target) {
    made.add(time, "trail.json", source, EventClass::admin_change);
    log::Event &event = made.table.events.back();
    event.operation = made.table.pool.intern(operation);
    event.actor_name = made.table.pool.intern("eve");
    event.target_name = made.table.pool.intern(target);
    event.outcome = Outcome::ok;
  };
  call(kStart + 2 * kDay, Source::aws_cloudtrail, "StopLogging", "main");
  call(kStart + 3 * kDay, Source::aws_cloudtrail, "StartLogging", "main");
  call(kStart + 4 * kDay, Source::aws_cloudtrail, "DeleteTrail", "second");
  call(kStart + 5 * kDay, Source::google_cloud, "google.logging.v2.ConfigServiceV2.DeleteSink", "sinks/siem");
  made.add(kStart + 6 * kDay, "s.json", Source::entra_signin, EventClass::interactive_signin);
  for (const Coverage &row : coverage_of(made.table, {})) {
    std::vector<std::string> said = row.notes;
    for (const Gap &gap : row.gaps)
      if (gap.why.find("switched off") != std::string::npos) said.push_back(gap.why);
    if (row.source == Source::aws_cloudtrail)
      EXPECT_THAT(said, testing::ElementsAre("the trail main was switched off by eve",
                                             "the trail second was switched off by eve"));
    else if (row.source == Source::google_cloud)
      EXPECT_THAT(said,
                  testing::ElementsAre(HasSubstr("the export sinks/siem of this log was deleted by eve")));
    else
      EXPECT_THAT(said, testing::Each(testing::Not(HasSubstr("switched off"))));
  }
}

}  // namespace
}  // namespace dislodge::log
