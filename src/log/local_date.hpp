#pragma once
// Dates as portals write them for people: "4/28/2021, 2:08:45.221 PM", "28.04.2021 14:08:45". Whether the day
// or the month comes first is not in one date; it is decided for a whole file, and where no date of the file
// decides, the file's times are refused rather than guessed.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace dislodge::log {

enum class DateOrder : std::uint8_t { month_first, day_first };

class DateOrderVote {
 public:
  // Takes a date into account; ISO dates and what is no date count for nothing.
  void add(std::string_view text);
  // Nothing where no date decided, or where some said one and some the other.
  std::optional<DateOrder> decided() const;
  bool contradictory() const { return month_first_ && day_first_; }

 private:
  bool month_first_ = false;
  bool day_first_ = false;
};

// ISO dates whatever the order is; others only with one.
std::optional<base::Time> parse_export_time(std::string_view text, std::optional<DateOrder> order);
// A count since 1970 in seconds (a fraction may follow), milliseconds, microseconds or nanoseconds: for the
// years 1990 to 2200 its size tells the unit. Nothing for any other text.
std::optional<base::Time> parse_epoch(std::string_view text);
// True for a date that needs an order to be read.
bool needs_order(std::string_view text);

}  // namespace dislodge::log
