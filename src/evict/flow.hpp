#pragma once
// Maximum flow by Dinic's algorithm, for the cheapest cut of a program without joint premises or shared
// actions.

#include <cstdint>
#include <vector>

namespace dislodge::evict {

class Flow {
 public:
  static constexpr std::int64_t kInfinite = INT64_MAX / 4;

  explicit Flow(std::uint32_t nodes) : first_(nodes, kNoArc) {}
  std::uint32_t add_node();
  // Returns the arc's number. Capacities are integers so that the answer is exact.
  std::uint32_t add_arc(std::uint32_t from, std::uint32_t to, std::int64_t capacity);
  // At least kInfinite where no finite cut exists.
  std::int64_t solve(std::uint32_t source, std::uint32_t sink);
  // After solve(): whether a node lies on the source's side of the cut nearest to the source.
  bool source_side(std::uint32_t node) const { return level_[node] != kUnseen; }

 private:
  static constexpr std::uint32_t kNoArc = UINT32_MAX;
  static constexpr std::uint32_t kUnseen = UINT32_MAX;
  struct Arc {
    std::uint32_t to, next;
    std::int64_t capacity;
  };
  bool layer(std::uint32_t source, std::uint32_t sink);
  std::int64_t push(std::uint32_t source, std::uint32_t sink);

  std::vector<Arc> arcs_;  // an arc's reverse is its number xor 1
  std::vector<std::uint32_t> first_, level_, next_;
};

}  // namespace dislodge::evict
