#include "log/rhythm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

namespace dislodge::log {

// How it is judged. Each hour of the log's span falls into a cell of the week (Monday 00, Monday 01, ...).
// For a silence, every hour in it asks how often its cell was silent in the rest of the log, smoothed by two
// observations of the same hour on all working days (or all weekend days), and the logarithms add up to the
// surprise of the whole silence. With fewer than three other weeks only the hour of the day is asked, and
// with fewer than three such days the hour does not count.
//
// Hours of one holiday are silent together, so surprise alone would call every holiday a gap. A silence
// counts only if it is also long: at least twice the longest silence of an ordinary week, or as many usually
// busy hours as two working days have.
//
// A thin log that never sleeps surprises nobody by one day without an event: too few are missed. In a log
// that has something every day, a silence is told by standing alone, far longer than all others but one.
// Where times are drawn blindly, that happens to one to four logs of a hundred, and costs them an *excluded*.

namespace {

using base::kHour;
using base::Time;

constexpr std::size_t kEventsMin = 50;
constexpr std::size_t kWeekHours = 7 * 24;
constexpr double kSurpriseMin = 14;      // e^-14: about one in a million
constexpr double kSurpriseShortMin = 5;  // for a short silence in a busy log, with
constexpr double kExpectedMin = 50;      // this many events expected in it
constexpr int kBusyHours = 16;           // two working days
constexpr double kAloneTimes = 1.9;      // as long as the longest but one of the others, where
constexpr double kAloneExpectedMin = 7;  // this many events are expected in it
constexpr std::uint32_t kObservationsMin = 3;

std::int64_t hour_of(Time t) {
  return t.us >= 0 ? t.us / kHour : -((-t.us + kHour - 1) / kHour);
}

std::size_t cell_of(std::int64_t hour) {
  // 1970-01-01 was a Thursday: hour 0 is cell 72 of a week that begins on Monday.
  const std::int64_t shifted = (hour + 72) % static_cast<std::int64_t>(kWeekHours);
  return static_cast<std::size_t>(shifted < 0 ? shifted + static_cast<std::int64_t>(kWeekHours) : shifted);
}

// A cell's pool of last resort: the hour of the day, on working days or on weekends.
std::size_t pool_of(std::size_t cell) {
  return cell % 24 + (cell >= 5 * 24 ? 24 : 0);
}

struct Tally {
  std::uint32_t hours = 0;
  std::uint32_t silent = 0;
  double events = 0;
};

struct Profile {
  std::array<Tally, kWeekHours> cells{};
  std::array<Tally, 48> pools{};
  void add(std::int64_t hour, std::uint64_t events, int sign) {
    for (Tally *tally : {&cells[cell_of(hour)], &pools[pool_of(cell_of(hour))]}) {
      tally->hours += static_cast<std::uint32_t>(sign);
      if (events == 0) tally->silent += static_cast<std::uint32_t>(sign);
      tally->events += sign * static_cast<double>(events);
    }
  }
  // The chance that an hour like this is silent, and how many events it brings; nothing where too few are
  // known.
  struct Usual {
    double silent = 0;
    double events = 0;
  };
  std::optional<Usual> of(std::int64_t hour) const {
    const Tally &cell = cells[cell_of(hour)];
    const Tally &pool = pools[pool_of(cell_of(hour))];
    const double pooled = (pool.silent + 1.0) / (pool.hours + 2.0);
    if (cell.hours >= kObservationsMin)
      return Usual{(cell.silent + 2 * pooled) / (cell.hours + 2.0), cell.events / cell.hours};
    if (pool.hours >= kObservationsMin) return Usual{pooled, pool.events / pool.hours};
    return std::nullopt;
  }
};

std::int64_t median(std::vector<std::int64_t> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The longest silence of each week (of each day, in a log of less than three weeks): the median of these is
// what is usual, however long the gaps in a few of them are. Silences within a minute count where two events
// bound them.
std::int64_t usual_silence(const std::vector<Pulse::Cell> &cells) {
  const std::int64_t span = cells.back().last.us - cells.front().first.us;
  const std::int64_t period = span >= 21 * base::kDay ? 7 * base::kDay : base::kDay;
  std::map<std::int64_t, std::int64_t> longest;
  const auto silent = [&](Time from, Time until) {
    std::int64_t &best = longest[from.us / period];
    best = std::max(best, until.us - from.us);
  };
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].events == 2) silent(cells[i].first, cells[i].last);
    if (i + 1 < cells.size()) silent(cells[i].last, cells[i + 1].first);
  }
  std::vector<std::int64_t> values;
  for (const auto &[start, value] : longest) values.push_back(value);
  return median(std::move(values));
}

}  // namespace

Pulse::Cell &Pulse::cell_of(Time time) {
  const std::int64_t key = time.us / unit_ - (time.us % unit_ < 0 ? 1 : 0);
  if (last_ != nullptr && key == last_key_) return *last_;
  if (cells_.size() >= kCellsMax && unit_ == base::kMinute) {
    coarsen();
    return cell_of(time);
  }
  last_ = &cells_.try_emplace(key, Cell{base::kTimeMax, base::kTimeMin, 0}).first->second;
  last_key_ = key;
  return *last_;
}

void Pulse::add(Time time, std::uint64_t events) {
  Cell &cell = cell_of(time);
  cell.first = std::min(cell.first, time);
  cell.last = std::max(cell.last, time);
  cell.events += events;
  events_ += events;
}

