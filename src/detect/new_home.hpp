#pragma once
// An administrator who works from a line that the log had not seen does there what they do at work: sets
// rights, rules, even auditing. That the address is new is no mark of an intruder where nothing else is
// foreign: the account comes back to it day after day, with the programs that it always had, in its own
// country, and nothing that it does there hides from the owner, leads out of the organisation or needs a door
// that it never used.

#include "detect/habit.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

// Whether who acted in `first` lives at its address, which is new to them, between `begin` and `end`. One
// pass over all events: ask it of what is suspected only.
bool at_new_home(const View &view, Traits &traits, EventIndex first, base::Time begin, base::Time end);

// Whether an event sends mail to another organisation than that of who set it so.
bool leads_outside(const View &view, const log::Event &event);

}  // namespace dislodge::detect
