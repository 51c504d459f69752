#pragma once
// What logs outside of Entra's directory audit show to have been taken back: passwords set anew, factors and
// tokens taken away, memberships and rules removed, sessions ended. What was set before it is dead from then
// on.
//
//   add_undone(events, facts, sweeps);   // part of sweeps_of()

#include <vector>

#include "identity/fact.hpp"
#include "identity/sweeps.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

// Sweep::what is the slot, and where only one thing of it is gone, a blank and its id or name. Of a token of
// Okta the log tells the id and not whose it was: its sweep has no principal.
void add_undone(const log::EventTable &events, const Facts &facts, std::vector<Sweep> &sweeps);

}  // namespace dislodge::identity
