#include "evict/renewed.hpp"

#include <algorithm>
#include <map>

#include "reach/components.hpp"

namespace dislodge::evict {

using reach::Edge;
using reach::EdgeId;
using reach::NodeId;
using reach::NodeType;

std::vector<Renewed> renewed_edges(const reach::Program &program, const Relevant &relevant,
                                   const reach::Solution &possible, base::Time start) {
  std::vector<std::pair<NodeId, NodeId>> arcs;
  for (std::size_t i = 0; i < relevant.edges.size(); ++i) {
    if (!relevant.alive[i]) continue;
    const Edge &edge = program.edges[relevant.edges[i]];
    // What is known stays known: a ring through a secret is held by the secret.
    if (program.nodes[edge.conclusion].type == NodeType::secret) continue;
    for (const NodeId premise : program.premises(edge))
      if (program.nodes[premise].type != NodeType::secret) arcs.push_back({premise, edge.conclusion});
  }
  std::sort(arcs.begin(), arcs.end());
  std::vector<std::uint32_t> begin(program.nodes.size() + 1, 0), to;
  for (const auto &[from, head] : arcs) {
    ++begin[from + 1];
    to.push_back(head);
  }
  for (std::size_t i = 0; i + 1 < begin.size(); ++i) begin[i + 1] += begin[i];
  const std::vector<std::uint32_t> component = reach::components(begin, to);
  const auto goes_round = [&](const Edge &edge) {
    const auto premises = program.premises(edge);
    return std::any_of(premises.begin(), premises.end(),
                       [&](NodeId premise) { return component[premise] == component[edge.conclusion]; });
  };
  std::vector<Renewed> renewed;
  std::map<std::uint32_t, std::vector<EdgeId>> rings;
  for (std::size_t i = 0; i < relevant.edges.size(); ++i) {
    const EdgeId id = relevant.edges[i];
    const Edge &edge = program.edges[id];
    if (!relevant.alive[i] || edge.linger_us <= 0 || edge.linger_us == reach::kForever) continue;
    if (!goes_round(edge) || possible.until(edge.conclusion) <= start) continue;
    renewed.push_back({id, {}});
    rings[component[edge.conclusion]];
  }
  if (rings.empty()) return renewed;
  for (std::size_t i = 0; i < relevant.edges.size(); ++i) {
    const Edge &edge = program.edges[relevant.edges[i]];
    const auto ring = rings.find(component[edge.conclusion]);
    if (ring != rings.end() && relevant.alive[i] && goes_round(edge))
      ring->second.push_back(relevant.edges[i]);
  }
  for (Renewed &one : renewed) one.ring = rings[component[program.edges[one.edge].conclusion]];
  return renewed;
}

}  // namespace dislodge::evict
