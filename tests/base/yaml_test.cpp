#include "base/yaml.hpp"

#include <gtest/gtest.h>

namespace dislodge::base {
namespace {

TEST(Yaml, ReadsScalarsListsAndMaps) {
  const auto documents = parse_yaml(
      "rules:\n- id: a.1\n  pattern: |\n    (?x)\n    x\n  examples: ['it''s', b]\n---\nsecond\n", "t");
  ASSERT_TRUE(documents);
  ASSERT_EQ(documents->size(), 2u);
  const YamlNode *rules = documents->front().find("rules");
  ASSERT_NE(rules, nullptr);
  ASSERT_EQ(rules->items.size(), 1u);
  const YamlNode &rule = rules->items[0];
  EXPECT_EQ(rule.line, 2u);
  EXPECT_EQ(rule.text_of("id"), "a.1");
  EXPECT_EQ(rule.text_of("pattern"), "(?x)\nx\n");
  EXPECT_TRUE(rule.find("pattern")->quoted);
  EXPECT_EQ(rule.find("examples")->items[0].text, "it's");
  EXPECT_EQ(rule.text_of("absent"), "");
  EXPECT_EQ(documents->back().text, "second");
}

TEST(Yaml, TellsNullFromText) {
  const auto documents = parse_yaml("a: null\nb: 'null'\nc:\n", "t");
  ASSERT_TRUE(documents);
  EXPECT_TRUE(documents->front().find("a")->is_null());
  EXPECT_FALSE(documents->front().find("b")->is_null());
  EXPECT_TRUE(documents->front().find("c")->is_null());
}

TEST(Yaml, ResolvesAliasesWithinABudget) {
  const auto documents = parse_yaml("a: &x [1, 2]\nb: *x\n", "t");
  ASSERT_TRUE(documents);
  EXPECT_EQ(documents->front().find("b")->items.size(), 2u);
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) laughs += (j > 0 ? ", *a" : "*a") + std::to_string(i - 1);
    laughs += "]\n";
  }
  EXPECT_FALSE(parse_yaml(laughs, "t"));
}

TEST(Yaml, NamesThePlaceOfAFault) {
  const auto broken = parse_yaml("a: 1\nb: [1, 2\nc: 3\n", "rules/x.yml");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message.substr(0, 12), "rules/x.yml:");
  EXPECT_FALSE(parse_yaml("a: *nowhere\n", "t"));
  EXPECT_FALSE(parse_yaml(std::string(200, '['), "t"));
  EXPECT_FALSE(parse_yaml("[1]: a\n", "t"));
}

}  // namespace
}  // namespace dislodge::base
