#pragma once
// Correlations of Sigma over the events of a settled table: windows that slide with every event, by groups.
//
//   const std::vector<SigmaHit> hits = correlate(table, matcher.set(), &dropped);
//
// What the specification leaves open is decided so: windows slide for every type and are closed at both ends
// (two events exactly one timespan apart are in one window); an event without a field to group by is dropped
// and counted; a correlation that holds fires when it begins to hold and again only after it has ceased to
// (its events up to then belong to the one hit); temporal_ordered wants each step after the one before it,
// and one event is one step only. Cost: amortised constant an event (logarithmic for percentiles).

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "detect/sigma_rule.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

struct SigmaHit {
  std::string rule;                          // id of a rule or correlation
  base::Time time;                           // when it fired
  std::vector<EventIndex> events;            // in order, each once
  std::map<std::string, std::string> group;  // of a correlation: field -> value
};

// Hits of single rules, in order of time, from the extras of the events.
std::vector<SigmaHit> rule_hits(const log::EventTable &table);

// Hits of correlations alone, in the order of the set's correlations. `dropped` counts events without a field
// to group by, by correlation.
std::vector<SigmaHit> correlate(const log::EventTable &table, const SigmaSet &set,
                                std::map<std::string, std::uint64_t> *dropped = nullptr);

}  // namespace dislodge::detect
