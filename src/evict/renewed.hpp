#pragma once
// Tokens that renew each other: with a session of one role another is taken, and with that the first again.
// Such a ring needs no credential any more, so a program without time, in which everything comes of a fact
// that holds, would not know that it goes on. It does until its tokens are ended, or the ring is cut.

#include <vector>

#include "evict/candidate.hpp"

namespace dislodge::evict {

struct Renewed {
  reach::EdgeId edge;               // what lingers, within a ring
  std::vector<reach::EdgeId> ring;  // the edges of its ring: without one of them it goes round no more
};

// Of the relevant edges those whose conclusion is held at `start`, or may come to be.
std::vector<Renewed> renewed_edges(const reach::Program &program, const Relevant &relevant,
                                   const reach::Solution &possible, base::Time start);

}  // namespace dislodge::evict
