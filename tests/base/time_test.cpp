#include "base/time.hpp"

#include <gtest/gtest.h>

namespace dislodge::base {
namespace {

TEST(Time, ReadsRfc3339AndItsRelatives) {
  EXPECT_EQ(format_time(*parse_time("2024-01-12T07:08:09Z")), "2024-01-12T07:08:09Z");
  EXPECT_EQ(format_time(*parse_time("2024-01-12T07:08:09.1234567Z")), "2024-01-12T07:08:09.123456Z");
  EXPECT_EQ(format_time(*parse_time("2024-01-12 07:08:09+02:00")), "2024-01-12T05:08:09Z");
  EXPECT_EQ(format_time(*parse_time("2024-01-12T07:08")), "2024-01-12T07:08:00Z");
  EXPECT_EQ(format_time(*parse_time("2024-02-29")), "2024-02-29T00:00:00Z");
  EXPECT_EQ(format_time(*parse_time("1969-12-31T23:59:59.5Z")), "1969-12-31T23:59:59.5Z");
  for (const char *bad : {"", "2023-02-29", "2024-13-01", "2024-01-12T25:00:00Z", "2024-01-12T07:08:09X",
                          "12/01/2024", "2024-01-12T07:08:09.Z", "2024-01-12T"})
    EXPECT_FALSE(parse_time(bad)) << bad;
}

TEST(Time, ReadsMailDates) {
  EXPECT_EQ(format_time(*parse_mail_date("Fri, 12 Jan 2024 07:08:09 +0100 (CET)")), "2024-01-12T06:08:09Z");
  EXPECT_EQ(format_time(*parse_mail_date("12 Jan 24 07:08 EST")), "2024-01-12T12:08:00Z");
  EXPECT_EQ(format_time(*parse_mail_date("Mon, 1 Jan 1996 00:00:00 GMT")), "1996-01-01T00:00:00Z");
  EXPECT_EQ(format_time(*parse_mail_date("Fri Jan 12 07:08:09 2024")), "2024-01-12T07:08:09Z");
  EXPECT_FALSE(parse_mail_date("yesterday"));
  EXPECT_FALSE(parse_mail_date("Fri, 32 Jan 2024 07:08:09 +0000"));
}

TEST(Time, CivilCalendarRoundTrips) {
  for (std::int64_t day = -800000; day < 800000; day += 37)
    EXPECT_EQ(days_from_civil(civil_from_days(day)), day);
  EXPECT_EQ(weekday({1970, 1, 1}), 4);
  EXPECT_EQ(weekday({2024, 1, 12}), 5);
  EXPECT_EQ(weekday({1969, 12, 28}), 0);
}

}  // namespace
}  // namespace dislodge::base
