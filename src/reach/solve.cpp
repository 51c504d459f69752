// How reach is solved.
//
// Every node has a set of times at which it holds. An edge takes the intersection of its premises' sets and
// of its own validity (AND), lets the result linger, and adds it to the set of its conclusion (OR). We want
// the least sets that are closed under all edges, and for each interval the least proof.
//
// 1. Order. What an edge derives never starts before its premises do, and its proof is longer. So we settle
// labels
//    in the order of (start, steps, edge, premises), as Dijkstra settles distances (Knuth 1977, for AND as
//    well): what leaves the heap first for a node and a start is its least derivation, and its premises are
//    settled.
//
// 2. One number a node. When a label leaves the heap at start t, every label settled before starts at or
// before t.
//    So the node's newest label tells all: if it reaches beyond the candidate's end, the candidate says
//    nothing new; if it reaches beyond its start, only the rest [covered-to, end) is new and goes back on the
//    heap with that start. The same holds for the other premises of an AND: only their newest label can
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
// 5. Rings. Roles that impersonate one another, each for an hour, keep each other alive for ever: every turn
// adds an
//    hour, and left alone the loop would count hours until the end of time. So where an edge lingers within a
//    strongly connected component, a node that has been prolonged several times is widened: we follow the
//    newest derivation of every node of the component back from it, and take the limit of going round for
//    ever. That limit is the least end at which something outside the ring stops it: validity, revocation, a
//    premise from elsewhere; or none.
//
//    It is never too much. Write x_v for the end of v and x_v = f_v(min of constants and of x_u) for its
//    newest derivation; f adds the linger. Labels are derived from earlier ones, so x_v <= f_v(x) holds, and
//    a cycle without gain cannot occur: all its ends would be equal, so each label would stand on the next
//    one's newest, in a circle. Hence every cycle gains, the terms that go round vanish, and the limit is the
//    least path from a constant: Dijkstra again. Constants are also: a revocation that the derivation has not
//    passed, and a premise whose newest label does not touch the one that was used (the chain breaks there).
//
//    A label that was widened before is a floor, not a constant: it holds to its end already and may go
//    further with what its derivation takes in now. (As a constant it would stop its neighbours, and theirs
//    would stop it: two such nodes leapfrog by one linger a turn for ever.) Only on a cycle without gain is
//    it a constant, since nothing there can carry it beyond its own end.
//
//    Nor is the limit too little for long: what still grows is settled label by label and widened again. A
//    node that has been widened kWidenedBeforeJumping times in one run jumps to the next fact that could cut
//    its component (an edge's end or revocation, the end of a premise from outside), or is left open. Those
//    are finitely many, so the loop terminates; the jump may say more than the least set, never less.

#include "reach/solve.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <queue>
#include <stdexcept>

#include "base/huge_pages.hpp"
#include "reach/components.hpp"

