#pragma once
// One run of the solver: solve.cpp has its course, rings.cpp how it ends what would go round for ever.

#include <span>
#include <utility>
#include <vector>

#include "base/huge_pages.hpp"
#include "reach/candidate_queue.hpp"
#include "reach/solve.hpp"

namespace dislodge::reach {

class SolverRun {
 public:
  SolverRun(const Solver &solver, const Changes *changes);

  Solution run();

 private:
  // All that is asked of a node again and again, in half a cache line.
  struct alignas(32) State {
    base::Time covered = base::kTimeMin;  // where its newest label ends
    // Of a secret, the earliest start on its way; of others, where the first of its staircase ends.
    base::Time first = base::kTimeMax;
    std::uint64_t first_proof = 0;  // steps and edge of the first of its staircase
    LabelId newest = kNone;
    std::uint32_t waiting = kNone;  // the first of its staircase; kSecret: it is a secret and has none
  };
  static constexpr std::uint32_t kSecret = kNone - 1;
  static constexpr std::uint32_t kAnd = 0x80000000u;  // a candidate's premises lie in the pool of lists
  struct Waiting {
    Candidate candidate;
    std::uint32_t next = kNone;
  };

  bool is_secret(NodeId node) const { return program_.nodes[node].type == NodeType::secret; }
  const std::vector<Piece> &pieces(EdgeId edge);
  void ask_for(NodeId node) const;
  void derive(EdgeId id, LabelId by);
  void offer(Candidate candidate);
  void wait(Candidate candidate);
  std::uint32_t leave(std::uint32_t at);
  void stands_first(NodeId node, std::uint32_t at);
  void call_next(NodeId node);
  void take(const Candidate &candidate);
  std::uint32_t list(std::span<const NodeId> premises);
  std::span<const LabelId> premises_of(const Candidate &candidate) const;
  void settle(Candidate candidate);
  void index_by_node();

  // rings.cpp
  struct Member;
  bool widen(Candidate &candidate);
  std::pair<base::Time, bool> run_end(NodeId node, LabelId used) const;
  base::Time next_cut(std::uint32_t component, base::Time end);
  std::vector<Member> ring_of(const Candidate &candidate);
  static void hold_floors_without_gain(std::vector<Member> &members);
  base::Time limit_of(const Candidate &candidate);

  const Solver &solver_;
  const Program &program_;
  const Changes *changes_;
  std::vector<char> changed_;
  Solution solution_;
  std::vector<State, base::HugePages<State>> states_;  // per node
  std::vector<LabelId> lists_;                         // premises of candidates that have more than one
  std::vector<Piece> pieces_;
  CandidateQueue queue_;
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

}  // namespace dislodge::reach
