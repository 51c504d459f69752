#include "evidence/compound_file.hpp"

#include <gtest/gtest.h>

#include "compound_writer.hpp"

namespace dislodge::evidence {
namespace {

using test::CompoundWriter;

std::string sample() {
  return CompoundWriter()
      .add("small", "a few bytes")
      .add("large", std::string(10'000, 'L') + "end")
      .add("folder/inner", std::string(200, 'i'))
      .add("folder/deeper/leaf", "leaf")
      .add("empty", "")
      .write();
}

std::string read_all(const CompoundFile &file, CompoundId id, bool *whole = nullptr) {
  std::string owned;
  const CompoundStream stream = file.read(id, owned);
  if (whole != nullptr) *whole = stream.whole;
  return std::string(stream.bytes);
}

void put32(std::string &bytes, std::size_t at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) bytes[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> 8 * i);
}

// Offset in the file of a directory entry.
std::size_t entry_at(const std::string &bytes, std::string_view name) {
  std::string wide;
  for (const char c : name) wide += std::string(1, c) + '\0';
  return bytes.find(wide);
}

TEST(CompoundFile, ReadsSmallAndLargeStreamsOfStorages) {
  const std::string bytes = sample();
  const auto file = CompoundFile::open(bytes, base::Limits());
  ASSERT_TRUE(file);
  EXPECT_EQ(file->damage(), "");
  EXPECT_EQ(read_all(*file, *file->find(CompoundFile::kRoot, "SMALL")), "a few bytes");
  const std::string large = read_all(*file, *file->find(CompoundFile::kRoot, "large"));
  EXPECT_EQ(large.size(), 10'003u);
  EXPECT_TRUE(large.ends_with("LLend"));
  const auto folder = file->find(CompoundFile::kRoot, "folder");
  ASSERT_TRUE(folder);
  EXPECT_TRUE(file->entries()[*folder].storage);
  const auto deeper = file->find(*folder, "deeper");
  ASSERT_TRUE(deeper);
  const auto leaf = file->find(*deeper, "leaf");
  ASSERT_TRUE(leaf);
  EXPECT_EQ(read_all(*file, *leaf), "leaf");
  EXPECT_EQ(file->path_of(*leaf), "folder/deeper/leaf");
  EXPECT_EQ(read_all(*file, *file->find(CompoundFile::kRoot, "empty")), "");
  EXPECT_FALSE(file->find(CompoundFile::kRoot, "leaf"));
}

TEST(CompoundFile, AStreamInARowIsBorrowedFromTheFile) {
  const std::string bytes = sample();
  const auto file = CompoundFile::open(bytes, base::Limits());
  ASSERT_TRUE(file);
  std::string owned;
  const CompoundStream stream = file->read(*file->find(CompoundFile::kRoot, "large"), owned);
  EXPECT_TRUE(owned.empty());
  EXPECT_GE(stream.bytes.data(), bytes.data());
  EXPECT_LE(stream.bytes.data() + stream.bytes.size(), bytes.data() + bytes.size());
}

TEST(CompoundFile, AChainThatRunsInARingGivesNoMoreThanItsSize) {
  std::string bytes = sample();
  // The large stream is the first thing written: sector 0. Its second sector leads back to the first.
  const std::size_t table = 512 + 512 * (bytes.size() / 512 - 2);
  put32(bytes, table + 4, 0);
  const auto file = CompoundFile::open(bytes, base::Limits());
  ASSERT_TRUE(file);
  EXPECT_LE(read_all(*file, *file->find(CompoundFile::kRoot, "large")).size(), 10'003u);
}

TEST(CompoundFile, SiblingsInARingAreReadOnce) {
  std::string bytes = sample();
  const std::size_t large = entry_at(bytes, "large");
  put32(bytes, large + 72, 1);  // its right sibling is `small`, which leads to it
  const auto file = CompoundFile::open(bytes, base::Limits());
  ASSERT_TRUE(file);
  EXPECT_NE(file->damage(), "");
  // What hung behind it is no longer reached, and is still there.
  const auto folder = file->find(CompoundFile::kRoot, "folder");
  ASSERT_TRUE(folder);
  EXPECT_TRUE(file->entries()[*folder].orphan);
}

TEST(CompoundFile, AStorageThatIsItsOwnChildDoesNotHang) {
  std::string bytes = sample();
  const std::size_t folder = entry_at(bytes, "folder");
  put32(bytes, folder + 76, 3);
  const auto file = CompoundFile::open(bytes, base::Limits());
  ASSERT_TRUE(file);
  for (CompoundId id = 0; id < file->entries().size(); ++id) file->path_of(id);
}

TEST(CompoundFile, ACutFileGivesWhatIsThereOrSaysWhy) {
  const std::string bytes = sample();
  for (std::size_t size = 0; size <= bytes.size(); size += 128) {
    const auto file = CompoundFile::open(std::string_view(bytes).substr(0, size), base::Limits());
    if (!file) {
      EXPECT_NE(file.error().message.find("byte "), std::string::npos);
      continue;
    }
    for (CompoundId id = 0; id < file->entries().size(); ++id) read_all(*file, id);
    for (const auto &[begin, end] : file->unused()) EXPECT_LE(end, size);
  }
}

TEST(CompoundFile, UnusedSectorsAreNamed) {
  std::string bytes = sample();
  const std::size_t free_at = bytes.size();
  bytes += std::string(512, 'X');  // behind everything that the table describes
  const auto file = CompoundFile::open(bytes, base::Limits());
  ASSERT_TRUE(file);
  const auto unused = file->unused();
  ASSERT_FALSE(unused.empty());
  EXPECT_EQ(unused.back().first, free_at);
  EXPECT_EQ(unused.back().second, bytes.size());
}

TEST(CompoundFile, RefusesWhatIsNone) {
  EXPECT_FALSE(CompoundFile::open("", base::Limits()));
  EXPECT_FALSE(CompoundFile::open(std::string(600, 'x'), base::Limits()));
}

}  // namespace
}  // namespace dislodge::evidence