void Pulse::add(const Pulse &other) {
  if (other.unit_ > unit_) coarsen();
  for (const auto &[key, cell] : other.cells_) {
    add(cell.first, cell.events);
    add(cell.last, 0);
  }
}

void Pulse::coarsen() {
  const auto fine = std::move(cells_);
  cells_.clear();
  last_ = nullptr;
  unit_ = base::kHour;
  events_ = 0;
  for (const auto &[key, cell] : fine) {
    add(cell.first, cell.events);
    add(cell.last, 0);
  }
}

std::vector<Pulse::Cell> Pulse::cells() const {
  std::vector<Cell> out;
  out.reserve(cells_.size());
  for (const auto &[key, cell] : cells_) out.push_back(cell);
  std::sort(out.begin(), out.end(), [](const Cell &a, const Cell &b) { return a.first < b.first; });
  return out;
}

std::vector<Silence> unusual_silences(const std::vector<Time> &times) {
  Pulse pulse;
  for (const Time time : times) pulse.add(time);
  return unusual_silences(pulse);
}

std::vector<Silence> unusual_silences(const Pulse &pulse) {
  return unusual_silences(pulse, {base::kTimeMax, base::kTimeMin});
}

std::vector<Silence> unusual_silences(const Pulse &pulse, const base::Interval &span) {
  std::vector<Silence> found;
  if (pulse.events() < kEventsMin) return found;
  const std::vector<Pulse::Cell> cells = pulse.cells();
  const std::int64_t first = hour_of(cells.front().first);
  const std::int64_t last = hour_of(cells.back().last);
  constexpr std::int64_t kHoursMax = 200'000;  // 22 years: beyond that a clock was wrong
  if (last - first > kHoursMax || last - first < 24) return found;
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(last - first + 1));
  for (const Pulse::Cell &cell : cells)
    counts[static_cast<std::size_t>(hour_of(cell.first) - first)] += cell.events;
  Profile profile;
  for (std::int64_t hour = first; hour <= last; ++hour)
    profile.add(hour, counts[static_cast<std::size_t>(hour - first)], +1);
  const std::int64_t usual = std::max<std::int64_t>(usual_silence(cells), 1);

  // The longest three; each is compared with the second of those that are not itself.
  std::array<std::int64_t, 3> longest{};
  for (std::size_t i = 0; i + 1 < cells.size(); ++i) {
    const std::int64_t length = cells[i + 1].first.us - cells[i].last.us;
    if (length <= longest[2]) continue;
    longest[2] = length;
    std::sort(longest.begin(), longest.end(), std::greater<>());
  }

  // The silences between events, whose hours the profile holds, and those at the edges, whose hours it does
  // not.
  const auto judge = [&](Time from, Time until, bool held) {
    const std::int64_t length = until.us - from.us;
    if (length < kHour || length < usual / 4) return;
    // Whole hours within the silence; they are taken out of the profile while they are judged.
    const std::int64_t begin = hour_of(from) + 1;
    const std::int64_t end = hour_of(until);
    for (std::int64_t hour = begin; held && hour < end; ++hour) profile.add(hour, 0, -1);
    double surprise = 0, expected = 0;
    int busy = 0;
    for (std::int64_t hour = begin; hour < end; ++hour) {
      const auto usually = profile.of(hour);
      if (!usually) continue;
      surprise -= std::log(usually->silent);
      expected += usually->events;
      busy += usually->silent <= 1.0 / 3;
    }
    for (std::int64_t hour = begin; held && hour < end; ++hour) profile.add(hour, 0, +1);
    const bool long_enough = length >= 2 * usual || busy >= kBusyHours;
    const std::int64_t other = held && length >= longest[1] ? longest[2] : longest[1];
    const bool alone = other <= base::kDay &&
                       static_cast<double>(length) >= kAloneTimes * static_cast<double>(other) &&
                       expected >= kAloneExpectedMin;
    const bool gap = alone || (surprise >= kSurpriseMin && long_enough) ||
                     (surprise >= kSurpriseShortMin && expected >= kExpectedMin && length >= 3 * usual);
    if (gap) found.push_back({{from, until}, expected, usual});
  };
  if (span.from < cells.front().first && hour_of(cells.front().first) - hour_of(span.from) <= kHoursMax)
    judge(span.from, cells.front().first, false);
  for (std::size_t i = 0; i + 1 < cells.size(); ++i) judge(cells[i].last, cells[i + 1].first, true);
  if (cells.back().last < span.until && hour_of(span.until) - hour_of(cells.back().last) <= kHoursMax)
    judge(cells.back().last, span.until, false);
  return found;
}

std::string format_duration(std::int64_t us) {
  const auto in = [&](std::int64_t unit, const char *name) {
    const double value = static_cast<double>(us) / static_cast<double>(unit);
    const auto tenths = static_cast<std::int64_t>(std::llround(value * 10));
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0 && value < 100) text += '.' + std::to_string(tenths % 10);
    return text + ' ' + name + (tenths == 10 ? "" : "s");
  };
  if (us >= 2 * base::kDay) return in(base::kDay, "day");
  if (us >= 2 * base::kHour) return in(base::kHour, "hour");
  if (us >= 2 * base::kMinute) return in(base::kMinute, "minute");
  return in(base::kSecond, "second");
}

}  // namespace dislodge::log
