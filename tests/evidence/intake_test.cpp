#include "evidence/intake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/files.hpp"
#include "evidence/units.hpp"

namespace dislodge::evidence {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class IntakeTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dislodge-intake-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }
  void put(const std::string &path, std::string_view bytes) {
    fs::create_directories((root_ / path).parent_path());
    ASSERT_TRUE(base::write_file(root_ / path, bytes));
  }
  std::vector<EvidenceFile> take(const fs::path &path) {
    auto taken = intake(path);
    EXPECT_TRUE(taken) << taken.error().message;
    return taken ? std::move(*taken) : std::vector<EvidenceFile>{};
  }
  static std::vector<std::string> items(const std::vector<EvidenceFile> &files) {
    std::vector<std::string> out;
    for (const EvidenceFile &file : files) out.push_back(file.item);
    return out;
  }
  void repository(const std::string &path) {
    put(path + "/HEAD", "ref: refs/heads/main\n");
    put(path + "/config", "[core]\n");
    put(path + "/refs/heads/main", "0123\n");
    put(path + "/objects/ab/cdef", "x");
  }
  fs::path root_;
};

TEST_F(IntakeTest, NamesHashesAndRecognises) {
  put("export/b!x.txt", "hello");
  put("export/a/data.jsonl", "{\"a\":1}\n{\"a\":2}\n");
  const auto files = take(root_ / "export/");
  ASSERT_THAT(items(files), ElementsAre("export/a/data.jsonl", "export/b%21x.txt"));
  EXPECT_EQ(files[0].type, ItemType::json);
  EXPECT_TRUE(files[0].divisible);
  EXPECT_EQ(files[1].type, ItemType::text);
  EXPECT_FALSE(files[1].divisible);
  EXPECT_EQ(files[1].size, 5u);
  EXPECT_EQ(files[1].sha256, base::sha256("hello"));
}

TEST_F(IntakeTest, AFileAloneIsNamedByItself) {
  put("one.txt", "x");
  EXPECT_THAT(items(take(root_ / "one.txt")), ElementsAre("one.txt"));
}

TEST_F(IntakeTest, LinksAreNotFollowedAndEmptyFilesAreEvidence) {
  put("export/real", "");
  fs::create_symlink(root_ / "export/real", root_ / "export/link");
  fs::create_directory_symlink(root_ / "export", root_ / "export/loop");
  const auto files = take(root_ / "export");
  ASSERT_THAT(items(files), ElementsAre("export/real"));
  EXPECT_EQ(files[0].type, ItemType::empty);
}

TEST_F(IntakeTest, DeclarationsApplyToFilesAndFoldersAndAreNoEvidence) {
  put("export/log.csv", "a,b\n1,2\n");
  put("export/log.csv.collection.toml", "[collection]\nsource = \"m365-audit\"\n");
  put("export/mail/in/1.eml", "x");
  put("export/mail/2.eml", "x");
  put("export/mail/2.eml.collection.toml", "[collection]\nsource = \"other\"\n");
  put("export/mail.collection.toml", "[collection]\nsource = \"mailbox\"\ncustodian = \"h@x\"\n");
  put("export/orphan.collection.toml", "declares nothing that is here");
  const auto files = take(root_ / "export");
  ASSERT_THAT(items(files), ElementsAre("export/log.csv", "export/mail/2.eml", "export/mail/in/1.eml",
                                        "export/orphan.collection.toml"));
  ASSERT_TRUE(files[0].collection);
  EXPECT_EQ(files[0].collection->source, "m365-audit");
  EXPECT_EQ(files[1].collection->source, "other");
  EXPECT_EQ(files[2].collection->custodian, "h@x");
  EXPECT_FALSE(files[3].collection);
  EXPECT_TRUE(take(root_ / "export/log.csv.collection.toml").empty());
  const auto alone = take(root_ / "export/log.csv");
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_EQ(alone[0].collection->source, "m365-audit");
}

TEST_F(IntakeTest, ABrokenDeclarationStopsWithItsName) {
  put("export/a", "x");
  put("export/a.collection.toml", "[collection]\nsorce = \"x\"\n");
  const auto taken = intake(root_ / "export");
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, HasSubstr("a.collection.toml:2"));
}

TEST_F(IntakeTest, ARepositoryIsOnePieceOfEvidence) {
  repository("export/app/.git");
  repository("export/app/.git/modules/sub");
  repository("export/bare.git");
  put("export/app/main.c", "int main;");
  const auto files = take(root_ / "export");
  ASSERT_THAT(items(files), ElementsAre("export/app/.git", "export/app/.git/modules/sub", "export/app/main.c",
                                        "export/bare.git"));
  EXPECT_EQ(files[0].kind, EvidenceKind::repository);
  ASSERT_EQ(files[0].files.size(), 4u);
  EXPECT_EQ(files[0].files[0].name, "HEAD");
  EXPECT_EQ(files[0].files[3].name, "refs/heads/main");
  EXPECT_EQ(files[0].size, 21u + 7u + 5u + 1u);
  EXPECT_EQ(files[0].sha256, files[3].sha256);  // the same content, wherever it lies
  EXPECT_EQ(files[2].kind, EvidenceKind::file);
}

