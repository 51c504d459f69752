#pragma once
// Calendars and time zones as data (rules/duties/calendars.toml), so that a due date needs no time zone
// database of the machine and a closure can be entered without a new version. Dates before a rule's first
// year are refused.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace dislodge::disclose {

// A day by rule: "third monday of january", "last sunday of march", or a fixed date.
struct DayRule {
  int month = 1;
  int day = 0;      // fixed day of the month; 0: by weekday
  int nth = 0;      // 1..5, or -1 for the last
  int weekday = 0;  // 0 Sunday .. 6 Saturday
  base::Date in(int year) const;
};
base::Result<DayRule> parse_day_rule(std::string_view text);

struct Holiday {
  std::string name;
  DayRule day;
  int from_year = 0;
  bool observed = false;  // on Saturday kept on the Friday before, on Sunday on the Monday after
};

class Calendar {
 public:
  std::string id;
  int from_year = 0;
  std::vector<Holiday> holidays;
  std::map<base::Date, std::string> closures;     // ad hoc, with the reason
  std::map<base::Date, std::string> unconfirmed;  // said to be closed and not verified: never counted

  bool business_day(base::Date date) const;
  // Why it is none: "Saturday", "Juneteenth", "closed by executive order"; empty on a business day.
  std::string why_closed(base::Date date) const;
  base::Date next_business_day(base::Date date) const;  // after `date`
};

// A zone with at most one period of summer time a year.
class Zone {
 public:
  std::string id;
  int from_year = 0;
  std::int64_t offset_us = 0;  // standard, east positive
  std::int64_t summer_us = 0;  // added in summer; 0: none
  std::string name, summer_name;
  DayRule begins, ends;
  std::int64_t begins_at_us = 0, ends_at_us = 0;  // time of day of the change
  bool changes_in_utc = false;                    // the time of day is UTC, else local time before the change

  bool summer(base::Time t) const;
  std::int64_t offset(base::Time t) const { return offset_us + (summer(t) ? summer_us : 0); }
  base::Time local(base::Time t) const { return t + offset(t); }  // wall clock as if it were UTC
  // The moment of a wall clock reading. In the hour that comes twice, the first; one that does not exist is
  // read with standard time.
  base::Time at(base::Date date, std::int64_t time_of_day_us) const;
  std::string abbreviation(base::Time t) const { return summer(t) ? summer_name : name; }
};

}  // namespace dislodge::disclose
