#pragma once
// Questions to a case: what would be said if some evidence were not there. Nothing is stored.

#include <string>
#include <vector>

#include "engine/investigate.hpp"

namespace dislodge::engine {

// The picture without some logs: names of sources (m365-audit) or parts of a file's path. A usage error names
// the logs that there are where one fits none.
base::Result<Picture> derive_without(casefile::Case &the_case, const Options &options,
                                     const std::vector<std::string> &logs, base::Progress &progress,
                                     base::Timings &timings);

}  // namespace dislodge::engine
