// Runs the embedded rules' own examples, and checks the loader's errors.
#include <gtest/gtest.h>

#include "secret/rule_check.hpp"
#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

TEST(Rules, EveryExampleOfEveryEmbeddedRuleHolds) {
  const auto problems = check_rules(test::rules(), test::matcher());
  ASSERT_TRUE(problems) << problems.error().message;
  for (const RuleCheck &one : *problems)
    if (!one.note) ADD_FAILURE() << one.rule << ": " << one.problem;
  EXPECT_GE(test::rules().rules.size(), 120u);
}

RuleFile file(std::string_view text) {
  return {"rules/secrets/sample.toml", text};
}
std::string rule_text(std::string_view more) {
  return "family = \"sample\"\nsource = \"https://vendor.example/docs\"\n[[rule]]\nid = "
         "\"sample-token\"\nname = \"Sample\"\n"
         "kind = \"sample-token\"\npattern = '\\b(smp_[0-9a-f]{20})\\b'\nkeywords = [\"smp_\"]\nconfidence = "
         "0.9\n"
         "authenticates = \"x\"\nrealm = \"\"\nowner = \"none\"\nrotate = \"x\"\npositive = [\"a\", "
         "\"b\"]\nnegative = [\"a\", \"b\"]\n" +
         std::string(more);
}
std::string error_of(std::string_view text) {
  const RuleFile one = file(text);
  const auto rules = load_rules({&one, 1});
  return rules ? "" : rules.error().message;
}

TEST(Rules, ALoadedRuleHasItsGroupAndPublicPrefix) {
  const std::string text = rule_text("");
  const RuleFile one = file(text);
  const auto rules = load_rules({&one, 1});
  ASSERT_TRUE(rules) << rules.error().message;
  const Rule *rule = rules->find("sample-token");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->group, 1);
  EXPECT_EQ(rule->public_prefix, "smp_");
  EXPECT_EQ(rule->source, "https://vendor.example/docs");
  EXPECT_EQ(rules->find("other"), nullptr);
  EXPECT_EQ(rules->digest.size(), 64u);
}

TEST(Rules, ErrorsNameFileRuleAndWhatIsWrong) {
  EXPECT_THAT(error_of("family = "), testing::HasSubstr("rules/secrets/sample.toml:1"));
  EXPECT_THAT(error_of(rule_text("colour = 1\n")),
              testing::HasSubstr("sample-token: unknown field \"colour\""));
  EXPECT_THAT(error_of(rule_text("checks = [\"nonsense\"]\n")),
              testing::HasSubstr("no check is named \"nonsense\""));
  EXPECT_THAT(error_of(rule_text("group = 4\n")), testing::HasSubstr("the pattern has no group 4"));
  EXPECT_THAT(error_of(rule_text("") + rule_text("").substr(rule_text("").find("[[rule]]"))),
              testing::HasSubstr("defined twice"));
  EXPECT_THAT(error_of("family = \"x\"\n"), testing::HasSubstr("[[rule]]"));
}

TEST(Rules, APatternThatDoesNotCompileIsNamed) {
  std::string text = rule_text("");
  text.replace(text.find("(smp_"), 5, "(?=mp_");
  const RuleFile one = file(text);
  const auto rules = load_rules({&one, 1});
  ASSERT_TRUE(rules);
  const auto compiled = Matcher::compile(*rules);
  ASSERT_FALSE(compiled);
  EXPECT_THAT(compiled.error().message, testing::HasSubstr("rule sample-token"));
}

TEST(Rules, TheDigestIsOfContentsNotOfPlaces) {
  const std::string a = rule_text("");
  std::string b = rule_text("");
  b.replace(b.find("sample-token"), 12, "other-token0");
  const RuleFile forward[] = {{"a.toml", a}, {"b.toml", b}};
  const RuleFile backward[] = {{"z/b.toml", b}, {"z/a.toml", a}};
  EXPECT_EQ(load_rules(forward)->digest, load_rules(backward)->digest);
}

}  // namespace
}  // namespace dislodge::secret
