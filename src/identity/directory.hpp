#pragma once
// Directory exports of every kind that we read: AzureHound (azurehound.hpp) and BloodHound OpenGraph
// (opengraph.hpp), in UTF-8 or, as PowerShell redirects output, in UTF-16. The engine asks here; each reader
// says how it reads.

#include <string_view>

#include "evidence/item.hpp"
#include "evidence/sink.hpp"
#include "identity/fact.hpp"
#include "identity/fact_spill.hpp"

namespace dislodge::identity {

bool recognises_directory(std::string_view bytes);
// Adds to `out`, calling `spill` between records. What is damaged or of a kind that is not read is listed
// through sink.unread.
base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill = {});

}  // namespace dislodge::identity
