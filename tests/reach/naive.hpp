#pragma once
// An obviously right solver for small programs, to hold the real one against. Time is 64 ticks of a
// microsecond, a node's times are the bits of a word, and all edges are applied over and over until nothing
// changes. The first tick stands for all of the past and the last for all of the future, so ends must stay
// well below it.

#include <cstdint>
#include <vector>

#include "reach/reach.hpp"
#include "reach/solve.hpp"

namespace dislodge::reach::naive {

inline constexpr int kTicks = 64;

inline std::uint64_t mask_of(const base::Interval &interval) {
  std::uint64_t mask = 0;
  for (int tick = 0; tick < kTicks; ++tick) {
    const bool after = interval.from == base::kTimeMin || interval.from.us <= tick;
    const bool before = interval.until == base::kTimeMax || tick < interval.until.us;
    if (after && before) mask |= std::uint64_t{1} << tick;
  }
  return mask;
}

inline std::uint64_t mask_of(const base::IntervalSet &set) {
  std::uint64_t mask = 0;
  for (const base::Interval &interval : set.items()) mask |= mask_of(interval);
  return mask;
}

inline std::vector<std::uint64_t> solve(const Program &program, Grade grade) {
  std::vector<std::uint64_t> holds(program.nodes.size(), 0);
  for (bool changed = true; changed;) {
    changed = false;
    for (EdgeId id = 0; id < program.edges.size(); ++id) {
      const Edge &edge = program.edges[id];
      std::vector<Piece> pieces;
      pieces_of(program, id, grade, pieces);
      for (const Piece &piece : pieces) {
        std::uint64_t when = mask_of(piece.valid);
        for (const NodeId premise : program.premises(edge)) when &= holds[premise];
        std::uint64_t result = when;
        for (int tick = 0; tick < kTicks; ++tick) {
          if (!(when >> tick & 1)) continue;
          // Held at this tick, so until its end plus the linger, but no further than the revocation after it.
          for (int later = tick + 1; later < kTicks; ++later) {
            if (piece.linger_us != kForever && later > tick + piece.linger_us) break;
            if (piece.stop != base::kTimeMax && later >= piece.stop.us) break;
            result |= std::uint64_t{1} << later;
          }
        }
        if (program.nodes[edge.conclusion].type == NodeType::secret && result != 0) {
          result = ~((result & -result) - 1);  // from the first on, for ever
        }
        if ((result & ~holds[edge.conclusion]) != 0) {
          holds[edge.conclusion] |= result;
          changed = true;
        }
      }
    }
  }
  return holds;
}

}  // namespace dislodge::reach::naive
