#include "casefile/case.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/secure.hpp"
#include "casefile/encrypted_storage.hpp"
#include "casefile/fingerprint_key.hpp"

namespace dislodge::casefile {
namespace {

namespace fs = std::filesystem;

class CaseTest : public testing::Test {
 protected:
  void SetUp() override {
    base::harden_process();
    std::string name = (fs::temp_directory_path() / "dislodge-case-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    unlock_.key_file = base::SecretBytes::random(32);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::unique_ptr<Case> made() {
    auto result = Case::create(folder_ / "case", unlock_);
    EXPECT_TRUE(result) << result.error().message;
    return result ? std::move(*result) : nullptr;
  }
  base::Result<std::unique_ptr<Case>> opened(Case::Access access) {
    return Case::open(folder_ / "case", unlock_, access);
  }

  fs::path folder_;
  Unlock unlock_;
};

TEST_F(CaseTest, KeepsWhatWasWrittenAndShowsNoneOfItOnDisk) {
  ASSERT_TRUE(made()->set_meta("name", "northwind-breach-of-november"));
  auto again = opened(Case::Access::read);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*(*again)->meta("name"), "northwind-breach-of-november");
  for (const auto &file : fs::directory_iterator(folder_ / "case")) {
    const std::string bytes = *base::read_file(file.path());
    EXPECT_EQ(bytes.find("northwind-breach"), std::string::npos) << file.path();
    EXPECT_EQ(bytes.find("CREATE TABLE"), std::string::npos) << file.path();
    EXPECT_EQ(bytes.find("SQLite format"), std::string::npos) << file.path();
  }
}

TEST_F(CaseTest, WrongKeyIsRefusedAndChangesNothing) {
  made();
  unlock_.key_file = base::SecretBytes::random(32);
  const auto result = opened(Case::Access::write);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, base::ErrorKind::usage);
  EXPECT_NE(result.error().message.find("wrong key file"), std::string::npos);
}

TEST_F(CaseTest, OpensByPassphrase) {
  Unlock words;
  words.passphrase = base::SecretBytes("correct horse battery staple");
  ASSERT_TRUE(Case::create(folder_ / "case", words));
  ASSERT_TRUE(Case::open(folder_ / "case", words, Case::Access::read));
  Unlock others;
  others.passphrase = base::SecretBytes("correct horse battery stapl");
  const auto result = Case::open(folder_ / "case", others, Case::Access::read);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("wrong passphrase"), std::string::npos);
}

TEST_F(CaseTest, ASecondWriterIsToldTheProcess) {
  auto first = made();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto second = opened(Case::Access::write);
    const bool refused = !second && second.error().kind == base::ErrorKind::usage &&
                         second.error().message.find(std::to_string(::getppid())) != std::string::npos;
    ::_exit(refused ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  // A reader may come while the writer works.
  EXPECT_TRUE(opened(Case::Access::read));
}

TEST_F(CaseTest, ANewerSchemaIsRefusedAnOlderOneMigrates) {
  {
    auto newer = made();
    ASSERT_TRUE(newer->database().execute("PRAGMA user_version=99"));
  }
  const auto refused = opened(Case::Access::write);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("newer version"), std::string::npos);

  fs::remove_all(folder_ / "case");
  {
    auto older = made();
    ASSERT_TRUE(older->database().execute(
        "DROP TABLE decision; DROP TABLE context; DROP TABLE exposed_again; PRAGMA user_version=1"));
  }
  EXPECT_FALSE(opened(Case::Access::read));
  auto migrated = opened(Case::Access::write);
  ASSERT_TRUE(migrated) << migrated.error().message;
  EXPECT_EQ(**(*migrated)->database().integer("PRAGMA user_version"), kSchemaVersion);
  EXPECT_TRUE((*migrated)->database().integer("SELECT count(*) FROM decision"));
  EXPECT_TRUE((*migrated)->database().integer("SELECT count(*) FROM context"));
}

