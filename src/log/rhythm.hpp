#pragma once
// Silences that do not belong to a log's own rhythm. Nights, weekends and single holidays of an office are
// part of it; four days without an event in a log that has one every few minutes are not.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/intervals.hpp"

namespace dislodge::log {

// When events came, in bounded memory: the first and the last of each minute that has any. Which silences of
// an hour or more there are follows from that exactly, whatever the order in which events are added. Where
// more than kCellsMax minutes have events (clocks that are wrong), hours are kept instead.
class Pulse {
 public:
  Pulse() = default;
  Pulse(Pulse &&) = default;
  Pulse &operator=(Pulse &&) = default;
  Pulse(const Pulse &) = delete;  // last_ points into cells_
  Pulse &operator=(const Pulse &) = delete;
  void add(base::Time time, std::uint64_t events = 1);
  void add(const Pulse &other);

  // Of a minute (or hour) that has events.
  struct Cell {
    base::Time first, last;
    std::uint64_t events = 0;
  };
  std::vector<Cell> cells() const;  // in order of time
  std::uint64_t events() const { return events_; }

 private:
  static constexpr std::size_t kCellsMax = 1'000'000;  // two years of minutes
  Cell &cell_of(base::Time time);
  void coarsen();

  std::unordered_map<std::int64_t, Cell> cells_;
  Cell *last_ = nullptr;  // of the last addition: events come in runs
  std::int64_t last_key_ = INT64_MIN;
  std::int64_t unit_ = base::kMinute;
  std::uint64_t events_ = 0;
};

struct Silence {
  base::Interval interval;
  double expected = 0;        // events that the same hours bring at other times
  std::int64_t usual_us = 0;  // the longest silence of an ordinary week (of a day, in short logs)
};

// Fewer than 50 events have no rhythm: nothing is found.
std::vector<Silence> unusual_silences(const Pulse &pulse);
// Besides, the silence from the begin of a span that somebody says the log covers to its first event, and
// from the last to the end of the span.
std::vector<Silence> unusual_silences(const Pulse &pulse, const base::Interval &span);
std::vector<Silence> unusual_silences(const std::vector<base::Time> &times);

// "3.9 days", "40 minutes".
std::string format_duration(std::int64_t us);

}  // namespace dislodge::log
