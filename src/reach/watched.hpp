#pragma once
// What a complete log excludes: where the log of mail access testifies over an interval and shows no reading
// of a mailbox by a principal, that principal's right did not open it then.
//
//   ProgramOptions options;
//   options.watched = watched_mailboxes(events, coverage, facts);
//   compute_reach(facts, rights, detections, options);      // Reach::excluded
//
// It errs to the side of "possible": a mailbox in which the log shows nobody at all, ever, is taken for one
// that is not audited; a day on which an event falls is not excluded as a whole, and neither is
// any time at which the intruder could have switched the log off (compute_reach() sees to that).

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/intervals.hpp"
#include "identity/fact.hpp"
#include "log/coverage.hpp"
#include "log/event.hpp"

namespace dislodge::reach {

struct Watched {
  std::string resource;                           // mailbox
  std::string tenant;                             // whose administrators could switch the log off
  base::IntervalSet complete;                     // when the log testifies
  std::map<std::string, base::IntervalSet> seen;  // by who acts ("" where no event says), days of reading
  std::string why;                                // "m365-audit declared complete [..)"
};

// One for each mailbox that some complete coverage testifies about, sorted by resource.
std::vector<Watched> watched_mailboxes(const log::EventTable &events,
                                       const std::vector<log::Coverage> &coverage,
                                       const identity::Facts &facts);

// The days of its declaration on which a log testifies that what it does not show did not happen; about one
// mailbox, or about any ("").
base::IntervalSet days_testified(const log::Coverage &coverage, std::string_view mailbox);

}  // namespace dislodge::reach