TEST_F(CaseTest, AWriterKilledInATransactionLeavesTheOldState) {
  made();
  const pid_t child = ::fork();
  if (child == 0) {
    auto writer = opened(Case::Access::write);
    (void)(*writer)->set_meta("kept", "yes");
    (void)(*writer)->database().execute("BEGIN IMMEDIATE");
    for (int i = 0; i < 5000; ++i)
      (void)(*writer)->set_meta("lost" + std::to_string(i), std::string(300, 'x'));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  auto after = opened(Case::Access::write);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(*(*after)->meta("kept"), "yes");
  EXPECT_EQ(**(*after)->database().integer("SELECT count(*) FROM meta WHERE key LIKE 'lost%'"), 0);
  EXPECT_EQ((*after)->database().integer("PRAGMA integrity_check").has_value(), true);
}

TEST_F(CaseTest, IsReadFromAMediumThatCannotBeWritten) {
  made();
  const pid_t child = ::fork();
  if (child == 0) {
    // A mount of this process's own, which goes with it.
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount(folder_.c_str(), folder_.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
        ::mount("none", folder_.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0)
      ::_exit(77);
    const auto read = opened(Case::Access::read);
    ::_exit(read && (*read)->journal().entries() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "no mounts may be made here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(CaseTest, SealsOpenOnlyWithTheCase) {
  auto mine = made();
  const std::string sealed = seal(mine->keys().public_key(), "hunter2-value");
  EXPECT_EQ(sealed.find("hunter2"), std::string::npos);
  EXPECT_EQ((*mine->keys().open(sealed)).view(), "hunter2-value");
  const CaseKeys other = CaseKeys::create();
  EXPECT_FALSE(other.open(sealed));
  EXPECT_EQ(mine->keys().fingerprint("a"), mine->keys().fingerprint("a"));
  EXPECT_NE(mine->keys().fingerprint("a"), other.fingerprint("a"));
  // A process that has the fingerprint's key alone tells values apart by the same fingerprints.
  const std::string user(32, 'u');
  const auto key = fingerprint_key_of(user);
  ASSERT_TRUE(key);
  EXPECT_EQ(base::to_hex(base::keyed_hash(key->view(), "a")).substr(0, 32),
            CaseKeys::from_user_key(user)->fingerprint("a"));
  EXPECT_FALSE(fingerprint_key_of("short"));
  EXPECT_NE(mine->keys().exchange_fingerprint("x", "a"), mine->keys().exchange_fingerprint("y", "a"));
}

TEST_F(CaseTest, JournalShowsChangeAndRemoval) {
  auto mine = made();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(mine->journal().append("test", "{}"));
  auto verdict = mine->journal().verify();
  ASSERT_TRUE(verdict);
  EXPECT_TRUE(verdict->whole);
  EXPECT_FALSE(verdict->asks.empty());
  const auto point = mine->journal().checkpoint("counsel");
  ASSERT_TRUE(point);
  const std::string note = point->note();
  ASSERT_TRUE(mine->journal().append("test", "{}"));
  verdict = mine->journal().verify();
  EXPECT_TRUE(verdict->whole);
  EXPECT_TRUE(verdict->asks.empty());
  EXPECT_TRUE(mine->journal().verify_note(note)->whole);

  // A rewriter who recomputes leaf hashes is caught by the checkpoint.
  const std::string forged = R"({"at":"2024-01-01T00:00:00Z","what":"forged","details":{}})";
  auto update = mine->database().prepare("UPDATE journal SET entry = ?, leaf = ? WHERE seq = 3");
  update->bind(1, forged).bind_blob(2, base::as_bytes(leaf_hash(forged)));
  ASSERT_TRUE(update->run());
  verdict = mine->journal().verify();
  EXPECT_FALSE(verdict->whole);
  EXPECT_NE(verdict->problem.find("checkpoint"), std::string::npos);
  ASSERT_TRUE(mine->database().execute("DELETE FROM journal WHERE seq = 5"));
  EXPECT_FALSE(mine->journal().verify()->whole);
}

}  // namespace
}  // namespace dislodge::casefile
