#include "secret/rule_filter.hpp"

#include <gtest/gtest.h>

namespace dislodge::secret {
namespace {

bool discards(std::string_view text, std::string_view secret, std::string_view path = "a/b.txt") {
  const auto filter = RuleFilter::parse(text);
  EXPECT_TRUE(filter) << (filter ? "" : filter.error().message);
  if (!filter) return false;
  FilterSubject subject;
  subject.secret = secret;
  subject.match = secret;
  subject.line = secret;
  subject.path = path;
  return filter->discards(subject);
}

TEST(RuleFilter, EvaluatesTheSubset) {
  EXPECT_TRUE(discards("entropy(finding[\"secret\"]) <= 3.5", "aaaa"));
  EXPECT_FALSE(discards("entropy(secret) <= 1", "abcd"));
  EXPECT_TRUE(discards("matchesAny(secret, [`^x+$`, \"^a\\\\d\"])", "a1"));
  EXPECT_TRUE(discards("containsAny(secret, ['test'])", "myTESTkey"));
  EXPECT_FALSE(
      discards("containsAny(secret, ['TEST'])", "myTESTkey"));  // as Betterleaks: only one side is lowered
  EXPECT_TRUE(discards("digits(secret) < 2 && (upper(secret) == 1 or false)", "Ab1"));
  EXPECT_TRUE(discards("special(secret, \"!?\") >= 2", "a!b?"));
  EXPECT_TRUE(discards("!(len(secret) > 3)", "abc"));
  EXPECT_TRUE(discards("matchesAny(get(attributes, \"path\", \"\"), [`\\.txt$`])", "x"));
  EXPECT_TRUE(discards("matchesAny((attributes[\"path\"] ?? \"\"), [`\\.txt$`])", "x"));
  EXPECT_TRUE(discards("secret == \"x\" // the end", "x"));
  EXPECT_FALSE(discards("", "x"));
}

TEST(RuleFilter, NamesWhatIsBeyondIt) {
  for (const char *text :
       {"let x = 1; x < 2", "failsTokenEfficiency(secret)", "entropy(secret)", "entropy(secret) < \"a\"",
        "matchesAny(secret, [`(`])", "secret", "finding[\"fragment_raw\"] == \"x\"", "entropy(secret) <",
        "true false", "matchesAny(secret)", "\"unended"})
    EXPECT_FALSE(RuleFilter::parse(text)) << text;
  EXPECT_NE(RuleFilter::parse("let x = 1").error().message.find("let"), std::string::npos);
}

TEST(RuleFilter, IsBounded) {
  EXPECT_FALSE(RuleFilter::parse(std::string(5000, '(')));
  std::string chain = "true";
  for (int i = 0; i < 50000; ++i) chain += "||false";
  EXPECT_TRUE(discards(chain, "x"));
  EXPECT_TRUE(discards(std::string(50001, '!') + "false", "x"));
}

}  // namespace
}  // namespace dislodge::secret
