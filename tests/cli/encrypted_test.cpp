// What is encrypted is listed as such, opens with a password that is supplied, and opens by itself when the
// password turns up elsewhere in the case.

#include "../evidence/archive_samples.hpp"
#include "base/encode.hpp"
#include "process.hpp"

namespace dislodge::cli_test {
namespace {

using testing::HasSubstr;
using testing::Not;

class EncryptedTest : public CaseTest {
 protected:
  void SetUp() override {
    CaseTest::SetUp();
    make_case();
    write(path("export/archive.zip"), *base::from_base64(evidence::samples::kAes256));
  }
  std::string ledger() const { return dislodge({"ledger", path("case"), "--json"}).out; }
  std::string secrets() const { return dislodge({"secrets", path("case"), "--json"}).out; }
};

TEST_F(EncryptedTest, OpensWithASuppliedPassword) {
  ASSERT_EQ(dislodge({"add", path("case"), path("export")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_THAT(ledger(), HasSubstr("\"state\":\"encrypted\""));
  EXPECT_THAT(secrets(), Not(HasSubstr("secret.txt")));
  write(path("passwords"), "wrong\nSommer2023\n");
  const Outcome again = dislodge({"investigate", path("case"), "--password-file", path("passwords")});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(ledger(), Not(HasSubstr("\"state\":\"encrypted\"")));
  EXPECT_THAT(secrets(), HasSubstr("archive.zip!/secret.txt"));
  EXPECT_THAT(dump(), Not(HasSubstr("Sommer2023")));
  // It stays open: the password is kept in the case.
  const std::string before = dump();
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_EQ(dump(), before);
}

TEST_F(EncryptedTest, OpensWithAPasswordThatIsFoundInTheCase) {
  ASSERT_EQ(dislodge({"add", path("case"), path("export")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_THAT(ledger(), HasSubstr("\"state\":\"encrypted\""));
  write(path("later/note.txt"), "Hi Anna,\n\nthe password for the archive is Sommer2023\n\nBest, Ben\n");
  ASSERT_EQ(dislodge({"add", path("case"), path("later")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_THAT(ledger(), Not(HasSubstr("\"state\":\"encrypted\"")));
  EXPECT_THAT(secrets(), HasSubstr("archive.zip!/secret.txt"));
}

TEST_F(EncryptedTest, AnExposureThatFitsNothingIsSaid) {
  write(path("exposure.csv"),
        "mailbox,from,until\nexport,2023-11-27,2024-01-13\nbob@example.org,,2024-01-13\n");
  const Outcome added =
      dislodge({"add", path("case"), path("export"), "--exposure-file", path("exposure.csv")});
  ASSERT_EQ(added.code, 0) << added.err;
  EXPECT_THAT(added.err, HasSubstr("exposure.csv:3: bob@example.org"));
  EXPECT_THAT(added.err, Not(HasSubstr("exposure.csv:2")));
  write(path("bad.csv"), "mailbox,from,until\nexport,yesterday,\n");
  const Outcome bad = dislodge({"add", path("case"), path("export"), "--exposure-file", path("bad.csv")});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, HasSubstr("bad.csv:2"));
}

TEST_F(EncryptedTest, ScanTakesAPasswordFileToo) {
  const Outcome closed = run({"scan", path("export")});
  EXPECT_THAT(closed.err, HasSubstr("encrypted"));
  write(path("passwords"), "Sommer2023\n");
  const Outcome open = run({"scan", "--password-file", path("passwords"), path("export")});
  EXPECT_THAT(open.out, HasSubstr("archive.zip!/secret.txt"));
  EXPECT_THAT(open.err, Not(HasSubstr("encrypted")));
}

}  // namespace
}  // namespace dislodge::cli_test
