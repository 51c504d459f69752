#pragma once
// Coverage: the span and kinds of events that a log source can testify about, a source, tenant and class of
// events. "Not seen" becomes "did not happen" (excluded) only where supports_excluded() says so over the
// whole interval: a declared, complete collection without gap, throttling or cap (DESIGN: time, grades and
// coverage).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/intervals.hpp"
#include "evidence/collection.hpp"
#include "log/event.hpp"

namespace dislodge::log {

struct Gap {
  base::Interval interval;
  std::string why;  // "no event for 3.9 days where the longest silence is 40 minutes"
};

// From a throttled record on, Exchange logs no item that is read in that mailbox for 24 hours.
struct Throttling {
  std::string mailbox;
  base::Interval interval;
};

struct Coverage {
  Source source = Source::generic;
  std::string tenant;
  EventClass event_class = EventClass::other;
  std::vector<std::string> files;
  std::uint64_t events = 0;
  base::Time first = base::kTimeMax;
  base::Time last = base::kTimeMin;
  bool declared = false;  // a collection declaration stands behind it
  bool complete = false;  // and it says complete, and the count agrees
  base::Interval declared_range{base::kTimeMax, base::kTimeMin};
  std::vector<Gap> gaps;
  std::vector<std::string> throttled_mailboxes;
  std::vector<Throttling> throttling;        // when, for each of them
  base::Time collected_at = base::kTimeMin;  // the earliest of its files; kTimeMin where not declared
  bool filtered = false;                     // a declared query leaves out more than other classes of events
  std::vector<std::string> notes;            // "interactive sign-ins only", "5,000 rows: a known cap"
};

struct DeclaredFile {
  std::string item;  // file in EventTable::files
  evidence::Collection collection;
  std::optional<std::uint64_t> records;  // rows that were read (ReadCounts); unknown: the file's events
  std::string unread;                    // by the ledger: why a part of it was not read; empty: all was
};

// By source, tenant and class. A class that a declaration covers without any event has a row too: that
// nothing happened is what it testifies.
std::vector<Coverage> coverage_of(const EventTable &table, const std::vector<DeclaredFile> &declared);

// Events arrive late: what happened less than this before the collection may be missing.
inline constexpr std::int64_t kLateArrival = base::kDay;

// True where this coverage can show that no such event happened at any time of the interval. With a mailbox,
// throttling of others does not count.
bool supports_excluded(const Coverage &coverage, const base::Interval &interval,
                       std::string_view mailbox = {});
// Why not: "gap 2025-10-03..07", "not declared", ...; empty where it does.
std::string why_not_excluded(const Coverage &coverage, const base::Interval &interval,
                             std::string_view mailbox = {});

// The coverage row of a source, tenant and class; null where that log is not held.
const Coverage *find_coverage(const std::vector<Coverage> &rows, Source source, std::string_view tenant,
                              EventClass event_class);

}  // namespace dislodge::log