TEST_F(IntakeTest, WhatIsNotThereIsAnError) {
  const auto taken = intake(root_ / "nothing");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, base::ErrorKind::usage);
  EXPECT_THAT(taken.error().message, HasSubstr("nothing"));
}

TEST_F(IntakeTest, WhatCannotBeOpenedStopsTheIntake) {
  if (::geteuid() == 0) GTEST_SKIP() << "root can open everything";
  put("export/a", "x");
  fs::permissions(root_ / "export/a", fs::perms::none);
  EXPECT_FALSE(intake(root_ / "export"));
}

TEST_F(IntakeTest, WhatIsNotTakenInIsSaid) {
  put("export/a.txt", "x");
  put("elsewhere/b.txt", "y");
  put("export/case/case.json", "{}");
  put("export/case/case.db", "");
  fs::create_symlink(root_ / "elsewhere/b.txt", root_ / "export/b.txt");
  fs::create_directory_symlink(root_ / "export", root_ / "export/loop");
  ASSERT_EQ(::mkfifo((root_ / "export/pipe").c_str(), 0600), 0);
  std::vector<LedgerRow> left;
  const auto taken =
      intake(root_ / "export", {}, recognise_here, [&](LedgerRow row) { left.push_back(std::move(row)); });
  ASSERT_TRUE(taken);
  EXPECT_THAT(items(*taken), ElementsAre("export/a.txt"));
  std::vector<std::string> said;
  for (const LedgerRow &row : left) {
    said.push_back(row.item);
    EXPECT_NE(row.state, LedgerState::read);
    EXPECT_FALSE(row.reason.empty());
    EXPECT_FALSE(row.remedy.empty());
    EXPECT_EQ(row.size, 0u);  // nothing of it was handed in
  }
  EXPECT_THAT(said,
              testing::UnorderedElementsAre("export/b.txt", "export/loop", "export/pipe", "export/case"));
  // A link that is named itself is what it leads to.
  EXPECT_THAT(take(root_ / "export/b.txt"), testing::SizeIs(1));
}

TEST_F(IntakeTest, OneFileThatCannotBeOpenedCostsOneRow) {
  put("export/a", "x");
  put("export/b", "y");
  // As one that may not be opened: root may open everything, so the examiner refuses.
  const Examiner examiner = [](const fs::path &path, std::string_view, bool) -> base::Result<Examined> {
    if (path.filename() == "a") return base::fail(base::ErrorKind::io, path.string() + ": cannot be opened");
    return Examined{};
  };
  std::vector<LedgerRow> left;
  const auto taken =
      intake_with(root_ / "export", examiner, [&](LedgerRow row) { left.push_back(std::move(row)); });
  ASSERT_TRUE(taken);
  EXPECT_THAT(items(*taken), ElementsAre("export/b"));
  ASSERT_THAT(left, testing::SizeIs(1));
  EXPECT_EQ(left[0].item, "export/a");
  EXPECT_EQ(left[0].state, LedgerState::damaged);
  EXPECT_FALSE(
      intake_with(root_ / "export/a", examiner, [&](LedgerRow row) { left.push_back(std::move(row)); }));
}

TEST_F(IntakeTest, ProgressCountsEveryByte) {
  put("export/a", std::string(3 << 20, 'x'));
  put("export/b", "y");
  std::uint64_t bytes = 0;
  int done = 0;
  ASSERT_TRUE(intake(root_ / "export", [&](const IntakeStep &step) {
    bytes += step.bytes;
    done += step.file_done ? 1 : 0;
  }));
  EXPECT_EQ(bytes, (3u << 20) + 1);
  EXPECT_EQ(done, 2);
}

TEST(Units, BigDivisibleFilesAreCutAndOthersAreWhole) {
  base::Limits limits;
  limits.unit_bytes = 100;
  EvidenceFile file;
  file.size = 250;
  file.divisible = true;
  const auto units = cut_units(file, limits);
  ASSERT_EQ(units.size(), 3u);
  EXPECT_EQ(units[0].begin, 0u);
  EXPECT_EQ(units[1].begin, 100u);
  EXPECT_EQ(units[2].begin, 200u);
  EXPECT_EQ(units[2].end, 250u);
  file.divisible = false;
  EXPECT_EQ(cut_units(file, limits).size(), 1u);
  file.size = 0;
  file.divisible = true;
  EXPECT_EQ(cut_units(file, limits).size(), 1u);
}

TEST(Units, IdAndShardAreFixed) {
  Unit unit;
  unit.sha256 = base::sha256("");
  unit.end = 7;
  EXPECT_EQ(unit_id(unit), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855:0-7");
  // printf %s 'e3b0...b855:0-7' | sha256sum begins with these 8 bytes; modulo by hand.
  const base::Sha256 digest = base::sha256(unit_id(unit));
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value * 256 + digest[static_cast<std::size_t>(i)];
  EXPECT_EQ(shard_of(unit, 7), value % 7);
  EXPECT_EQ(shard_of(unit, 1), 0u);
}

}  // namespace
}  // namespace dislodge::evidence
