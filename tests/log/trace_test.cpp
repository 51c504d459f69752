#include "log/trace.hpp"

#include <gtest/gtest.h>

namespace dislodge::log {
namespace {

TEST(Trace, AProgramIsTheSameAfterItsUpdate) {
  EXPECT_EQ(program_of("Chrome/122.0.1"), program_of("Chrome/9.13.44"));
  EXPECT_NE(program_of("Chrome/122"), program_of("Firefox/122"));
  EXPECT_EQ(program_of(""), "");
}

TEST(Trace, NeighboursShareTheFirstHalf) {
  EXPECT_EQ(half_of_address("203.0.113.5"), "203.0");
  EXPECT_EQ(half_of_address("2001:db8:1::5"), "2001:db8");
  EXPECT_EQ(half_of_address("::1"), ":");
  EXPECT_EQ(half_of_address("localhost"), "localhost");
}

}  // namespace
}  // namespace dislodge::log
