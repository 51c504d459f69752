// Rings. Roles that impersonate one another, each for an hour, keep each other alive for ever: every turn
// adds an
// hour, and left alone the loop would count hours until the end of time. So where an edge lingers within a
// strongly connected component, a node that has been prolonged several times is widened: we follow the
// newest derivation of every node of the component back from it, and take the limit of going round for
// ever. That limit is the least end at which something outside the ring stops it: validity, revocation, a
// premise from elsewhere; or none.
//
// It is never too much. Write x_v for the end of v and x_v = f_v(min of constants and of x_u) for its
// newest derivation; f adds the linger. Labels are derived from earlier ones, so x_v <= f_v(x) holds, and
// a cycle without gain cannot occur: all its ends would be equal, so each label would stand on the next
// one's newest, in a circle. Hence every cycle gains, the terms that go round vanish, and the limit is the
// least path from a constant: Dijkstra again. Constants are also: a revocation that the derivation has not
// passed, and a premise whose newest label does not touch the one that was used (the chain breaks there).
//
// A label that was widened before is a floor, not a constant: it holds to its end already and may go
// further with what its derivation takes in now. (As a constant it would stop its neighbours, and theirs
// would stop it: two such nodes leapfrog by one linger a turn for ever.) Only on a cycle without gain is
// it a constant, since nothing there can carry it beyond its own end.
//
// Nor is the limit too little for long: what still grows is settled label by label and widened again. A
// node that has been widened kWidenedBeforeJumping times in one run jumps to the next fact that could cut
// its component (an edge's end or revocation, the end of a premise from outside), or is left open. Those
// are finitely many, so the loop terminates; the jump may say more than the least set, never less.

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

#include "reach/components.hpp"
#include "reach/solver_run.hpp"

namespace dislodge::reach {

using base::Time;

namespace {

constexpr std::uint8_t kProlongedBeforeWidening = 4;
constexpr std::uint8_t kWidenedBeforeJumping = 16;

}  // namespace

// Secrets are left out: they keep their first label only, so nothing goes round through them.
void Solver::find_rings() {
  const auto is_secret = [&](NodeId node) { return program_.nodes[node].type == NodeType::secret; };
  std::vector<NodeId> to;
  to.reserve(lists_.size());
  for (std::size_t i = 0; i < lists_.size(); ++i) to.push_back(lists_.data()[i].conclusion());
  std::vector<char> skip(program_.nodes.size(), 0);
  for (NodeId node = 0; node < skip.size(); ++node) skip[node] = is_secret(node);
  component_ =
      components(std::vector<std::uint32_t>(lists_.begins(), lists_.begins() + lists_.nodes() + 1), to, skip);
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

// A label that has been prolonged often enough is taken to its limit; true where that is later than its end.
bool SolverRun::widen(Candidate &candidate) {
  if (prolonged_.empty()) return false;
  const NodeId node = candidate.node;
  const std::uint32_t component = solver_.component_[node];
  if (component == kNone || !solver_.ring_[component]) return false;
  if (states_[node].newest == kNone || candidate.start != states_[node].covered) {
    prolonged_[node] = 0;
    widenings_[node] = 0;
    return false;
  }
  if (++prolonged_[node] < kProlongedBeforeWidening) return false;
  prolonged_[node] = 0;
  const bool jump = ++widenings_[node] > kWidenedBeforeJumping;
  const Time limit = jump ? next_cut(component, candidate.end) : limit_of(candidate);
  if (jump) widenings_[node] = 0;
  if (limit <= candidate.end) return false;
  candidate.end = limit;
  return true;
}

// The end of the run of touching labels that holds `used`; whether the node's newest label is in that run.
std::pair<Time, bool> SolverRun::run_end(NodeId node, LabelId used) const {
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
Time SolverRun::next_cut(std::uint32_t component, Time end) {
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
struct SolverRun::Member {
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
std::vector<SolverRun::Member> SolverRun::ring_of(const Candidate &candidate) {
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
      const auto [end, newest] = is_secret(node) ? std::pair{base::kTimeMax, false} : run_end(node, premise);
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
void SolverRun::hold_floors_without_gain(std::vector<Member> &members) {
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

// Where the node's end comes to rest when the derivations in force go on for ever (see above).
Time SolverRun::limit_of(const Candidate &candidate) {
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

}  // namespace dislodge::reach
