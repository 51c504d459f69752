#include "log/json.hpp"

#include <gtest/gtest.h>

#include "log/json_marks.hpp"

namespace dislodge::log {
namespace {

base::Result<Json> parsed(JsonArena &arena, std::string_view text) {
  return arena.parse(text);
}

TEST(Json, FindsMembersInAnyCaseAndTheFirstThatSaysSomething) {
  JsonArena arena;
  const auto record = parsed(arena, R"({"a":1,"UserId":"","userid":"ann","USERID":"bob","n":null,"t":true})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->get("userId").text(), "ann");
  EXPECT_FALSE(record->get("n"));
  EXPECT_TRUE(record->get("t").truth());
  EXPECT_EQ(record->get("A").number(), 1);
  EXPECT_TRUE(record->has_doubles());
  EXPECT_FALSE(record->get("missing").get("x").at(3));
}

TEST(Json, ManyMembersAreFoundThroughTheirTable) {
  std::string text = "{";
  for (int i = 0; i < 300; ++i)
    text += "\"field" + std::to_string(i) + "\":{\"v\":[" + std::to_string(i) + ",2]},";
  text.back() = '}';
  JsonArena arena;
  const auto record = parsed(arena, text);
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->has_doubles());
  for (int i = 0; i < 300; ++i)
    EXPECT_EQ(record->get("FIELD" + std::to_string(i)).get("v").at(0).number(), i);
  EXPECT_FALSE(record->get("field300"));
}

TEST(Json, DecodesTextWhenItIsAskedFor) {
  JsonArena arena;
  const auto record = parsed(
      arena,
      R"({"a":"x\n\"\\\/\u00e4\ud83d\ude00\ud800z\q","k\u0041y":"v","in":"{\"b\":[1,{\"c\":\"d\"}]}"})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->get("a").text(), "x\n\"\\/\xC3\xA4\xF0\x9F\x98\x80\xEF\xBF\xBDz\\q");
  EXPECT_EQ(record->get("kay").text(), "v");
  EXPECT_EQ(record->get("in").unpacked().get("b").at(1).text("c"), "d");
}

// A text ends at the first quote that nothing escapes, wherever it lies.
TEST(Json, TextsEndWhereTheyEnd) {
  JsonArena arena;
  for (std::size_t before = 0; before < 140; ++before)
    for (std::size_t slashes = 0; slashes < 70; slashes += slashes < 4 ? 1 : 33)
      for (const bool quote : {false, true}) {
        const std::string plain(before, 'a');
        std::string text = "{\"k\":\"" + plain;
        for (std::size_t i = 0; i < slashes; ++i) text += "\\\\";
        text += std::string(quote ? "\\\"" : "") + "\",\"after\":\"z\"}";
        const auto record = parsed(arena, text);
        ASSERT_TRUE(record) << text;
        EXPECT_EQ(record->get("k").text(), plain + std::string(slashes, '\\') + (quote ? "\"" : ""));
        EXPECT_EQ(record->get("after").text(), "z");
        EXPECT_FALSE(parsed(arena, std::string_view(text).substr(0, text.size() - 2)));
      }
}

// What was learnt of one text's names is a guess for the next, and nothing else.
TEST(Json, NamesThatWereExpectedDoNotMatter) {
  const std::string long_name(60, 'n');
  const std::vector<std::string> texts = {
      R"({"id":1,"name":"a","list":[{"id":2,"x":1},{"id":3,"y":1}],"end":true})",
      R"({"id":1,"nam":"a","list":[{"id":2,"y":1}],"end":true,"more":{"id":4}})",
      R"({"id" : 1 , "name" : "a" , "list" : [ { "id" : 2 } ] , "end" : true })",
      R"({"\u0069d":1,"name":"a","list":[],"end":null})",
      "{\"id\":1,\"" + long_name + "\":{\"id\":5},\"name\":\"" + std::string(50, 'b') + "\"}",
      R"({"name":"a","id":1})",
      R"([{"id":1},{"id":2},[{"id":3}]])",
      R"({})",
  };
  const auto listed = [](const Json &value, const auto &self) -> std::string {
    std::string out;
    if (value.is_scalar()) return std::string(value.text());
    value.for_members([&](std::string_view name, const Json &one) {
      out += std::string(name) + "=" + self(one, self) + ";" + std::string(value.text(name)) + ",";
    });
    if (value.is_array())
      value.for_elements([&](std::uint32_t, const Json &one) { out += "[" + self(one, self) + "]"; });
    return out;
  };
  JsonArena used;
  std::uint64_t state = 3;
  for (int i = 0; i < 2000; ++i) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    const std::string &text = texts[(state >> 33) % texts.size()];
    JsonArena fresh;
    const auto a = parsed(used, text), b = parsed(fresh, text);
    ASSERT_TRUE(a && b) << text;
    EXPECT_EQ(listed(*a, listed), listed(*b, listed)) << text;
  }
  // More names than are kept.
  for (int i = 0; i < 5000; ++i) {
    const std::string name = "name" + std::to_string(i);
    const std::string text = "{\"" + name + "\":{\"" + name + "\":" + std::to_string(i) + "}}";
    const auto record = parsed(used, text);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->get(name).get(name).number(), i);
  }
}

