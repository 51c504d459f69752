#include "evict/flow.hpp"

#include <algorithm>

namespace dislodge::evict {

std::uint32_t Flow::add_node() {
  first_.push_back(kNoArc);
  return static_cast<std::uint32_t>(first_.size() - 1);
}

std::uint32_t Flow::add_arc(std::uint32_t from, std::uint32_t to, std::int64_t capacity) {
  const auto id = static_cast<std::uint32_t>(arcs_.size());
  arcs_.push_back({to, first_[from], capacity});
  first_[from] = id;
  arcs_.push_back({from, first_[to], 0});
  first_[to] = id + 1;
  return id;
}

bool Flow::layer(std::uint32_t source, std::uint32_t sink) {
  level_.assign(first_.size(), kUnseen);
  std::vector<std::uint32_t> queue{source};
  level_[source] = 0;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    for (std::uint32_t arc = first_[queue[i]]; arc != kNoArc; arc = arcs_[arc].next) {
      if (arcs_[arc].capacity <= 0 || level_[arcs_[arc].to] != kUnseen) continue;
      level_[arcs_[arc].to] = level_[queue[i]] + 1;
      queue.push_back(arcs_[arc].to);
    }
  }
  return level_[sink] != kUnseen;
}

// One augmenting path in the layered graph, without recursion: paths can be as long as the graph.
std::int64_t Flow::push(std::uint32_t source, std::uint32_t sink) {
  std::vector<std::uint32_t> path;  // arcs
  std::uint32_t at = source;
  while (at != sink) {
    std::uint32_t &arc = next_[at];
    while (arc != kNoArc && (arcs_[arc].capacity <= 0 || level_[arcs_[arc].to] != level_[at] + 1)) {
      arc = arcs_[arc].next;
    }
    if (arc != kNoArc) {
      path.push_back(arc);
      at = arcs_[arc].to;
      continue;
    }
    if (at == source) return 0;
    at = arcs_[path.back() ^ 1].to;
    path.pop_back();
    next_[at] = arcs_[next_[at]].next;
  }
  std::int64_t amount = kInfinite;
  for (const std::uint32_t arc : path) amount = std::min(amount, arcs_[arc].capacity);
  for (const std::uint32_t arc : path) {
    arcs_[arc].capacity -= amount;
    arcs_[arc ^ 1].capacity += amount;
  }
  return amount;
}

std::int64_t Flow::solve(std::uint32_t source, std::uint32_t sink) {
  std::int64_t total = 0;
  while (layer(source, sink)) {
    next_ = first_;
    while (const std::int64_t amount = push(source, sink)) {
      total += amount;
      if (total >= kInfinite) return kInfinite;
    }
  }
  return total;
}

}  // namespace dislodge::evict
