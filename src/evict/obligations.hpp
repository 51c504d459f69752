#pragma once
// Obligations: what is in a plan whatever the cut needs. Every secret that the intruder can know and that is
// not shown to be dead is replaced where it opens, or its owner is found, or its party told; every
// credential, user and right that they set is dealt with.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "evict/situation.hpp"

namespace dislodge::evict {

struct Obligations {
  std::vector<CandidateId> taken;  // in the order in which they were found
  std::set<CandidateId> set;       // the same
  std::vector<char> usable;        // per candidate: these, and what the cut may choose
  std::map<reach::EdgeId, std::vector<CandidateId>> by_edge;  // what changes each edge that matters
  std::vector<std::string> not_needed;  // secrets within reach that need nothing, each with the reason
  std::vector<std::string> refused;     // what would have to be done and is forbidden
};

Obligations obligations_of(const Situation &situation);

}  // namespace dislodge::evict
