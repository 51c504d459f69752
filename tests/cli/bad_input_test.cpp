// Bad input: each gives a message that names the file and what to do, its exit code, a row of the ledger
// where it is evidence, and a case that is whole.

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "process.hpp"

namespace dislodge::cli_test {
namespace {

using testing::HasSubstr;

class BadInputTest : public CaseTest {
 protected:
  // Adds one file, investigates, and checks that the case is whole after it.
  Outcome investigate(const std::string &name) {
    make_case();
    const Outcome added = dislodge({"add", path("case"), path(name)});
    EXPECT_EQ(added.code, 0) << added.err;
    const Outcome done = dislodge({"investigate", path("case")});
    EXPECT_EQ(dislodge({"journal", "verify", path("case")}).code, 0);
    return done;
  }
  std::string ledger() { return dislodge({"ledger", path("case"), "--unread", "--json"}).out; }
};

const std::string kMessage =
    "From a@northwind.example Mon Oct  6 10:00:00 2025\nFrom: a@northwind.example\nTo: "
    "b@northwind.example\nSubject: box\nMessage-ID: <1@x.example>\n"
    "Date: Mon, 6 Oct 2025 10:00:00 +0000\n\nThe password for svc-box is Harvest_Moon77\n\n";

TEST_F(BadInputTest, ATruncatedMboxIsReadAsFarAsItGoes) {
  const std::string second =
      "From b@northwind.example Mon Oct  6 11:00:00 2025\nFrom: b@northwind.example\nSubject: "
      "cut\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\n"
      "Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\nUEsDBBQAAAAIAAAAIQ";
  write(folder_ / "cut.mbox", kMessage + second);
  const Outcome done = investigate("cut.mbox");
  EXPECT_TRUE(done.code == 0 || done.code == 3) << done.code << done.err;
  EXPECT_THAT(dislodge({"secrets", path("case"), "--json"}).out, HasSubstr("cut.mbox!/1!/1"));
}

TEST_F(BadInputTest, AZipBombCostsItsRowAndNothingElse) {
  // 200 MiB of zeros in a member, three times over, made by the system's zip.
  const std::string script =
      "cd " + folder_.string() +
      " && mkdir z && cd z && head -c 200000000 /dev/zero > zeros && for i in 0 1 2; do cp zeros z$i; done"
      " && zip -q -9 ../bomb.zip z0 z1 z2 && cd .. && rm -r z";
  if (std::system("command -v zip >/dev/null") != 0) GTEST_SKIP() << "zip is not installed";
  ASSERT_EQ(std::system(script.c_str()), 0);
  const Outcome done = investigate("bomb.zip");
  EXPECT_EQ(done.code, 3) << done.err << done.out;
  EXPECT_THAT(ledger(), HasSubstr("bomb.zip"));
  EXPECT_THAT(ledger(), HasSubstr("too-large"));
}

TEST_F(BadInputTest, ALineOfAGibibyteIsListed) {
  const std::string event =
      R"({"time":"2025-10-06T10:00:00Z","category":"SignInLogs","operationName":"Sign-in activity","resultType":"0","properties":{"id":"e1","createdDateTime":"2025-10-06T10:00:00Z","userPrincipalName":"a@northwind.example","userId":"00000000-0000-0000-0000-000000000001","appId":"00000000-0000-0000-0000-000000000002","ipAddress":"192.0.2.1","status":{"errorCode":0}}})";
  write(folder_ / "long.json", event + "\n" + event + "\n{\"time\":\"");
  ASSERT_EQ(std::system(("head -c 1073741824 /dev/zero | tr '\\0' a >> " + path("long.json")).c_str()), 0);
  const Outcome done = investigate("long.json");
  EXPECT_EQ(done.code, 3) << done.err;
  EXPECT_THAT(ledger(), HasSubstr("long.json"));
  EXPECT_NE(lines_of(dislodge({"events", path("case"), "--json"}).out).size(), 0u);
}

TEST_F(BadInputTest, HalfALineOfALogIsListedAndTheRestRead) {
  const std::string event =
      R"({"time":"2025-10-06T10:00:00Z","category":"SignInLogs","operationName":"Sign-in activity","resultType":"0","properties":{"id":"e1","createdDateTime":"2025-10-06T10:00:00Z","userPrincipalName":"a@northwind.example","userId":"00000000-0000-0000-0000-000000000001","appId":"00000000-0000-0000-0000-000000000002","ipAddress":"192.0.2.1","status":{"errorCode":0}}})";
  write(folder_ / "half.json", event + "\n" + event.substr(0, event.size() / 2));
  const Outcome done = investigate("half.json");
  EXPECT_EQ(done.code, 3) << done.err;
  EXPECT_THAT(ledger(), HasSubstr("half.json"));
  EXPECT_EQ(lines_of(dislodge({"events", path("case"), "--json"}).out).size(), 1u);
}

TEST_F(BadInputTest, APackWithABadChecksumIsReadAndListed) {
  const std::string script = "cd " + folder_.string() +
                             " && git init -q r && cd r && git config user.email a@x.example && git config "
                             "user.name A && for i in 1 2 3; do"
                             " echo \"setting $i\" > f$i; git add . ; git commit -qm c$i; done && git bundle "
                             "create -q ../r.bundle --all";
  ASSERT_EQ(std::system(script.c_str()), 0);
  std::string bundle = slurp(folder_ / "r.bundle");
  bundle.back() = static_cast<char>(bundle.back() ^ 0x55);
  write(folder_ / "bad.bundle", bundle);
  const Outcome done = investigate("bad.bundle");
  EXPECT_EQ(done.code, 3) << done.err;
  EXPECT_THAT(ledger(), HasSubstr("bad.bundle"));
  EXPECT_THAT(ledger(), HasSubstr("checksum"));
}

TEST_F(BadInputTest, AFullDiskStopsWithFourAndLosesNothing) {
  write(folder_ / "mail/a.mbox", kMessage);
  make_case();
  ASSERT_EQ(dislodge({"add", path("case"), path("mail")}).code, 0);
  // No file may grow beyond what it has: what a full disk does.
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const int code = wait_for(start(keyed({"investigate", path("case")})));
    ::_exit(code < 0 ? 100 : code);
  }
  EXPECT_EQ(wait_for(child), 4);
  const Outcome after = dislodge({"investigate", path("case")});
  EXPECT_EQ(after.code, 0) << after.err;
  EXPECT_THAT(dislodge({"secrets", path("case"), "--json"}).out, HasSubstr("a.mbox!/1!/1"));
  EXPECT_EQ(dislodge({"journal", "verify", path("case")}).code, 0);
}

TEST_F(BadInputTest, ASecondWriterIsRefusedByName) {
  make_case();
  const int lock = ::open((folder_ / "case/lock").c_str(), O_RDWR);
  ASSERT_GE(lock, 0);
  ASSERT_EQ(::lockf(lock, F_TEST, 0), 0);
  // Hold the lock as a writer does.
  const pid_t holder = ::fork();
  if (holder == 0) {
    ::execlp("flock", "flock", "-o", (folder_ / "case/lock").c_str(), "sleep", "30", nullptr);
    ::_exit(127);
  }
  ::usleep(300000);
  write(folder_ / "a.txt", "x\n");
  const Outcome refused = dislodge({"add", path("case"), path("a.txt")});
  ::kill(holder, SIGTERM);
  wait_for(holder);
  ::close(lock);
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("being written by process"));
  EXPECT_EQ(dislodge({"add", path("case"), path("a.txt")}).code, 0);
}

