#include "drill/drill.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/files.hpp"

namespace dislodge::drill {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSampleSeed = 2311;  // of examples/northwind

class Drill : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dislodge-drill-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path write(std::uint64_t seed, std::string_view name) {
    DrillOptions options;
    options.seed = seed;
    options.folder = root_ / name;
    const auto done = write_drill(options);
    EXPECT_TRUE(done) << done.error().message;
    return options.folder;
  }
  static std::map<std::string, std::string> files_of(const fs::path &folder) {
    std::map<std::string, std::string> files;
    const std::vector<fs::path> paths = base::files_under(folder).value();
    for (const fs::path &path : paths)
      files[fs::relative(path, folder).string()] = base::read_file(path).value();
    return files;
  }

  fs::path root_;
};

TEST_F(Drill, SameSeedGivesSameBytes) {
  const auto one = files_of(write(7, "one"));
  const auto two = files_of(write(7, "two"));
  EXPECT_GT(one.size(), 40u);
  EXPECT_TRUE(one == two);
}

TEST_F(Drill, AnotherSeedGivesOtherEvidence) {
  const auto one = files_of(write(7, "one"));
  const auto two = files_of(write(8, "two"));
  for (const auto &[name, bytes] : one) {
    const auto other = two.find(name);
    if (other == two.end() || name.ends_with(".collection.toml")) continue;
    EXPECT_NE(bytes, other->second) << name;
  }
}

TEST_F(Drill, TheSampleThatShipsIsWhatTheGeneratorWrites) {
  const auto made = files_of(write(kSampleSeed, "sample"));
  const fs::path shipped = fs::path(DISLODGE_SOURCE_DIR) / "examples/northwind";
  std::map<std::string, std::string> held = files_of(shipped);
  held.erase("README.md");
  held.erase(".gitattributes");
  std::vector<std::string> made_names, held_names;
  for (const auto &[name, bytes] : made) made_names.push_back(name);
  for (const auto &[name, bytes] : held) held_names.push_back(name);
  EXPECT_EQ(made_names, held_names);
  std::uint64_t total = 0;
  for (const auto &[name, bytes] : held) {
    total += bytes.size();
    const auto found = made.find(name);
    if (found == made.end()) continue;
    EXPECT_TRUE(found->second == bytes)
        << name << " differs: write the sample anew (see WritesWhereTheEnvironmentSays)";
  }
  EXPECT_GT(total, 2u << 20);
  EXPECT_LT(total, 8u << 20);
}

// Python, git and OpenSSL read what was written; every place in answers.json holds the value that it says.
TEST_F(Drill, ForeignReadersAccept) {
  for (const std::uint64_t seed : {kSampleSeed, std::uint64_t{1}, std::uint64_t{424242}}) {
    const fs::path folder = write(seed, std::to_string(seed));
    const std::string command =
        "python3 '" DISLODGE_SOURCE_DIR "/tests/drill/foreign_readers.py' '" + folder.string() + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << "seed " << seed;
  }
}

TEST_F(Drill, RefusesWhatItCannotDo) {
  DrillOptions options;
  options.kind = "no-such-kind";
  options.folder = root_ / "x";
  EXPECT_EQ(write_drill(options).error().kind, base::ErrorKind::usage);
  options.kind = kinds().front().name;
  fs::create_directories(options.folder / "evidence");
  const auto done = write_drill(options);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, testing::HasSubstr("already holds evidence"));
  EXPECT_FALSE(parse_size("gigantic"));
  EXPECT_EQ(parse_size("huge").value(), Size::huge);
}

// Writes a drill where it is asked to, as for the sample that ships:
//   DISLODGE_WRITE_DRILL=DIR [DISLODGE_DRILL_SEED=N] [DISLODGE_DRILL_SIZE=small] drill_test
//   --gtest_filter=*Environment*
TEST(DrillTool, WritesWhereTheEnvironmentSays) {
  const char *folder = std::getenv("DISLODGE_WRITE_DRILL");
  if (folder == nullptr) GTEST_SKIP() << "DISLODGE_WRITE_DRILL is not set";
  const char *seed = std::getenv("DISLODGE_DRILL_SEED");
  const char *size = std::getenv("DISLODGE_DRILL_SIZE");
  DrillOptions options;
  options.seed = seed == nullptr ? kSampleSeed : std::strtoull(seed, nullptr, 10);
  options.size = *parse_size(size == nullptr ? "small" : size);
  options.folder = folder;
  const auto done = write_drill(options);
  ASSERT_TRUE(done) << done.error().message;
}

}  // namespace
}  // namespace dislodge::drill
