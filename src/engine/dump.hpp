#pragma once
// The case as text, one JSON object a line. Canonical: natural keys, sorted, fingerprints in place of sealed
// bytes, without journal, paths on this disk and run times: two cases are equal when the SHA-256 of their
// canonical dumps are (docs/json.md). Workers, shards and kills must not change it.

#include <string>

#include "casefile/case.hpp"

namespace dislodge::engine {

base::Result<std::string> dump(casefile::Case &the_case, bool canonical);

}  // namespace dislodge::engine
