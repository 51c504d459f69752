#pragma once
// What would leak if one action were left out, for every action of a plan: closure from where the action
// stood, on the static program, undone again each time. So the cost is what leaks, not what exists.

#include <cstdint>
#include <vector>

#include "evict/horn.hpp"

namespace dislodge::evict {

struct Skipped {
  std::vector<Atom> leaks;   // goals that would follow
  std::uint32_t others = 0;  // where none would: how many further actions would have to fail, at least
};

// `goal` of the program says what counts. One entry a chosen candidate, in their order.
std::vector<Skipped> skip_each(const Horn &horn, const std::vector<CandidateId> &chosen,
                               std::size_t candidates);

}  // namespace dislodge::evict
