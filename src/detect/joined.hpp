#pragma once
// What several rules say of one act, told once. A rule of a general kind sees from outside what a particular
// one understands: the sign-in that won a spray is also a risky sign-in, the application that was registered
// is also a new service principal. How general a kind is stands in rules/detections/kinds.toml.
//
//   DISLODGE_TRY_ASSIGN(const GeneralKinds general, load_general_kinds(base::embedded_rules()));
//   join_acts(detections, general);

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/embedded_rules.hpp"
#include "base/result.hpp"
#include "detect/detection.hpp"

namespace dislodge::detect {

// Kinds that are general, and how: 1 sees from outside what others say better (a risky sign-in), 2 is any
// rule at all. A kind that is not here says what was done.
using GeneralKinds = std::map<std::string, int, std::less<>>;
base::Result<GeneralKinds> load_general_kinds(std::span<const base::EmbeddedRule> files);

// A detection of a general kind goes into a particular one that has its events, or that begins in the same
// moment with the same principal; of two of one kind with the same events the surer stays. What stays takes
// over the techniques of what goes, and names the rule where it could be any. Nothing of the intruder's goes
// into what is not. Call it when every detection is there; the order is kept.
void join_acts(std::vector<Detection> &found, const GeneralKinds &general);

}  // namespace dislodge::detect
