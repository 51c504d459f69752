#pragma once
// Coverage: the span and kinds of events that a log source can testify about, a source, tenant and class of events.
// "Not seen" becomes "did not happen" (excluded) only where supports_excluded() says so over the whole interval:
// a declared, complete collection without gap, throttling or cap (DESIGN: time, grades and coverage).

#include <string>
#include <vector>

#include "base/intervals.hpp"
#include "evidence/collection.hpp"
#include "log/event.hpp"

namespace dislodge::log {

struct Gap {
  base::Interval interval;
  std::string why;  // "no event for 3.9 days where the longest silence is 40 minutes"
};

struct Coverage {
  Source source = Source::generic;
  std::string tenant;
  EventClass event_class = EventClass::other;
  std::vector<std::string> files;
  std::uint64_t events = 0;
  base::Time first = base::kTimeMax;
  base::Time last = base::kTimeMin;
  bool declared = false;          // a collection declaration stands behind it
  bool complete = false;          // and it says complete, and the count agrees
  base::Interval declared_range{base::kTimeMax, base::kTimeMin};
  std::vector<Gap> gaps;
  std::vector<std::string> throttled_mailboxes;
  std::vector<std::string> notes;  // "interactive sign-ins only", "5,000 rows: a known cap"
};

struct DeclaredFile {
  std::string item;  // file in EventTable::files
  evidence::Collection collection;
};

std::vector<Coverage> coverage_of(const EventTable &table, const std::vector<DeclaredFile> &declared);

// True where this coverage can show that no such event happened at any time of the interval.
bool supports_excluded(const Coverage &coverage, const base::Interval &interval);
// Why not: "gap 2025-10-03..07", "not declared", ...; empty where it does.
std::string why_not_excluded(const Coverage &coverage, const base::Interval &interval);

}  // namespace dislodge::log
