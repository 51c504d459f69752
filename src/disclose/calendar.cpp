#include "disclose/calendar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/encode.hpp"

namespace dislodge::disclose {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"sunday",   "monday", "tuesday", "wednesday",
                                                   "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 5> kNth = {"first", "second", "third", "fourth", "fifth"};

template <typename List>
int index_of(const List &list, std::string_view word) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == word) return static_cast<int>(i);
  }
  return -1;
}

int days_in(int year, int month) {
  const base::Date next = month == 12 ? base::Date{year + 1, 1, 1} : base::Date{year, month + 1, 1};
  return static_cast<int>(base::days_from_civil(next) - base::days_from_civil({year, month, 1}));
}

base::Date shifted(base::Date date, int days) {
  return base::civil_from_days(base::days_from_civil(date) + days);
}

}  // namespace

base::Date DayRule::in(int year) const {
  if (day > 0) return {year, month, std::min(day, days_in(year, month))};
  if (nth < 0) {
    const base::Date last{year, month, days_in(year, month)};
    return shifted(last, -((base::weekday(last) - weekday + 7) % 7));
  }
  const base::Date first{year, month, 1};
  return shifted(first, (weekday - base::weekday(first) + 7) % 7 + 7 * (nth - 1));
}

base::Result<DayRule> parse_day_rule(std::string_view text) {
  std::vector<std::string> words;
  const std::string small = base::lower(base::trim(text));
  for (std::size_t at = 0; at < small.size();) {
    const std::size_t end = std::min(small.find(' ', at), small.size());
    if (end > at && small.substr(at, end - at) != "of") words.push_back(small.substr(at, end - at));
    at = end + 1;
  }
  DayRule rule;
  const auto bad = [&] {
    return base::fail(
        base::ErrorKind::usage,
        fmt::format(
            "\"{}\" is no day: write \"4 july\", \"third monday of january\" or \"last sunday of march\"",
            text));
  };
  if (words.size() == 2) {
    const auto [end, error] = std::from_chars(words[0].data(), words[0].data() + words[0].size(), rule.day);
    rule.month = index_of(kMonths, words[1]) + 1;
    // 2024 is a leap year, so that 29 February passes.
    if (error != std::errc() || end != words[0].data() + words[0].size() || rule.month == 0 || rule.day < 1 ||
        rule.day > days_in(2024, rule.month))
      return bad();
    return rule;
  }
  if (words.size() != 3) return bad();
  rule.nth = words[0] == "last" ? -1 : index_of(kNth, words[0]) + 1;
  rule.weekday = index_of(kDays, words[1]);
  rule.month = index_of(kMonths, words[2]) + 1;
  if (rule.nth == 0 || rule.weekday < 0 || rule.month == 0 || rule.nth == 5)
    return bad();  // not every month has a fifth
  return rule;
}

std::string Calendar::why_closed(base::Date date) const {
  const auto closed = closures.find(date);
  if (closed != closures.end()) return closed->second;
  const int day = base::weekday(date);
  if (day == 0) return "Sunday";
  if (day == 6) return "Saturday";
  for (const Holiday &holiday : holidays) {
    // A holiday on 1 January that is kept on the Friday before lies in the year before.
    for (const int year : {date.year, date.year + 1}) {
      if (year < holiday.from_year) continue;
      base::Date on = holiday.day.in(year);
      if (holiday.observed) {
        if (base::weekday(on) == 6)
          on = shifted(on, -1);
        else if (base::weekday(on) == 0)
          on = shifted(on, 1);
      }
      if (on == date) return holiday.name;
    }
  }
  return {};
}

bool Calendar::business_day(base::Date date) const {
  return why_closed(date).empty();
}

base::Date Calendar::next_business_day(base::Date date) const {
  // Closures are data, so a year of them would never end: a month without a business day is taken as open.
  for (int i = 0; i < 31; ++i) {
    date = shifted(date, 1);
    if (business_day(date)) return date;
  }
  return date;
}

bool Zone::summer(base::Time t) const {
  if (summer_us == 0) return false;
  const int year = base::date_of(t + offset_us).year;
  const auto moment = [&](const DayRule &rule, std::int64_t at_us, std::int64_t before_us) {
    const base::Time wall = base::time_of(rule.in(year)) + at_us;
    return changes_in_utc ? wall : wall - before_us;
  };
  const base::Time begin = moment(begins, begins_at_us, offset_us);
  const base::Time end = moment(ends, ends_at_us, offset_us + summer_us);
  return begin <= end ? begin <= t && t < end
                      : t >= begin || t < end;  // south of the equator summer holds at new year
}

base::Time Zone::at(base::Date date, std::int64_t time_of_day_us) const {
  const base::Time wall = base::time_of(date) + time_of_day_us;
  const base::Time as_summer = wall - (offset_us + summer_us);
  if (summer_us != 0 && summer(as_summer)) return as_summer;
  return wall - offset_us;
}

}  // namespace dislodge::disclose