namespace dislodge::reach {
namespace {

using base::Interval;
using base::Time;

constexpr std::uint32_t kWaits = 0x80000000u;  // of a candidate's piece: it stands on its node's staircase
constexpr std::uint32_t kAhead = 8;            // edges whose conclusions are asked for before their turn
constexpr std::uint32_t kAnd = 0x80000000u;    // a candidate's premises lie in the pool of lists
constexpr std::uint8_t kProlongedBeforeWidening = 4;
constexpr std::uint8_t kWidenedBeforeJumping = 16;

struct Candidate {
  Time start, end;
  std::uint32_t steps = 0;
  EdgeId edge = kNone;
  std::uint32_t piece = 0;
  std::uint32_t premise = kNone;  // a label, or kAnd | index into the lists, or kNone for a seed
  NodeId node = 0;                // the edge's conclusion
};

// What decides among candidates for one node and start.
bool less_proof(const Candidate &a, const Candidate &b) {
  const std::uint64_t one = std::uint64_t{a.steps} << 32 | a.edge,
                      other = std::uint64_t{b.steps} << 32 | b.edge;
  if (one != other) return one < other;
  if (a.premise != b.premise) return a.premise < b.premise;
  return (a.piece & ~kWaits) < (b.piece & ~kWaits);
}

bool earlier(const Candidate &a, const Candidate &b) {
  return a.start != b.start ? a.start < b.start : less_proof(a, b);
}

// Candidates by start, which never goes back. Those that come next lie in a small heap that fits the nearest
// cache; the rest lies unsorted in buckets by the highest bit in which its start differs from `base_`, as in
// a radix heap (Ahuja, Mehlhorn, Orlin, Tarjan 1990): a bucket of smaller number is earlier as a whole.
class Queue {
 public:
  // Makes the next one front() unless there is none; then false.
  bool ready() { return !front_.empty() || refill(); }
  bool near() const { return !front_.empty(); }  // front() is known without looking into the buckets
  const Candidate &front() const { return front_.front(); }
  void push(const Candidate &one) {
    const std::uint64_t key = key_of(one);
    if (started_ && key <= bound_)
      push_front(one);
    else
      buckets_[bucket_of(key)].push_back(one);
  }
  Candidate pop() {
    const Candidate first = front_.front(), last = front_.back();
    front_.pop_back();
    Candidate *const items = front_.data();
    const std::size_t count = front_.size();
    std::size_t at = 0;
    while (4 * at + 1 < count) {
      const std::size_t begin = 4 * at + 1, end = std::min(begin + 4, count);
      std::size_t least = begin;
      for (std::size_t child = begin + 1; child < end; ++child) {
        if (earlier(items[child], items[least])) least = child;
      }
      if (!earlier(items[least], last)) break;
      items[at] = items[least];
      at = least;
    }
    if (count > 0) items[at] = last;
    return first;
  }

 private:
  static constexpr std::size_t kFront = 512;

  // Four children a node: half as deep as with two, and those compared lie beside each other.
  void push_front(const Candidate &one) {
    std::size_t at = front_.size();
    front_.push_back(one);
    while (at > 0) {
      const std::size_t parent = (at - 1) / 4;
      if (!earlier(one, front_[parent])) break;
      front_[at] = front_[parent];
      at = parent;
    }
    front_[at] = one;
  }
  // Sorts as the time does, beginning with the open end in the past.
  static std::uint64_t key_of(const Candidate &one) {
    return static_cast<std::uint64_t>(one.start.us) ^ (std::uint64_t{1} << 63);
  }
  std::size_t bucket_of(std::uint64_t key) const {
    return key == base_ ? 0 : 64 - static_cast<std::size_t>(std::countl_zero(key ^ base_));
  }

  bool refill() {
    for (;;) {
      std::size_t least = 0;
      while (least < std::size(buckets_) && buckets_[least].empty()) ++least;
      if (least == std::size(buckets_)) return false;
      std::vector<Candidate> &bucket = buckets_[least];
      std::uint64_t first = UINT64_MAX, last = 0;
      for (const Candidate &one : bucket) {
        first = std::min(first, key_of(one));
        last = std::max(last, key_of(one));
      }
      if (bucket.size() <= kFront || first == last) {
        for (const Candidate &one : bucket) push_front(one);
        bucket.clear();
        bound_ = last;
        started_ = true;
        return true;
      }
      // All of it shares its higher bits with the new base, so it falls into smaller buckets.
      spread_.swap(bucket);
      base_ = first;
      for (const Candidate &one : spread_) buckets_[bucket_of(key_of(one))].push_back(one);
      spread_.clear();
    }
  }

