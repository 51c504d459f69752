#pragma once
// When directory exports were taken, by what was declared with them.

#include <vector>

#include "engine/store.hpp"
#include "identity/disabled.hpp"

namespace dislodge::engine {

// Whether a piece of evidence was declared to be an export of a directory, by that word or by its collector's
// name.
bool is_directory_export(const EvidenceRow &row);

// Of the export that a place of evidence stands in; kTimeMin where nobody says.
identity::ListingTime listing_times(const std::vector<EvidenceRow> &evidence);

// An account that a listing of no known time has as disabled is shut from when the listing was handed in, at
// the latest. Adds those of which `disabled` says nothing.
void add_shut_when_handed_in(const std::vector<EvidenceRow> &evidence, const identity::Facts &facts,
                             std::vector<identity::Disabled> &disabled);

}  // namespace dislodge::engine
