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
