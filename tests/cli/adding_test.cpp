// What was handed in is one piece of evidence, however often and in whatever order it is added.

#include "process.hpp"

#include <gmock/gmock.h>

namespace dislodge::cli_test {
namespace {

using testing::HasSubstr;
using testing::Not;

class AddingTest : public CaseTest {
 protected:
  void SetUp() override {
    CaseTest::SetUp();
    make_case();
    std::filesystem::create_directories(path("ev"));
    write(path("ev/alice.mbox"),
          "From it@brisk.example Mon Mar 10 00:00:00 2025\nFrom: it@brisk.example\nTo: alice@brisk.example\n"
          "Subject: login\nDate: Mon, 10 Mar 2025 00:00:00 +0000\nMessage-ID: <1@brisk.example>\n\n"
          "login svc-a@brisk.example password: Jr7$naB2mWyd\n");
    write(path("ev/note.txt"), "nothing of note\n");
  }
  std::string reach_once_added() const {
    EXPECT_EQ(dislodge({"investigate", path("case")}).code, 0);
    return dislodge({"reach", path("case"), "--json"}).out;
  }
  std::vector<std::string> alone() const {
    return {"add",
            path("case"),
            path("ev/alice.mbox"),
            "--custodian",
            "alice@brisk.example",
            "--exposed",
            "2025-03-15T00:00:00Z.."};
  }
};

TEST_F(AddingTest, AFileAddedByItselfBeforeItsFolderKeepsItsExposure) {
  ASSERT_EQ(dislodge(alone()).code, 0);
  ASSERT_EQ(dislodge({"add", path("case"), path("ev")}).code, 0);
  const std::string reach = reach_once_added();
  EXPECT_THAT(reach, HasSubstr("2025-03-15T00:00:00Z"));
  EXPECT_THAT(reach, Not(HasSubstr("2025-03-10T00:00:00Z")));
  EXPECT_THAT(reach, Not(HasSubstr("ev/alice.mbox\"")));
}

TEST_F(AddingTest, AFileAddedByItselfBehindItsFolderCorrectsItsExposure) {
  ASSERT_EQ(dislodge({"add", path("case"), path("ev"), "--exposed", "2025-03-01T00:00:00Z.."}).code, 0);
  ASSERT_EQ(dislodge(alone()).code, 0);
  const std::string reach = reach_once_added();
  EXPECT_THAT(reach, HasSubstr("\"since\":\"2025-03-15T00:00:00Z\""));
  EXPECT_THAT(reach, Not(HasSubstr("\"since\":\"2025-03-10T00:00:00Z\"")));
}

// While evidence waits to be read, more may come: every line says so, of answers that need no picture too.
TEST_F(AddingTest, EveryLineOfJsonSaysWhetherAllOfTheEvidenceIsRead) {
  write(path("signins.json"),
        R"([{"createdDateTime":"2025-03-10T08:00:00Z","id":"1","userPrincipalName":"alice@brisk.example",)"
        R"("userId":"u1","appDisplayName":"Office","appId":"a1","ipAddress":"203.0.113.9",)"
        R"("status":{"errorCode":0}}])");
  ASSERT_EQ(dislodge({"add", path("case"), path("signins.json")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  const auto all_say = [&](const std::string &partial) {
    for (const std::string_view name :
         {"events", "claim", "ledger", "status", "coverage", "reach", "secrets"}) {
      const std::string command(name);
      const Outcome said = dislodge({command, path("case"), "--json"});
      EXPECT_EQ(said.code, 0) << command << said.err;
      for (const std::string &line : lines_of(said.out)) EXPECT_THAT(line, HasSubstr(partial)) << command;
      if (command == "events") {
        EXPECT_EQ(lines_of(said.out).size(), 1u) << said.out;
      }
      EXPECT_EQ(said.err.find("partial: ") != std::string::npos, partial.ends_with("true")) << command;
    }
  };
  all_say("\"partial\":false");
  ASSERT_EQ(dislodge({"add", path("case"), path("ev")}).code, 0);
  all_say("\"partial\":true");
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  all_say("\"partial\":false");
}

}  // namespace
}  // namespace dislodge::cli_test
