#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "evict/flow.hpp"
#include "evict/horn.hpp"
#include "evict/master.hpp"
#include "evict/skip.hpp"

namespace dislodge::evict {
namespace {

bool follows(const Horn &horn, const std::vector<char> &chosen, std::vector<char> *holds_out = nullptr) {
  std::vector<char> holds(horn.atoms, 0);
  for (bool changed = true; changed;) {
    changed = false;
    for (const Clause &clause : horn.clauses) {
      bool fires = !holds[clause.head];
      for (const Atom atom : clause.body) fires = fires && holds[atom];
      for (const CandidateId id : clause.killers) fires = fires && !chosen[id];
      if (!fires) continue;
      holds[clause.head] = 1;
      changed = true;
    }
  }
  bool any = false;
  for (Atom atom = 0; atom < horn.atoms; ++atom) any = any || (holds[atom] && horn.goal[atom]);
  if (holds_out != nullptr) *holds_out = holds;
  return any;
}

struct Best {
  double cost = -1;  // no set of actions suffices
};

Best brute_force(const Horn &horn, const std::vector<double> &costs, const std::vector<CandidateId> &forced) {
  Best best;
  for (std::uint32_t set = 0; set < (1u << costs.size()); ++set) {
    std::vector<char> chosen(costs.size(), 0);
    double cost = 0;
    for (std::size_t i = 0; i < costs.size(); ++i) {
      if (!(set >> i & 1)) continue;
      chosen[i] = 1;
      cost += costs[i];
    }
    for (const CandidateId id : forced) chosen[id] = 1;
    if (best.cost >= 0 && cost >= best.cost) continue;
    if (!follows(horn, chosen)) best.cost = cost;
  }
  return best;
}

Horn random_horn(std::mt19937_64 &engine, std::size_t actions, bool joint, bool shared) {
  const auto below = [&](std::uint64_t n) { return static_cast<std::uint32_t>(engine() % n); };
  Horn horn;
  horn.atoms = 3 + below(6);
  horn.goal.assign(horn.atoms, 0);
  for (std::uint32_t i = 1 + below(3); i > 0; --i) horn.goal[below(horn.atoms)] = 1;
  std::vector<char> used(actions, 0);
  for (std::uint32_t i = 2 + below(12); i > 0; --i) {
    Clause clause;
    clause.head = below(horn.atoms);
    const std::uint32_t premises = below(4) == 0 ? 0 : joint && below(3) == 0 ? 2 : 1;
    while (clause.body.size() < premises) {
      const Atom atom = below(horn.atoms);
      if (clause.body.empty() || clause.body.front() != atom) clause.body.push_back(atom);
    }
    for (std::uint32_t k = below(3); k > 0; --k) {
      const CandidateId id = below(actions);
      if (!shared && used[id]) continue;
      used[id] = 1;
      if (std::find(clause.killers.begin(), clause.killers.end(), id) == clause.killers.end())
        clause.killers.push_back(id);
    }
    std::sort(clause.killers.begin(), clause.killers.end());
    horn.clauses.push_back(clause);
  }
  horn.index();
  return horn;
}

class CutAgainstBruteForce : public ::testing::TestWithParam<std::tuple<bool, bool>> {};

TEST_P(CutAgainstBruteForce, SameCostAndProven) {
  const auto [joint, shared] = GetParam();
  std::mt19937_64 engine(joint * 2 + shared);
  int flows = 0, sets = 0;
  for (int round = 0; round < (joint || shared ? 1500 : 3000); ++round) {
    constexpr std::size_t kActions = 8;
    Horn horn = random_horn(engine, kActions, joint, shared);
    std::vector<double> costs;
    for (std::size_t i = 0; i < kActions; ++i) costs.push_back(static_cast<double>(1 + engine() % 5));
    std::vector<CandidateId> forced;
    if (engine() % 3 == 0) forced.push_back(static_cast<CandidateId>(engine() % kActions));
    const CutResult cut = cheapest_cut(horn, costs, forced);
    // Goals that nothing frees are set aside; brute force does without them.
    std::vector<char> holds;
    follows(horn, std::vector<char>(kActions, 1), &holds);
    std::vector<Atom> uncuttable;
    for (Atom atom = 0; atom < horn.atoms; ++atom) {
      if (!holds[atom] || !horn.goal[atom]) continue;
      uncuttable.push_back(atom);
      horn.goal[atom] = 0;
    }
    ASSERT_EQ(cut.uncuttable, uncuttable) << round;
    const Best best = brute_force(horn, costs, forced);
    ASSERT_EQ(cut.cost, best.cost) << "round " << round << " " << cut.method;
    ASSERT_EQ(cut.bound, cut.cost) << round;
    std::vector<char> chosen(kActions, 0);
    for (const CandidateId id : forced) chosen[id] = 1;
    for (const CandidateId id : cut.chosen) chosen[id] = 1;
    ASSERT_FALSE(follows(horn, chosen)) << round;
    flows += std::string_view(cut.method) == "max-flow";
    sets += std::string_view(cut.method) == "hitting set";
  }
  EXPECT_GT(flows, 50);
  if (!joint && !shared) {
    EXPECT_EQ(sets, 0);
  }
  if (joint) {
    EXPECT_GT(sets, 50);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, CutAgainstBruteForce,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool()));

TEST(Cut, BothHalvesAreNeededSoTheCheaperIsCut) {
  Horn horn;
  horn.atoms = 3;
  horn.goal = {0, 0, 1};
  horn.clauses = {{{}, 0, {0}}, {{}, 1, {1}}, {{0, 1}, 2, {2}}};
  horn.index();
  const CutResult cut = cheapest_cut(horn, {5, 2, 3}, {});
  EXPECT_THAT(cut.chosen, ::testing::ElementsAre(1));
  EXPECT_STREQ(cut.method, "hitting set");
}

TEST(Cut, OneActionOnManyIsTakenOnce) {
  // A tenant-wide action for 4 against three single ones for 2 each.
  Horn horn;
  horn.atoms = 3;
  horn.goal = {1, 1, 1};
  horn.clauses = {{{}, 0, {0, 3}}, {{}, 1, {1, 3}}, {{}, 2, {2, 3}}};
  horn.index();
  EXPECT_THAT(cheapest_cut(horn, {2, 2, 2, 4}, {}).chosen, ::testing::ElementsAre(3));
  EXPECT_THAT(cheapest_cut(horn, {1, 1, 1, 4}, {}).chosen, ::testing::ElementsAre(0, 1, 2));
}

TEST(Cut, FurtherSetsMustBeHit) {
  Horn horn;
  horn.atoms = 1;
  horn.goal = {1};
  horn.clauses = {{{}, 0, {0}}};
  horn.index();
  EXPECT_THAT(cheapest_cut(horn, {1, 5, 2}, {}, {{1, 2}}).chosen, ::testing::ElementsAre(0, 2));
}

TEST(Flow, LongChainsAndParallelArcs) {
  Flow flow(100'000);
  for (std::uint32_t i = 0; i + 1 < 100'000; ++i) flow.add_arc(i, i + 1, i == 70'000 ? 3 : 10);
  flow.add_arc(0, 99'999, 4);
  EXPECT_EQ(flow.solve(0, 99'999), 7);
  EXPECT_TRUE(flow.source_side(70'000));
  EXPECT_FALSE(flow.source_side(70'001));
}

TEST(Master, PicksTheCheapestHittingSet) {
  const HittingSet hitting = hit({{0, 1}, {1, 2}, {2, 3}}, {1, 1.5, 1.5, 1});
  EXPECT_TRUE(hitting.solved);
  EXPECT_DOUBLE_EQ(hitting.cost, 2.5);
  EXPECT_DOUBLE_EQ(hitting.bound, 2.5);
  EXPECT_TRUE(hit({}, {}).solved);
}

TEST(Skip, SaysWhatWouldFollowAndHowManyOthersStandThere) {
  std::mt19937_64 engine(7);
  for (int round = 0; round < 3000; ++round) {
    constexpr std::size_t kActions = 6;
    const Horn horn = random_horn(engine, kActions, true, true);
    std::vector<CandidateId> chosen;
    std::vector<char> taken(kActions, 0);
    for (CandidateId id = 0; id < kActions; ++id) {
      if (engine() % 3 == 0) continue;
      chosen.push_back(id);
      taken[id] = 1;
    }
    std::vector<char> with;
    follows(horn, taken, &with);
    const std::vector<Skipped> all = skip_each(horn, chosen, kActions);
    ASSERT_EQ(all.size(), chosen.size());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      std::vector<char> without = taken;
      without[chosen[i]] = 0;
      std::vector<char> holds;
      follows(horn, without, &holds);
      std::vector<Atom> leaks = all[i].leaks;
      std::sort(leaks.begin(), leaks.end());
      std::vector<Atom> expected;
      for (Atom atom = 0; atom < horn.atoms; ++atom) {
        if (holds[atom] && !with[atom] && horn.goal[atom]) expected.push_back(atom);
      }
      ASSERT_EQ(leaks, expected) << round;
    }
  }
}

TEST(Skip, CountsTheOthersOnThePath) {
  Horn horn;
  horn.atoms = 3;
  horn.goal = {0, 0, 1};
  horn.clauses = {{{}, 0, {0}}, {{0}, 1, {1}}, {{1}, 2, {2}}};
  horn.index();
  const auto all = skip_each(horn, {0, 1, 2}, 3);
  for (const Skipped &one : all) {
    EXPECT_TRUE(one.leaks.empty());
    EXPECT_EQ(one.others, 2u);
  }
}

}  // namespace
}  // namespace dislodge::evict