  std::vector<Candidate> front_, spread_, buckets_[65];
  std::uint64_t base_ = 0, bound_ = 0;
  bool started_ = false;
};

std::uint32_t add_steps(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t sum = std::uint64_t{a} + b;
  return sum > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(sum);
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

Solver::Solver(const Program &program, Grade grade) : program_(program), grade_(grade) {
  const std::size_t nodes = program.nodes.size();
  out_begin_.assign(nodes + 1, 0);
  for (std::size_t i = 0; i < program.edges.size(); ++i) {
    const Edge &edge = program.edges[i];
    lingers_ |= edge.linger_us > 0;
    if (edge.premise_count == 0) seeds_.push_back(static_cast<EdgeId>(i));
    for (const NodeId premise : program.premises(edge)) ++out_begin_[premise + 1];
  }
  for (std::size_t i = 0; i < nodes; ++i) out_begin_[i + 1] += out_begin_[i];
  out_.resize(out_begin_[nodes]);
  std::vector<std::uint32_t> next(out_begin_.begin(), out_begin_.end() - 1);
  for (std::size_t i = 0; i < program.edges.size(); ++i) {
    const Edge &edge = program.edges[i];
    const bool plain = grade == Grade::possible && edge.premise_count == 1 && edge.linger_us <= 0;
    for (const NodeId premise : program.premises(edge)) {
      out_[next[premise]++] = {plain ? edge.valid : kNotPlain, static_cast<EdgeId>(i), edge.conclusion};
    }
  }
  if (lingers_) find_rings();
}

// Secrets are left out: they keep their first label only, so nothing goes round through them.
void Solver::find_rings() {
  const auto is_secret = [&](NodeId node) { return program_.nodes[node].type == NodeType::secret; };
  std::vector<NodeId> to;
  to.reserve(out_.size());
  for (const Out &out : out_) to.push_back(out.conclusion);
  std::vector<char> skip(program_.nodes.size(), 0);
  for (NodeId node = 0; node < skip.size(); ++node) skip[node] = is_secret(node);
  component_ = components(out_begin_, to, skip);
  std::uint32_t count = 0;
  for (const std::uint32_t one : component_) count = one == kNone ? count : std::max(count, one + 1);
  ring_.assign(count, 0);
  bool any = false;
  for (const Edge &edge : program_.edges) {
    if (edge.linger_us <= 0 || is_secret(edge.conclusion)) continue;
    for (const NodeId premise : program_.premises(edge)) {
      if (is_secret(premise) || component_[premise] != component_[edge.conclusion]) continue;
      ring_[component_[premise]] = 1;
      any = true;
    }
  }
  if (!any) component_.clear();
}

class SolverRun {
 public:
  SolverRun(const Solver &solver, const Changes *changes)
      : solver_(solver),
        program_(solver.program_),
        changes_(changes && !changes->empty() ? changes : nullptr) {
    states_.resize(program_.nodes.size());
    solution_.labels.reserve(
        program_.nodes.size());  // so that growing copies little; untouched, it costs nothing
    for (NodeId node = 0; node < states_.size(); ++node) {
      states_[node].begin = solver.out_begin_[node];
      states_[node].end = solver.out_begin_[node + 1];
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

  Solution run() {
    for (const EdgeId seed : solver_.seeds_) derive(seed, kNone);
    while (queue_.ready()) {
      const Candidate candidate = queue_.pop();
      if (queue_.near()) ask_for(queue_.front().node);
      take(candidate);
    }
    index_by_node();
    return std::move(solution_);
  }

 private:
  void ask_for(NodeId node) const { __builtin_prefetch(&states_[node]); }

  // All that is asked of a node again and again, in half a cache line.
  struct alignas(32) State {
    Time covered = base::kTimeMin;  // where its newest label ends
    Time first = base::kTimeMax;    // of a secret: the earliest start on its way
    LabelId newest = kNone;
    std::uint32_t waiting = kNone;     // the first of its staircase; kSecret: it is a secret and has none
    std::uint32_t begin = 0, end = 0;  // the edges that need it
  };
  static constexpr std::uint32_t kSecret = kNone - 1;
  struct Waiting {
    Candidate candidate;
    std::uint32_t next = kNone;
  };

  bool is_secret(NodeId node) const { return program_.nodes[node].type == NodeType::secret; }

  const std::vector<Piece> &pieces(EdgeId edge) {
    if (changes_ && changed_[edge]) return changes_->at(edge);
    pieces_of(program_, edge, solver_.grade_, pieces_);
    return pieces_;
  }

  // Pushes what the edge derives, now that `by` (one of its premises; kNone for a seed) has been settled.
  void derive(EdgeId id, LabelId by) {
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

  // The same for an edge that has no other premise and one piece only, which reaches beyond what is covered.
  void follow(const Solver::Out &out, LabelId by, const Label &label) {
    const Time start = std::max(label.interval.from, out.valid.from);
    const Time end = std::min(label.interval.until, out.valid.until);
    offer(Candidate{start, end, add_steps(1, label.steps), out.edge, 0, by, out.conclusion});
  }

  // A candidate that reaches beyond what its node covers.
  void offer(Candidate candidate) {
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

  // Keeps a candidate for when the node's newest label ends.
  void wait(Candidate candidate) {
    const NodeId node = candidate.node;
    candidate.piece |= kWaits;
    candidate.start = states_[node].covered;
    std::uint32_t before = kNone, at = states_[node].waiting;
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
    const bool first = before == kNone;
    (first ? states_[node].waiting : waiting_[before].next) = place;
    if (first) queue_.push(candidate);
  }

  // Takes one off its staircase; gives the next.
  std::uint32_t leave(std::uint32_t at) {
    const std::uint32_t next = waiting_[at].next;
    waiting_[at].next = free_;
    free_ = at;
    return next;
  }

  // The node's newest label ends later now: whoever waits and does not reach beyond it never will.
  void call_next(NodeId node) {
    std::uint32_t &first = states_[node].waiting;
    if (first == kSecret) return;
    while (first != kNone && waiting_[first].candidate.end <= states_[node].covered) first = leave(first);
    if (first == kNone) return;
    Candidate next = waiting_[first].candidate;
    next.start = states_[node].covered;
    queue_.push(next);
  }

  void take(const Candidate &candidate) {
    const NodeId node = candidate.node;
    if (candidate.end <= states_[node].covered) return;
    if (candidate.start >= states_[node].covered)
      settle(candidate);
    else if ((candidate.piece & kWaits) == 0)
      wait(candidate);
    // else it was called when the node ended earlier, and waits still
  }

  // Keeps the newest labels of an AND's premises; returns what a candidate's `premise` says of them.
  std::uint32_t list(std::span<const NodeId> premises) {
    const auto begin = static_cast<std::uint32_t>(lists_.size());
    if (lists_.size() + premises.size() >= kAnd) throw std::length_error("reach: too many joint premises");
    for (const NodeId node : premises) lists_.push_back(states_[node].newest);
    return kAnd | begin;
  }

  std::span<const LabelId> premises_of(const Candidate &candidate) const {
    if (candidate.premise == kNone) return {};
    if (candidate.premise & kAnd) {
      return {lists_.data() + (candidate.premise & ~kAnd), program_.edges[candidate.edge].premise_count};
    }
    return {&candidate.premise, 1};
  }

  void settle(Candidate candidate) {
    const NodeId node = candidate.node;
    candidate.piece &= ~kWaits;
    const std::uint32_t begin = states_[node].begin, end = states_[node].end;
    if (begin < end) __builtin_prefetch(&solver_.out_[begin]);
    if (begin + 3 < end) __builtin_prefetch(&solver_.out_[begin + 3]);
    bool widened = false;
    if (!prolonged_.empty() && solver_.component_[node] != kNone && solver_.ring_[solver_.component_[node]]) {
      if (states_[node].newest == kNone || candidate.start != states_[node].covered) {
        prolonged_[node] = 0;
        widenings_[node] = 0;
      } else if (++prolonged_[node] >= kProlongedBeforeWidening) {
        prolonged_[node] = 0;
        const bool jump = ++widenings_[node] > kWidenedBeforeJumping;
        const Time limit = jump ? next_cut(solver_.component_[node], candidate.end) : limit_of(candidate);
        widened = limit > candidate.end;
        if (widened) candidate.end = limit;
        if (jump) widenings_[node] = 0;
      }
    }
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
    const Solver::Out *const outs = solver_.out_.data();
    const State *const states = states_.data();
    for (std::uint32_t i = begin; i < std::min(begin + kAhead, end); ++i)
      __builtin_prefetch(states + outs[i].conclusion);
    for (std::uint32_t i = begin; i < end; ++i) {
      if (i + kAhead < end) __builtin_prefetch(states + outs[i + kAhead].conclusion);
      const Solver::Out &out = outs[i];
      if (out.valid == Solver::kNotPlain || (changes_ && changed_[out.edge]))
        derive(out.edge, id);
      else if (out.valid.from < label.interval.until && label.interval.from < out.valid.until &&
               std::min(label.interval.until, out.valid.until) > states[out.conclusion].covered)
        follow(out, id, label);
    }
  }

  // The end of the run of touching labels that holds `used`; whether the node's newest label is in that run.
  std::pair<Time, bool> run_end(NodeId node, LabelId used) const {
    LabelId label = states_[node].newest;
    Time end = solution_.labels[label].interval.until;
    bool newest = true;
    while (label != used && label != kNone) {
      const LabelId before = previous_[label];
      if (before == kNone) break;
      if (solution_.labels[before].interval.until != solution_.labels[label].interval.from) {
        end = solution_.labels[before].interval.until;
        newest = false;
      }
      label = before;
    }
    return {end, newest};
  }

  // The first time after `end` at which a fact could cut the component: the end or revocation of one of its
  // edges, or of a premise from outside; kTimeMax where there is none.
  Time next_cut(std::uint32_t component, Time end) {
    Time cut = base::kTimeMax;
    const auto consider = [&](Time at) {
      if (at > end) cut = std::min(cut, at);
    };
    for (EdgeId id = 0; id < program_.edges.size(); ++id) {
      const Edge &edge = program_.edges[id];
      if (solver_.component_[edge.conclusion] != component) continue;
      for (const Piece &piece : pieces(id)) {
        consider(piece.valid.until);
        if (piece.linger_us > 0) consider(piece.stop);
      }
      for (const NodeId premise : program_.premises(edge)) {
        if (solver_.component_[premise] != component && states_[premise].newest != kNone) {
          consider(states_[premise].covered);
        }
      }
    }
    return cut;
  }

  // One node of a ring while its limit is sought, with the derivation in force.
  struct Member {
    NodeId node;
    Time constant = base::kTimeMax;  // least end that comes from outside the ring
    Time floor = base::kTimeMin;     // where it already ends, if an earlier limit took it there
    Time reached = base::kTimeMax;   // where what the derivation took in ended
    Piece piece = {};
    std::vector<std::uint32_t> feeds = {};  // members derived from this one
    Time limit = base::kTimeMax;
    bool done = false;

    bool gains() const { return piece.linger_us > 0 && reached < piece.stop; }
    // Where it ends when what it takes in ends at `in`.
    Time outgo(Time in) const {
      return std::max(floor, gains() ? extended(in, piece.linger_us, piece.stop) : in);
    }
  };

  // The ring of the candidate's node: what its derivation and the newest ones of all it stands on take in.
  std::vector<Member> ring_of(const Candidate &candidate) {
    std::vector<Member> members;
    std::unordered_map<NodeId, std::uint32_t> index;
    const std::uint32_t component = solver_.component_[program_.edges[candidate.edge].conclusion];
    const auto enter = [&](NodeId node) {
      const auto [place, fresh] = index.emplace(node, static_cast<std::uint32_t>(members.size()));
      if (fresh) members.push_back(Member{node});
      return place->second;
    };
    enter(program_.edges[candidate.edge].conclusion);
    for (std::uint32_t i = 0; i < members.size(); ++i) {
      const bool own = i == 0;
      const LabelId label = own ? kNone : states_[members[i].node].newest;
      if (!own && widened_[label]) members[i].floor = solution_.labels[label].interval.until;
      const EdgeId edge = own ? candidate.edge : solution_.labels[label].edge;
      const std::uint32_t piece = own ? candidate.piece : piece_of_[label];
      const auto used = own ? premises_of(candidate) : solution_.premises(label);
      members[i].piece = pieces(edge)[piece];
      members[i].constant = members[i].piece.valid.until;
      members[i].reached = members[i].piece.valid.until;
      for (const LabelId premise : used) {
        const NodeId node = solution_.labels[premise].node;
        const auto [end, newest] =
            is_secret(node) ? std::pair{base::kTimeMax, false} : run_end(node, premise);
        members[i].reached = std::min(members[i].reached, solution_.labels[premise].interval.until);
        if (!is_secret(node) && newest && solver_.component_[node] == component) {
          const std::uint32_t from = enter(node);
          members[from].feeds.push_back(i);
        } else {
          members[i].constant = std::min(members[i].constant, end);
        }
      }
    }
    return members;
  }

  // Makes constants of the floors that lie on a cycle without gain.
  static void hold_floors_without_gain(std::vector<Member> &members) {
    std::vector<std::uint32_t> begin{0}, to;
    for (const Member &member : members) {
      for (const std::uint32_t fed : member.feeds) {
        if (!members[fed].gains()) to.push_back(fed);
      }
      begin.push_back(static_cast<std::uint32_t>(to.size()));
    }
    const std::vector<std::uint32_t> cycle = components(begin, to, std::vector<char>(members.size(), 0));
    std::vector<std::uint32_t> size(members.size(), 0);
    for (const std::uint32_t one : cycle) ++size[one];
    for (std::uint32_t i = 0; i < members.size(); ++i) {
      const bool alone =
          size[cycle[i]] == 1 && std::count(to.begin() + begin[i], to.begin() + begin[i + 1], i) == 0;
      if (!alone && members[i].floor != base::kTimeMin) {
        members[i].constant = std::min(members[i].constant, members[i].floor);
      }
    }
  }

  // Where the node's end comes to rest when the derivations in force go on for ever (see 5 above).
  Time limit_of(const Candidate &candidate) {
    std::vector<Member> members = ring_of(candidate);
    hold_floors_without_gain(members);
    using Entry = std::pair<Time, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    for (std::uint32_t i = 0; i < members.size(); ++i) {
      Member &member = members[i];
      member.limit = member.outgo(member.constant);
      // Within reach of a revocation, the revocation is a constant as well.
      if (member.gains()) member.limit = std::min(member.limit, std::max(member.floor, member.piece.stop));
      if (member.limit != base::kTimeMax) queue.push({member.limit, i});
    }
    while (!queue.empty()) {
      const auto [end, at] = queue.top();
      queue.pop();
      if (members[at].done || end != members[at].limit) continue;
      members[at].done = true;
      for (const std::uint32_t to : members[at].feeds) {
        const Time next = members[to].outgo(end);
        if (next < members[to].limit) {
          members[to].limit = next;
          queue.push({next, to});
        }
      }
    }
    return members[0].limit;
  }

  void index_by_node() {
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

  const Solver &solver_;
  const Program &program_;
  const Changes *changes_;
  std::vector<char> changed_;
  Solution solution_;
  std::vector<State, base::HugePages<State>> states_;  // per node
  std::vector<LabelId> lists_;                         // premises of candidates that have more than one
  std::vector<Piece> pieces_;
  Queue queue_;
  std::vector<Waiting> waiting_;  // the staircases of all nodes, and a list of free places
  std::uint32_t free_ = kNone;
  // Only where there are rings:
  std::vector<std::uint8_t>
      prolonged_,                  // per node: how often its newest run was prolonged since the last widening
      widenings_;                  // per node: how often its newest run was widened since the last jump
  std::vector<LabelId> previous_;  // per label: the one before of the same node
  std::vector<std::uint32_t> piece_of_;  // per label
  std::vector<char> widened_;            // per label: its end is a limit, not what its own derivation gives
};

Solution Solver::run(const Changes *changes) const {
  return SolverRun(*this, changes).run();
}

Solution solve(const Program &program, Grade grade) {
  return Solver(program, grade).run();
}

}  // namespace dislodge::reach
