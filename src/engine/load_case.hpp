#pragma once
// All that was read of the evidence, from the case file into memory. A large case is loaded by two threads,
// each with a connection of its own: what was seen in mail and files beside what directories say.

#include "casefile/case.hpp"
#include "engine/store.hpp"
#include "identity/fact.hpp"

namespace dislodge::engine {

struct CaseContent {
  std::vector<StoredRecord> records;
  SightingTable sightings;
  SecretLengths lengths;
  identity::Facts facts;         // not settled
  std::uint64_t fact_bytes = 0;  // of the facts as they are encoded
};

// Nothing may be written to the case meanwhile. `threads`: 1 or 2; 0: two where the case is worth them.
base::Result<CaseContent> load_case(casefile::Case &the_case, int threads = 0);

}  // namespace dislodge::engine
