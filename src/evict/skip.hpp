#pragma once
// What would leak if one action were left out, for every action of a plan. Many actions are left out at once,
// each in a world of its own, one bit a world: an atom follows in the worlds in which all premises of one of
// its clauses do. So a plan costs a few closures for each kSkipWorlds actions, not one for each action.

#include <cstdint>
#include <vector>

#include "evict/horn.hpp"

namespace dislodge::evict {

inline constexpr std::size_t kSkipWorlds = 256;
inline constexpr std::size_t kSkipLeaks = 64;

struct Skipped {
  std::vector<Atom> leaks;   // goals that would follow, the first kSkipLeaks
  std::uint64_t count = 0;   // how many there are
  std::uint32_t others = 0;  // where none would: how many further actions would have to fail, at least
};

// `goal` of the program says what counts. One entry a chosen candidate, in their order.
std::vector<Skipped> skip_each(const Horn &horn, const std::vector<CandidateId> &chosen,
                               std::size_t candidates);

}  // namespace dislodge::evict
