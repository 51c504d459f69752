#pragma once
// The static program of eviction: what follows from what, and which actions stop it. Time is gone: a clause
// stands if its fact can be used at or after the plan's start, so that freeing everything here frees it at
// every later time.

#include <cstdint>
#include <vector>

#include "evict/candidate.hpp"

namespace dislodge::evict {

using Atom = std::uint32_t;  // a node of the program, renumbered
using ClauseId = std::uint32_t;

struct Clause {
  std::vector<Atom> body;  // all of them; empty: true from the start
  Atom head = 0;
  std::vector<CandidateId> killers;  // any of them stops it; sorted; empty: nothing does
};

struct Horn {
  std::uint32_t atoms = 0;
  std::vector<Clause> clauses;
  std::vector<char> goal;                   // per atom: must not follow
  std::vector<std::vector<ClauseId>> uses;  // per atom: clauses that have it in their body
  void index();                             // fills `uses`
};

// What follows when the chosen actions are taken; optionally how, by the fewest rounds.
class Closure {
 public:
  explicit Closure(const Horn &horn);
  // chosen: per candidate. Clauses with a chosen killer do not count.
  void run(const std::vector<char> &chosen);
  bool holds(Atom atom) const { return proof_[atom] != reach::kNone; }
  const std::vector<Atom> &order() const { return order_; }  // in the order in which they followed
  // The clause by which an atom that holds followed first.
  ClauseId by(Atom atom) const { return proof_[atom]; }
  // The clauses of the proof of an atom, each once.
  std::vector<ClauseId> proof(Atom atom) const;

 private:
  const Horn *horn_;
  // What a run reads of the clauses, in a row: it reads all of them, many times.
  std::vector<std::uint32_t> sizes_, killers_begin_, uses_begin_;
  std::vector<Atom> heads_;
  std::vector<CandidateId> killers_;
  std::vector<ClauseId> uses_;
  std::vector<std::uint32_t> missing_;  // per clause
  std::vector<ClauseId> proof_;         // per atom
  std::vector<Atom> order_;
  mutable std::vector<std::uint32_t> seen_;
  mutable std::uint32_t turn_ = 0;
};

struct CutResult {
  std::vector<CandidateId> chosen;  // sorted
  double cost = 0;
  double bound = 0;  // proven
  const char *method = "nothing to cut";
  std::vector<Atom> uncuttable;  // goals that follow whatever is done
  std::uint32_t rounds = 0;
};

// The cheapest actions after which no goal follows. `forced` are taken in any case and cost nothing here.
// `also` are further sets of which one member each must be chosen (found by the check in time). Exact unless
// `bound` is less than `cost`.
CutResult cheapest_cut(const Horn &horn, const std::vector<double> &costs,
                       const std::vector<CandidateId> &forced,
                       const std::vector<std::vector<CandidateId>> &also = {});

}  // namespace dislodge::evict
