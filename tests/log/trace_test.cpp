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

TEST(Trace, InsideAreTheAddressesThatNobodyElseReaches) {
  for (const char *inside :
       {"10.0.0.1", "192.168.3.4", "172.16.0.1", "172.31.9.9", "fd12:3456::1", "fc00::1"})
    EXPECT_TRUE(is_inside_address(inside)) << inside;
  for (const char *outside : {"100.64.0.1", "172.15.0.1", "172.32.0.1", "172.2.3.4", "1720.1", "fcuk",
                              "fe80::1", "192.169.1.1", "8.8.8.8", "", "172."})
    EXPECT_FALSE(is_inside_address(outside)) << outside;
}

}  // namespace
}  // namespace dislodge::log
