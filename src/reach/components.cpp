#include "reach/components.hpp"

#include <algorithm>

namespace dislodge::reach {

std::vector<std::uint32_t> components(const std::vector<std::uint32_t> &begin,
                                      const std::vector<std::uint32_t> &to, const std::vector<char> &skip) {
  const auto nodes = static_cast<std::uint32_t>(begin.size() - 1);
  std::vector<std::uint32_t> component(nodes, UINT32_MAX);
  std::vector<std::uint32_t> index(nodes, 0), low(nodes, 0);  // index 0: not visited
  std::vector<std::uint32_t> stack;
  struct Frame {
    std::uint32_t node, next;
  };
  std::vector<Frame> frames;
  std::uint32_t visited = 0;
  std::uint32_t count = 0;
  const auto skipped = [&](std::uint32_t node) { return !skip.empty() && skip[node]; };
  const auto enter = [&](std::uint32_t node) {
    index[node] = low[node] = ++visited;
    stack.push_back(node);
    frames.push_back({node, begin[node]});
  };
  for (std::uint32_t root = 0; root < nodes; ++root) {
    if (index[root] != 0 || skipped(root)) continue;
    enter(root);
    while (!frames.empty()) {
      const std::uint32_t node = frames.back().node;
      if (frames.back().next < begin[node + 1]) {
        const std::uint32_t next = to[frames.back().next++];
        if (skipped(next)) continue;
        if (index[next] == 0)
          enter(next);
        else if (component[next] == UINT32_MAX)
          low[node] = std::min(low[node], index[next]);
        continue;
      }
      if (low[node] == index[node]) {
        std::uint32_t member = UINT32_MAX;
        do {
          member = stack.back();
          stack.pop_back();
          component[member] = count;
        } while (member != node);
        ++count;
      }
      frames.pop_back();
      if (!frames.empty()) low[frames.back().node] = std::min(low[frames.back().node], low[node]);
    }
  }
  return component;
}

}  // namespace dislodge::reach
