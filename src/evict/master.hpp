#pragma once
// The master of the lazy hitting set: of each set at least one member, at least cost. Solved by CBC, exactly.

#include <cstdint>
#include <vector>

namespace dislodge::evict {

struct HittingSet {
  std::vector<std::uint32_t> chosen;  // sorted
  double cost = 0;
  double bound = 0;  // proven lower bound; equals cost but for rounding where CBC proved it
  bool solved = false;
};

// Sets must not be empty. `costs` by member; members that are in no set are not chosen. Deterministic.
HittingSet hit(const std::vector<std::vector<std::uint32_t>> &sets, const std::vector<double> &costs);

}  // namespace dislodge::evict
