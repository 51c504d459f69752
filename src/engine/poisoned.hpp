#pragma once
// What crashed or hung its reader is not tried for ever, since each try costs the limit of time once more: an
// item that did is passed over by the same readers, and a unit that could not be read at all waits for others
// (a new version, new rules, another limit), or until somebody asks.

#include <map>
#include <string>
#include <string_view>

#include "casefile/case.hpp"
#include "engine/store.hpp"

namespace dislodge::engine {

// What of the unit crashed or hung its reader when it was read last, if that was by the readers of this
// digest.
base::Result<std::map<std::string, evidence::LedgerState>> poisoned_items(casefile::Case &the_case,
                                                                          const UnitRow &unit,
                                                                          std::string_view readers);

// Behind store_failure(): the unit is tried again under another key only. Without it, it is tried each time,
// as what was not there or could not be opened should be.
base::Result<void> keep_failed(casefile::Case &the_case, const UnitRow &unit, std::string_view key);

// Somebody asks: units that failed or hold such an item wait to be read, as if by other readers.
base::Result<void> reopen_poisoned(casefile::Case &the_case);

}  // namespace dislodge::engine
