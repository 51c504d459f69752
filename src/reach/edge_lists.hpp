#pragma once
// Which edges need a node: the lists by which a solver follows what it settles. An edge stands in the list of
// each of its premises with what following a plain one reads, so that nothing else is touched.

#include <cstdint>
#include <vector>

#include "base/huge_pages.hpp"
#include "reach/reach.hpp"

namespace dislodge::reach {

class EdgeLists {
 public:
  // An edge as its premise sees it, in eight bytes: at eighteen million edges the lists are the larger half
  // of what a run over a sparse program touches. Plain edges (one premise, one piece of validity, no
  // lingering) are followed from here; for others, ask the edge.
  class Out {
   public:
    Out() = default;
    Out(EdgeId edge, NodeId conclusion, bool plain, bool always)
        : edge_(edge), conclusion_(conclusion | (plain ? kPlain : 0) | (always ? kAlways : 0)) {}
    EdgeId edge() const { return edge_; }
    NodeId conclusion() const { return conclusion_ & (kPlain - 1); }
    bool plain() const { return (conclusion_ & kPlain) != 0; }
    // Of a plain edge: when it holds.
    base::Interval valid(const Program &program) const {
      return (conclusion_ & kAlways) != 0 ? base::Interval{} : program.edges[edge_].valid;
    }

   private:
    friend class EdgeLists;
    static constexpr std::uint32_t kPlain = 0x40000000u, kAlways = 0x80000000u;
    EdgeId edge_;
    std::uint32_t conclusion_;  // and what is plain to see of it
  };

  EdgeLists(const Program &program, Grade grade);

  std::size_t nodes() const { return begin_.size() - 1; }
  std::uint32_t begin(NodeId node) const { return begin_[node]; }
  std::uint32_t end(NodeId node) const { return begin_[node + 1]; }
  const Out *data() const { return out_.data(); }
  const std::uint32_t *begins() const { return begin_.data(); }
  std::size_t size() const { return out_.size(); }

  std::vector<EdgeId> seeds;  // edges without a premise
  bool lingers = false;       // some edge lingers

 private:
  using Premises = std::vector<NodeId, base::HugePages<NodeId>>;
  bool deal(const Program &program, Grade grade, int shift, const std::vector<std::uint32_t> &group_begin,
            Premises &premise_of);

  std::vector<std::uint32_t, base::HugePages<std::uint32_t>> begin_;  // node -> its first in out_
  std::vector<Out, base::HugePages<Out>> out_;
};

}  // namespace dislodge::reach
