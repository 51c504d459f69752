#include "report/text_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "reach/reach.hpp"

namespace dislodge::report {

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t width = 0;
  for (const char c : base::to_valid_utf8(text)) {
    const bool begins = (c & 0xC0) != 0x80;
    if (begins && width == limit) return out + "…";
    width += begins ? 1 : 0;
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  return out;
}

std::string fitted(std::string_view text) {
  constexpr std::size_t kHead = 1000, kTail = 200;
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    if (line.size() <= kLineShown) {
      out += line;
    } else {
      // Cut between characters.
      std::size_t head = kHead, tail = line.size() - kTail;
      while (head > 0 && (line[head] & 0xC0) == 0x80) --head;
      while (tail < line.size() && (line[tail] & 0xC0) == 0x80) ++tail;
      out += line.substr(0, head);
      out +=
          fmt::format("… ({} more characters: --json has them) …", width_of(line.substr(head, tail - head)));
      out += line.substr(tail);
    }
    if (end < text.size()) out += '\n';
    begin = end + 1;
  }
  return out;
}

std::string moment(base::Time time) {
  if (time == base::kTimeMin) return "always";
  if (time == base::kTimeMax) return "never";
  return base::format_time(base::Time{time.us / base::kSecond * base::kSecond});
}

std::string span(const base::Interval &interval) {
  if (interval.until == base::kTimeMax) return "since " + moment(interval.from);
  return moment(interval.from) + " .. " + moment(interval.until);
}

base::Time told_end(const base::Interval &interval) {
  const bool moment = interval.until != base::kTimeMax && interval.until.us % base::kSecond == 1;
  return moment ? base::Time{interval.until.us - 1} : interval.until;
}

base::Time held_until(const reach::ReachRow &row) {
  return row.grade == detect::Grade::confirmed ? std::max(row.intervals.last(), row.possible_intervals.last())
                                               : row.intervals.last();
}

std::string joined(const std::vector<std::string> &items, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < items.size() && i < most; ++i) out += (i == 0 ? "" : ", ") + items[i];
  if (items.size() > most) out += fmt::format(" and {} more", items.size() - most);
  return out;
}

}  // namespace dislodge::report
