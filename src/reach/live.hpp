#pragma once
// A program that is solved and grows: an analyst adds a fact and sees what it opens at once. Additions are
// carried through the labels that are there; what held before keeps the proof it had. (A removal is a run of
// its own: Solver::run with changes.)
//
//   Live live(program.clone(), Grade::possible);
//   const std::vector<NodeId> grown = live.add({.rule = Rule::exposure, .conclusion = mailbox, ...});
//   live.intervals(grown.front());
//
// The work of an addition is that of what it newly derives. Where it feeds a ring of roles that renew each
// other, or what it derives is no small part of everything, the program is solved afresh.

#include <unordered_map>
#include <vector>

#include "reach/reach.hpp"

namespace dislodge::reach {

class Live {
 public:
  Live(Program program, Grade grade);

  const Program &program() const { return program_; }
  // A node for add(): made where there is none.
  NodeId node(NodeType type, std::string_view id, std::string_view name = {}, std::string_view detail = {}) {
    return program_.add(type, id, name, detail);
  }
  // The nodes that hold longer than before, each once, in the order in which they grew.
  std::vector<NodeId> add(const EdgeSpec &spec);

  bool holds(NodeId node) const;
  base::IntervalSet intervals(NodeId node) const;
  base::Time since(NodeId node) const;
  // All labels, those of additions included, as Solver::run() would give them but for proofs that an addition
  // made shorter.
  const Solution &solution() { return indexed(); }

 private:
  struct Found {
    base::Interval interval;
    EdgeId edge = kNone;
    std::uint32_t steps = 0;
    std::vector<LabelId> premises;
  };
  struct Later {
    bool operator()(const Found &a, const Found &b) const;
  };
  void solve_afresh();
  Solution &indexed();
  template <typename Each>
  void each_label(NodeId node, Each &&each) const;
  void derive(EdgeId edge, LabelId by, std::vector<Found> &heap) const;
  void derive_from(EdgeId edge, std::size_t at, const Found &so_far, NodeId given, LabelId by,
                   std::vector<Found> &heap) const;

  Program program_;
  Grade grade_;
  Solution solution_;
  std::size_t indexed_ = 0;           // labels that solution_.node_labels knows
  std::uint64_t full_run_ = 0;        // steps of the last full run: its labels times the edges that need them
  std::vector<std::uint32_t> begin_;  // node -> edges of the first run that need it
  std::vector<EdgeId> out_;
  std::unordered_map<NodeId, std::vector<EdgeId>> more_out_;
  std::unordered_map<NodeId, std::vector<LabelId>> more_labels_;
};

}  // namespace dislodge::reach
