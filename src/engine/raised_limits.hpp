#pragma once
// A limit that was raised re-opens what met it, and nothing else: nothing is cut without a row of the ledger
// that says so, so what has no such row reads the same under a higher limit.

#include <string>
#include <string_view>
#include <vector>

#include "base/limit_names.hpp"
#include "casefile/case.hpp"
#include "engine/store.hpp"

namespace dislodge::engine {

// Limits that were set stay with the case, so that what they opened stays open: as "NAME=NUMBER" each.
base::Result<void> keep_limits(casefile::Case &the_case, const std::vector<std::string> &settings);
// `given`, and over it what is kept; pictures that `given` leaves out (--no-ocr) stay out.
base::Result<base::Limits> kept_limits(casefile::Case &the_case, const base::Limits &given);

// Before reading under `limits`: where they are those of the last reading but raised, units that met none of
// those are taken over as read under them; the others are left to be read again (refresh_units).
base::Result<void> take_over_unlimited(casefile::Case &the_case, const base::Limits &limits,
                                       std::string_view rules_digest);

// Whether what a row of the ledger tells may be told otherwise under the limits that were raised; `state` by
// its name.
bool may_read_otherwise(std::string_view state, std::string_view reason, std::string_view remedy,
                        const std::vector<std::string_view> &raised);

}  // namespace dislodge::engine
