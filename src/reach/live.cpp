#include "reach/live.hpp"

#include <algorithm>
#include <unordered_set>

#include "reach/solve.hpp"

namespace dislodge::reach {
namespace {

using base::Interval;
using base::IntervalSet;
using base::Time;

// A node that is prolonged this often by one addition goes round in a ring; solve.cpp knows how to end it.
constexpr std::uint32_t kProlongedMax = 16;
// An addition gives up after this part of the steps of a full run. A step here costs about three of those
// there, so that giving up adds about a tenth to the full run that follows.
constexpr std::uint64_t kPartOfFullRun = 120;
constexpr std::uint64_t kStepsAlways = 10'000;

// The nodes that hold in `now` where they did not by the first `before` labels of `then`.
std::vector<NodeId> grown_since(const Solution &then, std::size_t before, const Solution &now,
                                std::size_t nodes) {
  std::vector<NodeId> grown;
  for (NodeId node = 0; node < nodes; ++node) {
    const auto old = node + 1 < then.node_begin.size() ? then.of_node(node) : std::span<const LabelId>();
    std::size_t at = 0;
    for (const LabelId id : now.of_node(node)) {
      Interval rest = now.labels[id].interval;
      for (; at < old.size() && !rest.empty(); ++at) {
        if (old[at] >= before) continue;
        const Interval &held = then.labels[old[at]].interval;
        if (held.until <= rest.from) continue;
        if (held.from > rest.from) break;
        rest.from = std::min(held.until, rest.until);
        if (held.until > rest.until) break;  // it may hold the next one as well
      }
      if (rest.empty()) continue;
      grown.push_back(node);
      break;
    }
  }
  return grown;
}

}  // namespace

bool Live::Later::operator()(const Found &a, const Found &b) const {
  if (a.interval.from != b.interval.from) return a.interval.from > b.interval.from;
  if (a.steps != b.steps) return a.steps > b.steps;
  return a.edge > b.edge;
}

Live::Live(Program program, Grade grade) : program_(std::move(program)), grade_(grade) {
  solve_afresh();
}

void Live::solve_afresh() {
  solution_ = solve(program_, grade_);
  indexed_ = solution_.labels.size();
  more_labels_.clear();
  more_out_.clear();
  begin_.assign(program_.nodes.size() + 1, 0);
  for (const Edge &edge : program_.edges) {
    for (const NodeId premise : program_.premises(edge)) ++begin_[premise + 1];
  }
  for (std::size_t i = 0; i + 1 < begin_.size(); ++i) begin_[i + 1] += begin_[i];
  out_.resize(begin_.back());
  std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (EdgeId id = 0; id < program_.edges.size(); ++id) {
    for (const NodeId premise : program_.premises(program_.edges[id])) out_[next[premise]++] = id;
  }
  full_run_ = 0;
  for (const Label &label : solution_.labels) full_run_ += begin_[label.node + 1] - begin_[label.node];
}

template <typename Each>
void Live::each_label(NodeId node, Each &&each) const {
  if (node + 1 < solution_.node_begin.size()) {
    for (const LabelId label : solution_.of_node(node)) each(label);
  }
  if (const auto more = more_labels_.find(node); more != more_labels_.end()) {
    for (const LabelId label : more->second) each(label);
  }
}

bool Live::holds(NodeId node) const {
  return since(node) != base::kTimeMax;
}

IntervalSet Live::intervals(NodeId node) const {
  IntervalSet set;
  each_label(node, [&](LabelId label) { set.add(solution_.labels[label].interval); });
  return set;
}

Time Live::since(NodeId node) const {
  Time first = base::kTimeMax;
  each_label(node, [&](LabelId label) { first = std::min(first, solution_.labels[label].interval.from); });
  return first;
}

Solution &Live::indexed() {
  const std::size_t nodes = program_.nodes.size();
  if (indexed_ == solution_.labels.size() && solution_.node_begin.size() == nodes + 1) return solution_;
  // By node and start, as the solver leaves them.
  solution_.node_begin.assign(nodes + 1, 0);
  for (const Label &label : solution_.labels) ++solution_.node_begin[label.node + 1];
  for (std::size_t i = 0; i < nodes; ++i) solution_.node_begin[i + 1] += solution_.node_begin[i];
  solution_.node_labels.resize(solution_.labels.size());
  std::vector<std::uint32_t> next(solution_.node_begin.begin(), solution_.node_begin.end() - 1);
  for (LabelId id = 0; id < solution_.labels.size(); ++id)
    solution_.node_labels[next[solution_.labels[id].node]++] = id;
  for (const auto &[node, labels] : more_labels_) {
    std::sort(solution_.node_labels.begin() + solution_.node_begin[node],
              solution_.node_labels.begin() + solution_.node_begin[node + 1], [&](LabelId a, LabelId b) {
                return solution_.labels[a].interval.from < solution_.labels[b].interval.from;
              });
  }
  more_labels_.clear();
  indexed_ = solution_.labels.size();
  return solution_;
}

// Everything that an edge derives with one of its premises at a label: its intersection with every label of
// the others.
void Live::derive(EdgeId id, LabelId by, std::vector<Found> &heap) const {
  Found start;
  start.edge = id;
  start.steps = 1;
  derive_from(id, 0, start, by == kNone ? kNone : solution_.labels[by].node, by, heap);
}

void Live::derive_from(EdgeId id, std::size_t at, const Found &so_far, NodeId given, LabelId by,
                       std::vector<Found> &heap) const {
  const Edge &edge = program_.edges[id];
  const auto premises = program_.premises(edge);
  if (at < premises.size()) {
    const auto with = [&](LabelId label) {
      const Label &one = solution_.labels[label];
      Found next = so_far;
      next.interval = base::intersect(next.interval, one.interval);
      if (next.interval.empty()) return;
      next.steps = next.steps > UINT32_MAX - one.steps ? UINT32_MAX : next.steps + one.steps;
      next.premises.push_back(label);
      derive_from(id, at + 1, next, given, by, heap);
    };
    if (premises[at] == given)
      with(by);
    else
      each_label(premises[at], with);
    return;
  }
  std::vector<Piece> pieces;
  pieces_of(program_, id, grade_, pieces);
  for (const Piece &piece : pieces) {
    const Interval when = base::intersect(so_far.interval, piece.valid);
    if (when.empty()) continue;
    Found found = so_far;
    found.interval = {when.from, extended(when.until, piece.linger_us, piece.stop)};
    heap.push_back(std::move(found));
    std::push_heap(heap.begin(), heap.end(), Later());
  }
}

std::vector<NodeId> Live::add(const EdgeSpec &spec) {
  const EdgeId added = program_.add(spec);
  for (const NodeId premise : program_.premises(program_.edges[added])) more_out_[premise].push_back(added);
  std::vector<Found> heap;
  derive(added, kNone, heap);
  std::vector<NodeId> grown;
  std::unordered_set<NodeId> seen;
  std::unordered_map<NodeId, std::uint32_t> prolonged;
  const std::size_t before = solution_.labels.size();
  const std::uint64_t steps_max = full_run_ / kPartOfFullRun + kStepsAlways;
  std::uint64_t steps = 0;
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), Later());
    Found found = std::move(heap.back());
    heap.pop_back();
    const NodeId node = program_.edges[found.edge].conclusion;
    IntervalSet fresh(found.interval);
    if (program_.nodes[node].type == NodeType::secret)
      fresh = IntervalSet(Interval{found.interval.from, since(node)});  // once known, known for ever
    else
      each_label(node, [&](LabelId label) {
        fresh = fresh.subtract(IntervalSet(solution_.labels[label].interval));
      });
    for (const Interval &interval : fresh.items()) {
      if (steps > steps_max || ++prolonged[node] > kProlongedMax) {
        const Solution then = std::move(indexed());
        solve_afresh();
        return grown_since(then, before, solution_, program_.nodes.size());
      }
      const auto id = static_cast<LabelId>(solution_.labels.size());
      const auto premise_begin = static_cast<std::uint32_t>(solution_.premise_pool.size());
      solution_.premise_pool.insert(solution_.premise_pool.end(), found.premises.begin(),
                                    found.premises.end());
      solution_.labels.push_back({interval, node, found.edge, premise_begin, found.steps});
      more_labels_[node].push_back(id);
      if (seen.insert(node).second) grown.push_back(node);
      ++steps;
      if (node + 1 < begin_.size()) {
        steps += begin_[node + 1] - begin_[node];
        for (std::uint32_t at = begin_[node]; at < begin_[node + 1]; ++at) derive(out_[at], id, heap);
      }
      if (const auto more = more_out_.find(node); more != more_out_.end()) {
        for (const EdgeId edge : more->second) derive(edge, id, heap);
      }
    }
  }
  return grown;
}

}  // namespace dislodge::reach