TEST_F(BadInputTest, EvidenceThatWasChangedSinceIsNamed) {
  write(folder_ / "a.mbox", kMessage);
  make_case();
  ASSERT_EQ(dislodge({"add", path("case"), path("a.mbox")}).code, 0);
  write(folder_ / "a.mbox", kMessage + kMessage);
  const Outcome done = dislodge({"investigate", path("case")});
  EXPECT_THAT(ledger(), HasSubstr("changed after it was added"));
}

// Custody: what is read is told under the hash that was taken when it was added.
TEST_F(BadInputTest, EvidenceThatWasExchangedForAsManyBytesIsNamed) {
  const std::string token = "The password for svc-box is Harvest_Moon77\n";
  const std::string other = "The password for svc-box is Harvest_Moon78\n";
  write(folder_ / "a.txt", token);
  make_case();
  ASSERT_EQ(dislodge({"add", path("case"), path("a.txt")}).code, 0);
  write(folder_ / "a.txt", other);
  EXPECT_EQ(dislodge({"investigate", path("case")}).code, 3);
  EXPECT_THAT(ledger(), HasSubstr("changed after it was added"));
  EXPECT_EQ(dislodge({"secrets", path("case"), "--json"}).out, "");
  // The bytes that were added are back: they are read.
  write(folder_ / "a.txt", token);
  EXPECT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_THAT(dislodge({"secrets", path("case"), "--json"}).out, HasSubstr("password"));
  EXPECT_EQ(ledger(), "");
}

TEST_F(BadInputTest, LinksAndCasesAmongEvidenceHaveTheirRows) {
  write(folder_ / "mail/a.mbox", kMessage);
  std::filesystem::create_symlink(folder_ / "mail/a.mbox", folder_ / "mail/b.mbox");
  make_case("mail/old");
  make_case();
  const Outcome added = dislodge({"add", path("case"), path("mail")});
  EXPECT_EQ(added.code, 0) << added.err;
  EXPECT_THAT(added.err, HasSubstr("mail/b.mbox: not taken in: a symbolic link"));
  EXPECT_THAT(ledger(), HasSubstr("mail/b.mbox"));
  EXPECT_THAT(ledger(), HasSubstr("mail/old"));
  const Outcome scanned = run({"scan", path("mail")});
  EXPECT_THAT(scanned.err, HasSubstr("b.mbox"));
  // A link that is gone at the next time has no row any more.
  std::filesystem::remove(folder_ / "mail/b.mbox");
  ASSERT_EQ(dislodge({"add", path("case"), path("mail")}).code, 0);
  EXPECT_THAT(ledger(), testing::Not(HasSubstr("b.mbox")));
}

TEST_F(BadInputTest, OutputThatCannotBeWrittenEndsWithFour) {
  write(folder_ / "a.mbox", kMessage);
  investigate("a.mbox");
  // The shell's /dev/full is a disk without room.
  std::string line = std::string(DISLODGE_BINARY);
  for (const std::string &word : keyed({"dump", path("case"), "--canonical"})) line += " '" + word + "'";
  const int status = std::system((line + " >/dev/full 2>" + path("said")).c_str());
  EXPECT_EQ(WEXITSTATUS(status), 4);
  EXPECT_THAT(slurp(folder_ / "said"), HasSubstr("standard output cannot be written"));
}

}  // namespace
}  // namespace dislodge::cli_test
