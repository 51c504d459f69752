#pragma once
// Time is UTC in microseconds since 1970, as int64. Whoever parses a time keeps the original text beside it.
// Sources: RFC 3339; civil-calendar arithmetic is proleptic Gregorian.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dislodge::base {

struct Time {
  std::int64_t us = 0;  // microseconds since 1970-01-01T00:00:00Z
  friend auto operator<=>(const Time &, const Time &) = default;
};

// The open ends of an interval. No real event lies there.
inline constexpr Time kTimeMin{INT64_MIN};
inline constexpr Time kTimeMax{INT64_MAX};

inline constexpr std::int64_t kSecond = 1'000'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;

// Saturates at the open ends, so that "for ever" plus an hour stays for ever.
Time operator+(Time t, std::int64_t us);
Time operator-(Time t, std::int64_t us);

struct Date {
  int year = 1970;
  int month = 1;  // 1..12
  int day = 1;    // 1..31
  friend auto operator<=>(const Date &, const Date &) = default;
};

std::int64_t days_from_civil(Date date);  // days since 1970-01-01, may be negative
Date civil_from_days(std::int64_t days);
int weekday(Date date);  // 0 Sunday .. 6 Saturday
bool valid_date(Date date);
Time time_of(Date date, int hour = 0, int minute = 0, int second = 0, std::int64_t us = 0);
Date date_of(Time t);

// RFC 3339 and its common relatives: "2024-01-12T07:08:09.123456Z", "+02:00", a blank for the T, a missing
// zone (read as UTC), a date alone (midnight UTC). Fractions beyond microseconds are cut.
std::optional<Time> parse_time(std::string_view text);

// RFC 5322 dates as found in mail: "Fri, 12 Jan 2024 07:08:09 +0100 (CET)", obsolete zones, two-digit years.
std::optional<Time> parse_mail_date(std::string_view text);

// "2024-01-12T07:08:09Z", with a fraction only where there is one. Open ends read "-infinity" and "infinity".
std::string format_time(Time t);
std::string format_date(Date date);  // "2024-01-12"

Time now();

}  // namespace dislodge::base
