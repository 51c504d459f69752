#include "reach/live.hpp"

#include <algorithm>
#include <unordered_set>

namespace dislodge::reach {
namespace {

using base::Interval;
using base::IntervalSet;
using base::Time;

// A node that is prolonged this often by one addition goes round in a ring; solve.cpp knows how to end it.
constexpr std::uint32_t kProlongedMax = 16;
constexpr std::uint32_t kAhead = 8;  // edges whose conclusions are asked for before their turn
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
  solver_.reset();  // its memory first, since it is as large as what takes its place
  solver_.emplace(program_, grade_);
  solution_ = solver_->run();
  lingers_ = solver_->lists_.lingers;
  indexed_ = solution_.labels.size();
  more_labels_.clear();
  more_out_.clear();
  held_.assign(program_.nodes.size(), {});
  full_run_ = 0;
  for (const Label &label : solution_.labels) {  // in the order of their starts
    full_run_ += solver_->lists_.end(label.node) - solver_->lists_.begin(label.node);
    keep(label.node, label.interval);
  }
}

// One more interval of a node; those of one run come by start, those of additions as they will.
void Live::keep(NodeId node, const Interval &interval) {
  Held &held = held_[node];
  if (held.first == base::kTimeMax) {
    held.first = interval.from;
    held.last = interval.until;
    return;
  }
  if (interval.from > held.last || interval.until < held.first) held.whole = false;
  held.first = std::min(held.first, interval.from);
  held.last = std::max(held.last, interval.until);
}

bool Live::covered(NodeId node, const Interval &interval) const {
  const Held &held = held_[node];
  if (interval.from < held.first || interval.until > held.last) return false;
  if (held.whole) return true;
  if (program_.nodes[node].type == NodeType::secret) return true;
  if (held.more) return fresh_of(node, interval).empty();
  Time until = interval.from;  // by start, so one pass tells how far they reach without a gap
  for (const LabelId id : solution_.of_node(node)) {
    const Interval &one = solution_.labels[id].interval;
    if (one.from > until) return false;
    until = std::max(until, one.until);
    if (until >= interval.until) return true;
  }
  return false;
}

IntervalSet Live::fresh_of(NodeId node, const Interval &interval) const {
  if (program_.nodes[node].type == NodeType::secret)
    return IntervalSet(Interval{interval.from, since(node)});  // once known, known for ever
  IntervalSet fresh(interval);
  each_label(node, [&](LabelId label) {
    const Interval &one = solution_.labels[label].interval;
    if (one.from < interval.until && interval.from < one.until) fresh = fresh.subtract(IntervalSet(one));
  });
  return fresh;
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

std::span<const LabelId> Live::premises_of(const Found &found) const {
  if (found.premise == kNone) return {};
  if ((found.premise & kList) == 0) return {&found.premise, 1};
  const LabelId *const list = lists_.data() + (found.premise & ~kList);
  return {list + 1, *list};
}

void Live::offer(const Found &found) {
  if (found.interval.empty() || covered(program_.edges[found.edge].conclusion, found.interval)) return;
  heap_.push_back(found);
  std::push_heap(heap_.begin(), heap_.end(), Later());
}

// Everything that an edge derives with one of its premises at a label: its intersection with every label of
// the others.
void Live::derive(EdgeId id, LabelId by) {
  const Edge &edge = program_.edges[id];
  if (edge.premise_count > 1) {
    joint_.clear();
    derive_joint(id, 0, Found{{}, id, 1, kNone}, by == kNone ? kNone : solution_.labels[by].node, by);
    return;
  }
  const auto with = [&](LabelId label) {
    Found found{{}, id, 1, label};
    if (label != kNone) {
      const Label &one = solution_.labels[label];
      found.interval = one.interval;
      found.steps = one.steps == UINT32_MAX ? UINT32_MAX : one.steps + 1;
    }
    const Interval held = found.interval;
    std::vector<Piece> pieces;
    pieces_of(program_, id, grade_, pieces);
    for (const Piece &piece : pieces) {
      const Interval when = base::intersect(held, piece.valid);
      if (when.empty()) continue;
      found.interval = {when.from, extended(when.until, piece.linger_us, piece.stop)};
      offer(found);
    }
  };
  if (by != kNone || edge.premise_count == 0)
    with(by);
  else
    each_label(program_.premises(edge).front(), with);
}

void Live::derive_joint(EdgeId id, std::size_t at, Found so_far, NodeId given, LabelId by) {
  const Edge &edge = program_.edges[id];
  const auto premises = program_.premises(edge);
  if (at < premises.size()) {
    const auto with = [&](LabelId label) {
      const Label &one = solution_.labels[label];
      Found next = so_far;
      next.interval = base::intersect(next.interval, one.interval);
      if (next.interval.empty()) return;
      next.steps = next.steps > UINT32_MAX - one.steps ? UINT32_MAX : next.steps + one.steps;
      joint_.push_back(label);
      derive_joint(id, at + 1, next, given, by);
      joint_.pop_back();
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
    if (covered(edge.conclusion, found.interval)) continue;
    found.premise = kList | static_cast<std::uint32_t>(lists_.size());
    lists_.push_back(static_cast<LabelId>(joint_.size()));
    lists_.insert(lists_.end(), joint_.begin(), joint_.end());
    offer(found);
  }
}

std::vector<NodeId> Live::add(const EdgeSpec &spec) {
  const EdgeId added = program_.add(spec);
  held_.resize(program_.nodes.size());
  for (const NodeId premise : program_.premises(program_.edges[added])) more_out_[premise].push_back(added);
  lingers_ |= spec.linger_us > 0;
  heap_.clear();
  lists_.clear();
  derive(added, kNone);
  std::vector<NodeId> grown;
  std::unordered_set<NodeId> seen;
  std::unordered_map<NodeId, std::uint32_t> prolonged;
  const std::size_t before = solution_.labels.size();
  const std::uint64_t steps_max = full_run_ + kStepsAlways;
  std::uint64_t steps = 0;
  const std::size_t nodes_then = solver_->lists_.nodes();
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), Later());
    const Found found = heap_.back();
    heap_.pop_back();
    const NodeId node = program_.edges[found.edge].conclusion;
    if (covered(node, found.interval)) continue;
    const IntervalSet fresh = fresh_of(node, found.interval);
    for (const Interval &interval : fresh.items()) {
      if (steps > steps_max || (lingers_ && ++prolonged[node] > kProlongedMax)) {
        const Solution then = std::move(indexed());
        solve_afresh();
        return grown_since(then, before, solution_, program_.nodes.size());
      }
      const auto id = static_cast<LabelId>(solution_.labels.size());
      const auto premise_begin = static_cast<std::uint32_t>(solution_.premise_pool.size());
      for (const LabelId premise : premises_of(found)) solution_.premise_pool.push_back(premise);
      solution_.labels.push_back({interval, node, found.edge, premise_begin, found.steps});
      more_labels_[node].push_back(id);
      keep(node, interval);
      held_[node].more = true;
      if (seen.insert(node).second) grown.push_back(node);
      ++steps;
      if (node < nodes_then) {
        const std::uint32_t begin = solver_->lists_.begin(node), end = solver_->lists_.end(node);
        steps += end - begin;
        const EdgeLists::Out *const outs = solver_->lists_.data();
        for (std::uint32_t at = begin; at < std::min(begin + kAhead, end); ++at)
          __builtin_prefetch(&held_[outs[at].conclusion()]);
        for (std::uint32_t at = begin; at < end; ++at) {
          if (at + kAhead < end) __builtin_prefetch(&held_[outs[at + kAhead].conclusion()]);
          const EdgeLists::Out out = outs[at];
          if (!out.plain()) {
            derive(out.edge(), id);
            continue;
          }
          const Interval when = base::intersect(interval, out.valid(program_));
          if (when.empty() || covered(out.conclusion(), when)) continue;
          heap_.push_back({when, out.edge(), found.steps == UINT32_MAX ? UINT32_MAX : found.steps + 1, id});
          std::push_heap(heap_.begin(), heap_.end(), Later());
        }
      }
      if (const auto more = more_out_.find(node); more != more_out_.end()) {
        for (const EdgeId edge : more->second) derive(edge, id);
      }
    }
  }
  return grown;
}

}  // namespace dislodge::reach
