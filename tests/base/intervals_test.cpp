#include "base/intervals.hpp"

#include <gtest/gtest.h>

#include <random>

namespace dislodge::base {
namespace {

IntervalSet from_bits(unsigned bits) {
  IntervalSet set;
  for (int i = 0; i < 16; ++i)
    if ((bits >> i & 1) != 0) set.add({Time{i}, Time{i + 1}});
  return set;
}

unsigned to_bits(const IntervalSet &set) {
  unsigned bits = 0;
  for (int i = 0; i < 16; ++i)
    if (set.contains(Time{i})) bits |= 1u << i;
  return bits;
}

// Against bit sets, where every operation is obviously right.
TEST(Intervals, AgreeWithBitSets) {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    const unsigned a = random() & 0xFFFF;
    const unsigned b = random() & 0xFFFF;
    const IntervalSet x = from_bits(a);
    const IntervalSet y = from_bits(b);
    ASSERT_EQ(to_bits(x), a);
    ASSERT_EQ(x.unite(y), from_bits(a | b));
    ASSERT_EQ(x.intersect(y), from_bits(a & b));
    ASSERT_EQ(x.subtract(y), from_bits(a & ~b));
    ASSERT_EQ(x.covers(y), (b & ~a) == 0);
  }
}

TEST(Intervals, StaySortedDisjointAndJoined) {
  IntervalSet set;
  set.add({Time{10}, Time{20}});
  set.add({Time{30}, Time{40}});
  set.add({Time{20}, Time{30}});
  ASSERT_EQ(set.items().size(), 1u);
  EXPECT_EQ(set.items()[0], (Interval{Time{10}, Time{40}}));
  set.add({Time{5}, Time{5}});
  EXPECT_EQ(set.items().size(), 1u);
  EXPECT_FALSE(set.contains(Time{40}));
  EXPECT_TRUE(set.contains(Time{10}));
}

TEST(Intervals, OpenEndsAreOpen) {
  const IntervalSet always = IntervalSet::always();
  EXPECT_TRUE(always.contains(Time{0}));
  const IntervalSet rest = always.subtract({Interval{Time{1}, Time{2}}});
  ASSERT_EQ(rest.items().size(), 2u);
  EXPECT_EQ(rest.items()[0].from, kTimeMin);
  EXPECT_EQ(rest.items()[1].until, kTimeMax);
  EXPECT_EQ(kTimeMax + kHour, kTimeMax);
  EXPECT_EQ(kTimeMin - kHour, kTimeMin);
}

}  // namespace
}  // namespace dislodge::base
