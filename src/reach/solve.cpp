// How reach is solved.
//
// Every node has a set of times at which it holds. An edge takes the intersection of its premises' sets and
// of its own validity (AND), lets the result linger, and adds it to the set of its conclusion (OR). We want
// the least sets that are closed under all edges, and for each interval the least proof.
//
// 1. Order. What an edge derives never starts before its premises do, and its proof is longer. So we settle
// labels
//    in the order of (start, steps, edge, premises), as Dijkstra settles distances (Knuth 1977, for AND as
//    well): what leaves the queue first for a node and a start is its least derivation, and its premises are
//    settled.
//
// 2. One number a node. When a label leaves the heap at start t, every label settled before starts at or
// before t.
//    So the node's newest label tells all: if it reaches beyond the candidate's end, the candidate says
//    nothing new; if it reaches beyond its start, only the rest [covered-to, end) is new and goes back on the
//    queue with that start. The same holds for the other premises of an AND: only their newest label can
//    overlap what starts now; a later one of theirs will trigger the edge itself. No lists of intervals are
//    ever intersected.
//
//    Candidates that begin where the node is covered already wait at the node, not on the heap: they can only
//    begin where its newest label ends, so there the least of them by (steps, edge, premises) is next. One
//    that is neither less nor longer than another never will be. What waits is therefore a staircase, sorted
//    by that order with ever later ends; it is a few entries long, and only its first stands on the heap as
//    well.
//
// 3. Knowledge. A secret once known is known for ever: its first label is [start, infinity) and there is no
// second.
//
// 4. Lingering. A token outlives what issued it: [a, b) becomes [a, b + life), but not beyond the edge's next
//    revocation (`stop`). Being true of every point of [a, b), this commutes with cutting labels into parts.
//
// 5. Rings that keep themselves alive: rings.cpp.

#include "reach/solve.hpp"

#include <algorithm>
#include <stdexcept>

#include "reach/solver_run.hpp"

