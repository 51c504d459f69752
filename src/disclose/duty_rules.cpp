// Regimes, calendars and zones from rules/duties/*.toml.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "base/toml.hpp"
#include "disclose/duties.hpp"

namespace dislodge::disclose {
namespace {

using base::ErrorKind;
using base::fail;

constexpr std::array<std::pair<std::string_view, DurationUnit>, 4> kUnits = {
    {{"hours", DurationUnit::hours},
     {"calendar-days", DurationUnit::calendar_days},
     {"business-days", DurationUnit::business_days},
     {"months", DurationUnit::months}}};

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
    DISLODGE_TRY_ASSIGN(const toml::table document, base::parse_toml(file_.text, file_.path));
    for (const auto &[key, value] : document) {
      if (key != "calendar" && key != "zone" && key != "regime" && key != "fact")
        return bad(document, fmt::format("unknown table \"{}\"", key.str()));
    }
    DISLODGE_TRY(
        each(document, "calendar", [&](const toml::table &table) { return calendar(table, rules); }));
    DISLODGE_TRY(each(document, "zone", [&](const toml::table &table) { return zone(table, rules); }));
    DISLODGE_TRY(each(document, "fact", [&](const toml::table &table) { return fact(table, rules); }));
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
    return fail(ErrorKind::usage, fmt::format("{}:{}: {}", file_.path, table.source().begin.line, what));
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
      auto &list = entry["confirmed"].value_or(true) ? calendar.closures : calendar.unconfirmed;
      list[{date->year, date->month, date->day}] = text(entry, "why").empty() ? "closed" : text(entry, "why");
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
    // Zones that keep the same clock.
    for (const std::string &name : texts(table, "also")) {
      Zone other = zone;
      other.id = name;
      if (!rules.zones.emplace(name, other).second)
        return bad(table, fmt::format("zone \"{}\" is given twice", name));
    }
    if (!rules.zones.emplace(zone.id, zone).second)
      return bad(table, fmt::format("zone \"{}\" is given twice", zone.id));
    return {};
  }

  base::Result<void> fact(const toml::table &table, DutyRules &rules) {
    ClockKind kind;
    kind.id = text(table, "id");
    kind.says = text(table, "says");
    kind.decision = table["decision"].value_or(false);
    kind.arguable = table["arguable"].value_or(false);
    if (kind.id.empty() || kind.says.empty()) return bad(table, "a clock fact needs id and says");
    rules.facts.push_back(std::move(kind));
    return {};
  }

  // Required content: a text, or {id, text, fact}.
  base::Result<void> fields(const toml::table &table, Regime &one) {
    const toml::array *items = table["required"].as_array();
    if (items == nullptr) return {};
    for (const auto &item : *items) {
      Field field;
      if (const auto plain = item.value<std::string>()) {
        field.text = *plain;
      } else if (const toml::table *entry = item.as_table()) {
        field = {text(*entry, "id"), text(*entry, "text"), text(*entry, "fact")};
      }
      if (field.text.empty())
        return bad(table, fmt::format("regime \"{}\": required content is a text, or has one", one.id));
      if (field.id.empty()) field.id = fmt::format("field-{}", one.required.size() + 1);
      const bool twice = std::any_of(one.required.begin(), one.required.end(),
                                     [&](const Field &other) { return other.id == field.id; });
      if (twice)
        return bad(table, fmt::format("regime \"{}\": field \"{}\" is given twice", one.id, field.id));
      one.required.push_back(std::move(field));
    }
    return {};
  }

  base::Result<void> regime(const toml::table &table, DutyRules &rules) {
    static constexpr std::array<std::string_view, 28> kKeys = {
        "id",          "name",      "verified",   "trigger",     "decision", "waiting",  "applies",
        "to",          "duration",  "unit",       "calendar",    "zone",     "cut-off",  "roll-forward",
        "eu-period",   "required",  "follow-ups", "source",      "as-of",    "note",     "prompt",
        "cap-trigger", "cap-hours", "fact",       "closed-noon", "delays",   "in-force", "submits"};
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
    one.eu_period = table["eu-period"].value_or(false);
    one.fact = text(table, "fact");
    if (one.fact.empty()) one.fact = one.trigger;
    one.closed_noon = text(table, "closed-noon");
    one.submits = text(table, "submits");
    if (const auto date = table["in-force"].value<toml::date>())
      one.in_force = base::Date{date->year, date->month, date->day};
    if (const toml::array *days = table["delays"].as_array())
      for (const auto &item : *days) one.delays.push_back(static_cast<int>(item.value_or(std::int64_t{0})));
    one.prompt = table["prompt"].value_or(false);
    one.cap_trigger = text(table, "cap-trigger");
    one.cap_hours = table["cap-hours"].value_or(std::int64_t{0});
    DISLODGE_TRY(fields(table, one));
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

}  // namespace

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
    const bool needs = one.unit == DurationUnit::business_days || one.roll_forward || one.eu_period ||
                       !one.closed_noon.empty() || !one.delays.empty();
    if (needs && rules.calendars.count(one.calendar) == 0)
      return fail(ErrorKind::usage, fmt::format("rules/duties: regime \"{}\": calendar \"{}\" is unknown",
                                                one.id, one.calendar));
  }
  return rules;
}

}  // namespace dislodge::disclose
