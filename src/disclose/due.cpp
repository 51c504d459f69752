// Counting: from a trigger to a date, with every step said, and the dates that others might argue for.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "disclose/duties.hpp"

namespace dislodge::disclose {
namespace {

using base::Date;
using base::ErrorKind;
using base::fail;
using base::Time;

constexpr std::array<std::string_view, 7> kDayNames = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

std::string day_text(Date date) {
  return fmt::format("{} {}", kDayNames[static_cast<std::size_t>(base::weekday(date))],
                     base::format_date(date));
}

std::string clock_text(std::int64_t us) {
  const std::int64_t seconds = us / base::kSecond;
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

Date later(Date date, std::int64_t days) {
  return base::civil_from_days(base::days_from_civil(date) + days);
}

// Adds months as the calendar does: the same day, or the last of a shorter month.
Date months_later(Date date, std::int64_t months) {
  const std::int64_t total = date.year * 12 + (date.month - 1) + months;
  Date day{static_cast<int>(total / 12), static_cast<int>(total % 12) + 1, date.day};
  while (!base::valid_date(day)) --day.day;
  return day;
}

LocalTime local_of(const Zone &zone, Time time) {
  const Time local = zone.local(time);
  const Date day = base::date_of(local);
  return {base::format_date(day), clock_text(local.us - base::time_of(day).us), zone.id};
}

// The day itself ends at the cut-off, or with its last second.
Time end_of(const Regime &regime, const Zone &zone, Date day) {
  return zone.at(day, regime.cut_off_us >= 0 ? regime.cut_off_us : base::kDay - base::kSecond);
}

Date business_days_later(const Regime &regime, const Calendar &open, Date day,
                         std::vector<std::string> &counted) {
  std::int64_t left = regime.duration;
  if (!open.business_day(day)) {
    // The period begins on, and includes, the first business day after a day that is none.
    counted.push_back(fmt::format("{}: {}", day_text(day), open.why_closed(day)));
    day = open.next_business_day(day);
    --left;
    counted.push_back(fmt::format("{}: business day 1", day_text(day)));
  }
  while (left > 0) {
    const Date next = open.next_business_day(day);
    for (Date between = later(day, 1); between < next; between = later(between, 1))
      counted.push_back(fmt::format("{}: {}", day_text(between), open.why_closed(between)));
    day = next;
    --left;
    counted.push_back(fmt::format("{}: business day {}", day_text(day), regime.duration - left));
  }
  return day;
}

Date rolled(const Calendar &open, Date day, std::vector<std::string> &counted, std::string_view rule) {
  if (open.business_day(day)) return day;
  const Date next = open.next_business_day(day);
  counted.push_back(
      fmt::format("{} is closed ({}), so {}{}", day_text(day), open.why_closed(day), day_text(next), rule));
  return next;
}

// Article 3(1) of Regulation 1182/71: the hour during which the event occurs is not counted.
Time hours_1182(const Zone &zone, Time time, std::int64_t hours) {
  const Time local = zone.local(time);
  const std::int64_t into_hour = ((local.us % base::kHour) + base::kHour) % base::kHour;
  return time - into_hour + (hours + 1) * base::kHour;
}

// Article 3(5): a period of two days or more holds at least two working days, whole ones.
Time two_working_days(const Zone &zone, const Calendar &open, Time from, Time until) {
  Date day = base::date_of(zone.local(from));
  if (zone.at(day, 0) < from) day = later(day, 1);
  int whole = 0;
  while (true) {
    if (open.business_day(day)) {
      const Time end = zone.at(later(day, 1), 0);
      ++whole;
      if (whole == 2) return end <= until ? until : end - base::kSecond;
    }
    day = later(day, 1);
  }
}

std::string known_regimes(const DutyRules &rules) {
  std::string dated, others;
  for (const Regime &one : rules.regimes) {
    std::string &list = one.verified && !one.prompt ? dated : others;
    list += (list.empty() ? "" : ", ") + one.id;
  }
  return fmt::format("with dates there are {}; without dates {}", dated, others);
}

}  // namespace

bool starts(const Regime &regime, std::string_view trigger) {
  return !trigger.empty() &&
         (regime.trigger == trigger || regime.fact == trigger || regime.cap_trigger == trigger);
}

base::Result<DutyDate> due(const DutyRules &rules, std::string_view regime_id, std::string_view trigger,
                           Time time, const DueOptions &options) {
  const Regime *regime = rules.find(regime_id);
  if (regime == nullptr)
    return fail(ErrorKind::usage, fmt::format("no regime \"{}\"; {}", regime_id, known_regimes(rules)));
  if (!regime->verified) {
    return fail(ErrorKind::usage,
                fmt::format("{} was not verified against primary text: ask counsel (source: {})", regime->id,
                            regime->source));
  }
  if (!starts(*regime, trigger)) {
    return fail(
        ErrorKind::usage,
        fmt::format(
            "{} starts with \"{}\"{}{}, not with \"{}\"", regime->id, regime->trigger,
            regime->fact == regime->trigger ? "" : fmt::format(" (or \"{}\")", regime->fact),
            regime->cap_trigger.empty() ? "" : fmt::format(" and is capped from \"{}\"", regime->cap_trigger),
            trigger));
  }
  if (regime->prompt) {
    return fail(ErrorKind::usage, fmt::format("{} is due without undue delay; it counts no hours ({})",
                                              regime->id, regime->source));
  }
  const std::string &zone_id = options.zone.empty() ? regime->zone : options.zone;
  const auto found_zone = rules.zones.find(zone_id);
  if (found_zone == rules.zones.end()) {
    std::string known;
    for (const auto &[id, other] : rules.zones) known += (known.empty() ? "" : ", ") + id;
    return fail(ErrorKind::usage, fmt::format("no zone \"{}\"; there are {}", zone_id, known));
  }
  const Zone &zone = found_zone->second;
  const auto calendar = rules.calendars.find(regime->calendar);
  const bool has_calendar = calendar != rules.calendars.end();
  const int first_year = std::max(zone.from_year, has_calendar ? calendar->second.from_year : 0);
  const Time local = zone.local(time);
  const Date day = base::date_of(local);
  if (day.year < first_year || day.year > 2200) {
    return fail(ErrorKind::usage, fmt::format("the rules of {} know the years {} to 2200, not {}", regime->id,
                                              first_year, day.year));
  }
  if (options.counting != Counting::plain && !regime->eu_period)
    return fail(ErrorKind::usage,
                fmt::format("{} is not counted by Regulation (EEC, Euratom) 1182/71", regime->id));
  int granted = 0;
  for (const int days : regime->delays) granted += days;
  if (options.delay_days < 0 || options.delay_days > granted) {
    return fail(ErrorKind::usage, granted == 0
                                      ? fmt::format("the rule of {} has no delay by an authority", regime->id)
                                      : fmt::format("{} can be delayed by {} days in all, not by {}",
                                                    regime->id, granted, options.delay_days));
  }
  DutyDate date;
  date.regime = regime->id;
  date.trigger = regime->cap_trigger == trigger ? regime->cap_trigger : regime->trigger;
  date.trigger_time = time;
  date.to = regime->to;
  date.counted.push_back(fmt::format("{}: {} {} {}", date.trigger, day_text(day),
                                     clock_text(local.us - base::time_of(day).us), zone.abbreviation(time)));
  if (regime->in_force && day < *regime->in_force)
    date.counted.push_back(fmt::format("note: this rule applies since {}; the date lies before",
                                       base::format_date(*regime->in_force)));
  const auto alternative = [&](Time when, std::string says) {
    date.alternatives.push_back({when, local_of(zone, when), std::move(says)});
  };

  if (date.trigger == regime->cap_trigger) {
    // Only the outer limit is known yet.
    date.due = time + regime->cap_hours * base::kHour;
    date.counted.push_back(
        fmt::format("at most {} hours after \"{}\"; and {} hours after \"{}\", if that is "
                    "earlier or the classification comes later",
                    regime->cap_hours, regime->cap_trigger, regime->duration, regime->trigger));
  } else if (regime->unit == DurationUnit::hours) {
    date.due = time + regime->duration * base::kHour;
    date.counted.push_back(base::counted(regime->duration, "hour"));
    if (regime->eu_period) {
      const Time eu = hours_1182(zone, time, regime->duration);
      const bool long_enough = regime->duration >= 48;
      const Time two = long_enough
                           ? two_working_days(zone, calendar->second, eu - regime->duration * base::kHour, eu)
                           : eu;
      static constexpr std::string_view kHourRule =
          "the hour of the event not counted (Regulation 1182/71, Article 3(1))";
      static constexpr std::string_view kTwoDays =
          "and at least two working days (Article 3(5)), which not every authority accepts";
      switch (options.counting) {
        case Counting::plain:
          alternative(eu, std::string(kHourRule));
          if (two != eu) alternative(two, fmt::format("{}, {}", kHourRule, kTwoDays));
          break;
        case Counting::eu_1182_71:
          date.due = eu;
          date.counted.emplace_back(kHourRule);
          break;
        case Counting::eu_two_days:
          date.due = two;
          date.counted.push_back(fmt::format("{}, {}", kHourRule, kTwoDays));
          break;
      }
    }
  } else {
    Date due_day = day;
    switch (regime->unit) {
      case DurationUnit::business_days: {
        due_day = business_days_later(*regime, calendar->second, day, date.counted);
        // What others may count as closed, and nobody has verified.
        Calendar with = calendar->second;
        std::string why;
        for (const auto &[closed, reason] : calendar->second.unconfirmed) {
          if (closed < day || closed > due_day || !calendar->second.business_day(closed)) continue;
          with.closures[closed] = reason;
          why += (why.empty() ? "" : "; ") + fmt::format("if {} was closed: {}", day_text(closed), reason);
        }
        if (!why.empty()) {
          std::vector<std::string> unused;
          alternative(end_of(*regime, zone, business_days_later(*regime, with, day, unused)), why);
        }
        break;
      }
      case DurationUnit::calendar_days:
        due_day = later(day, regime->duration);
        date.counted.push_back(fmt::format("{} calendar days: {}", regime->duration, day_text(due_day)));
        break;
      case DurationUnit::months:
      case DurationUnit::hours:
        due_day = months_later(day, regime->duration);
        date.counted.push_back(fmt::format("{} month{}: {}", regime->duration,
                                           regime->duration == 1 ? "" : "s", day_text(due_day)));
        break;
    }
    if (options.delay_days > 0) {
      due_day = later(due_day, options.delay_days);
      date.counted.push_back(fmt::format("{} of delay granted from there: {}",
                                         base::counted(options.delay_days, "day"), day_text(due_day)));
    }
    const Date unrolled = due_day;
    if (regime->roll_forward || (has_calendar && options.delay_days > 0))
      due_day = rolled(calendar->second, due_day, date.counted, "");
    else if (regime->eu_period)
      due_day = rolled(calendar->second, due_day, date.counted, " (Regulation 1182/71, Article 3(4))");
    date.due = end_of(*regime, zone, due_day);
    if (regime->eu_period && unrolled != due_day)
      alternative(end_of(*regime, zone, unrolled),
                  "safest: national law may not move the end of the period to a working day");
  }
  if (options.capped_from && regime->cap_hours > 0 && date.trigger != regime->cap_trigger) {
    const Time cap = *options.capped_from + regime->cap_hours * base::kHour;
    if (time <= cap && cap < date.due) {
      date.due = cap;
      date.counted.push_back(
          fmt::format("at most {} hours after \"{}\"", regime->cap_hours, regime->cap_trigger));
    }
  }
  date.due_local = local_of(zone, date.due);
  if (!regime->closed_noon.empty()) {
    const Date end = base::date_of(zone.local(date.due));
    if (!calendar->second.business_day(end))
      alternative(zone.at(calendar->second.next_business_day(end), 12 * base::kHour), regime->closed_noon);
  }
  date.counted.push_back(fmt::format("due {} {} {}", day_text(base::date_of(zone.local(date.due))),
                                     date.due_local.time, zone.abbreviation(date.due)));
  return date;
}

base::Result<Time> trigger_time(const DutyRules &rules, std::string_view regime, std::string_view text,
                                std::string_view zone_id) {
  text = base::trim(text);
  const auto time = base::parse_time(text);
  if (!time) {
    return fail(
        ErrorKind::usage,
        fmt::format(
            "{}: a time is written as 2024-01-17T15:00:00-05:00, or as 2024-01-17 in the zone of the regime",
            text));
  }
  // A zone is a Z at the end, or a sign behind the date.
  const bool zoned = text.ends_with('Z') || text.ends_with('z') ||
                     (text.size() > 10 && text.find_first_of("+-", 10) != std::string_view::npos);
  const std::vector<const Regime *> known = rules.family(regime);
  const auto zone = !zone_id.empty()
                        ? rules.zones.find(zone_id)
                        : (known.empty() ? rules.zones.end() : rules.zones.find(known.front()->zone));
  if (zoned || zone == rules.zones.end()) return *time;
  const Date day = base::date_of(*time);
  return zone->second.at(day, time->us - base::time_of(day).us);
}

}  // namespace dislodge::disclose
