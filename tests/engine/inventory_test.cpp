#include "engine/inventory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.hpp"

namespace dislodge::engine {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class InventoryTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dislodge-inventory-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    for (int i = 0; i < 20; ++i)
      put("evidence/note " + std::to_string(i) + ".txt", "text " + std::to_string(i));
    put("evidence/log.jsonl", "{\"a\":1}\n{\"a\":2}\n");
    put("evidence/app.git/HEAD", "ref: refs/heads/main\n");
    put("evidence/app.git/refs/heads/main", "0123\n");
    put("evidence/app.git/objects/ab/cd ef", "x");
    options_.sandbox = false;  // the tests' own process may not be confined
  }
  void TearDown() override { fs::remove_all(root_); }
  void put(const std::string &path, std::string_view bytes) {
    fs::create_directories((root_ / path).parent_path());
    ASSERT_TRUE(base::write_file(root_ / path, bytes));
  }
  fs::path make(std::uint32_t index, std::uint32_t count) {
    const fs::path out = root_ / ("inventory-" + std::to_string(index));
    base::Progress progress(false);
    const auto made = write_inventory({root_ / "evidence"}, index, count, out, options_, progress);
    EXPECT_TRUE(made) << made.error().message;
    if (made) files_ += made->files;
    return out;
  }
  fs::path root_;
  Options options_;
  std::uint64_t files_ = 0;
};

TEST_F(InventoryTest, PartsTogetherGiveTheIntakeOfOneMachine) {
  std::vector<fs::path> parts;
  for (std::uint32_t i = 0; i < 3; ++i) parts.push_back(make(i, 3));
  EXPECT_EQ(files_, 24u);  // every file by one part
  const auto known = read_inventories(parts);
  ASSERT_TRUE(known) << known.error().message;
  EXPECT_EQ(known->size(), 24u);

  std::vector<std::string> examined;
  const evidence::Examiner otherwise = [&](const fs::path &path, std::string_view,
                                           bool) -> base::Result<evidence::Examined> {
    examined.push_back(path.filename());
    return evidence::Examined{};
  };
  const auto shared = evidence::intake_with(root_ / "evidence", examine_known(*known, otherwise));
  const auto alone = evidence::intake(root_ / "evidence");
  ASSERT_TRUE(shared && alone);
  EXPECT_THAT(examined, testing::IsEmpty());
  ASSERT_EQ(shared->size(), alone->size());
  for (std::size_t i = 0; i < alone->size(); ++i) {
    EXPECT_EQ((*shared)[i].item, (*alone)[i].item);
    EXPECT_EQ((*shared)[i].sha256, (*alone)[i].sha256) << (*alone)[i].item;
    EXPECT_EQ((*shared)[i].size, (*alone)[i].size);
    EXPECT_EQ((*shared)[i].type, (*alone)[i].type) << (*alone)[i].item;
    EXPECT_EQ((*shared)[i].divisible, (*alone)[i].divisible) << (*alone)[i].item;
  }
}

TEST_F(InventoryTest, WhatIsNewOrHasAnotherSizeIsExaminedHere) {
  const auto known = read_inventories({make(0, 1)});
  ASSERT_TRUE(known);
  put("evidence/note 7.txt", "longer than it was");
  put("evidence/late.txt", "came later");
  const std::function<void(const evidence::IntakeStep &)> quiet;
  const evidence::Recogniser recogniser = evidence::recognise_here;
  const evidence::Examiner here = evidence::examine_here(quiet, recogniser);
  const auto shared = evidence::intake_with(root_ / "evidence", examine_known(*known, here));
  const auto alone = evidence::intake(root_ / "evidence");
  ASSERT_TRUE(shared && alone);
  ASSERT_EQ(shared->size(), alone->size());
  for (std::size_t i = 0; i < alone->size(); ++i) EXPECT_EQ((*shared)[i].sha256, (*alone)[i].sha256);
}

TEST_F(InventoryTest, WhatIsCutForgedOrContradictsIsRefusedByName) {
  const fs::path whole = make(0, 1);
  const std::string text = *base::read_file(whole);
  const auto refused = [&](const std::string &bytes) {
    put("inventory-bad", bytes);
    const auto read = read_inventories({whole, root_ / "inventory-bad"});
    EXPECT_FALSE(read);
    return read ? std::string() : read.error().message;
  };
  EXPECT_THAT(refused(text.substr(0, text.size() / 2)),
              HasSubstr("inventory-bad: the inventory is cut short"));
  EXPECT_THAT(refused("# dislodge inventory, version 0.0.0\n# end\n"),
              HasSubstr("not an inventory of this version"));
  std::string line = text;
  line.replace(line.find(" text "), 6, " tixt ");
  EXPECT_THAT(refused(line), HasSubstr("is no line of an inventory"));
  std::string digest = text;
  char &digit = digest[digest.find('\n') + 1];
  digit = digit == '0' ? '1' : '0';
  EXPECT_THAT(refused(digest), HasSubstr("had other bytes on another machine"));
}

}  // namespace
}  // namespace dislodge::engine
