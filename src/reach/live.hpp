#pragma once
// A program that is solved and grows: an analyst adds a fact and sees what it opens at once. Additions are
// carried through the labels that are there; what held before keeps the proof it had. (A removal is a run of
// its own: Solver::run with changes.)
//
//   Live live(program.clone(), Grade::possible);
//   const std::vector<NodeId> grown = live.add({.rule = Rule::exposure, .conclusion = mailbox, ...});
//   live.intervals(grown.front());
//
// The work of an addition is that of what it newly derives, and never more than a full run's: a step costs
// less here than there. Where it feeds a ring of roles that renew each other, the program is solved afresh.

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "reach/reach.hpp"
#include "reach/solve.hpp"

namespace dislodge::reach {

class Live {
 public:
  Live(Program program, Grade grade);
  Live(const Live &) = delete;  // the solver borrows the program
  Live &operator=(const Live &) = delete;

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
  // What is still to be looked at. Joint premises lie in lists_.
  struct Found {
    base::Interval interval;
    EdgeId edge = kNone;
    std::uint32_t steps = 0;
    std::uint32_t premise = kNone;  // a label; kList | index into lists_; kNone for a seed
  };
  static constexpr std::uint32_t kList = 0x80000000u;
  struct Later {
    bool operator()(const Found &a, const Found &b) const;
  };
  // What is asked of a node again and again, in one place of memory.
  struct Held {
    base::Time first = base::kTimeMax, last = base::kTimeMin;
    bool whole = true;  // without a gap between the two
    bool more = false;  // additions gave it labels of its own
  };
  void solve_afresh();
  Solution &indexed();
  template <typename Each>
  void each_label(NodeId node, Each &&each) const;
  bool covered(NodeId node, const base::Interval &interval) const;
  base::IntervalSet fresh_of(NodeId node, const base::Interval &interval) const;
  void keep(NodeId node, const base::Interval &interval);
  void derive(EdgeId edge, LabelId by);
  void derive_joint(EdgeId edge, std::size_t at, Found so_far, NodeId given, LabelId by);
  void offer(const Found &found);
  std::span<const LabelId> premises_of(const Found &found) const;

  Program program_;
  Grade grade_;
  std::optional<Solver> solver_;  // of the last full run: which of its edges need a node
  Solution solution_;
  std::size_t indexed_ = 0;     // labels that solution_.node_labels knows
  std::uint64_t full_run_ = 0;  // steps of the last full run: its labels times the edges that need them
  bool lingers_ = false;        // some edge lingers, so rings may renew themselves
  std::vector<Held> held_;      // per node
  std::vector<Found> heap_;     // of one addition
  std::vector<LabelId> lists_;  // a count, then so many labels
  std::vector<LabelId> joint_;  // while joint premises are put together
  std::unordered_map<NodeId, std::vector<EdgeId>> more_out_;
  std::unordered_map<NodeId, std::vector<LabelId>> more_labels_;
};

}  // namespace dislodge::reach