namespace dislodge::reach {

using base::Interval;
using base::Time;

namespace {

constexpr std::uint32_t kAhead = 8;  // edges whose conclusions are asked for before their turn

std::uint32_t add_steps(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t sum = std::uint64_t{a} + b;
  return sum > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(sum);
}

std::uint64_t proof_of(const Candidate &one) {
  return std::uint64_t{one.steps} << 32 | one.edge;
}

}  // namespace

base::Time extended(Time end, std::int64_t linger_us, Time stop) {
  if (linger_us <= 0 || end >= stop) return end;
  return std::min(linger_us == kForever ? base::kTimeMax : end + linger_us, stop);
}

void pieces_of(const Program &program, EdgeId id, Grade grade, std::vector<Piece> &out) {
  out.clear();
  const Edge &edge = program.edges[id];
  if (grade == Grade::possible) {
    if (!edge.valid.empty()) out.push_back({edge.valid, edge.linger_us, edge.stop});
    return;
  }
  const std::int64_t linger = edge.linger_us == kForever ? 0 : edge.linger_us;
  for (const Interval &seen : program.attested(edge)) {
    const Interval when = base::intersect(seen, edge.valid);
    if (!when.empty()) out.push_back({when, linger, edge.stop});
  }
}

Solver::Solver(const Program &program, Grade grade)
    : program_(program), grade_(grade), lists_(program, grade) {
  if (lists_.lingers) find_rings();
}

SolverRun::SolverRun(const Solver &solver, const Changes *changes)
    : solver_(solver),
      program_(solver.program_),
      changes_(changes && !changes->empty() ? changes : nullptr),
      states_(program_.nodes.size()) {
  // So that growing copies little; untouched, it costs nothing.
  solution_.labels.reserve(program_.nodes.size());
  for (NodeId node = 0; node < states_.size(); ++node) {
    if (is_secret(node)) states_[node].waiting = kSecret;
  }
  if (changes_) {
    changed_.assign(program_.edges.size(), 0);
    for (const auto &[edge, pieces] : *changes_) changed_[edge] = 1;
  }
  if (!solver.component_.empty()) {
    prolonged_.assign(program_.nodes.size(), 0);
    widenings_.assign(program_.nodes.size(), 0);
  }
  solution_.grade = solver.grade_;
}

Solution SolverRun::run() {
  for (const EdgeId seed : solver_.lists_.seeds) derive(seed, kNone);
  while (queue_.ready()) {
    const Candidate candidate = queue_.pop();
    if (queue_.near()) ask_for(queue_.front().node);
    take(candidate);
  }
  index_by_node();
  return std::move(solution_);
}

const std::vector<Piece> &SolverRun::pieces(EdgeId edge) {
  if (changes_ && changed_[edge]) return changes_->at(edge);
  pieces_of(program_, edge, solver_.grade_, pieces_);
  return pieces_;
}

void SolverRun::ask_for(NodeId node) const {
  __builtin_prefetch(&states_[node]);
  __builtin_prefetch(solver_.lists_.begins() + node);
}

// Pushes what the edge derives, now that `by` (one of its premises; kNone for a seed) has been settled.
void SolverRun::derive(EdgeId id, LabelId by) {
  const Edge &edge = program_.edges[id];
  // Covered for ever: nothing can be added. This spares most of the work on dense programs.
  if (states_[edge.conclusion].covered == base::kTimeMax) return;
  Interval common;
  std::uint32_t steps = 1;
  const auto premises = program_.premises(edge);
  for (const NodeId premise : premises) {
    if (states_[premise].newest == kNone) return;
    const Label &label = solution_.labels[states_[premise].newest];
    common = base::intersect(common, label.interval);
    steps = add_steps(steps, label.steps);
  }
  // An older label of another premise may start before ours: then ours is the start. Where the newest of
  // another ended before ours starts, the intersection is empty.
  if (by != kNone) common.from = std::max(common.from, solution_.labels[by].interval.from);
  if (common.empty()) return;
  const std::vector<Piece> &when_valid = pieces(id);
  std::uint32_t premise = by;
  bool listed = premises.size() < 2;
  for (std::uint32_t i = 0; i < when_valid.size(); ++i) {
    const Interval when = base::intersect(common, when_valid[i].valid);
    if (when.empty()) continue;
    const Time end = extended(when.until, when_valid[i].linger_us, when_valid[i].stop);
    // Whoever is covered to there is covered from here: its newest label starts at or before now.
    if (end <= states_[edge.conclusion].covered) continue;
    if (!listed) {
      premise = list(premises);
      listed = true;
    }
    offer(Candidate{when.from, end, steps, id, i, premise, edge.conclusion});
  }
}

// A candidate that reaches beyond what its node covers.
void SolverRun::offer(Candidate candidate) {
  const NodeId node = candidate.node;
  if (states_[node].waiting == kSecret) {
    // Only its first label counts, so of all that is on its way only the earliest.
    candidate.end = base::kTimeMax;
    if (candidate.start > states_[node].first) return;
    states_[node].first = candidate.start;
    queue_.push(candidate);
  } else if (candidate.start <= states_[node].covered) {
    wait(candidate);
  } else {
    queue_.push(candidate);
  }
}

// Keeps a candidate for when the node's newest label ends. Mostly the first of the staircase beats it, or is
// beaten: what tells that lies in the state, and the staircase itself is not touched.
void SolverRun::wait(Candidate candidate) {
  State &state = states_[candidate.node];
  candidate.piece |= Candidate::kWaits;
  candidate.start = state.covered;
  std::uint32_t before = kNone, at = state.waiting;
  if (at != kNone && state.first_proof < proof_of(candidate) && state.first >= candidate.end) return;
  while (at != kNone && less_proof(waiting_[at].candidate, candidate)) {
    before = at;
    at = waiting_[at].next;
  }
  if (before != kNone && waiting_[before].candidate.end >= candidate.end) return;
  while (at != kNone && waiting_[at].candidate.end <= candidate.end) at = leave(at);
  std::uint32_t place = free_;
  if (place == kNone) {
    place = static_cast<std::uint32_t>(waiting_.size());
    waiting_.emplace_back();
  } else {
    free_ = waiting_[place].next;
  }
  waiting_[place] = {candidate, at};
  if (before == kNone) {
    stands_first(candidate.node, place);
    queue_.push(candidate);
  } else {
    waiting_[before].next = place;
  }
}

// Takes one off its staircase; gives the next.
std::uint32_t SolverRun::leave(std::uint32_t at) {
  const std::uint32_t next = waiting_[at].next;
  waiting_[at].next = free_;
  free_ = at;
  return next;
}

void SolverRun::stands_first(NodeId node, std::uint32_t at) {
  State &state = states_[node];
  state.waiting = at;
  if (at == kNone) return;
  state.first = waiting_[at].candidate.end;
  state.first_proof = proof_of(waiting_[at].candidate);
}

// The node's newest label ends later now: whoever waits and does not reach beyond it never will.
void SolverRun::call_next(NodeId node) {
  std::uint32_t first = states_[node].waiting;
  if (first == kSecret || first == kNone) return;
  if (states_[node].first <= states_[node].covered) {
    do {
      first = leave(first);
    } while (first != kNone && waiting_[first].candidate.end <= states_[node].covered);
    stands_first(node, first);
  }
  if (first == kNone) return;
  Candidate next = waiting_[first].candidate;
  next.start = states_[node].covered;
  queue_.push(next);
}

void SolverRun::take(const Candidate &candidate) {
  const NodeId node = candidate.node;
  if (candidate.end <= states_[node].covered) return;
  if (candidate.start >= states_[node].covered)
    settle(candidate);
  else if ((candidate.piece & Candidate::kWaits) == 0)
    wait(candidate);
  // else it was called when the node ended earlier, and waits still
}

// Keeps the newest labels of an AND's premises; returns what a candidate's `premise` says of them.
std::uint32_t SolverRun::list(std::span<const NodeId> premises) {
  const auto begin = static_cast<std::uint32_t>(lists_.size());
  if (lists_.size() + premises.size() >= kAnd) throw std::length_error("reach: too many joint premises");
  for (const NodeId node : premises) lists_.push_back(states_[node].newest);
  return kAnd | begin;
}

std::span<const LabelId> SolverRun::premises_of(const Candidate &candidate) const {
  if (candidate.premise == kNone) return {};
  if (candidate.premise & kAnd) {
    return {lists_.data() + (candidate.premise & ~kAnd), program_.edges[candidate.edge].premise_count};
  }
  return {&candidate.premise, 1};
}

void SolverRun::settle(Candidate candidate) {
  const NodeId node = candidate.node;
  candidate.piece &= ~Candidate::kWaits;
  const std::uint32_t begin = solver_.lists_.begin(node), end = solver_.lists_.end(node);
  const EdgeLists::Out *const outs = solver_.lists_.data();
  if (begin < end) __builtin_prefetch(outs + begin);
  if (begin + 3 < end) __builtin_prefetch(outs + begin + 3);
  const bool widened = widen(candidate);
  const auto id = static_cast<LabelId>(solution_.labels.size());
  if (id >= kAnd) throw std::length_error("reach: too many labels");
  const auto premise_begin = static_cast<std::uint32_t>(solution_.premise_pool.size());
  for (const LabelId premise : premises_of(candidate)) solution_.premise_pool.push_back(premise);
  solution_.labels.push_back(
      Label{{candidate.start, candidate.end}, node, candidate.edge, premise_begin, candidate.steps});
  if (!prolonged_.empty()) {
    previous_.push_back(states_[node].newest);
    piece_of_.push_back(candidate.piece);
    widened_.push_back(widened);
  }
  states_[node].newest = id;
  states_[node].covered = candidate.end;
  call_next(node);
  const Label label = solution_.labels[id];
  // What the conclusions cover lies anywhere in memory; asked for ahead, it is there when its turn comes.
  // Plain pointers, since a check of each index costs a tenth of the run.
  const State *const states = states_.data();
  for (std::uint32_t i = begin; i < std::min(begin + kAhead, end); ++i)
    __builtin_prefetch(states + outs[i].conclusion());
  for (std::uint32_t i = begin; i < end; ++i) {
    if (i + kAhead < end) __builtin_prefetch(states + outs[i + kAhead].conclusion());
    const EdgeLists::Out out = outs[i];
    if (!out.plain() || (changes_ && changed_[out.edge()])) {
      derive(out.edge(), id);
      continue;
    }
    const Time covered = states[out.conclusion()].covered;
    if (label.interval.until <= covered) continue;  // says nothing new, whenever the edge holds
    const Interval when = base::intersect(label.interval, out.valid(program_));
    if (when.empty() || when.until <= covered) continue;
    offer(Candidate{when.from, when.until, add_steps(1, label.steps), out.edge(), 0, id, out.conclusion()});
  }
}

void SolverRun::index_by_node() {
  const std::size_t nodes = program_.nodes.size();
  solution_.node_begin.assign(nodes + 1, 0);
  for (const Label &label : solution_.labels) ++solution_.node_begin[label.node + 1];
  for (std::size_t i = 0; i < nodes; ++i) solution_.node_begin[i + 1] += solution_.node_begin[i];
  solution_.node_labels.resize(solution_.labels.size());
  std::vector<std::uint32_t> next(solution_.node_begin.begin(), solution_.node_begin.end() - 1);
  for (std::size_t i = 0; i < solution_.labels.size(); ++i) {
    solution_.node_labels[next[solution_.labels[i].node]++] = static_cast<LabelId>(i);
  }
}

Solution Solver::run(const Changes *changes) const {
  return SolverRun(*this, changes).run();
}

Solution solve(const Program &program, Grade grade) {
  return Solver(program, grade).run();
}

}  // namespace dislodge::reach
