#include "disclose/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/embedded_rules.hpp"
#include "disclose/duties.hpp"

namespace dislodge::disclose {
namespace {

const DutyRules &rules() {
  static const DutyRules kRules = load_duty_rules(base::embedded_rules()).value();
  return kRules;
}
const Calendar &federal() {
  return rules().calendars.at("us-federal");
}
const Zone &new_york() {
  return rules().zones.at("America/New_York");
}
const Zone &brussels() {
  return rules().zones.at("Europe/Brussels");
}
base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

TEST(DayRule, ParsesAndFinds) {
  EXPECT_EQ(parse_day_rule("third monday of january")->in(2024), (base::Date{2024, 1, 15}));
  EXPECT_EQ(parse_day_rule("last monday of may")->in(2024), (base::Date{2024, 5, 27}));
  EXPECT_EQ(parse_day_rule("Last Sunday of March")->in(2025), (base::Date{2025, 3, 30}));
  EXPECT_EQ(parse_day_rule("first sunday of november")->in(2026), (base::Date{2026, 11, 1}));
  EXPECT_EQ(parse_day_rule("29 february")->in(2023), (base::Date{2023, 2, 28}));
  EXPECT_EQ(parse_day_rule("29 february")->in(2024), (base::Date{2024, 2, 29}));
  for (const char *bad : {"", "monday", "32 may", "0 may", "x may", "sixth monday of may",
                          "fifth monday of may", "third someday of may", "third monday of mays"}) {
    EXPECT_FALSE(parse_day_rule(bad)) << bad;
  }
}

TEST(Calendar, FederalHolidaysOf2024To2028) {
  for (const base::Date closed : {base::Date{2024, 1, 1},
                                  {2024, 1, 15},
                                  {2024, 2, 19},
                                  {2024, 5, 27},
                                  {2024, 6, 19},
                                  {2024, 7, 4},
                                  {2024, 9, 2},
                                  {2024, 10, 14},
                                  {2024, 11, 11},
                                  {2024, 11, 28},
                                  {2024, 12, 25},
                                  {2026, 7, 3},
                                  {2027, 7, 5},
                                  {2021, 12, 31},
                                  {2027, 12, 31},
                                  {2028, 11, 10},
                                  {2027, 6, 18}}) {
    EXPECT_FALSE(federal().business_day(closed)) << base::format_date(closed);
  }
  // Open: Good Friday, Christmas Eve, the Saturday's holiday that is kept the Friday before.
  for (const base::Date open :
       {base::Date{2024, 3, 29}, {2024, 12, 24}, {2024, 1, 16}, {2026, 7, 6}, {2028, 1, 3}})
    EXPECT_TRUE(federal().business_day(open)) << base::format_date(open);
  EXPECT_EQ(federal().why_closed({2024, 6, 19}), "Juneteenth");
  EXPECT_EQ(federal().why_closed({2024, 6, 22}), "Saturday");
  EXPECT_EQ(federal().next_business_day({2024, 1, 12}), (base::Date{2024, 1, 16}));
}

TEST(Calendar, ClosuresCannotLoopForEver) {
  Calendar always;
  for (int i = 0; i < 400; ++i) always.closures[base::civil_from_days(20000 + i)] = "closed";
  EXPECT_NO_FATAL_FAILURE(always.next_business_day(base::civil_from_days(20000)));
}

TEST(Zone, SummerTimeOfNewYork) {
  EXPECT_FALSE(new_york().summer(at("2024-03-10T06:59:59Z")));
  EXPECT_TRUE(new_york().summer(at("2024-03-10T07:00:00Z")));
  EXPECT_TRUE(new_york().summer(at("2024-11-03T05:59:59Z")));
  EXPECT_FALSE(new_york().summer(at("2024-11-03T06:00:00Z")));
  EXPECT_EQ(new_york().at({2024, 1, 19}, 17 * base::kHour + 30 * base::kMinute), at("2024-01-19T22:30:00Z"));
  EXPECT_EQ(new_york().at({2024, 6, 25}, 17 * base::kHour + 30 * base::kMinute), at("2024-06-25T21:30:00Z"));
  EXPECT_EQ(new_york().abbreviation(at("2024-06-25T21:30:00Z")), "EDT");
}

TEST(Zone, TheHourTwiceAndTheHourThatIsNot) {
  // 01:30 comes twice on 3 November 2024: the first is in summer time.
  EXPECT_EQ(new_york().at({2024, 11, 3}, base::kHour + 30 * base::kMinute), at("2024-11-03T05:30:00Z"));
  // 02:30 does not exist on 10 March 2024: read with standard time.
  EXPECT_EQ(new_york().at({2024, 3, 10}, 2 * base::kHour + 30 * base::kMinute), at("2024-03-10T07:30:00Z"));
}

TEST(Zone, SummerTimeOfTheEuropeanUnion) {
  EXPECT_FALSE(brussels().summer(at("2025-03-30T00:59:59Z")));
  EXPECT_TRUE(brussels().summer(at("2025-03-30T01:00:00Z")));
  EXPECT_TRUE(brussels().summer(at("2025-10-26T00:59:59Z")));
  EXPECT_FALSE(brussels().summer(at("2025-10-26T01:00:00Z")));
  EXPECT_EQ(brussels().local(at("2025-07-01T10:00:00Z")), at("2025-07-01T12:00:00Z"));
}

TEST(Zone, SouthOfTheEquator) {
  Zone sydney;
  sydney.offset_us = 10 * base::kHour;
  sydney.summer_us = base::kHour;
  sydney.begins = *parse_day_rule("first sunday of october");
  sydney.begins_at_us = 2 * base::kHour;
  sydney.ends = *parse_day_rule("first sunday of april");
  sydney.ends_at_us = 3 * base::kHour;
  EXPECT_TRUE(sydney.summer(at("2024-01-15T00:00:00Z")));
  EXPECT_FALSE(sydney.summer(at("2024-07-15T00:00:00Z")));
  EXPECT_TRUE(sydney.summer(at("2024-12-31T20:00:00Z")));
}

}  // namespace
}  // namespace dislodge::disclose
