#include "log/local_date.hpp"

#include "base/encode.hpp"

namespace dislodge::log {

namespace {

struct Parts {
  int first = 0, second = 0, year = 0;
  int hour = 0, minute = 0, seconds = 0;
  std::int64_t us = 0;
  std::int64_t zone = 0;  // east of Greenwich, in microseconds
};

// Abbreviations that one place alone writes (Salesforce's tables are in the zone of whoever exported them);
// IST and the like, which several do, are no zone.
std::optional<int> zone_of(std::string_view name) {
  struct Zone {
    std::string_view name;
    int hours;
  };
  constexpr Zone kZones[] = {{"z", 0},     {"utc", 0},   {"gmt", 0},   {"est", -5},  {"edt", -4},
                             {"cst", -6},  {"cdt", -5},  {"mst", -7},  {"mdt", -6},  {"pst", -8},
                             {"pdt", -7},  {"akst", -9}, {"akdt", -8}, {"hst", -10}, {"cet", 1},
                             {"cest", 2},  {"eet", 2},   {"eest", 3},  {"jst", 9},   {"aest", 10},
                             {"aedt", 11}, {"nzst", 12}, {"nzdt", 13}};
  for (const Zone &one : kZones)
    if (name == one.name) return one.hours;
  return std::nullopt;
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}
  bool number(int &out, std::size_t digits_max) {
    std::size_t digits = 0;
    out = 0;
    while (digits < digits_max && digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9')
      out = out * 10 + (rest_[digits++] - '0');
    rest_.remove_prefix(digits);
    return digits > 0;
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void blanks() {
    while (!rest_.empty()) {
      if (rest_.front() == ' ')
        rest_.remove_prefix(1);
      else if (rest_.starts_with("\xC2\xA0"))
        rest_.remove_prefix(2);  // no-break space
      else if (rest_.starts_with("\xE2\x80\xAF"))
        rest_.remove_prefix(3);  // narrow one, before AM and PM
      else
        break;
    }
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// D/M/Y or M/D/Y with '/', '.' or '-', and a time with or without AM and PM.
std::optional<Parts> parts_of(std::string_view text) {
  Cursor cursor(base::trim(text));
  Parts parts;
  if (!cursor.number(parts.first, 2)) return std::nullopt;
  const char separator = cursor.rest().empty() ? '\0' : cursor.rest().front();
  if (separator != '/' && separator != '.' && separator != '-') return std::nullopt;
  if (!cursor.take(separator) || !cursor.number(parts.second, 2) || !cursor.take(separator) ||
      !cursor.number(parts.year, 4))
    return std::nullopt;
  if (parts.year < 100) parts.year += 2000;
  cursor.take(',');
  cursor.blanks();
  if (cursor.rest().empty()) return parts;
  if (!cursor.number(parts.hour, 2) || !cursor.take(':') || !cursor.number(parts.minute, 2))
    return std::nullopt;
  if (cursor.take(':') && !cursor.number(parts.seconds, 2)) return std::nullopt;
  if (cursor.take('.') || cursor.take(',')) {
    std::int64_t scale = base::kSecond / 10;
    int digit = 0;
    while (cursor.number(digit, 1)) {
      parts.us += digit * scale;
      scale /= 10;
    }
  }
  cursor.blanks();
  // "+01:00" at the end, as Hayabusa writes it in every order.
  std::string_view behind = cursor.rest();
  const std::size_t sign = behind.find_first_of("+-");
  if (sign != std::string_view::npos) {
    Cursor offset(behind.substr(sign + 1));
    int hours = 0, minutes = 0;
    if (!offset.number(hours, 2)) return std::nullopt;
    offset.take(':');
    if (!offset.rest().empty() && !offset.number(minutes, 2)) return std::nullopt;
    if (!offset.rest().empty() || hours > 14 || minutes > 59) return std::nullopt;
    parts.zone = (hours * 60 + minutes) * base::kMinute * (behind[sign] == '-' ? -1 : 1);
    behind = base::trim(behind.substr(0, sign));
  }
  std::string half = base::lower(behind), zone;
  if (const std::size_t blank = half.find(' '); blank != std::string::npos) {
    zone = half.substr(blank + 1);
    half.resize(blank);
  } else if (half != "pm" && half != "p.m." && half != "am" && half != "a.m.") {
    half.swap(zone);
  }
  if (half == "pm" || half == "p.m.") {
    if (parts.hour < 12) parts.hour += 12;
  } else if (half == "am" || half == "a.m.") {
    if (parts.hour == 12) parts.hour = 0;
  } else if (!half.empty()) {
    return std::nullopt;
  }
  if (zone.empty()) return parts;
  const auto hours = zone_of(zone);
  if (!hours) return std::nullopt;
  parts.zone = *hours * base::kHour;
  return parts;
}

// "Mar 18, 2025 10:00:00 PM" of Defender's portal, "March 18, 2025, 22:05:00 (UTC+00:00)" of AWS's console:
// the month is spelled, so the order is known. Without a zone it is UTC, as both say in their settings.
std::optional<base::Time> parse_spelled(std::string_view text) {
  constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};
  std::size_t letters = 0;
  while (letters < text.size() &&
         ((text[letters] >= 'A' && text[letters] <= 'Z') || (text[letters] >= 'a' && text[letters] <= 'z')))
    ++letters;
  if (letters < 3) return std::nullopt;
  int month = 0;
  for (int i = 0; i < 12 && month == 0; ++i) {
    const std::string_view name = kMonths[i];
    if (letters <= name.size() && base::equal_ignoring_case(text.substr(0, letters), name.substr(0, letters)))
      month = i + 1;
  }
  if (month == 0) return std::nullopt;
  Cursor cursor(text.substr(letters));
  int day = 0, year = 0, hour = 0, minute = 0, seconds = 0;
  cursor.take('.');
  cursor.blanks();
  if (!cursor.number(day, 2)) return std::nullopt;
  cursor.take(',');
  cursor.blanks();
  if (!cursor.number(year, 4) || year < 1990) return std::nullopt;
  cursor.take(',');
  cursor.blanks();
  std::int64_t us = 0;
  if (cursor.number(hour, 2)) {
    if (!cursor.take(':') || !cursor.number(minute, 2)) return std::nullopt;
    if (cursor.take(':') && !cursor.number(seconds, 2)) return std::nullopt;
    if (cursor.take('.')) {
      int digit = 0;
      for (std::int64_t scale = base::kSecond / 10; cursor.number(digit, 1); scale /= 10) us += digit * scale;
    }
  }
  cursor.blanks();
  const std::string half = base::lower(cursor.rest().substr(0, 2));
  if (half == "am" || half == "pm") {
    if (hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + (half == "pm" ? 12 : 0);
    cursor.take(cursor.rest().front());
    cursor.take(cursor.rest().front());
    cursor.blanks();
  }
  std::int64_t offset = 0;
  const bool bracket = cursor.take('(');
  if (cursor.take('U')) {
    if (!cursor.take('T') || !cursor.take('C')) return std::nullopt;
    const bool east = cursor.take('+');
    if (east || cursor.take('-')) {
      int hours = 0, minutes = 0;
      if (!cursor.number(hours, 2)) return std::nullopt;
      if (cursor.take(':') && !cursor.number(minutes, 2)) return std::nullopt;
      offset = (hours * 60 + minutes) * base::kMinute * (east ? 1 : -1);
    }
  }
  if (bracket && !cursor.take(')')) return std::nullopt;
  const base::Date date{year, month, day};
  if (!cursor.rest().empty() || !base::valid_date(date) || hour > 23 || minute > 59 || seconds > 60)
    return std::nullopt;
  return base::time_of(date, hour, minute, seconds, us) - offset;
}

}  // namespace

void DateOrderVote::add(std::string_view text) {
  const auto parts = parts_of(text);
  if (!parts) return;
  if (parts->first > 12 && parts->second <= 12) day_first_ = true;
  if (parts->second > 12 && parts->first <= 12) month_first_ = true;
}

std::optional<DateOrder> DateOrderVote::decided() const {
  if (month_first_ == day_first_) return std::nullopt;
  return month_first_ ? DateOrder::month_first : DateOrder::day_first;
}

bool needs_order(std::string_view text) {
  return parts_of(text).has_value();
}

std::optional<base::Time> parse_epoch(std::string_view text) {
  text = base::trim(text);
  // 1.621305118553E12 is how spreadsheets write milliseconds; exports write digits.
  std::int64_t whole = 0;
  std::size_t i = 0;
  while (i < text.size() && i < 19 && text[i] >= '0' && text[i] <= '9')
    whole = whole * 10 + (text[i++] - '0');
  if (i == 0) return std::nullopt;
  std::int64_t fraction_us = 0;
  if (i < text.size() && text[i] == '.') {
    std::int64_t scale = base::kSecond / 10;
    for (++i; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, scale /= 10)
      fraction_us += (text[i] - '0') * scale;
  }
  if (i != text.size()) return std::nullopt;
  constexpr std::int64_t kFirst = 631'152'000;   // 1990
  constexpr std::int64_t kLast = 7'258'118'400;  // 2200
  const auto within = [&](std::int64_t unit) { return whole / unit >= kFirst && whole / unit < kLast; };
  if (within(1)) return base::Time{whole * base::kSecond + fraction_us};
  if (within(1000)) return base::Time{whole * 1000 + fraction_us / 1000};
  if (within(1'000'000)) return base::Time{whole};
  if (within(1'000'000'000)) return base::Time{whole / 1000};
  return std::nullopt;
}

std::optional<base::Time> parse_export_time(std::string_view text, std::optional<DateOrder> order) {
  text = base::trim(text);
  if (text.starts_with("/Date(") && text.ends_with(")/")) {  // OData, as PowerShell 5 writes it: milliseconds
    Cursor cursor(text.substr(6));
    const bool before = cursor.take('-');
    std::int64_t ms = 0;
    int digit = 0;
    for (int i = 0; i < 15 && cursor.number(digit, 1); ++i) ms = ms * 10 + digit;
    return base::Time{(before ? -ms : ms) * 1000};
  }
  const auto parts = parts_of(text);
  if (!parts) {
    if (const auto spelled = parse_spelled(text)) return spelled;
    if (const auto time = base::parse_time(text)) return time;
    // "Fri, 12 Jan 2024 08:08:09 +01:00": RFC 2822, but for the colon that some put into the zone.
    const std::size_t comma = text.substr(0, 4).find(',');
    return comma == 3 && text.size() < 48 ? base::parse_mail_date(text) : std::nullopt;
  }
  if (!order) return std::nullopt;
  const bool month_first = *order == DateOrder::month_first;
  const base::Date date{parts->year, month_first ? parts->first : parts->second,
                        month_first ? parts->second : parts->first};
  if (!base::valid_date(date) || parts->hour > 23 || parts->minute > 59 || parts->seconds > 60)
    return std::nullopt;
  return base::time_of(date, parts->hour, parts->minute, parts->seconds, parts->us) - parts->zone;
}

}  // namespace dislodge::log