TEST(Json, ObjectsWithTheSameNamesHaveOneShape) {
  JsonArena arena;
  const std::uint64_t one = parsed(arena, R"({"a":1,"B":2})")->shape();
  EXPECT_NE(one, 0u);
  EXPECT_EQ(parsed(arena, R"({"A":null,"b":{}})")->shape(), one);
  EXPECT_NE(parsed(arena, R"({"b":1,"a":2})")->shape(), one);
  EXPECT_NE(JsonArena().parse(std::string(R"({"a":1,"B":2})"))->shape(), one);
  const auto record = parsed(arena, R"({"a":null,"\u0042":2})");
  EXPECT_TRUE(record->may_have(hash_of_name("A")));
  EXPECT_TRUE(record->may_have(hash_of_name("b")));
  EXPECT_FALSE(record->may_have(hash_of_name("c")));
  EXPECT_EQ(parsed(arena, "{}")->shape(), 0u);
}

TEST(Json, NumbersAsTheyAreWrittenAndAsTheyCount) {
  JsonArena arena;
  const auto record = parsed(arena, R"({"a":-12,"b":1.5e3,"c":"77","d":12345678901234567890,"e":"x"})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->get("a").number(), -12);
  EXPECT_EQ(record->get("b").number(), 1500);
  EXPECT_EQ(record->get("b").text(), "1.5e3");
  EXPECT_EQ(record->get("c").number(), 77);
  EXPECT_EQ(record->get("d").text(), "12345678901234567890");
  EXPECT_EQ(record->get("e").number(), std::nullopt);
}

TEST(Json, RawIsMinified) {
  JsonArena arena;
  const auto record = parsed(arena, "{\"a\" : [ 1 , { \"b c\" : \"d \\\" e\" } ] }");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->get("a").raw(), "[1,{\"b c\":\"d \\\" e\"}]");
  const auto compact = parsed(arena, R"({"a":[1,{"b c":"d \" e","n":null,"l":[]},{},[[],true]],"z":0})");
  ASSERT_TRUE(compact);
  EXPECT_EQ(compact->get("a").at(1).text("b c"), "d \" e");
  EXPECT_EQ(compact->get("a").raw(), R"([1,{"b c":"d \" e","n":null,"l":[]},{},[[],true]])");
  EXPECT_EQ(compact->get("a").at(3).raw(), "[[],true]");
}

TEST(Json, RefusesWhatIsBroken) {
  JsonArena arena;
  for (const char *text :
       {"", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "[1 2]", "{a:1}", "{\"a\":tru}",
        "{\"a\":\"b}", "{\"a\":1}}", "[,1]", "{\"a\":1 \"b\":2}", "nul", "{\"a\":+1}"})
    EXPECT_FALSE(parsed(arena, std::string_view(text))) << text;
  EXPECT_FALSE(arena.parse(std::string(5000, '[')));
  EXPECT_TRUE(arena.parse(std::string(1000, '[') + std::string(1000, ']')));
}

TEST(Json, NamesThatCollideAreStillTold) {
  // Equal where the hash looks, different between.
  const std::string a = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string b = a;
  b[15] = 'X';
  EXPECT_EQ(hash_of_name(a), hash_of_name(b));
  EXPECT_EQ(hash_of_name("UserId"), hash_of_name("uSERiD"));
  std::string text = "{\"" + a + "\":1,\"" + b + "\":2";
  for (int i = 0; i < 20; ++i) text += ",\"m" + std::to_string(i) + "\":0";
  JsonArena arena;
  const auto record = arena.parse(text + "}");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->get(a).number(), 1);
  EXPECT_EQ(record->get(b).number(), 2);
  EXPECT_FALSE(record->has_doubles());
}

}  // namespace
}  // namespace dislodge::log
