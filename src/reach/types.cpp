#include "reach/reach.hpp"

#include <algorithm>
#include <stdexcept>

namespace dislodge::reach {

std::string_view name_of(NodeType type) {
  switch (type) {
    case NodeType::secret:
      return "secret";
    case NodeType::authenticated:
      return "authenticated";
    case NodeType::token:
      return "token";
    case NodeType::principal:
      return "principal";
    case NodeType::resource:
      return "resource";
  }
  return "";
}

std::string_view name_of(Rule rule) {
  switch (rule) {
    case Rule::exposure:
      return "exposure";
    case Rule::foothold:
      return "foothold";
    case Rule::planted:
      return "planted";
    case Rule::authenticate:
      return "authenticate";
    case Rule::token:
      return "token";
    case Rule::act:
      return "act";
    case Rule::control:
      return "control";
    case Rule::mint:
      return "mint";
    case Rule::read:
      return "read";
    case Rule::learn:
      return "learn";
    case Rule::unlock:
      return "unlock";
    case Rule::trust:
      return "trust";
  }
  return "";
}

std::string_view name_of(FactKind kind) {
  switch (kind) {
    case FactKind::exposure:
      return "exposure";
    case FactKind::foothold:
      return "foothold";
    case FactKind::binding:
      return "binding";
    case FactKind::planted:
      return "planted";
    case FactKind::session:
      return "session";
    case FactKind::account:
      return "account";
    case FactKind::grant:
      return "grant";
    case FactKind::presence:
      return "presence";
    case FactKind::unlock:
      return "unlock";
    case FactKind::trust:
      return "trust";
  }
  return "";
}

Program Program::clone() const {
  Program copy;
  copy.nodes = nodes;
  copy.edges = edges;
  copy.premise_pool = premise_pool;
  copy.attested_pool = attested_pool;
  copy.unknown_rights = unknown_rights;
  copy.index_ = index_;
  // Interning in the order of the ids gives the same ids again.
  for (std::size_t i = 1; i < pool.size(); ++i) copy.pool.intern(pool.text(static_cast<base::StringId>(i)));
  return copy;
}

NodeId Program::find(NodeType type, std::string_view id, std::string_view detail) const {
  const base::StringId id_text = pool.find(id);
  const base::StringId detail_text = pool.find(detail);
  if ((id_text == 0 && !id.empty()) || (detail_text == 0 && !detail.empty())) return kNone;
  const auto found =
      index_.find(Key{(std::uint64_t{static_cast<std::uint8_t>(type)} << 32) | id_text, detail_text});
  return found == index_.end() ? kNone : found->second;
}

NodeId Program::add(NodeType type, std::string_view id, std::string_view name, std::string_view detail) {
  const base::StringId id_text = pool.intern(id);
  const base::StringId detail_text = pool.intern(detail);
  const Key key{(std::uint64_t{static_cast<std::uint8_t>(type)} << 32) | id_text, detail_text};
  const auto [place, fresh] = index_.emplace(key, static_cast<NodeId>(nodes.size()));
  if (fresh) {
    if (nodes.size() >= kNone) throw std::length_error("reach: more than 2^32 nodes");
    nodes.push_back(Node{type, true, id_text, id_text, detail_text});
  }
  Node &node = nodes[place->second];
  if (!name.empty() && node.name == node.id) node.name = pool.intern(name);
  return place->second;
}

EdgeId Program::add(const EdgeSpec &spec) {
  if (edges.size() >= kNone) throw std::length_error("reach: more than 2^32 edges");
  Edge edge;
  edge.valid = spec.valid;
  edge.stop = spec.stop;
  edge.linger_us = spec.linger_us;
  edge.conclusion = spec.conclusion;
  edge.premise_begin = static_cast<std::uint32_t>(premise_pool.size());
  for (const NodeId premise : spec.premises) {
    const auto begin = premise_pool.begin() + edge.premise_begin;
    if (std::find(begin, premise_pool.end(), premise) == premise_pool.end()) premise_pool.push_back(premise);
  }
  edge.premise_count = static_cast<std::uint16_t>(premise_pool.size() - edge.premise_begin);
  edge.attested_begin = static_cast<std::uint32_t>(attested_pool.size());
  if (spec.attested.size() == 1) {
    const base::Interval one = base::intersect(spec.attested.front(), spec.valid);
    if (!one.empty()) attested_pool.push_back(one);
  } else if (!spec.attested.empty()) {
    base::IntervalSet all;
    for (const base::Interval &one : spec.attested) all.add(base::intersect(one, spec.valid));
    attested_pool.insert(attested_pool.end(), all.items().begin(), all.items().end());
  }
  edge.attested_count = static_cast<std::uint32_t>(attested_pool.size() - edge.attested_begin);
  edge.subject = pool.intern(spec.subject);
  edge.object = pool.intern(spec.object);
  edge.detail = pool.intern(spec.detail);
  edge.evidence = pool.intern(spec.evidence);
  edge.says = pool.intern(spec.says);
  edge.rule = spec.rule;
  edge.fact = spec.fact;
  edges.push_back(edge);
  return static_cast<EdgeId>(edges.size() - 1);
}

std::span<const LabelId> Solution::of_node(NodeId node) const {
  if (std::size_t{node} + 1 >= node_begin.size()) return {};
  return {node_labels.data() + node_begin[node], node_begin[node + 1] - node_begin[node]};
}

base::IntervalSet Solution::intervals(NodeId node) const {
  base::IntervalSet set;
  for (const LabelId label : of_node(node)) set.add(labels[label].interval);
  return set;
}

base::Time Solution::since(NodeId node) const {
  const auto own = of_node(node);
  return own.empty() ? base::kTimeMax : labels[own.front()].interval.from;
}

base::Time Solution::until(NodeId node) const {
  const auto own = of_node(node);
  return own.empty() ? base::kTimeMin : labels[own.back()].interval.until;
}

std::span<const LabelId> Solution::premises(LabelId label) const {
  const std::size_t begin = labels[label].premise_begin;
  const std::size_t end = label + 1 < labels.size() ? labels[label + 1].premise_begin : premise_pool.size();
  return {premise_pool.data() + begin, end - begin};
}

}  // namespace dislodge::reach
