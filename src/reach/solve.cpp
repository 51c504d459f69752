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
#include <limits>
#include <queue>
#include <stdexcept>

#include "reach/components.hpp"

namespace dislodge::reach {
namespace {

using base::Interval;
using base::Time;

constexpr std::uint32_t kAnd = 0x80000000u;  // a candidate's premises lie in the pool of lists
constexpr std::uint8_t kProlongedBeforeWidening = 4;
constexpr std::uint8_t kWidenedBeforeJumping = 16;

struct Candidate {
  Time start, end;
  std::uint32_t steps = 0;
  EdgeId edge = kNone;
  std::uint32_t piece = 0;
  std::uint32_t premise = kNone;  // a label, or kAnd | index into the lists, or kNone for a seed
};

struct Later {
  bool operator()(const Candidate &a, const Candidate &b) const {
    if (a.start != b.start) return a.start > b.start;
    if (a.steps != b.steps) return a.steps > b.steps;
    if (a.edge != b.edge) return a.edge > b.edge;
    if (a.premise != b.premise) return a.premise > b.premise;
    return a.piece > b.piece;
  }
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
  bool lingers = false;
  for (std::size_t i = 0; i < program.edges.size(); ++i) {
    const Edge &edge = program.edges[i];
    lingers |= edge.linger_us > 0;
    if (edge.premise_count == 0) seeds_.push_back(static_cast<EdgeId>(i));
    for (const NodeId premise : program.premises(edge)) ++out_begin_[premise + 1];
  }
  for (std::size_t i = 0; i < nodes; ++i) out_begin_[i + 1] += out_begin_[i];
  out_edges_.resize(out_begin_[nodes]);
  std::vector<std::uint32_t> next(out_begin_.begin(), out_begin_.end() - 1);
  for (std::size_t i = 0; i < program.edges.size(); ++i) {
    for (const NodeId premise : program.premises(program.edges[i])) {
      out_edges_[next[premise]++] = static_cast<EdgeId>(i);
    }
  }
  if (lingers) find_rings();
}

// Secrets are left out: they keep their first label only, so nothing goes round through them.
void Solver::find_rings() {
  const auto is_secret = [&](NodeId node) { return program_.nodes[node].type == NodeType::secret; };
  std::vector<NodeId> to;
  to.reserve(out_edges_.size());
  for (const EdgeId edge : out_edges_) to.push_back(program_.edges[edge].conclusion);
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
    newest_.assign(program_.nodes.size(), kNone);
    covered_.assign(program_.nodes.size(), base::kTimeMin);
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
    while (!heap_.empty()) {
      const Candidate candidate = heap_.top();
      heap_.pop();
      settle(candidate);
    }
    index_by_node();
    return std::move(solution_);
  }

 private:
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
    if (covered_[edge.conclusion] == base::kTimeMax) return;
    Interval common;
    std::uint32_t steps = 1;
    const auto premises = program_.premises(edge);
    for (const NodeId premise : premises) {
      if (newest_[premise] == kNone) return;
      const Label &label = solution_.labels[newest_[premise]];
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
      if (newest_[edge.conclusion] != kNone && end <= covered_[edge.conclusion]) continue;
      if (!listed) {
        premise = list(premises);
        listed = true;
      }
      heap_.push(Candidate{when.from, end, steps, id, i, premise});
    }
  }

  // Keeps the newest labels of an AND's premises; returns what a candidate's `premise` says of them.
  std::uint32_t list(std::span<const NodeId> premises) {
    const auto begin = static_cast<std::uint32_t>(lists_.size());
    if (lists_.size() + premises.size() >= kAnd) throw std::length_error("reach: too many joint premises");
    for (const NodeId node : premises) lists_.push_back(newest_[node]);
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
    const NodeId node = program_.edges[candidate.edge].conclusion;
    if (newest_[node] != kNone) {
      if (is_secret(node) || candidate.end <= covered_[node]) return;
      if (candidate.start < covered_[node]) {
        candidate.start = covered_[node];
        heap_.push(candidate);
        return;
      }
    }
    if (is_secret(node)) candidate.end = base::kTimeMax;
    bool widened = false;
    if (!prolonged_.empty() && solver_.component_[node] != kNone && solver_.ring_[solver_.component_[node]]) {
      if (newest_[node] == kNone || candidate.start != covered_[node]) {
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
      previous_.push_back(newest_[node]);
      piece_of_.push_back(candidate.piece);
      widened_.push_back(widened);
    }
    newest_[node] = id;
    covered_[node] = candidate.end;
    for (std::uint32_t i = solver_.out_begin_[node]; i < solver_.out_begin_[node + 1]; ++i) {
      derive(solver_.out_edges_[i], id);
    }
  }

  // The end of the run of touching labels that holds `used`; whether the node's newest label is in that run.
  std::pair<Time, bool> run_end(NodeId node, LabelId used) const {
    LabelId label = newest_[node];
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
        if (solver_.component_[premise] != component && newest_[premise] != kNone) {
          consider(covered_[premise]);
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
      const LabelId label = own ? kNone : newest_[members[i].node];
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
  std::vector<LabelId> newest_;  // per node: its newest label
  std::vector<Time> covered_;    // per node: where that ends
  std::vector<LabelId> lists_;   // premises of candidates that have more than one
  std::vector<Piece> pieces_;
  std::priority_queue<Candidate, std::vector<Candidate>, Later> heap_;
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
