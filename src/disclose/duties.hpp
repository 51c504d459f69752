#pragma once
// Duties: obligations to disclose, with their clocks. Regimes, calendars and zones are data in rules/duties/,
// each with its source and the date as of which it was read. Nothing here is legal advice, and what was not
// verified against primary text has no date: "unverified: ask counsel".
//
//   DISLODGE_TRY_ASSIGN(const DutyRules rules, load_duty_rules(base::embedded_rules()));
//   due(rules, "sec-8k-1.05", "determined-material", time)     -> Fri 2024-01-19 17:30 EST
//   duties(rules, case_facts)                                  -> those that run, and those that wait

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_rules.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "disclose/calendar.hpp"

namespace dislodge::disclose {

enum class DurationUnit : std::uint8_t { hours, calendar_days, business_days, months };

struct Regime {
  std::string id;  // "sec-8k-1.05"
  std::string name;
  bool verified = false;  // against primary text
  std::string trigger;    // "determined-material"; empty for unverified ones
  bool decision = false;  // the trigger is a decision of a named person, not an event
  std::string waiting;    // "determination due without unreasonable delay"
  std::string applies;    // to whom, in words
  std::string to;         // recipient
  std::int64_t duration = 0;
  DurationUnit unit = DurationUnit::hours;
  std::string calendar;  // for business days, and for rolling
  std::string zone;
  std::int64_t cut_off_us = -1;  // time of day, local; -1: end of the period itself
  bool roll_forward = false;     // a due day that is closed moves to the next business day
  bool skip_first_hour = false;  // Reg. 1182/71: the hour of the event is not counted
  bool prompt = false;           // "without undue delay": it runs, and there is no date
  // And at most so many hours after another trigger, unless this one came later than that (DORA); 0: none.
  std::string cap_trigger;
  std::int64_t cap_hours = 0;
  std::vector<std::string> required;  // required content
  std::vector<std::string> follow_ups;
  std::string source;
  std::string as_of;
  std::string note;
};

struct DutyRules {
  std::vector<Regime> regimes;  // sorted by id
  std::map<std::string, Calendar, std::less<>> calendars;
  std::map<std::string, Zone, std::less<>> zones;
  const Regime *find(std::string_view id) const;
  // Enters an ad hoc closure; false where there is no such calendar.
  bool close(std::string_view calendar, base::Date date, std::string why);
};
// Reads every file whose path has "duties/". A mistake is named by file, line and regime.
base::Result<DutyRules> load_duty_rules(std::span<const base::EmbeddedRule> files);

struct LocalTime {
  std::string date;  // "2024-01-19"
  std::string time;  // "17:30:00"
  std::string zone;  // "America/New_York"
};

struct DutyDate {
  std::string regime;
  std::string trigger;
  base::Time trigger_time;
  base::Time due;
  LocalTime due_local;
  std::string to;
  std::vector<std::string>
      counted;  // how it was counted, a line a step: "Mon 2024-01-15: Birthday of Martin ..."
};
// `capped_from` is when the regime's cap trigger happened, where it has one and that is known. Errors name
// what is known: unknown regime, a trigger that does not start it, an unverified regime, one without a date,
// a year before the rules begin.
base::Result<DutyDate> due(const DutyRules &rules, std::string_view regime, std::string_view trigger,
                           base::Time time, std::optional<base::Time> capped_from = {});

// The time of a trigger as people write it: with a zone as it stands; a date alone, or a time without zone,
// in the zone of the regime. "2024-01-17" for Item 1.05 is that day in New York, not midnight UTC, which is
// the day before.
base::Result<base::Time> trigger_time(const DutyRules &rules, std::string_view regime, std::string_view text);

// A fact that starts a clock. Decisions (aware, determined, classified, material) are set only by a named
// person.
struct ClockFact {
  std::string fact;  // trigger name
  base::Time time;
  std::string decided_by;
  std::string reason;
};

struct CaseFacts {
  base::Time now;
  base::Time discovered = base::kTimeMax;  // first detection by anyone of ours; kTimeMax: not known
  std::vector<ClockFact> clocks;
  std::map<std::string, base::Time> done;  // regime -> when the report was filed
};

// The facts that clocks start from: the general ones, kept apart because regimes differ in which of them they
// mean (occurred, first sign, detected, discovered, aware, ...), and every trigger of a regime. Sorted.
std::vector<std::string> clock_facts(const DutyRules &rules);

struct Duty {
  std::string regime;
  std::string name;
  std::string trigger;
  std::optional<base::Time> trigger_time;
  std::optional<base::Time> due;
  std::optional<LocalTime> due_local;
  // While the trigger is a decision that nobody has made: the earliest time that somebody could argue for.
  std::optional<base::Time> earliest_arguable;
  std::string to;
  std::string applies;
  // "due in 3 days", "overdue since ...", "filed ...", "not started: discovered N days ago, determination due
  // without unreasonable delay", "unverified: ask counsel"
  std::string status;
  bool running = false;
  std::vector<std::string> missing;  // required content that the case has no statement for
  std::string source;
  std::string note;
};
// One row a regime: running ones by due date, then those that wait, then the unverified.
std::vector<Duty> duties(const DutyRules &rules, const CaseFacts &facts);

}  // namespace dislodge::disclose
