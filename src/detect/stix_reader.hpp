#pragma once
// Indicators of a STIX 2.1 bundle: patterns, and observables that stand there by themselves. What a pattern
// holds only together is taken only together.
// Source: docs.oasis-open.org/cti/stix/v2.1, section 9 (patterns).

#include <simdjson.h>

#include "base/result.hpp"
#include "detect/tips.hpp"

namespace dislodge::detect {

// `file` with the tips of the bundle.
base::Result<TipFile> read_stix(simdjson::dom::element root, TipFile file);

}  // namespace dislodge::detect
