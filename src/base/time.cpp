#include "base/time.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "base/ascii.hpp"

namespace dislodge::base {

Time operator+(Time t, std::int64_t us) {
  if (t == kTimeMin || t == kTimeMax) return t;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(t.us, us, &sum)) return us > 0 ? kTimeMax : kTimeMin;
  return Time{sum};
}

Time operator-(Time t, std::int64_t us) {
  if (t == kTimeMin || t == kTimeMax) return t;
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(t.us, us, &difference)) return us > 0 ? kTimeMin : kTimeMax;
  return Time{difference};
}

// Counts in 400-year eras of 146,097 days that start on 1 March, so that the leap day comes last.
std::int64_t days_from_civil(Date date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

Date civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  date.month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  date.year = static_cast<int>(year_of_era + era * 400 + (date.month <= 2 ? 1 : 0));
  return date;
}

int weekday(Date date) {
  const std::int64_t days = days_from_civil(date);
  return static_cast<int>(((days % 7) + 11) % 7);  // 1970-01-01 was a Thursday
}

bool valid_date(Date date) {
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.year < 1 || date.year > 9999) return false;
  return civil_from_days(days_from_civil(date)) == date;
}

Time time_of(Date date, int hour, int minute, int second, std::int64_t us) {
  // A date beyond the range of 64-bit microseconds (year 294247) lies at its end.
  std::int64_t start = 0;
  const std::int64_t days = days_from_civil(date);
  if (__builtin_mul_overflow(days, kDay, &start)) return days < 0 ? kTimeMin : kTimeMax;
  return Time{start} + (hour * kHour + minute * kMinute + second * kSecond + us);
}

Date date_of(Time t) {
  std::int64_t days = t.us / kDay;
  if (t.us % kDay < 0) --days;
  return civil_from_days(days);
}

namespace {

// Reads exactly `count` digits at `at`; -1 where there are none.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() &&
         (text.front() == ' ' || text.front() == '\t' || text.front() == '\r' || text.front() == '\n'))
    text.remove_prefix(1);
  while (!text.empty() &&
         (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n'))
    text.remove_suffix(1);
  return text;
}

// "+02:00", "+0200", "+02" or "Z" at the front of text; the offset in seconds.
std::optional<int> zone_offset(std::string_view text) {
  if (text.empty()) return 0;
  if (text == "Z" || text == "z" || text == "UTC" || text == "GMT") return 0;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  const int hours = digits(text, 1, 2);
  if (hours < 0 || hours > 18) return std::nullopt;
  std::size_t at = 3;
  if (at < text.size() && text[at] == ':') ++at;
  const int minutes = at < text.size() ? digits(text, at, 2) : 0;
  if (minutes < 0 || minutes > 59) return std::nullopt;
  if (at < text.size() && at + 2 != text.size()) return std::nullopt;
  const int seconds = (hours * 60 + minutes) * 60;
  return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
  text = trimmed(text);
  Date date{digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)};
  if (text.size() < 10 || text[4] != '-' || text[7] != '-' || !valid_date(date)) return std::nullopt;
  if (text.size() == 10) return time_of(date);
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
  const int hour = digits(text, 11, 2);
  if (text.size() < 16 || text[13] != ':') return std::nullopt;
  const int minute = digits(text, 14, 2);
  int second = 0;
  std::size_t at = 16;
  if (at < text.size() && text[at] == ':') {
    second = digits(text, 17, 2);
    at = 19;
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  std::int64_t us = 0;
  if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
    ++at;
    std::int64_t scale = kSecond / 10;
    const std::size_t start = at;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      us += (text[at] - '0') * scale;
      scale /= 10;
    }
    if (at == start) return std::nullopt;
  }
  const auto zone = zone_offset(trimmed(text.substr(at)));
  if (!zone) return std::nullopt;
  return Time{time_of(date, hour, minute, second, us).us - *zone * kSecond};
}

