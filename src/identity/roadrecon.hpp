#pragma once
// Reads ROADrecon's database of an Entra tenant (roadrecon.db, SQLite), in both of its schemes: that of the
// Azure AD Graph (objectId) and that of Microsoft Graph (id). It holds what other collectors leave out:
// consents with their dates, the time since which a user's sessions count, when passwords were changed.
//
// The database is opened from memory, read only, with the limits of SQLite's own against hostile files; a
// table that is absent is passed, one that is damaged is told.

#include <string_view>

#include "evidence/item.hpp"
#include "evidence/sink.hpp"
#include "identity/fact.hpp"
#include "identity/fact_spill.hpp"

namespace dislodge::identity::roadrecon {

bool recognises_directory(std::string_view bytes);  // looks at the first 256 KiB, where the schema stands
base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill = {});

}  // namespace dislodge::identity::roadrecon
