#pragma once
// Who leads to whom among what the intruder can hold when a plan starts: the facts of reach without secrets,
// which once known stay known. Planning asks it three things: which principals can restore each other, what
// hangs on something that is not yet cut, and whether the order of a plan lets one undo what was done before.
//
//   const Control control(situation);
//   const std::vector<char> reached = control.from({node});   // and itself

#include <cstdint>
#include <vector>

#include "evict/situation.hpp"

namespace dislodge::evict {

class Control {
 public:
  // `closed`: edges that do not count, one entry an edge of the program; empty: all do.
  explicit Control(const Situation &situation, const std::vector<char> &closed = {});

  // Per node its strongly connected component: who can restore whom is in one, and what controls has a higher
  // number than what it controls.
  std::vector<std::uint32_t> ranks() const;
  // Per node whether one of these leads there; they count as well.
  std::vector<char> from(const std::vector<reach::NodeId> &nodes) const;

 private:
  std::vector<std::uint32_t> begin_, to_;
};

// What a candidate shuts: where its effects lead. Secrets are left out.
std::vector<reach::NodeId> shuts(const Situation &situation, const Candidate &candidate);

// Whether what it ends can be opened anew, or what it closes be set anew, from the nodes that are reached.
bool hangs_on(const Situation &situation, const Candidate &candidate, const std::vector<char> &reached);

}  // namespace dislodge::evict
