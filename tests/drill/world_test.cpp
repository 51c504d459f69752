#include "drill/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::drill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char *kUser = "principal:entra/t/u";
constexpr const char *kBox = "resource:exchange/t/box";
constexpr const char *kAdmin = "principal:entra/t/admin";

// A mailbox that can be read holds the password of a user, who owns an administrator.
World story() {
  World world;
  world.costs = {{"close-exposure", 8}, {"revoke-sessions", 1}, {"disable-account", 4}, {"remove-owner", 2}};
  world.secret_ids = {{"password", {"secret:1"}}};
  world.step({}, {kBox}, {{"close-exposure", kBox, ""}}, "exposed");
  world.must_free(kBox);
  world.lies_in("password", kBox);
  world.opens("password", kUser);
  world.account(kUser, true);
  world.step({kUser}, {kAdmin}, {{"remove-owner", kUser, ""}}, "owns");
  world.must_free(kAdmin);
  return world;
}
TakenAction rotate(int wave, bool by_hand = true) {
  return {wave, {"rotate-secret", "secret:1", ""}, "secret:1", kUser, by_hand};
}
TakenAction on(int wave, const char *action, const char *target) {
  return {wave, {action, target, ""}, "", target, true};
}

TEST(World, WithoutAPlanEverythingIsTheirs) {
  EXPECT_THAT(story().left_after({}), UnorderedElementsAre(kBox, kUser, kAdmin));
}

TEST(World, ASessionOutlivesThePassword) {
  EXPECT_THAT(story().left_after({on(1, "close-exposure", kBox), rotate(1)}),
              UnorderedElementsAre(kUser, kAdmin));
  EXPECT_THAT(story().left_after({on(1, "close-exposure", kBox), rotate(1), on(2, "revoke-sessions", kUser)}),
              IsEmpty());
}

TEST(World, ASessionThatIsEndedTooEarlyIsOpenedAgain) {
  EXPECT_THAT(story().left_after({on(1, "revoke-sessions", kUser), on(1, "close-exposure", kBox), rotate(2)}),
              UnorderedElementsAre(kUser, kAdmin));
}

TEST(World, ANewSecretIsNotSentThroughAMailboxThatIsRead) {
  const std::vector<TakenAction> early = {rotate(1, false), on(2, "close-exposure", kBox),
                                          on(2, "revoke-sessions", kUser)};
  EXPECT_THAT(story().left_after(early), UnorderedElementsAre(kUser, kAdmin));
  const std::vector<TakenAction> late = {on(1, "close-exposure", kBox), rotate(2, false),
                                         on(3, "revoke-sessions", kUser)};
  EXPECT_THAT(story().left_after(late), IsEmpty());
}

TEST(World, WhatIsLearnedStaysKnown) {
  EXPECT_THAT(story().left_after({on(1, "close-exposure", kBox)}), UnorderedElementsAre(kUser, kAdmin));
}

TEST(World, TheLeastCostIsFound) {
  // The rotation is an obligation: closing the mailbox and ending the session are what is left to buy.
  EXPECT_DOUBLE_EQ(story().least_cost({rotate(1)}), 9);
  // Without it the account must be disabled.
  EXPECT_DOUBLE_EQ(story().least_cost({}), 12);
  EXPECT_DOUBLE_EQ(
      story().least_cost({rotate(1), on(1, "close-exposure", kBox), on(2, "revoke-sessions", kUser)}), 0);
}

TEST(World, WhatNothingStopsHasNoCost) {
  World world = story();
  world.step({}, {kAdmin}, {}, "nothing stops this");
  EXPECT_LT(world.least_cost({rotate(1)}), 0);
}

TEST(World, RotatingAnotherSecretOfTheAccountIsNoHelp) {
  World world = story();
  world.secret_ids["other"] = {"secret:2"};
  TakenAction other = rotate(1);
  other.secret = other.what.target = "secret:2";
  EXPECT_THAT(world.left_after({on(1, "close-exposure", kBox), other, on(2, "revoke-sessions", kUser)}),
              UnorderedElementsAre(kUser, kAdmin));
}

TEST(World, IsReadAsItWasWritten) {
  base::JsonWriter json;
  json.object([&] { story().write(json); });
  World again = World::read((*parse_json(json.text()))["world"]);
  again.secret_ids = story().secret_ids;
  EXPECT_EQ(again.steps.size(), story().steps.size());
  EXPECT_DOUBLE_EQ(again.least_cost({rotate(1)}), 9);
}

TEST(Json, ValuesAreRead) {
  const auto value = parse_json(R"({"a":[1,-2.5e1,true,null,"x\u00e9\n\ud83d\ude00"],"b":{}})");
  ASSERT_TRUE(value);
  EXPECT_EQ((*value)["a"].items().size(), 5u);
  EXPECT_DOUBLE_EQ((*value)["a"].items()[1].number(), -25);
  EXPECT_TRUE((*value)["a"].items()[2].truth());
  EXPECT_EQ((*value)["a"].items()[4].text(), "x\xC3\xA9\n\xF0\x9F\x98\x80");
  EXPECT_TRUE((*value)["c"]["d"].is_null());
}

TEST(Json, WhatIsNoneIsRefusedByTheByte) {
  for (const char *text : {"", "{", "[1,]", "{\"a\":}", "\"open", "{\"a\":1}x", "nul", "\"\\u12\"", "-"})
    EXPECT_FALSE(parse_json(text)) << text;
  EXPECT_FALSE(parse_json(std::string(1000, '[')));
  EXPECT_THAT(parse_json_lines("{}\n\n{]\n").error().message, testing::HasSubstr("line 3"));
}

}  // namespace
}  // namespace dislodge::drill
