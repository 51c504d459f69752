#include "identity/json_cursor.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dislodge::identity {
namespace {

std::vector<std::string> elements(std::string_view text, bool &broken) {
  JsonCursor at(text);
  std::vector<std::string> found;
  if (at.enter_array()) {
    while (at.next_element()) {
      const std::string_view one = at.take();
      if (at.broken()) break;
      found.emplace_back(one);
    }
  }
  broken = at.broken();
  return found;
}

TEST(JsonCursor, TakesValuesWhole) {
  bool broken = true;
  EXPECT_EQ(elements(R"([1, "a,]\"}", {"x":[1,{"y":"]"}]}, [ ], null , true])", broken),
            (std::vector<std::string>{"1", R"("a,]\"}")", R"({"x":[1,{"y":"]"}]})", "[ ]", "null", "true"}));
  EXPECT_FALSE(broken);
}

TEST(JsonCursor, CountsBackslashesBeforeAQuote) {
  bool broken = true;
  EXPECT_EQ(elements(R"(["a\\","b\\\"",""])", broken),
            (std::vector<std::string>{R"("a\\")", R"("b\\\"")", R"("")"}));
  EXPECT_FALSE(broken);
}

TEST(JsonCursor, WalksMembersAfterABom) {
  JsonCursor at("\xEF\xBB\xBF{ \"a\" : 1 , \"list\":[2,3], \"b\":{}}");
  ASSERT_TRUE(at.enter_object());
  std::vector<std::string> keys;
  while (at.next_member()) {
    keys.emplace_back(at.key());
    if (at.key() == "list") {
      ASSERT_TRUE(at.enter_array());
      int sum = 0;
      while (at.next_element()) sum += at.take() == "2" ? 2 : 3;
      EXPECT_EQ(sum, 5);
    } else {
      at.take();
    }
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"a", "list", "b"}));
  EXPECT_FALSE(at.broken());
  EXPECT_TRUE(at.at_end());
}

TEST(JsonCursor, WhatBreaksOffIsBrokenAndEnds) {
  for (const char *text : {"[1,", "[{\"a\":", "[\"abc", "[1 2]", "[,1]", "[1}", "[[[[[", "[\"a\\\"]", "["}) {
    bool broken = false;
    elements(text, broken);
    EXPECT_TRUE(broken) << text;
  }
  bool broken = true;
  EXPECT_EQ(elements("[1,2,]", broken), (std::vector<std::string>{"1", "2"}));
  EXPECT_FALSE(broken);
  JsonCursor members("{a:1}");
  ASSERT_TRUE(members.enter_object());
  EXPECT_FALSE(members.next_member());
  EXPECT_TRUE(members.broken());
}

TEST(JsonCursor, DeepNestingNeedsNoStack) {
  const std::string deep = "[" + std::string(2'000'000, '[') + std::string(2'000'000, ']') + "]";
  bool broken = true;
  EXPECT_EQ(elements(deep, broken).size(), 1u);
  EXPECT_FALSE(broken);
}

}  // namespace
}  // namespace dislodge::identity
