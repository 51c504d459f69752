#pragma once
// Strongly connected components of a directed graph, by Tarjan's algorithm without recursion.

#include <cstdint>
#include <vector>

namespace dislodge::reach {

// Per node its component. Components are numbered against the direction of the edges: what a component leads
// to has a smaller number. The graph is given as lists: node n leads to to[begin[n]] .. to[begin[n + 1] - 1];
// nodes in `skip` (may be empty) are left out and keep kNone.
std::vector<std::uint32_t> components(const std::vector<std::uint32_t> &begin,
                                      const std::vector<std::uint32_t> &to,
                                      const std::vector<char> &skip = {});

}  // namespace dislodge::reach
