#include "disclose/duties.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>

#include "base/encode.hpp"

namespace dislodge::disclose {
namespace {

using base::ErrorKind;
using base::fail;

constexpr std::array<std::string_view, 7> kDayNames = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::pair<std::string_view, DurationUnit>, 4> kUnits = {
    {{"hours", DurationUnit::hours},
     {"calendar-days", DurationUnit::calendar_days},
     {"business-days", DurationUnit::business_days},
     {"months", DurationUnit::months}}};

std::string day_text(base::Date date) {
  return fmt::format("{} {}", kDayNames[static_cast<std::size_t>(base::weekday(date))],
                     base::format_date(date));
}

std::string clock_text(std::int64_t us) {
  const std::int64_t seconds = us / base::kSecond;
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

// "17:30" as microseconds of a day; -1 where it is none.
std::int64_t time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return -1;
  for (const std::size_t i : {0u, 1u, 3u, 4u}) {
    if (text[i] < '0' || text[i] > '9') return -1;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0'), minute = (text[3] - '0') * 10 + (text[4] - '0');
  return hour > 23 || minute > 59 ? -1 : hour * base::kHour + minute * base::kMinute;
}

class File {
 public:
  explicit File(const base::EmbeddedRule &file) : file_(file) {}

  base::Result<void> read(DutyRules &rules) {
    toml::table document;
    try {
      document = toml::parse(file_.text, file_.path);
    } catch (const toml::parse_error &error) {  // toml++ reports by exception only
      return fail(ErrorKind::usage,
                  fmt::format("{}: line {}: {}", file_.path, error.source().begin.line, error.description()));
    }
    for (const auto &[key, value] : document) {
      if (key != "calendar" && key != "zone" && key != "regime")
        return bad(document, fmt::format("unknown table \"{}\"", key.str()));
    }
    DISLODGE_TRY(
        each(document, "calendar", [&](const toml::table &table) { return calendar(table, rules); }));
    DISLODGE_TRY(each(document, "zone", [&](const toml::table &table) { return zone(table, rules); }));
    return each(document, "regime", [&](const toml::table &table) { return regime(table, rules); });
  }

 private:
  template <typename Each>
  static base::Result<void> each(const toml::table &table, std::string_view key, Each &&one) {
    const toml::array *list = table[key].as_array();
    if (list == nullptr) return {};
    for (const auto &node : *list) {
      if (const toml::table *entry = node.as_table()) DISLODGE_TRY(one(*entry));
    }
    return {};
  }

  tl::unexpected<base::Error> bad(const toml::table &table, std::string_view what) const {
    return fail(ErrorKind::usage,
                fmt::format("{}: line {}: {}", file_.path, table.source().begin.line, what));
  }
  static std::string text(const toml::table &table, std::string_view key) {
    return table[key].value_or(std::string());
  }
  static std::vector<std::string> texts(const toml::table &table, std::string_view key) {
    std::vector<std::string> list;
    if (const toml::array *items = table[key].as_array()) {
      for (const auto &item : *items) {
        if (const auto value = item.value<std::string>()) list.push_back(*value);
      }
    }
    return list;
  }

  base::Result<void> calendar(const toml::table &table, DutyRules &rules) {
    Calendar calendar;
    calendar.id = text(table, "id");
    calendar.from_year = static_cast<int>(table["from"].value_or(std::int64_t{0}));
    if (calendar.id.empty() || calendar.from_year == 0) return bad(table, "a calendar needs id and from");
    DISLODGE_TRY(each(table, "holiday", [&](const toml::table &entry) -> base::Result<void> {
      Holiday holiday;
      holiday.name = text(entry, "name");
      auto day = parse_day_rule(text(entry, "day"));
      if (!day) return bad(entry, day.error().message);
      holiday.day = *day;
      holiday.observed = entry["observed"].value_or(false);
      holiday.from_year = static_cast<int>(entry["from"].value_or(std::int64_t{0}));
      if (holiday.name.empty()) return bad(entry, "a holiday needs a name");
      calendar.holidays.push_back(std::move(holiday));
      return {};
    }));
    DISLODGE_TRY(each(table, "closure", [&](const toml::table &entry) -> base::Result<void> {
      const auto date = entry["date"].value<toml::date>();
      if (!date) return bad(entry, "a closure needs a date");
      calendar.closures[{date->year, date->month, date->day}] =
          text(entry, "why").empty() ? "closed" : text(entry, "why");
      return {};
    }));
    if (!rules.calendars.emplace(calendar.id, calendar).second)
      return bad(table, fmt::format("calendar \"{}\" is given twice", calendar.id));
    return {};
  }

  base::Result<void> zone(const toml::table &table, DutyRules &rules) {
    Zone zone;
    zone.id = text(table, "id");
    zone.name = text(table, "name");
    zone.from_year = static_cast<int>(table["from"].value_or(std::int64_t{0}));
    const auto offset = table["offset-minutes"].value<std::int64_t>();
    if (zone.id.empty() || !offset || zone.from_year == 0)
      return bad(table, "a zone needs id, from and offset-minutes");
    if (*offset < -14 * 60 || *offset > 14 * 60) return bad(table, "an offset is at most 14 hours");
    zone.offset_us = *offset * base::kMinute;
    if (const toml::table *summer = table["summer"].as_table()) {
      zone.summer_name = text(*summer, "name");
      zone.summer_us = (*summer)["minutes"].value_or(std::int64_t{60}) * base::kMinute;
      zone.changes_in_utc = (*summer)["utc"].value_or(false);
      for (const bool begin : {true, false}) {
        auto day = parse_day_rule(text(*summer, begin ? "begins" : "ends"));
        if (!day) return bad(*summer, day.error().message);
        const std::int64_t at = time_of_day(text(*summer, begin ? "begins-at" : "ends-at"));
        if (at < 0) return bad(*summer, "begins-at and ends-at are written \"02:00\"");
        (begin ? zone.begins : zone.ends) = *day;
        (begin ? zone.begins_at_us : zone.ends_at_us) = at;
      }
    }
    if (!rules.zones.emplace(zone.id, zone).second)
      return bad(table, fmt::format("zone \"{}\" is given twice", zone.id));
    return {};
  }

  base::Result<void> regime(const toml::table &table, DutyRules &rules) {
    static constexpr std::array<std::string_view, 23> kKeys = {
        "id",      "name",         "verified",        "trigger",     "decision",   "waiting",
        "applies", "to",           "duration",        "unit",        "calendar",   "zone",
        "cut-off", "roll-forward", "skip-first-hour", "required",    "follow-ups", "source",
        "as-of",   "note",         "prompt",          "cap-trigger", "cap-hours"};
    Regime one;
    one.id = text(table, "id");
    if (one.id.empty()) return bad(table, "a regime needs an id");
    for (const auto &[key, value] : table) {
      if (std::find(kKeys.begin(), kKeys.end(), key.str()) == kKeys.end())
        return bad(table, fmt::format("regime \"{}\": unknown key \"{}\"", one.id, key.str()));
    }
    one.name = text(table, "name");
    one.verified = table["verified"].value_or(false);
    one.trigger = text(table, "trigger");
    one.decision = table["decision"].value_or(false);
    one.waiting = text(table, "waiting");
    one.applies = text(table, "applies");
    one.to = text(table, "to");
    one.duration = table["duration"].value_or(std::int64_t{0});
    one.calendar = text(table, "calendar");
    one.zone = text(table, "zone");
    one.roll_forward = table["roll-forward"].value_or(false);
    one.skip_first_hour = table["skip-first-hour"].value_or(false);
    one.prompt = table["prompt"].value_or(false);
    one.cap_trigger = text(table, "cap-trigger");
    one.cap_hours = table["cap-hours"].value_or(std::int64_t{0});
    one.required = texts(table, "required");
    one.follow_ups = texts(table, "follow-ups");
    one.source = text(table, "source");
    one.as_of = text(table, "as-of");
    one.note = text(table, "note");
    if (one.name.empty() || one.to.empty() || one.applies.empty() || one.source.empty()) {
      return bad(table, fmt::format("regime \"{}\": name, to, applies and source are needed", one.id));
    }
    if (one.cap_trigger.empty() != (one.cap_hours <= 0))
      return bad(table, fmt::format("regime \"{}\": cap-trigger and cap-hours go together", one.id));
    if (one.verified && one.prompt) {
      if (one.trigger.empty() || one.as_of.empty() || one.duration != 0)
        return bad(table,
                   fmt::format("regime \"{}\": prompt needs trigger and as-of, and no duration", one.id));
    } else if (one.verified) {
      const std::string unit = text(table, "unit");
      const auto *known =
          std::find_if(kUnits.begin(), kUnits.end(), [&](const auto &u) { return u.first == unit; });
      if (known == kUnits.end())
        return bad(
            table,
            fmt::format("regime \"{}\": unit \"{}\" is none of hours, calendar-days, business-days, months",
                        one.id, unit));
      one.unit = known->second;
      if (one.trigger.empty() || one.duration <= 0 || one.duration > 10000 || one.as_of.empty())
        return bad(table, fmt::format("regime \"{}\": trigger, duration and as-of are needed", one.id));
      if (table.contains("cut-off")) {
        one.cut_off_us = time_of_day(text(table, "cut-off"));
        if (one.cut_off_us < 0)
          return bad(table, fmt::format("regime \"{}\": cut-off is written \"17:30\"", one.id));
      }
    } else if (one.duration != 0) {
      return bad(table, fmt::format("regime \"{}\": what is not verified has no duration", one.id));
    }
    rules.regimes.push_back(std::move(one));
    return {};
  }

  const base::EmbeddedRule &file_;
};

// Adds months as the calendar does: the same day, or the last of a shorter month.
base::Date months_later(base::Date date, std::int64_t months) {
  const std::int64_t total = date.year * 12 + (date.month - 1) + months;
  base::Date later{static_cast<int>(total / 12), static_cast<int>(total % 12) + 1, date.day};
  while (!base::valid_date(later)) --later.day;
  return later;
}

}  // namespace

const Regime *DutyRules::find(std::string_view id) const {
  const auto found =
      std::find_if(regimes.begin(), regimes.end(), [&](const Regime &r) { return r.id == id; });
  return found == regimes.end() ? nullptr : &*found;
}

bool DutyRules::close(std::string_view calendar, base::Date date, std::string why) {
  const auto found = calendars.find(calendar);
  if (found == calendars.end()) return false;
  found->second.closures[date] = std::move(why);
  return true;
}

base::Result<DutyRules> load_duty_rules(std::span<const base::EmbeddedRule> files) {
  DutyRules rules;
  for (const base::EmbeddedRule &file : files) {
    if (file.path.find("duties/") == std::string_view::npos || !file.path.ends_with(".toml")) continue;
    DISLODGE_TRY(File(file).read(rules));
  }
  std::stable_sort(rules.regimes.begin(), rules.regimes.end(),
                   [](const Regime &a, const Regime &b) { return a.id < b.id; });
  for (std::size_t i = 0; i < rules.regimes.size(); ++i) {
    const Regime &one = rules.regimes[i];
    if (i > 0 && rules.regimes[i - 1].id == one.id)
      return fail(ErrorKind::usage, fmt::format("rules/duties: regime \"{}\" is given twice", one.id));
    if (!one.verified) continue;
    if (rules.zones.count(one.zone) == 0)
      return fail(ErrorKind::usage,
                  fmt::format("rules/duties: regime \"{}\": zone \"{}\" is unknown", one.id, one.zone));
    const bool needs = one.unit == DurationUnit::business_days || one.roll_forward;
    if (needs && rules.calendars.count(one.calendar) == 0)
      return fail(ErrorKind::usage, fmt::format("rules/duties: regime \"{}\": calendar \"{}\" is unknown",
                                                one.id, one.calendar));
  }
  return rules;
}

std::vector<std::string> clock_facts(const DutyRules &rules) {
  std::vector<std::string> facts = {"occurred",
                                    "first-sign",
                                    "detected",
                                    "discovered",
                                    "aware",
                                    "reasonable-belief",
                                    "determined-incident",
                                    "determined-material",
                                    "classified-major",
                                    "notified-by-third-party",
                                    "payment-made",
                                    "delay-authorised"};
  for (const Regime &one : rules.regimes) {
    if (!one.trigger.empty()) facts.push_back(one.trigger);
  }
  std::sort(facts.begin(), facts.end());
  facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
  return facts;
}

base::Result<DutyDate> due(const DutyRules &rules, std::string_view regime_id, std::string_view trigger,
                           base::Time time, std::optional<base::Time> capped_from) {
  const Regime *regime = rules.find(regime_id);
  if (regime == nullptr) {
    std::string known;
    for (const Regime &one : rules.regimes) {
      if (one.verified && !one.prompt) known += (known.empty() ? "" : ", ") + one.id;
    }
    return fail(ErrorKind::usage, fmt::format("no regime \"{}\"; with dates there are {}", regime_id, known));
  }
  if (!regime->verified) {
    return fail(ErrorKind::usage,
                fmt::format("{} was not verified against primary text: ask counsel (source: {})", regime->id,
                            regime->source));
  }
  if (regime->trigger != trigger) {
    return fail(ErrorKind::usage,
                fmt::format("{} starts with \"{}\", not with \"{}\"", regime->id, regime->trigger, trigger));
  }
  if (regime->prompt) {
    return fail(ErrorKind::usage, fmt::format("{} is due without undue delay; it counts no hours ({})",
                                              regime->id, regime->source));
  }
  const Zone &zone = rules.zones.find(regime->zone)->second;
  const base::Time local = zone.local(time);
  const base::Date day = base::date_of(local);
  const auto calendar = rules.calendars.find(regime->calendar);
  const int first_year =
      std::max(zone.from_year, calendar == rules.calendars.end() ? 0 : calendar->second.from_year);
  if (day.year < first_year || day.year > 2200) {
    return fail(ErrorKind::usage, fmt::format("the rules of {} know the years {} to 2200, not {}", regime->id,
                                              first_year, day.year));
  }
  DutyDate date;
  date.regime = regime->id;
  date.trigger = regime->trigger;
  date.trigger_time = time;
  date.to = regime->to;
  const std::int64_t of_day = local.us - base::time_of(day).us;
  date.counted.push_back(fmt::format("{}: {} {} {}", regime->trigger, day_text(day), clock_text(of_day),
                                     zone.abbreviation(time)));

  base::Date due_day = day;
  switch (regime->unit) {
    case DurationUnit::hours: {
      base::Time from = time;
      if (regime->skip_first_hour) from = base::Time{(time.us / base::kHour + 1) * base::kHour};
      date.due = from + regime->duration * base::kHour;
      date.counted.push_back(
          fmt::format("{} hours{}", regime->duration,
                      regime->skip_first_hour ? ", the hour of the event not counted" : ""));
      break;
    }
    case DurationUnit::business_days: {
      const Calendar &open = calendar->second;
      std::int64_t left = regime->duration;
      if (!open.business_day(due_day)) {
        // The period begins on, and includes, the first business day after a day that is none.
        date.counted.push_back(fmt::format("{}: {}", day_text(due_day), open.why_closed(due_day)));
        due_day = open.next_business_day(due_day);
        --left;
        date.counted.push_back(fmt::format("{}: business day 1", day_text(due_day)));
      }
      while (left > 0) {
        const base::Date next = open.next_business_day(due_day);
        for (base::Date between = base::civil_from_days(base::days_from_civil(due_day) + 1); between < next;
             between = base::civil_from_days(base::days_from_civil(between) + 1)) {
          date.counted.push_back(fmt::format("{}: {}", day_text(between), open.why_closed(between)));
        }
        due_day = next;
        --left;
        date.counted.push_back(
            fmt::format("{}: business day {}", day_text(due_day), regime->duration - left));
      }
      break;
    }
    case DurationUnit::calendar_days:
      due_day = base::civil_from_days(base::days_from_civil(day) + regime->duration);
      date.counted.push_back(fmt::format("{} calendar days: {}", regime->duration, day_text(due_day)));
      break;
    case DurationUnit::months:
      due_day = months_later(day, regime->duration);
      date.counted.push_back(fmt::format("{} month{}: {}", regime->duration, regime->duration == 1 ? "" : "s",
                                         day_text(due_day)));
      break;
  }
  if (regime->unit != DurationUnit::hours) {
    if (regime->roll_forward && !calendar->second.business_day(due_day)) {
      const base::Date next = calendar->second.next_business_day(due_day);
      date.counted.push_back(fmt::format("{} is closed ({}), so {}", day_text(due_day),
                                         calendar->second.why_closed(due_day), day_text(next)));
      due_day = next;
    }
    // Without a cut-off the day counts to its end.
    date.due = regime->cut_off_us >= 0 ? zone.at(due_day, regime->cut_off_us)
                                       : zone.at(due_day, base::kDay - base::kSecond);
  }
  if (capped_from && regime->cap_hours > 0) {
    const base::Time cap = *capped_from + regime->cap_hours * base::kHour;
    if (time <= cap && cap < date.due) {
      date.due = cap;
      date.counted.push_back(
          fmt::format("at most {} hours after \"{}\"", regime->cap_hours, regime->cap_trigger));
    }
  }
  const base::Time due_local = zone.local(date.due);
  const base::Date local_day = base::date_of(due_local);
  date.due_local = {base::format_date(local_day), clock_text(due_local.us - base::time_of(local_day).us),
                    zone.id};
  date.counted.push_back(
      fmt::format("due {} {} {}", day_text(local_day), date.due_local.time, zone.abbreviation(date.due)));
  return date;
}

base::Result<base::Time> trigger_time(const DutyRules &rules, std::string_view regime,
                                      std::string_view text) {
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
  const Regime *known = rules.find(regime);
  const auto zone = known == nullptr ? rules.zones.end() : rules.zones.find(known->zone);
  if (zoned || zone == rules.zones.end()) return *time;
  const base::Date day = base::date_of(*time);
  return zone->second.at(day, time->us - base::time_of(day).us);
}

std::vector<Duty> duties(const DutyRules &rules, const CaseFacts &facts) {
  std::vector<Duty> list;
  const auto span = [](std::int64_t us) {
    const std::int64_t hours = us / base::kHour;
    if (hours < 48) return fmt::format("{} hour{}", hours, hours == 1 ? "" : "s");
    return fmt::format("{} days", hours / 24);
  };
  for (const Regime &regime : rules.regimes) {
    Duty one;
    one.regime = regime.id;
    one.name = regime.name;
    one.trigger = regime.trigger;
    one.to = regime.to;
    one.applies = regime.applies;
    one.source = regime.source;
    one.note = regime.note;
    one.missing = regime.required;
    const auto clock = std::find_if(facts.clocks.begin(), facts.clocks.end(),
                                    [&](const ClockFact &c) { return c.fact == regime.trigger; });
    const auto filed = facts.done.find(regime.id);
    if (!regime.verified) {
      one.status = "unverified: ask counsel";
    } else if (clock != facts.clocks.end() && regime.prompt) {
      one.trigger_time = clock->time;
      one.running = filed == facts.done.end();
      one.status = one.running
                       ? fmt::format("due without undue delay, since {}", base::format_time(clock->time))
                       : fmt::format("filed {}", base::format_time(filed->second));
      if (!one.running) one.missing.clear();
    } else if (clock != facts.clocks.end()) {
      one.trigger_time = clock->time;
      const auto cap = std::find_if(facts.clocks.begin(), facts.clocks.end(),
                                    [&](const ClockFact &c) { return c.fact == regime.cap_trigger; });
      const auto date = due(rules, regime.id, regime.trigger, clock->time,
                            cap == facts.clocks.end() ? std::nullopt : std::optional(cap->time));
      if (!date) {
        one.status = date.error().message;
      } else {
        one.due = date->due;
        one.due_local = date->due_local;
        one.running = filed == facts.done.end();
        if (filed != facts.done.end()) {
          one.status = fmt::format("filed {}{}", base::format_time(filed->second),
                                   filed->second > date->due ? ", late" : "");
          one.missing.clear();
        } else if (facts.now > date->due) {
          one.status = fmt::format("overdue since {} {} {}", date->due_local.date, date->due_local.time,
                                   date->due_local.zone);
        } else {
          one.status = fmt::format("due in {}", span(date->due.us - facts.now.us));
        }
      }
    } else if (facts.discovered == base::kTimeMax) {
      one.status = fmt::format("not started: {}", regime.waiting);
    } else {
      const std::int64_t days = std::max<std::int64_t>(0, (facts.now.us - facts.discovered.us) / base::kDay);
      if (regime.decision) one.earliest_arguable = facts.discovered;
      one.status =
          fmt::format("not started: discovered {} day{} ago, {}", days, days == 1 ? "" : "s", regime.waiting);
    }
    list.push_back(std::move(one));
  }
  const auto rank = [](const Duty &d) { return d.running ? 0 : d.due ? 1 : d.trigger.empty() ? 3 : 2; };
  std::stable_sort(list.begin(), list.end(), [&](const Duty &a, const Duty &b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    if (a.due && b.due && *a.due != *b.due) return *a.due < *b.due;
    return a.regime < b.regime;
  });
  return list;
}

}  // namespace dislodge::disclose
