#include "reach/candidate_queue.hpp"

#include <gtest/gtest.h>

#include <queue>
#include <random>

namespace dislodge::reach {
namespace {

using base::Time;

struct Later {
  bool operator()(const Candidate &a, const Candidate &b) const {
    return a.start != b.start ? a.start > b.start : less_proof(b, a);
  }
};

// Whatever is pushed while others are popped, as long as nothing goes back: the order is that of a plain
// heap. Few seeds that are far apart and much that comes between them is what a bucket's bound is worst at.
TEST(CandidateQueue, PopsInTheOrderOfStartAndProof) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 30; ++round) {
    CandidateQueue queue;
    std::priority_queue<Candidate, std::vector<Candidate>, Later> plain;
    const auto push = [&](Time start, std::uint32_t steps) {
      Candidate one;
      one.start = start;
      one.steps = steps;
      one.edge = static_cast<EdgeId>(random() % 1000);
      one.premise = static_cast<std::uint32_t>(random() % 50);
      one.piece = static_cast<std::uint32_t>(random() % 3);
      queue.push(one);
      plain.push(one);
    };
    const std::uint64_t apart = 1 + random() % 1'000'000'000'000;
    for (int i = 0; i < 3; ++i) push(i == 0 ? base::kTimeMin : Time{static_cast<std::int64_t>(apart) * i}, 1);
    int left = 5000;
    while (queue.ready()) {
      ASSERT_FALSE(plain.empty());
      const Candidate one = queue.pop();
      ASSERT_EQ(one.start.us, plain.top().start.us);
      ASSERT_EQ(one.steps, plain.top().steps);
      ASSERT_EQ(one.edge, plain.top().edge);
      ASSERT_EQ(one.premise, plain.top().premise);
      plain.pop();
      for (std::uint64_t more = random() % 4; more > 0 && left > 0; --more, --left) {
        // At the same time and a step later, a little later, or anywhere ahead.
        const std::uint64_t kind = random() % 4;
        const std::int64_t now = one.start == base::kTimeMin ? 0 : one.start.us;
        if (kind == 0)
          push(one.start, one.steps + 1);
        else
          push(Time{now + static_cast<std::int64_t>(random() % (kind == 1   ? apart * 4
                                                                : kind == 2 ? 3
                                                                            : 1000))},
               one.steps + 1 + static_cast<std::uint32_t>(random() % 3));
      }
    }
    EXPECT_TRUE(plain.empty());
  }
}

}  // namespace
}  // namespace dislodge::reach
