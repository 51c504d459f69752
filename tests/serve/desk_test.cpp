#include "serve/desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/wire.hpp"
#include "casefile/case.hpp"
#include "serve/api.hpp"

namespace dislodge::serve {
namespace {

using casefile::Case;
using testing::HasSubstr;
using testing::Not;

constexpr char kSecret[] = "00112233445566778899aabbccddeeff";
constexpr char kValue[] = "Orange7Lemon!";

// A case with one secret in it, read or not as if by a worker, and its desk.
class DeskTest : public testing::Test {
 protected:
  DeskTest() {
    folder_ = std::filesystem::temp_directory_path() / ("dislodge-desk-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder_);
    auto made = Case::create(folder_, unlock());
    EXPECT_TRUE(made) << made.error().message;
    {
      auto insert = (*made)->database().prepare("INSERT INTO secret (id, sealed, length) VALUES (?, ?, ?)");
      insert->bind(1, kSecret).bind_blob(2, casefile::seal((*made)->keys().public_key(), kValue)).bind(3, 13);
      EXPECT_TRUE(insert->run());
      secret::Sighting sighting;
      sighting.kind = "password";
      sighting.rule = "prose";
      sighting.item = "ceo.mbox!/17";
      sighting.mask = "O\xE2\x80\xA6";
      sighting.confidence = 0.9;
      base::WireWriter body;
      sighting.encode(body);
      auto seen = (*made)->database().prepare(
          "INSERT INTO sighting (evidence, unit, secret, record, item, line, offset, body) VALUES (1, 'u', "
          "?, "
          "NULL, 'ceo.mbox!/17', 1, 0, ?)");
      seen->bind(1, kSecret).bind_blob(2, body.bytes());
      EXPECT_TRUE(seen->run());
      auto context = (*made)->database().prepare(
          "INSERT INTO context (evidence, unit, secret, item, offset, body) VALUES (1, 'u', ?, "
          "'ceo.mbox!/17', 0, "
          "?)");
      context->bind(1, kSecret).bind(2, "the login is \x1f, thanks");
      EXPECT_TRUE(context->run());
    }
    made->reset();
    auto reader = Case::open(folder_, unlock(), Case::Access::read);
    EXPECT_TRUE(reader);
    Desk::Source source;
    source.unlock = unlock();
    desk_ = std::make_unique<Desk>(std::move(source), std::move(*reader));
    follower_ = std::thread([this] { desk_->follow(); });
    for (int i = 0; i < 600 && !desk_->look([](const auto &, const auto &) {}); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  ~DeskTest() override {
    desk_->stop();
    follower_.join();
    std::filesystem::remove_all(folder_);
  }

  static casefile::Unlock unlock() {
    casefile::Unlock unlock;
    unlock.key_file = base::SecretBytes(std::string(32, 'k'));
    return unlock;
  }
  std::string list(const std::string &name) { return Api(*desk_).get("/api/" + name, {}).body; }
  // Until the follower has taken up what was written.
  bool becomes(const std::string &name, const std::string &part) {
    for (int i = 0; i < 200; ++i) {
      if (list(name).find(part) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    return false;
  }
  std::string field(const std::string &json, const std::string &name) {
    const std::size_t begin = json.find("\"" + name + "\":\"") + name.size() + 4;
    return json.substr(begin, json.find('"', begin) - begin);
  }

  std::filesystem::path folder_;
  std::unique_ptr<Desk> desk_;
  std::thread follower_;
};

TEST_F(DeskTest, DecisionsStartClocksAndAreJournalled) {
  EXPECT_FALSE(desk_->act("decide", R"({"fact":"determined-material","who":"","reason":"x"})"));
  EXPECT_FALSE(desk_->act("decide", R"({"fact":"no-such-fact","who":"Ana","reason":"x"})"));
  EXPECT_FALSE(desk_->act("decide", "[1,2"));
  EXPECT_FALSE(
      desk_->act("decide", R"({"fact":"determined-material","who":"Ana","reason":"x","at":"2999-01-01"})"));
  const auto done = desk_->act(
      "decide", R"({"fact":"determined-material","at":"2024-01-17T15:00:00Z","who":"Ana","reason":"board"})");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(becomes("decisions", "\"reason\":\"board\""));
  EXPECT_TRUE(becomes("duties", "2024-01-23"));
  EXPECT_TRUE(becomes("journal", "\"what\":\"decide\""));
}

TEST_F(DeskTest, StarsTagsAndCommentsAddUp) {
  EXPECT_FALSE(desk_->act("mark", R"({"thing":"secret:x","comment":"by nobody"})"));
  ASSERT_TRUE(desk_->act("mark", R"({"thing":"item:a","name":"a","star":true,"tags":["vpn"]})"));
  ASSERT_TRUE(desk_->act("mark", R"({"thing":"item:a","comment":"ask Tom","who":"Ana"})"));
  EXPECT_TRUE(becomes("marks", "\"text\":\"ask Tom\""));
  EXPECT_THAT(list("marks"), testing::AllOf(HasSubstr("\"star\":true"), HasSubstr("\"tags\":[\"vpn\"]")));
  ASSERT_TRUE(desk_->act("mark", R"({"thing":"item:b","star":true})"));
  EXPECT_TRUE(becomes("marks", "item:b"));
  ASSERT_TRUE(desk_->act("mark", R"({"thing":"item:b","star":false})"));
  for (int i = 0; i < 200 && list("marks").find("item:b") != std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  EXPECT_THAT(list("marks"), Not(HasSubstr("item:b")));
}

TEST_F(DeskTest, AValueTakesTwoStepsAndIsInTheJournalFirst) {
  const std::string id = std::string("secret:") + kSecret;
  EXPECT_FALSE(desk_->act("reveal", R"({"ticket":"","digits":"0011"})"));
  EXPECT_FALSE(desk_->act("reveal-ask", R"({"secret":")" + id + R"(","who":"Ana"})"));
  EXPECT_FALSE(desk_->act("reveal-ask", R"({"secret":"secret:ff","reason":"r","who":"Ana"})"));
  const auto asked =
      desk_->act("reveal-ask", R"({"secret":")" + id + R"(","reason":"owner asks","who":"Ana"})");
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_THAT(*asked, Not(HasSubstr(kValue)));
  const std::string ticket = field(*asked, "ticket");
  EXPECT_FALSE(desk_->act("reveal", R"({"ticket":")" + ticket + R"(","digits":"9999"})"));
  const auto shown = desk_->act("reveal", R"({"ticket":")" + ticket + R"(","digits":"0011"})");
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_EQ(field(*shown, "value"), kValue);
  // A ticket is good once.
  EXPECT_FALSE(desk_->act("reveal", R"({"ticket":")" + ticket + R"(","digits":"0011"})"));
  EXPECT_TRUE(becomes("journal", "\"step\":\"shown\""));
  EXPECT_THAT(list("journal"), testing::AllOf(HasSubstr("owner asks"), HasSubstr("\"step\":\"asked\""),
                                              Not(HasSubstr(kValue))));
}

TEST_F(DeskTest, ASecretsPageShowsItsPlaceMaskedAndTheLookIsJournalled) {
  const Answer answer = Api(*desk_).get("/api/secret", {{"id", std::string("secret:") + kSecret}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, testing::AllOf(HasSubstr("\"before\":\"the login is \""),
                                          HasSubstr("\"after\":\", thanks\""), Not(HasSubstr(kValue))));
  EXPECT_TRUE(becomes("journal", "\"what\":\"look\""));
}

TEST_F(DeskTest, WhatAnotherProcessWritesIsFollowedAndItsLockIsRespected) {
  {
    auto other = Case::open(folder_, unlock(), Case::Access::write);
    ASSERT_TRUE(other);
    const auto refused = desk_->act("mark", R"({"thing":"item:a","star":true})");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("being written by process"));
    ASSERT_TRUE((*other)->journal().append("tell", R"({"to":"board"})"));
  }
  EXPECT_TRUE(becomes("journal", "\"to\":\"board\""));
}

TEST_F(DeskTest, ActsThatNameNothingAreRefused) {
  EXPECT_EQ(Api(*desk_).post("/api/act/nothing", "{}").status, 404);
  EXPECT_EQ(Api(*desk_).post("/api/secrets", "{}").status, 404);
  EXPECT_EQ(Api(*desk_)
                .post("/api/act/tick", R"({"keys":["rotate-secret x"],"state":"claimed","who":"Ana"})")
                .status,
            409);
  EXPECT_EQ(Api(*desk_)
                .post("/api/act/package", R"({"organisation":"a.example","released_by":["Ana","ana"]})")
                .status,
            409);
}

TEST(Desk, APictureWithoutACaseTakesNoActs) {
  Desk desk{engine::Picture()};
  const auto refused = desk.act("mark", R"({"thing":"item:a","star":true})");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("no case behind this page"));
  EXPECT_THAT(desk.state_json(), HasSubstr("\"can_write\":false"));
}

}  // namespace
}  // namespace dislodge::serve
