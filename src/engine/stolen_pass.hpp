#pragma once
// What was stolen, and what of it is not held: messages that an event names but that lie in no mailbox handed
// in, and mailboxes that were read but never exported. Rows of the ledger of their own, in every total.

#include <map>
#include <string>
#include <vector>

#include "engine/picture.hpp"

namespace dislodge::engine {

// Fills picture.stolen, and appends not_held and not_exported rows to picture.ledger and its totals.
void tell_stolen(Picture &picture);

}  // namespace dislodge::engine
