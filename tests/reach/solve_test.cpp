#include "reach/solve.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drawn.hpp"
#include "naive.hpp"
#include "random_program.hpp"

namespace dislodge::reach {
namespace {

Interval span(std::int64_t from, std::int64_t until) {
  return {Time{from}, Time{until}};
}
Interval since(std::int64_t from) {
  return {Time{from}, kTimeMax};
}

class Small {
 public:
  NodeId principal(std::string_view id) { return program.add(NodeType::principal, id); }
  NodeId secret(std::string_view id) { return program.add(NodeType::secret, id); }
  NodeId resource(std::string_view id) { return program.add(NodeType::resource, id); }
  EdgeId edge(NodeId to, std::vector<NodeId> from, Interval valid = {}, std::int64_t linger = 0,
              Time stop = kTimeMax) {
    return program.add(
        {.conclusion = to, .premises = std::move(from), .valid = valid, .linger_us = linger, .stop = stop});
  }
  std::vector<Interval> at(NodeId node, Grade grade = Grade::possible) const {
    return solve(program, grade).intervals(node).items();
  }
  Program program;
};

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Solve, AnEdgeHoldsWhereItsPremisesAndItsValidityMeet) {
  Small s;
  const NodeId a = s.principal("a"), b = s.principal("b"), c = s.principal("c");
  s.edge(a, {}, span(0, 10));
  s.edge(b, {}, span(5, 20));
  s.edge(c, {a, b}, span(0, 8));
  EXPECT_THAT(s.at(c), ElementsAre(span(5, 8)));
}

TEST(Solve, EdgesMayShareTheirPremisesAndLeaveSomeUnused) {
  // What an action does to an edge is written as copies of it, which stand on the same premises; and an edge
  // that it took away leaves its own in the pool.
  Small s;
  const NodeId a = s.principal("a"), b = s.principal("b"), c = s.principal("c"), d = s.principal("d");
  s.edge(a, {}, span(0, 10));
  s.edge(b, {}, span(0, 20));
  const EdgeId cut = s.edge(c, {a}, span(0, 4));
  Edge copy = s.program.edges[cut];
  copy.valid = span(6, 30);
  s.program.edges.push_back(copy);
  const EdgeId gone = s.edge(d, {a, b});
  s.program.edges[gone].premise_count = 0;
  s.program.edges[gone].valid = span(3, 3);
  s.edge(d, {c});
  s.edge(d, {b}, span(12, 14));
  EXPECT_THAT(s.at(c), ElementsAre(span(0, 4), span(6, 10)));
  EXPECT_THAT(s.at(d), ElementsAre(span(0, 4), span(6, 10), span(12, 14)));
}

TEST(Solve, ControlHasGapsButKnowledgeDoesNot) {
  // Held [1,5) and [8,10); a secret mailed at 9 is learnt through the second interval only.
  Small s;
  const NodeId p = s.principal("p"), box = s.resource("box"), known = s.secret("s");
  s.edge(p, {}, span(1, 5));
  s.edge(p, {}, span(8, 10));
  s.edge(box, {p});
  s.edge(known, {box}, since(9));
  EXPECT_THAT(s.at(box), ElementsAre(span(1, 5), span(8, 10)));
  EXPECT_THAT(s.at(known), ElementsAre(since(9)));
}

TEST(Solve, TokensOutliveTheirCauseUntilTheirLifeEndsOrTheyAreRevoked) {
  Small s;
  const NodeId auth = s.principal("auth"), access = s.principal("access"), refresh = s.principal("refresh"),
               revoked = s.principal("revoked");
  s.edge(auth, {}, span(0, 10));
  s.edge(access, {auth}, {}, 3);
  s.edge(refresh, {auth}, {}, kForever);
  s.edge(revoked, {auth}, {}, kForever, Time{15});
  EXPECT_THAT(s.at(access), ElementsAre(span(0, 13)));
  EXPECT_THAT(s.at(refresh), ElementsAre(since(0)));
  EXPECT_THAT(s.at(revoked), ElementsAre(span(0, 15)));
}

TEST(Solve, ARevocationDoesNotEndWhatIsStillIssued) {
  Small s;
  const NodeId auth = s.principal("auth"), token = s.principal("token");
  s.edge(auth, {}, span(0, 30));
  s.edge(token, {auth}, span(0, 15), kForever, Time{15});
  s.edge(token, {auth}, since(15), kForever);
  EXPECT_THAT(s.at(token), ElementsAre(since(0)));
}

TEST(Solve, RolesThatRenewEachOtherLastForEver) {
  Small s;
  const NodeId a = s.principal("a"), b = s.principal("b");
  s.edge(a, {}, span(0, 10));
  s.edge(b, {a}, {}, 3600);
  s.edge(a, {b}, {}, 3600);
  EXPECT_THAT(s.at(a), ElementsAre(since(0)));
  EXPECT_THAT(s.at(b), ElementsAre(since(0)));
}

TEST(Solve, ARingLastsUntilTheFactThatCutsIt) {
  Small s;
  const NodeId a = s.principal("a"), b = s.principal("b"), c = s.principal("c");
  s.edge(a, {}, span(0, 10));
  s.edge(b, {a}, span(0, 1'000'000), 7);
  s.edge(c, {b}, {}, 5);
  s.edge(a, {c}, {}, 1);
  EXPECT_THAT(s.at(b), ElementsAre(span(0, 1'000'007)));
  EXPECT_THAT(s.at(c), ElementsAre(span(0, 1'000'012)));
  EXPECT_THAT(s.at(a), ElementsAre(span(0, 1'000'013)));
}

TEST(Solve, ARingOfJointPremisesTerminates) {
  // Each needs both: neither ring goes round on its own.
  Small s;
  const NodeId a = s.principal("a"), b = s.principal("b");
  s.edge(a, {}, span(0, 5));
  s.edge(b, {}, span(0, 5));
  s.edge(a, {a, b}, {}, 1);
  s.edge(b, {a, b}, span(0, 1'000'000'000), 1);
  EXPECT_THAT(s.at(a), ElementsAre(span(0, 1'000'000'002)));
  EXPECT_THAT(s.at(b), ElementsAre(span(0, 1'000'000'001)));
}

TEST(Solve, ARevocationWithinARingStopsItOnce) {
  Small s;
  const NodeId a = s.principal("a"), b = s.principal("b");
  s.edge(a, {}, span(0, 10));
  s.edge(b, {a}, {}, 3, Time{100'000});
  s.edge(a, {b}, {}, 3, Time{200'000});
  // b ends at 100000 by revocation, a three later; from there b gets no more than a has.
  EXPECT_THAT(s.at(a), ElementsAre(span(0, 200'000)));
}

TEST(Solve, ConfirmedHoldsAtAttestedTimesOnly) {
  Small s;
  const NodeId known = s.secret("s"), auth = s.principal("auth"), acts = s.principal("acts");
  s.program.add({.conclusion = known, .valid = span(0, 100), .attested = {span(20, 21)}});
  s.program.add(
      {.conclusion = auth, .premises = {known}, .attested = {span(10, 11), span(40, 41), span(60, 61)}});
  s.program.add({.conclusion = acts, .premises = {auth}, .linger_us = kForever, .attested = {Interval{}}});
  EXPECT_THAT(s.at(auth, Grade::confirmed), ElementsAre(span(40, 41), span(60, 61)));
  EXPECT_THAT(s.at(acts, Grade::confirmed), ElementsAre(span(40, 41), span(60, 61)));
  EXPECT_THAT(s.at(acts), ElementsAre(since(0)));
}

TEST(Solve, ChangesReplaceAnEdgesTimesForOneRun) {
  Small s;
  const NodeId a = s.principal("a"), b = s.principal("b");
  s.edge(a, {}, since(0));
  const EdgeId link = s.edge(b, {a});
  const Solver solver(s.program, Grade::possible);
  const Changes gone{{link, {}}};
  const Changes later{{link, {Piece{since(7), 0, kTimeMax}}}};
  EXPECT_THAT(solver.run(&gone).intervals(b).items(), IsEmpty());
  EXPECT_THAT(solver.run(&later).intervals(b).items(), ElementsAre(since(7)));
  EXPECT_THAT(solver.run().intervals(b).items(), ElementsAre(since(0)));
}

TEST(Solve, TheLeastProofWinsAndPremisesComeFirst) {
  Small s;
  const NodeId a = s.principal("a"), b = s.principal("b"), c = s.principal("c");
  s.edge(a, {}, since(0));
  s.edge(b, {a});
  s.edge(c, {b});
  const EdgeId direct = s.edge(c, {a});
  const Solution solution = solve(s.program, Grade::possible);
  ASSERT_EQ(solution.of_node(c).size(), 1u);
  const LabelId label = solution.of_node(c).front();
  EXPECT_EQ(solution.labels[label].edge, direct);
  EXPECT_EQ(solution.labels[label].steps, 2u);
  for (LabelId one = 0; one < solution.labels.size(); ++one) {
    for (const LabelId premise : solution.premises(one)) EXPECT_LT(premise, one);
  }
}

// 120,000 programs at two grades, in portions that run beside each other.
class Naive : public testing::TestWithParam<int> {};
constexpr std::uint64_t kPortion = test::drawn<std::uint64_t>(20'000);

TEST_P(Naive, AgreesWithTheEngineOnRandomPrograms) {
  int rings = 0;
  const std::uint64_t first = static_cast<std::uint64_t>(GetParam()) * kPortion;
  for (std::uint64_t seed = first; seed < first + kPortion; ++seed) {
    Program program;
    Random(seed).fill(program);
    for (const Grade grade : {Grade::possible, Grade::confirmed}) {
      const Solution solution = solve(program, grade);
      const std::vector<std::uint64_t> truth = naive::solve(program, grade);
      for (NodeId node = 0; node < program.nodes.size(); ++node) {
        // The last ticks are left out: a finite end beyond them cannot be told from for ever.
        const std::uint64_t mask = ~std::uint64_t{0} >> 8;
        ASSERT_EQ(naive::mask_of(solution.intervals(node)) & mask, truth[node] & mask)
            << "seed " << seed << " node " << program.id(node) << " grade " << static_cast<int>(grade) << "\n"
            << show(program);
        if (solution.until(node) == kTimeMax && program.nodes[node].type != NodeType::secret) ++rings;
      }
    }
  }
  EXPECT_GT(rings, test::drawn(500));
}
INSTANTIATE_TEST_SUITE_P(Portions, Naive, testing::Range(0, 6));

TEST(Solve, ConfirmedIsWithinPossibleAndAdditionsNeverShrink) {
  for (std::uint64_t seed = 0; seed < test::drawn<std::uint64_t>(4'000); ++seed) {
    Program program;
    Random random(seed ^ 0xABCDEF);
    random.fill(program);
    const Solution confirmed = solve(program, Grade::confirmed);
    const Solution possible = solve(program, Grade::possible);
    for (NodeId node = 0; node < program.nodes.size(); ++node) {
      ASSERT_TRUE(possible.intervals(node).covers(confirmed.intervals(node))) << seed << "\n"
                                                                              << show(program);
    }
    Program more = program.clone();
    more.add(random.edge(static_cast<int>(program.nodes.size())));
    more.add(random.seed(static_cast<int>(program.nodes.size())));
    const Solution grown = solve(more, Grade::possible);
    for (NodeId node = 0; node < program.nodes.size(); ++node) {
      ASSERT_TRUE(grown.intervals(node).covers(possible.intervals(node))) << seed << "\n" << show(more);
    }
    // A removal: one edge ends sooner, and its linger is revoked there.
    const auto victim = static_cast<EdgeId>(random.below(static_cast<int>(program.edges.size())));
    const Time cut{1 + random.below(9)};
    Changes changes;
    const Edge &edge = program.edges[victim];
    std::vector<Piece> pieces;
    const Interval rest = base::intersect(edge.valid, {kTimeMin, cut});
    if (!rest.empty()) pieces.push_back({rest, edge.linger_us, std::min(edge.stop, cut)});
    changes[victim] = pieces;
    const Solution shrunk = Solver(program, Grade::possible).run(&changes);
    for (NodeId node = 0; node < program.nodes.size(); ++node) {
      ASSERT_TRUE(possible.intervals(node).covers(shrunk.intervals(node))) << seed << "\n" << show(program);
    }
  }
}

TEST(Solve, IsTheSameEveryTime) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Program program;
    Random(seed).fill(program);
    const Solution a = solve(program, Grade::possible);
    const Solution b = solve(program.clone(), Grade::possible);
    ASSERT_EQ(a.labels.size(), b.labels.size());
    for (std::size_t i = 0; i < a.labels.size(); ++i) {
      ASSERT_EQ(a.labels[i].edge, b.labels[i].edge);
      ASSERT_EQ(a.labels[i].steps, b.labels[i].steps);
      ASSERT_EQ(a.labels[i].interval, b.labels[i].interval);
    }
    ASSERT_EQ(a.premise_pool, b.premise_pool);
  }
}

TEST(Solve, AChainOfAHundredThousandIsNoRecursion) {
  Small s;
  NodeId last = s.principal("0");
  s.edge(last, {}, since(0));
  for (int i = 1; i < 100'000; ++i) {
    const NodeId next = s.principal(std::to_string(i));
    s.edge(next, {last});
    last = next;
  }
  const Solution solution = solve(s.program, Grade::possible);
  EXPECT_EQ(solution.labels[solution.of_node(last).front()].steps, 100'000u);
}

}  // namespace
}  // namespace dislodge::reach
