#include "log/unknown_log.hpp"

#include <algorithm>
#include <cstddef>

#include "base/ascii.hpp"
#include "base/encode.hpp"

namespace dislodge::log {
namespace {

using base::is_digit;

constexpr std::size_t kLines = 40;
constexpr std::size_t kLineBytes = 4000;

// Digits at `at`, as a number; -1 where there are none or more than `most`.
int number_at(std::string_view line, std::size_t &at, std::size_t most) {
  int value = 0;
  const std::size_t begin = at;
  for (; at < line.size() && is_digit(line[at]) && at - begin <= most; ++at)
    value = value * 10 + (line[at] - '0');
  return at == begin || at - begin > most ? -1 : value;
}

// "22:05:00" with a digit or letter neither before nor, a fraction apart, behind it.
bool has_time_of_day(std::string_view line) {
  for (std::size_t colon = line.find(':'); colon != line.npos; colon = line.find(':', colon + 1)) {
    std::size_t begin = colon;
    while (begin > 0 && is_digit(line[begin - 1]) && colon - begin < 3) --begin;
    std::size_t at = begin;
    const int hour = number_at(line, at, 2);
    if (hour < 0 || hour > 23 || at != colon) continue;
    const int minute = number_at(line, ++at, 2);
    if (minute < 0 || minute > 59 || at >= line.size() || line[at] != ':') continue;
    const int second = number_at(line, ++at, 2);
    if (second >= 0 && second <= 60) return true;
  }
  return false;
}

// A year of this age, or a month's name as logs write it.
bool has_date(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (!is_digit(line[at]) || (at > 0 && is_digit(line[at - 1]))) continue;
    std::size_t end = at;
    const int value = number_at(line, end, 4);
    if (end - at == 4 && value >= 1990 && value < 2100) return true;
  }
  static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return std::any_of(std::begin(kMonths), std::end(kMonths), [&](std::string_view month) {
    const std::size_t at = line.find(month);
    const auto beside = [&](std::size_t i) {
      return i < line.size() && (is_digit(line[i]) || line[i] == ' ' || line[i] == '/' || line[i] == '-');
    };
    return at != line.npos && beside(at + 3) &&
           (at == 0 || beside(at - 1) || line[at - 1] == '<' || line[at - 1] == '>');
  });
}

bool has_address(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (at > 0 && (is_digit(line[at - 1]) || line[at - 1] == '.')) continue;
    std::size_t end = at;
    int groups = 0;
    while (true) {
      const int value = number_at(line, end, 3);
      if (value < 0 || value > 255) break;
      ++groups;
      if (groups == 4 || end >= line.size() || line[end] != '.') break;
      ++end;
    }
    if (groups == 4 && (end >= line.size() || (line[end] != '.' && !is_digit(line[end])))) return true;
    // IPv6: five groups of hex digits or more, or "::" between some.
    std::size_t colons = 0;
    bool gap = false;
    std::size_t hex = at;
    for (; hex < line.size(); ++hex) {
      const char c = line[hex];
      const bool digit = is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
      if (c == ':') {
        ++colons;
        gap = gap || (hex + 1 < line.size() && line[hex + 1] == ':');
      } else if (!digit) {
        break;
      }
    }
    if (colons >= 4 || (gap && colons >= 3)) return true;
    if (hex > at) at = hex - 1;
  }
  return false;
}

}  // namespace

bool looks_like_log(std::string_view bytes) {
  std::size_t lines = 0;
  std::size_t like = 0;
  bool first = true;
  bool heading = false;
  while (!bytes.empty() && lines < kLines) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = base::trim(bytes.substr(0, std::min(end, kLineBytes)));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const bool one = has_time_of_day(line) && has_date(line) && has_address(line);
    heading = heading || (first && !one);
    first = false;
    ++lines;
    like += one;
  }
  if (heading) --lines;
  return like > 0 && like * 4 >= lines * 3;
}

}  // namespace dislodge::log
