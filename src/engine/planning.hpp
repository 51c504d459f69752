#pragma once
// Plans of a case: what people wish (prices, what may not be done, what to protect), what they ticked, plans
// written by hand, and checklists that go out to a spreadsheet and come back.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/inputs.hpp"

namespace dislodge::engine {

// What a person asks of a plan. Actions are named "ACTION", "ACTION THING" or by their id in the plan, things
// by id or name; a name that several have means them all.
struct PlanWishes {
  std::vector<std::string> protect, forbid, prefer;
  std::map<std::string, double, std::less<>> costs;
  base::Time start = base::kTimeMin;  // kTimeMin: tomorrow
  std::uint32_t capacity = 0;         // actions a wave; 0: as many as it takes
  bool any() const {
    return !protect.empty() || !forbid.empty() || !prefer.empty() || !costs.empty() ||
           start != base::kTimeMin || capacity != 0;
  }
};

// Reads prices from CSV: "action,cost" or "action,target,cost" a line, a head line allowed. An error names
// file and line.
base::Result<void> add_costs(PlanWishes &wishes, std::string_view csv, std::string_view file);

// The last record of each action, with its state, time, person and evidence, as people gave them.
base::Result<std::vector<evict::PlannedAction>> recorded_actions(casefile::Case &the_case);

base::Result<evict::PlanOptions> plan_options_of(casefile::Case &the_case, const Picture &picture,
                                                 const PlanWishes &wishes);
// The plan that these wishes give, from the same picture.
base::Result<evict::Plan> plan_again(casefile::Case &the_case, const Picture &picture,
                                     const PlanWishes &wishes, const Options &options);

// A plan written by hand, judged against the picture: the JSON lines of `plan --json`, or a checklist in CSV.
base::Result<evict::Plan> check_plan_file(casefile::Case &the_case, const Picture &picture,
                                          const std::filesystem::path &file, const PlanWishes &wishes,
                                          const Options &options);

// What was done: a line of a checklist that came back, or of `plan tick`.
struct Tick {
  std::string action;  // id in the plan, or its key
  std::string state;   // open, claimed, in-effect, failed, rolled-back
  std::string who;
  std::string evidence;
  base::Time at = base::kTimeMin;  // when it took effect; kTimeMin: now
};
// A usage error where a tick says less than it must: in effect needs evidence, everything a name.
base::Result<void> check_tick(const Tick &tick);
// A usage error where the action can not have been in effect at the time that is given: it lies in the
// future, or before anything that the action is about was in the intruder's reach. A slip of the pen in a
// date would else erase the breach.
base::Result<void> check_when(const Picture &picture, const evict::PlannedAction &action, const Tick &tick);

// Whether just this was recorded before, whatever was recorded since: a checklist that was printed then still
// says it.
base::Result<bool> was_recorded(casefile::Case &the_case, const Tick &tick);
base::Result<void> record_tick(casefile::Case &the_case, const std::string &key, const Tick &tick);

// What the actions of this case are called (evict/numbering.hpp), kept with it: ids go onto checklists and
// into tickets, and mean the same when the plan has been solved again.
base::Result<std::vector<evict::Numbered>> numbered_actions(casefile::Case &the_case);
base::Result<void> remember_actions(casefile::Case &the_case, const evict::Plan &plan);

}  // namespace dislodge::engine
