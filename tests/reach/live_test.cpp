#include "reach/live.hpp"

#include <gtest/gtest.h>

#include "drawn.hpp"
#include "random_program.hpp"
#include "reach/solve.hpp"

namespace dislodge::reach {
namespace {

TEST(Live, AnAdditionGivesWhatAFullRunGives) {
  int grew = 0;
  for (std::uint64_t seed = 0; seed < test::drawn<std::uint64_t>(10'000); ++seed) {
    Program program;
    Random random(seed ^ 0x5EED);
    random.fill(program);
    for (const Grade grade : {Grade::possible, Grade::confirmed}) {
      Live live(program.clone(), grade);
      for (int i = 0; i < 3; ++i) {
        const int nodes = static_cast<int>(live.program().nodes.size());
        const std::vector<NodeId> grown = live.add(i == 1 ? random.seed(nodes) : random.edge(nodes));
        grew += grown.empty() ? 0 : 1;
        const Solution whole = solve(live.program(), grade);
        for (NodeId node = 0; node < live.program().nodes.size(); ++node) {
          ASSERT_EQ(live.intervals(node).items(), whole.intervals(node).items())
              << "seed " << seed << " addition " << i << " node " << live.program().id(node) << "\n"
              << show(live.program());
        }
      }
      // The labels are a solution: premises stand before what follows from them and cover it at its start.
      const Solution &solution = live.solution();
      for (LabelId label = 0; label < solution.labels.size(); ++label) {
        for (const LabelId premise : solution.premises(label)) {
          ASSERT_LT(premise, label);
          ASSERT_LE(solution.labels[premise].interval.from, solution.labels[label].interval.from);
        }
      }
    }
  }
  EXPECT_GT(grew, test::drawn(1000));
}

TEST(Live, TellsWhichNodesGrew) {
  Program program;
  const NodeId a = program.add(NodeType::principal, "a"), b = program.add(NodeType::principal, "b"),
               c = program.add(NodeType::secret, "c");
  program.add({.conclusion = b, .premises = {a}});
  Live live(std::move(program), Grade::possible);
  EXPECT_FALSE(live.holds(b));
  EXPECT_EQ(live.add({.conclusion = a, .valid = {base::Time{5}, base::kTimeMax}}),
            (std::vector<NodeId>{a, b}));
  EXPECT_EQ(live.since(b), base::Time{5});
  EXPECT_TRUE(live.add({.conclusion = a, .valid = {base::Time{7}, base::Time{9}}}).empty());
  EXPECT_EQ(live.add({.conclusion = c, .premises = {b}, .valid = {base::Time{6}, base::Time{7}}}),
            (std::vector<NodeId>{c}));
  EXPECT_EQ(live.intervals(c).items().front().until, base::kTimeMax);  // once known, known for ever
}

}  // namespace
}  // namespace dislodge::reach