namespace {

constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";

int month_of(std::string_view name) {
  if (name.size() < 3) return 0;
  const std::array<char, 3> lower{static_cast<char>(name[0] | 32), static_cast<char>(name[1] | 32),
                                  static_cast<char>(name[2] | 32)};
  const std::size_t found = kMonths.find(std::string_view(lower.data(), 3));
  return found == std::string_view::npos || found % 3 != 0 ? 0 : static_cast<int>(found / 3) + 1;
}

// "Fri, 12 Jan 2024 07:08:09 +0100", as nearly all are written; nothing where it is not that to the letter.
std::optional<Time> parse_usual_mail_date(std::string_view text) {
  const auto letter = [](char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; };
  if (text.size() < 30 || !letter(text[0]) || !letter(text[1]) || !letter(text[2]) || text[3] != ',' ||
      text[4] != ' ')
    return std::nullopt;
  const std::size_t day_size = text[6] == ' ' ? 1 : 2;
  const std::string_view rest = text.substr(5 + day_size);
  // " Jan 2024 07:08:09 +0100" and then nothing that is of the same word.
  if (rest.size() < 24 || rest[0] != ' ' || rest[4] != ' ' || rest[9] != ' ' || rest[12] != ':' ||
      rest[15] != ':' || rest[18] != ' ' || (rest[19] != '+' && rest[19] != '-') ||
      (rest.size() > 24 && rest[24] != ' '))
    return std::nullopt;
  const Date date{digits(rest, 5, 4), month_of(rest.substr(1, 3)), digits(text, 5, day_size)};
  const int hour = digits(rest, 10, 2);
  const int minute = digits(rest, 13, 2);
  const int second = digits(rest, 16, 2);
  const int zone_hours = digits(rest, 20, 2);
  const int zone_minutes = digits(rest, 22, 2);
  if (date.year < 0 || !valid_date(date) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 60 || zone_hours < 0 || zone_hours > 18 || zone_minutes < 0 || zone_minutes > 59)
    return std::nullopt;
  const int offset = (zone_hours * 60 + zone_minutes) * 60;
  return Time{time_of(date, hour, minute, second).us - (rest[19] == '-' ? -offset : offset) * kSecond};
}

}  // namespace

std::optional<Time> parse_mail_date(std::string_view text) {
  text = trimmed(text);
  if (const auto usual = parse_usual_mail_date(text)) return usual;
  // Tokens, with comments in brackets dropped: [weekday,] day month year time [zone].
  std::array<std::string_view, 8> tokens;
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size() && count < tokens.size();) {
    const char c = text[i];
    if (c == '(') {
      const std::size_t close = text.find(')', i);
      if (close == std::string_view::npos) break;
      i = close + 1;
    } else if (c == ' ' || c == '\t' || c == ',' || c == '\r' || c == '\n') {
      ++i;
    } else {
      std::size_t end = i;
      const auto ends = [](char e) {
        return e == ' ' || e == '\t' || e == ',' || e == '\r' || e == '\n' || e == '(' || e == '\0';
      };
      while (end < text.size() && !ends(text[end])) ++end;
      if (end == i) ++end;  // a zero byte is a token of its own
      tokens[count++] = text.substr(i, end - i);
      i = end;
    }
  }
  std::size_t at = 0;
  if (count > 0 && !is_digit(tokens[0][0])) ++at;  // the weekday, which is often wrong, is not used
  if (count < at + 4) return std::nullopt;
  Date date;
  std::string_view day = tokens[at];
  std::string_view month = tokens[at + 1];
  if (month_of(month) == 0) std::swap(day, month);  // "Jan 12 2024", as ctime writes it
  date.day = day.size() <= 2 ? digits(day, 0, day.size()) : -1;
  date.month = month_of(month);
  std::string_view year = tokens[at + 2];
  std::string_view clock = tokens[at + 3];
  if (year.find(':') != std::string_view::npos) std::swap(year, clock);
  if (year.size() < 2 || year.size() > 4) return std::nullopt;
  date.year = digits(year, 0, year.size());
  if (date.year < 0) return std::nullopt;
  if (year.size() == 2) date.year += date.year < 50 ? 2000 : 1900;  // RFC 5322 section 4.3
  if (year.size() == 3) date.year += 1900;
  if (!valid_date(date)) return std::nullopt;
  const std::size_t colon = clock.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 2) return std::nullopt;
  const int hour = digits(clock, 0, colon);
  const int minute = digits(clock, colon + 1, 2);
  int second = 0;
  if (clock.size() > colon + 3 && clock[colon + 3] == ':') second = digits(clock, colon + 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  int offset = 0;
  if (count > at + 4) {
    const std::string_view zone = tokens[at + 4];
    if (const auto known = zone_offset(zone)) {
      offset = *known;
    } else {
      struct Named {
        std::string_view name;
        int hours;
      };
      static constexpr Named kNamed[] = {{"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5},
                                         {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
      for (const Named &named : kNamed)
        if (zone == named.name) offset = named.hours * 3600;  // others read as UTC (RFC 5322 section 4.3)
    }
  }
  return Time{time_of(date, hour, minute, second).us - offset * kSecond};
}

std::string format_date(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string format_time(Time t) {
  if (t == kTimeMin) return "-infinity";
  if (t == kTimeMax) return "infinity";
  const Date date = date_of(t);
  std::int64_t rest = t.us % kDay;
  if (rest < 0) rest += kDay;
  const std::int64_t us = rest % kSecond;
  rest /= kSecond;
  std::string text =
      fmt::format("{}T{:02}:{:02}:{:02}", format_date(date), rest / 3600, rest / 60 % 60, rest % 60);
  if (us != 0) {
    std::string fraction = fmt::format(".{:06}", us);
    while (fraction.back() == '0') fraction.pop_back();
    text += fraction;
  }
  return text + "Z";
}

Time now() {
  using namespace std::chrono;
  return Time{duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

}  // namespace dislodge::base
