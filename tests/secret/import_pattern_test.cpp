#include "secret/import_pattern.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace dislodge::secret {
namespace {

std::string rust(std::string_view pattern) {
  const auto out = translate_pattern(pattern, Dialect::rust);
  return out ? *out : "refused: " + out.error().message;
}
std::string go(std::string_view pattern) {
  const auto out = translate_pattern(pattern, Dialect::go);
  return out ? *out : "refused: " + out.error().message;
}
bool takes(const std::string &pattern, const std::string &text) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  const RE2 regex(pattern, options);
  EXPECT_TRUE(regex.ok()) << pattern;
  return RE2::FullMatch(text, regex);
}

TEST(ImportPattern, DropsBlanksAndCommentsWhereVerbose) {
  EXPECT_EQ(rust("(?x) a b # c\n [x y] {2} \\ z"), "ab[xy]{2}\\x20z");
  EXPECT_EQ(rust("(?xi)a b"), "(?i)ab");
  EXPECT_EQ(rust("a (?x: b c ) d"), "a (?:bc) d");
  EXPECT_EQ(rust("a(?# note )b"), "ab");
  EXPECT_EQ(go("a b#c"), "a b#c");
}

TEST(ImportPattern, KeepsWhatBothKnow) {
  EXPECT_EQ(go(R"re((?i)\b(ghp_[\w\-]{36})(?:['"\s]|$))re"), R"re((?i)\b(ghp_[\w\-]{36})(?:['"\s]|$))re");
  EXPECT_EQ(rust("(?<name>a)(?P<other>b)"), "(?P<name>a)(?P<other>b)");
  EXPECT_TRUE(takes(go("[^]]+"), "abc"));
  EXPECT_TRUE(takes(go("[[]a{x}"), "[a{x}"));
  EXPECT_TRUE(takes(go(R"(\Qa.b\E+)"), "a.bbb"));
  EXPECT_TRUE(takes(rust(R"([\]\[\-"'`]{4})"), "][-'"));
  EXPECT_TRUE(takes(rust("[[:alnum:]_]{3}"), "a_1"));
  EXPECT_TRUE(takes(rust("caf\xC3\xA9?"), "caf"));
}

TEST(ImportPattern, CountsBeyondAThousand) {
  const std::string ours = rust("x[ab]{2,2500}?y");
  EXPECT_TRUE(takes(ours, "x" + std::string(2500, 'a') + "y"));
  EXPECT_FALSE(takes(ours, "x" + std::string(2501, 'a') + "y"));
  EXPECT_FALSE(takes(ours, "xay"));
  EXPECT_TRUE(takes(
      rust("(?:ab){1500,}"), std::string("ab") + std::string(0, 'x') + [] {
        std::string text;
        for (int i = 0; i < 1500; ++i) text += "ab";
        return text;
      }()));
}

TEST(ImportPattern, RefusesWithTheReason) {
  for (const char *pattern : {"a(?=b)", "a(?!b)", "(?<=a)b", "(?<!a)b", "(a)\\1", "(?>a)", "a++", "[a&&b]",
                              "\\p{L}", "(?u)a", "(a", "a)", "[a", "a\\", "(?<x", "[a[bc]]", "(?z)a"})
    EXPECT_TRUE(rust(pattern).starts_with("refused: ")) << pattern << " became " << rust(pattern);
  EXPECT_NE(rust("a(?=b)").find("look-around"), std::string::npos);
}

TEST(ImportPattern, CountsGroups) {
  const PatternGroups groups = groups_of(R"re((?:a)(b)[(](?P<user>c)\((?i:d)(?P<Token>e)[x[:alpha:]()])re");
  EXPECT_EQ(groups.count, 3);
  EXPECT_EQ(groups.first_named, 2);
  EXPECT_EQ(groups.named_token, 3);
}

}  // namespace
}  // namespace dislodge::secret
