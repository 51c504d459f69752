#pragma once
// The temporal fixpoint: which node holds over which intervals, each interval with its least derivation.
// solve.cpp explains the algorithm. Cost: near-linear in the edges that are reached, times the logarithm of
// the heap; 32 bytes a label and 24 an edge. Deterministic: equal programs give equal solutions, proofs
// included.
//
//   Solution possible = solve(program, Grade::possible);
//   Solver solver(program, Grade::possible);           // many runs over one program, as eviction's check
//   needs Solution later = solver.run(&changes);

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "reach/edge_lists.hpp"
#include "reach/reach.hpp"

namespace dislodge::reach {

// When an edge may be used, and how what it derives lingers.
struct Piece {
  base::Interval valid;
  std::int64_t linger_us = 0;
  base::Time stop = base::kTimeMax;
};

// Edges that hold at other times than the program says. An empty list: the edge is gone.
using Changes = std::unordered_map<EdgeId, std::vector<Piece>>;

// The pieces of an edge at a grade: one at possible, one an attested interval at confirmed. At confirmed a
// token lives as long as its class does, but nothing is held "until revoked".
void pieces_of(const Program &program, EdgeId edge, Grade grade, std::vector<Piece> &out);

// What [.., end) becomes by lingering.
base::Time extended(base::Time end, std::int64_t linger_us, base::Time stop);

// The program is borrowed and must not change while the solver lives. run() is const and may be called from
// several threads at once.
class Live;

class Solver {
 public:
  Solver(const Program &program, Grade grade);
  Solution run(const Changes *changes = nullptr) const;

 private:
  friend class SolverRun;
  friend class Live;  // which follows the same edges
  void find_rings();

  const Program &program_;
  Grade grade_;
  EdgeLists lists_;                       // which edges need a node
  std::vector<std::uint32_t> component_;  // strongly connected component, where some edge lingers; else empty
  std::vector<char> ring_;                // per component: an edge within it lingers
};

Solution solve(const Program &program, Grade grade);

}  // namespace dislodge::reach
