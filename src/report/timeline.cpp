#include "report/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/embedded_rules.hpp"
#include "base/words.hpp"
#include "detect/joined.hpp"

namespace dislodge::report {

std::vector<TimelineEntry> timeline(const engine::Picture &picture) {
  std::vector<TimelineEntry> entries;
  for (const detect::Detection &detection : picture.detections) {
    const std::string where = detection.events.empty() ? "" : detection.events.front().place();
    entries.push_back({detection.first, "detection", detection.says, where});
  }
  for (const identity::Change &change : picture.changes) {
    if (change.owner == identity::ChangeOwner::ours) continue;
    entries.push_back(
        {change.time, "change",
         fmt::format(
             "{}{}{}, on {} by {} ({})", change.what, change.detail.empty() ? "" : ": ", change.detail,
             change.target_name.empty() ? change.target : change.target_name,
             change.by_name.empty() ? "somebody" : change.by_name,
             change.owner == identity::ChangeOwner::intruder ? "the intruder" : "nobody has claimed it"),
         change.evidence});
  }
  for (const reach::ReachRow &row : picture.reach.rows) {
    if (row.type != "secret" || row.grade == detect::Grade::excluded || row.since == base::kTimeMin ||
        row.since == base::kTimeMax)
      continue;
    entries.push_back(
        {row.since, "secret-known", fmt::format("{} can be known ({})", row.name, detect::name_of(row.grade)),
         row.because.empty() || row.because.back().evidence.empty() ? ""
                                                                    : row.because.back().evidence.front()});
  }
  std::set<int> waves;
  for (const evict::PlannedAction &action : picture.plan.actions)
    if (waves.insert(action.wave).second && action.starts != base::kTimeMin)
      entries.push_back({action.starts, "wave", fmt::format("wave {} begins (planned)", action.wave), ""});
  std::stable_sort(entries.begin(), entries.end(), [](const TimelineEntry &a, const TimelineEntry &b) {
    return std::tie(a.time, a.what, a.says) < std::tie(b.time, b.what, b.says);
  });
  return entries;
}

std::vector<const detect::Detection *> key_acts(const engine::Picture &picture, std::size_t most) {
  // One act is told once already (detect/joined.hpp); of a kind the first act stands for the others. Kinds
  // that are general come in where room is left.
  static const detect::GeneralKinds kGeneral =
      detect::load_general_kinds(base::embedded_rules()).value_or(detect::GeneralKinds{});
  std::vector<const detect::Detection *> acts;
  std::set<std::string> kinds;
  for (const bool general : {false, true})
    for (const detect::Detection &one : picture.detections)
      if (one.intruder && acts.size() < most && (kGeneral.count(one.kind) != 0) == general &&
          kinds.insert(one.kind).second)
        acts.push_back(&one);
  std::stable_sort(acts.begin(), acts.end(), [](const detect::Detection *a, const detect::Detection *b) {
    return a->first < b->first;
  });
  return acts;
}

std::string no_acts_because(const engine::Picture &picture) {
  std::size_t open = 0;
  for (const detect::Detection &one : picture.detections)
    open += !one.intruder && one.grade != detect::Grade::excluded ? 1 : 0;
  if (open > 0)
    return fmt::format("{} in the logs {} nobody's yet (dislodge detections)", base::counted(open, "finding"),
                       base::choice(open, "is", "are"));
  return picture.coverage.empty() ? "no log was handed in" : "no log that was handed in shows it";
}

}  // namespace dislodge::report
