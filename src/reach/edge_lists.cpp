#include "reach/edge_lists.hpp"

#include <algorithm>
#include <stdexcept>

namespace dislodge::reach {
namespace {

// Nodes are taken together in groups whose lists fit the second cache.
constexpr std::size_t kGroups = 1024;

}  // namespace

// Edges come in any order. Written at once where they belong, each would be a miss of every cache, which at
// this size takes longer than a whole run over a sparse program. So they are first dealt to groups of
// neighbouring nodes, as many as have their open ends in the cache, and then each group is put in order by
// itself. How large each group becomes is counted in the pool of premises, a twentieth of the edges; where
// that is not what the edges have (what an action took away leaves its premises there), the edges are asked.
EdgeLists::EdgeLists(const Program &program, Grade grade) {
  const std::size_t nodes = program.nodes.size();
  if (nodes >= Out::kPlain) throw std::length_error("reach: more than 2^30 nodes");
  int shift = 0;
  while ((nodes >> shift) >= kGroups) ++shift;
  const std::size_t groups = (nodes >> shift) + 1;
  std::vector<std::uint32_t> group_begin(groups + 1, 0);
  const auto begin_groups = [&] {
    for (std::size_t i = 0; i < groups; ++i) group_begin[i + 1] += group_begin[i];
  };
  Premises premise_of;
  for (const NodeId premise : program.premise_pool) ++group_begin[(premise >> shift) + 1];
  begin_groups();
  if (!deal(program, grade, shift, group_begin, premise_of)) {
    std::fill(group_begin.begin(), group_begin.end(), 0);
    for (const Edge &edge : program.edges)
      for (const NodeId premise : program.premises(edge)) ++group_begin[(premise >> shift) + 1];
    begin_groups();
    deal(program, grade, shift, group_begin, premise_of);
  }
  const std::size_t total = out_.size();
  begin_.assign(nodes + 1, static_cast<std::uint32_t>(total));
  std::vector<Out> dealt;
  for (std::size_t group = 0; group < groups; ++group) {
    const std::uint32_t from = group_begin[group], until = group_begin[group + 1];
    const std::size_t first = group << shift, last = std::min(nodes, (group + 1) << shift);
    std::vector<std::uint32_t> place(last - first + 1, 0);
    for (std::uint32_t at = from; at < until; ++at) ++place[premise_of[at] - first + 1];
    std::uint32_t sum = from;
    for (std::size_t node = first; node < last; ++node) {
      begin_[node] = sum;
      sum += place[node - first + 1];
      place[node - first + 1] = begin_[node];
    }
    dealt.assign(out_.begin() + from, out_.begin() + until);
    for (std::uint32_t at = from; at < until; ++at)
      out_[place[premise_of[at] - first + 1]++] = dealt[at - from];
  }
}

// Writes each edge into the groups of its premises. False where a group did not become as large as was said.
bool EdgeLists::deal(const Program &program, Grade grade, int shift,
                     const std::vector<std::uint32_t> &group_begin, Premises &premise_of) {
  out_.resize(group_begin.back());
  premise_of.resize(group_begin.back());
  seeds.clear();
  std::vector<std::uint32_t> next(group_begin.begin(), group_begin.end() - 1);
  for (std::size_t i = 0; i < program.edges.size(); ++i) {
    const Edge &edge = program.edges[i];
    const auto id = static_cast<EdgeId>(i);
    lingers |= edge.linger_us > 0;
    if (edge.premise_count == 0) {
      seeds.push_back(id);
      continue;
    }
    const bool plain = grade == Grade::possible && edge.premise_count == 1 && edge.linger_us <= 0;
    for (const NodeId premise : program.premises(edge)) {
      const std::size_t group = premise >> shift;
      const std::uint32_t at = next[group]++;
      if (at >= group_begin[group + 1]) return false;
      out_[at] = Out(id, edge.conclusion, plain, edge.valid == base::Interval{});
      premise_of[at] = premise;
    }
  }
  return std::equal(next.begin(), next.end(), group_begin.begin() + 1);
}

}  // namespace dislodge::reach
