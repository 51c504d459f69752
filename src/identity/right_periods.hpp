#pragma once
// When one right of one holder holds, as the events that give and take it tell.
//
//   begin_period(periods, events, event);   // given
//   end_period(periods, events, event);     // taken
//   add_grants(periods, kind, from, to, facts.grants);

#include <string>
#include <string_view>
#include <vector>

#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

struct RightPeriod {
  base::Interval valid;
  bool start_known = false, end_known = false;
  std::string evidence;
  std::vector<base::Interval> used;
};
using RightPeriods = std::vector<RightPeriod>;  // in order of time; the last may be open

// Nothing where the right is held already: two logs tell one change.
void begin_period(RightPeriods &periods, const log::EventTable &events, const log::Event &event);
// What was never seen given was held before the first event.
void end_period(RightPeriods &periods, const log::EventTable &events, const log::Event &event);
// A grant a period. The last one is what a listing may know as well, and has its id.
void add_grants(const RightPeriods &periods, const std::string &kind, const std::string &from,
                const std::string &to, std::vector<Grant> &out);

}  // namespace dislodge::identity
