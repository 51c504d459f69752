// Relaxed patterns: what is rewritten, what is left, and where the original's groups go.
#include "secret/relaxed.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

TEST(Relax, LargeCountsLoseTheirUpperBoundAndAreCaptured) {
  const RelaxedPattern one = relax(R"(\b(ey[A-Z]{10,600}\.[a-z_\-]{20,700}))", 1);
  EXPECT_EQ(one.pattern, R"(\b(ey([A-Z]{10,})\.([a-z_\-]{20,})))");
  EXPECT_EQ(one.group, 1);
  EXPECT_EQ(one.groups, 3);
  ASSERT_EQ(one.bounds.size(), 2u);
  EXPECT_EQ(one.bounds[0].group, 2);
  EXPECT_EQ(one.bounds[0].most, 600u);
  EXPECT_EQ(one.bounds[1].group, 3);
  EXPECT_EQ(one.bounds[1].most, 700u);
}

TEST(Relax, AGroupBehindARelaxedOneMoves) {
  const RelaxedPattern one = relax(R"([^\r\n]{0,200}?(key)=([0-9]{4}))", 2);
  EXPECT_EQ(one.pattern, R"(([^\r\n]{0,}?)(key)=([0-9]{4}))");
  EXPECT_EQ(one.group, 3);
}

TEST(Relax, WhatCannotBeCheckedIsLeft) {
  for (const char *same :
       {R"((?:[a-z]{1,100}&){0,4}x)", R"([a-z]{40})", R"([a-z]{1,8})", R"(a{1,)", R"(\b{1,99})", R"([a-z)",
        R"((?:ab){1,90})", R"([[:alpha:]]{2,3}(?i)x(?i:y))", "", "(", ")", "\\"})
    EXPECT_EQ(relax(same, 0).pattern, same);
}

TEST(Relax, EveryRuleStillCompilesAndMatchesItsExamples) {
  std::size_t relaxed = 0;
  for (const Rule &rule : test::rules().rules) {
    const RelaxedPattern one = relax(rule.pattern, rule.group);
    const RE2 regex(one.pattern, RE2::Latin1);
    ASSERT_TRUE(regex.ok()) << rule.id << ": " << regex.error();
    EXPECT_EQ(regex.NumberOfCapturingGroups(), one.groups) << rule.id;
    relaxed += one.bounds.empty() ? 0 : 1;
    for (const std::string &text : rule.positive) EXPECT_TRUE(RE2::PartialMatch(text, regex)) << rule.id;
  }
  EXPECT_GT(relaxed, 50u);
}

}  // namespace
}  // namespace dislodge::secret
