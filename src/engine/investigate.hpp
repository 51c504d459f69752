#pragma once
// The spine: what is done to a case, pass by pass. investigate.cpp is the table of contents of the program.

#include <filesystem>
#include <string>

#include "base/progress.hpp"
#include "casefile/case.hpp"
#include "engine/options.hpp"
#include "engine/picture.hpp"

namespace dislodge::engine {

// Rounds of {detect, reach} at most: each adds at least one use of a secret, so real cases end long before.
inline constexpr int kRoundsMax = 16;

// Reads every unit that is pending. After it, no evidence is read.
base::Result<void> read_evidence(casefile::Case &the_case, const Options &options, base::Progress &progress,
                                 base::Timings &timings);
// Everything that follows from what was read, in the order of the flow.
base::Result<Picture> derive(casefile::Case &the_case, const Options &options, base::Progress &progress,
                             base::Timings &timings);
// Both, and the journal's entry.
base::Result<Picture> investigate(casefile::Case &the_case, const Options &options, base::Progress &progress,
                                  base::Timings &timings);

}  // namespace dislodge::engine
