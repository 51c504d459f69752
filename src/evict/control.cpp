#include "evict/control.hpp"

#include <algorithm>
#include <utility>

#include "reach/components.hpp"

namespace dislodge::evict {

using reach::Edge;
using reach::EdgeId;
using reach::NodeId;
using reach::NodeType;

Control::Control(const Situation &situation, const std::vector<char> &closed) {
  const reach::Program &program = situation.program();
  std::vector<std::pair<NodeId, NodeId>> arcs;
  for (const EdgeId id : situation.relevant().edges) {
    if (id < closed.size() && closed[id]) continue;
    const Edge &edge = program.edges[id];
    if (program.nodes[edge.conclusion].type == NodeType::secret) continue;
    for (const NodeId premise : program.premises(edge))
      if (program.nodes[premise].type != NodeType::secret) arcs.emplace_back(premise, edge.conclusion);
  }
  std::sort(arcs.begin(), arcs.end());
  begin_.assign(program.nodes.size() + 1, 0);
  to_.reserve(arcs.size());
  for (const auto &[premise, conclusion] : arcs) {
    ++begin_[premise + 1];
    to_.push_back(conclusion);
  }
  for (std::size_t i = 0; i + 1 < begin_.size(); ++i) begin_[i + 1] += begin_[i];
}

std::vector<std::uint32_t> Control::ranks() const {
  return reach::components(begin_, to_);
}

std::vector<char> Control::from(const std::vector<NodeId> &nodes) const {
  std::vector<char> reached(begin_.size() - 1, 0);
  std::vector<NodeId> open;
  const auto add = [&](NodeId node) {
    if (std::exchange(reached[node], 1) == 0) open.push_back(node);
  };
  for (const NodeId node : nodes) add(node);
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    for (std::uint32_t i = begin_[node]; i < begin_[node + 1]; ++i) add(to_[i]);
  }
  return reached;
}

std::vector<NodeId> shuts(const Situation &situation, const Candidate &candidate) {
  const reach::Program &program = situation.program();
  std::vector<NodeId> nodes;
  for (const Effect &effect : candidate.effects) {
    const NodeId to = program.edges[effect.edge].conclusion;
    if (program.nodes[to].type != NodeType::secret) nodes.push_back(to);
  }
  return nodes;
}

bool hangs_on(const Situation &situation, const Candidate &candidate, const std::vector<char> &reached) {
  const reach::Program &program = situation.program();
  for (const auto &[type, id] : {std::pair(NodeType::principal, candidate.principal),
                                 std::pair(NodeType::resource, candidate.resource)}) {
    const NodeId node = id.empty() ? reach::kNone : program.find(type, id);
    if (node != reach::kNone && reached[node]) return true;
  }
  return std::any_of(candidate.effects.begin(), candidate.effects.end(), [&](const Effect &effect) {
    const Edge &edge = program.edges[effect.edge];
    if (reached[edge.conclusion]) return true;
    const auto premises = program.premises(edge);
    return std::any_of(premises.begin(), premises.end(), [&](NodeId node) { return reached[node] != 0; });
  });
}

}  // namespace dislodge::evict
