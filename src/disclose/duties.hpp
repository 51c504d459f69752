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

// A fact that clocks start from. Regimes differ in which of them they mean, and confusing them is the usual
// error: detected is not aware, aware is not determined, determined is not material.
struct ClockKind {
  std::string id;         // "aware"
  bool decision = false;  // set only by a named person, with reason and time
  std::string says;       // what it means
  bool arguable = false;  // somebody could argue that awareness, or a duty to decide, began here
};

// Required content of a report.
struct Field {
  std::string id;    // "scope"; unique within its regime
  std::string text;  // "material aspects of its scope"
  std::string fact;  // which of the case's own facts speaks to it (engine/checklist.hpp); "" none
};

struct Regime {
  std::string id;  // "sec-8k-1.05"
  std::string name;
  bool verified = false;  // against primary text
  std::string trigger;    // "determined-material"; empty for unverified ones
  std::string fact;       // the clock fact that the trigger is a case of: "aware" for "aware-significant"
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
  // Regulation (EEC, Euratom) 1182/71 governs the period: days and months roll; for hours it is a way of
  // counting that may be chosen (Counting), because the plain one is never later.
  bool eu_period = false;
  std::string closed_noon;  // may be handed in at noon of the next working day, by whom in words; "" no
  bool prompt = false;      // "without undue delay": it runs, and there is no date
  // And at most so many hours after another trigger, unless this one came later than that (DORA); 0: none.
  std::string cap_trigger;
  std::int64_t cap_hours = 0;
  std::vector<int> delays;             // calendar days that an authority may grant, one after the other
  std::optional<base::Date> in_force;  // does not apply to triggers before
  std::string submits;                 // filing this report is that trigger: "notification-submitted"
  std::vector<Field> required;         // required content
  std::vector<std::string> follow_ups;
  std::string source;
  std::string as_of;
  std::string note;
};

struct DutyRules {
  std::vector<ClockKind> facts;  // in the order of the file
  std::vector<Regime> regimes;   // sorted by id
  std::map<std::string, Calendar, std::less<>> calendars;
  std::map<std::string, Zone, std::less<>> zones;
  const Regime *find(std::string_view id) const;
  // The regime of this id, or those whose ids begin with it and a hyphen: "nis2-23" is all of Article 23.
  std::vector<const Regime *> family(std::string_view id) const;
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

// How hours of EU law are counted. plain: from the moment itself, the safest, never later than the others.
// eu_1182_71: the hour of the event is not counted (Article 3(1)). eu_two_days: and a period of two days or
// more holds two working days (Article 3(5)), which some authorities accept and some do not.
enum class Counting : std::uint8_t { plain, eu_1182_71, eu_two_days };

struct DueOptions {
  std::optional<base::Time> capped_from;  // when the regime's cap trigger happened
  Counting counting = Counting::plain;
  int delay_days = 0;  // granted by an authority
  std::string zone;    // instead of the regime's own; "" that one
};

// Another date that may be argued for, with the condition.
struct AlternativeDate {
  base::Time due;
  LocalTime due_local;
  std::string says;
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
  std::vector<AlternativeDate> alternatives;
};
// Whether this trigger (or the clock fact that it is a case of) starts the regime's clock.
bool starts(const Regime &regime, std::string_view trigger);
// Errors name what is known: unknown regime, a trigger that does not start it, an unverified regime, one
// without a date, a year before the rules begin.
base::Result<DutyDate> due(const DutyRules &rules, std::string_view regime, std::string_view trigger,
                           base::Time time, const DueOptions &options = {});

// The time of a trigger as people write it: with a zone as it stands; a date alone, or a time without zone,
// in the zone of the regime (or `zone`). "2024-01-17" for Item 1.05 is that day in New York, not midnight
// UTC, which is the day before.
base::Result<base::Time> trigger_time(const DutyRules &rules, std::string_view regime, std::string_view text,
                                      std::string_view zone = {});

// A fact that starts a clock. Decisions (aware, determined, classified, material) are set only by a named
// person. Of several for one fact the last counts; all stay in the record of decisions.
struct ClockFact {
  std::string fact;  // trigger name
  base::Time time;
  std::string decided_by;
  std::string reason;
};

// What a person said about a field of a report.
struct FieldAnswer {
  enum class State : std::uint8_t { known, not_determined, not_applicable } state = State::known;
  std::string text;   // the content, or why it is not determined or does not apply
  std::string next;   // not determined: when it is looked at again
  std::string by;     // who said so
  base::Time at;      // when
  std::string shown;  // what the case showed then, for fields that it speaks to
};

struct CaseFacts {
  base::Time now;
  base::Time discovered = base::kTimeMax;  // first detection by anyone of ours; kTimeMax: not known
  std::vector<ClockFact> clocks;
  std::map<std::string, base::Time> done;      // regime -> when the report was filed
  std::map<std::string, int> delays;           // regime -> days that an authority granted
  std::map<std::string, FieldAnswer> answers;  // "regime/field"
  std::map<std::string, std::string> known;    // fact of a Field -> what the case shows
};

// The facts that clocks start from, and every trigger of a regime. Sorted.
std::vector<std::string> clock_facts(const DutyRules &rules);

// A field of a report, as it stands.
struct FieldStatus {
  std::string id, text;
  // "known": a person stated it. "not determined": a person said so, why, and until when. "not applicable".
  // "shown by the case": evidence speaks to it and no person has confirmed the wording. "missing".
  std::string state;
  std::string value;  // what was stated, why not, or what the case shows
  std::string by, next;
  bool stale = false;  // the case shows something else than when it was stated
};

struct Duty {
  std::string regime;
  std::string name;
  std::string trigger;
  std::optional<base::Time> trigger_time;
  std::optional<base::Time> due;
  std::optional<LocalTime> due_local;
  // While the trigger is a decision that nobody has made: the earliest time that somebody could argue for,
  // and when the report would be due from there.
  std::optional<base::Time> earliest_arguable;
  std::string earliest_because;  // which fact
  std::optional<base::Time> earliest_due;
  std::string to;
  std::string applies;
  // "due in 3 days", "overdue since ...", "filed ...", "not started: discovered N days ago, determination due
  // without unreasonable delay", "unverified: ask counsel"
  std::string status;
  bool running = false;
  std::string decided_by, reason;  // of the trigger
  std::vector<FieldStatus> fields;
  std::vector<std::string> missing;  // texts of the fields that nobody stated and the case does not show
  std::vector<AlternativeDate> alternatives;
  std::vector<std::string> follow_ups;
  std::string source;
  std::string as_of;
  std::string note;
};
// One row a regime: running ones by due date, then those that wait, then the unverified.
std::vector<Duty> duties(const DutyRules &rules, const CaseFacts &facts);

}  // namespace dislodge::disclose
