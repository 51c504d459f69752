#include "identity/right_periods.hpp"

#include "identity/ids.hpp"

namespace dislodge::identity {

void begin_period(RightPeriods &periods, const log::EventTable &events, const log::Event &event) {
  if (!periods.empty() && !periods.back().end_known) return;
  RightPeriod one;
  one.valid.from = event.time;
  one.start_known = true;
  one.evidence = events.source_of(event);
  periods.push_back(std::move(one));
}

void end_period(RightPeriods &periods, const log::EventTable &events, const log::Event &event) {
  if (periods.empty()) periods.push_back({});
  RightPeriod &last = periods.back();
  if (last.end_known) return;
  last.valid.until = event.time;
  last.end_known = true;
  const std::string evidence = events.source_of(event);
  last.evidence += last.evidence.empty() ? evidence : "; " + evidence;
}

void add_grants(const RightPeriods &periods, const std::string &kind, const std::string &from,
                const std::string &to, std::vector<Grant> &out) {
  for (std::size_t i = 0; i < periods.size(); ++i) {
    Grant one;
    one.kind = kind;
    one.from = from;
    one.to = to;
    one.valid = periods[i].valid;
    one.start_known = periods[i].start_known;
    one.end_known = periods[i].end_known;
    one.evidence = periods[i].evidence;
    one.used = periods[i].used;
    one.id =
        grant_id(kind, from, to, i + 1 == periods.size() ? std::string() : base::format_time(one.valid.from));
    out.push_back(std::move(one));
  }
}

}  // namespace dislodge::identity
