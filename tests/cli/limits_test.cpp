// A limit that somebody raises is kept in the case and re-opens what met it, and nothing else.

#include <gmock/gmock.h>

#include <filesystem>

#include "process.hpp"

namespace dislodge::cli_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class LimitsTest : public CaseTest {
 protected:
  void SetUp() override {
    CaseTest::SetUp();
    make_case();
    // Equal secrets have equal fingerprints in cases of one key only.
    fs::copy(path("case"), path("other"), fs::copy_options::recursive);
    std::string nested = "From: a@x.example\nSubject: s\n\nkey: sk_live_9aZr4TqPw2Lm8Vx6Yc1Bn3Kd\n";
    for (int i = 0; i < 6; ++i) nested = "Content-Type: message/rfc822\n\n" + nested;
    fs::create_directory(path("export"));
    write(path("export/deep.eml"), "From: a@x.example\nSubject: deep\n" + nested);
    write(path("export/plain.eml"), "From: a@x.example\nSubject: plain\n\nhello there\n");
    EXPECT_EQ(dislodge({"add", path("case"), path("export")}).code, 0);
  }
  Outcome investigate(const std::vector<std::string> &more, const std::string &name = "case") const {
    std::vector<std::string> arguments{"investigate", path(name)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return dislodge(arguments);
  }
  std::string ledger() const { return dislodge({"ledger", path("case"), "--json"}).out; }
};

TEST_F(LimitsTest, ARaisedLimitReopensWhatMetItAndNothingElse) {
  ASSERT_EQ(investigate({"--limit", "mime_depth_max=2"}).code, 3);
  EXPECT_THAT(ledger(), HasSubstr("too-deep"));
  EXPECT_THAT(ledger(), HasSubstr("mime_depth_max with --limit"));
  const std::string before = dump();
  // It is kept.
  ASSERT_EQ(investigate({}).code, 3);
  EXPECT_EQ(dump(), before);
  // What met no limit is not even looked at again.
  fs::rename(path("export/plain.eml"), path("plain.eml"));
  const Outcome raised = investigate({"--limit", "mime_depth_max=100", "--limit", "members_max=2M"});
  EXPECT_EQ(raised.code, 0) << raised.err << ledger();
  EXPECT_THAT(ledger(), Not(HasSubstr("too-deep")));
  // The same as a case that was read under it at once.
  fs::rename(path("plain.eml"), path("export/plain.eml"));
  ASSERT_EQ(dislodge({"add", path("other"), path("export"), "--limit", "mime_depth_max=100"}).code, 0);
  ASSERT_EQ(investigate({}, "other").code, 0);
  EXPECT_EQ(dump(), dump("other"));
  // The default can be set again.
  ASSERT_EQ(investigate({"--limit", "mime_depth_max=64"}).code, 0);
}

TEST_F(LimitsTest, WhatIsNoLimitIsRefusedWithTheNames) {
  const Outcome unknown = investigate({"--limit", "depth=3"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("mime_depth_max"));
  EXPECT_EQ(investigate({"--limit", "mime_depth_max=5G"}).code, 2);
  EXPECT_EQ(run({"scan", path("export"), "--limit", "member_bytes_max=2G"}).code, 0);
}

}  // namespace
}  // namespace dislodge::cli_test
