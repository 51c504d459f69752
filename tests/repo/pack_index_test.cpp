// The index beside a pack makes reading cheaper. Whatever it says, every blob is read.
#include "repo/pack_index.hpp"

#include <gmock/gmock.h>

#include "../evidence/recording_sink.hpp"
#include "git_fixture.hpp"
#include "repo/repository.hpp"

namespace dislodge::repo {
namespace {

using evidence::item_of;
using evidence::RecordingSink;
using testing::HasSubstr;

class PackIndexTest : public GitTest {
 protected:
  void SetUp() override {
    GitTest::SetUp();
    init();
    std::string text;
    for (int i = 0; i < 60; ++i) text += "line " + std::to_string(i * 7919) + "\n";
    for (int i = 0; i < 6; ++i) {
      text.insert(text.size() / 2, "change " + std::to_string(i) + "\n");
      put("a.txt", text);
      put("b" + std::to_string(i), "other " + std::to_string(i) + "\n");
      if (i == 2) put("c", "password SWORDFISH\n");
      commit("change " + std::to_string(i));
    }
    sh("git gc -q --aggressive --prune=now");
    pack_ = packed();
    index_ = read_at(sh("ls $PWD/.git/objects/pack/*.idx"));
  }
  RecordingSink read(std::string_view pack, std::string_view index) {
    RecordingSink sink;
    sink.on_child = [](const evidence::ItemView &item) {
      return item.bytes.find("SWORDFISH") != std::string_view::npos ? std::size_t{1} : std::size_t{0};
    };
    const std::vector<RepositoryFile> files = {{"objects/pack/p.pack", pack}, {"objects/pack/p.idx", index}};
    EXPECT_TRUE(read_repository(item_of("r", ""), files, sink));
    return sink;
  }
  static std::multiset<std::string> contents(const RecordingSink &sink) {
    std::multiset<std::string> out;
    for (const auto &child : sink.children) out.insert(std::string(child.bytes));
    return out;
  }
  std::string pack_, index_;
};

TEST_F(PackIndexTest, SaysWhereEachObjectIsAndWhatItIsCalled) {
  const auto index = PackIndex::read(index_, pack_, HashKind::sha1);
  ASSERT_TRUE(index);
  std::set<std::string> ids;
  for (const PackIndex::Entry &entry : index->entries()) ids.insert(index->id(entry.row).hex());
  std::set<std::string> expected;
  for (const auto &[id, type] : objects()) expected.insert(id);
  EXPECT_EQ(ids, expected);

  const RecordingSink sink = read(pack_, index_);
  std::set<std::string> children;
  for (const auto &child : sink.children) children.insert(child.path.substr(3));
  EXPECT_EQ(children, blobs());
  EXPECT_TRUE(sink.unreads.empty());
  ASSERT_EQ(sink.records.size(), 1u);
  EXPECT_EQ(sink.records[0].path, "c");
}

TEST_F(PackIndexTest, NoLieOfAnIndexHidesABlob) {
  const auto expected = contents(read(pack_, {}));
  for (std::size_t at = 0; at < index_.size(); ++at) {
    std::string bad = index_;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    ASSERT_EQ(contents(read(pack_, bad)), expected) << "byte " << at;
  }
  for (std::size_t size = 0; size < index_.size(); size += 37)
    ASSERT_EQ(contents(read(pack_, std::string_view(index_).substr(0, size))), expected) << size;
}

TEST_F(PackIndexTest, AFindUnderAnothersNameIsTold) {
  // Every id gets another's: what is found is told under it, and that it is not to be trusted.
  std::string bad = index_;
  const std::size_t count = objects().size();
  std::rotate(bad.begin() + 1032, bad.begin() + 1052,
              bad.begin() + 1032 + static_cast<std::ptrdiff_t>(20 * count));
  const RecordingSink sink = read(pack_, bad);
  EXPECT_EQ(contents(sink), contents(read(pack_, index_)));
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_THAT(sink.unreads[0].reason, HasSubstr("ids of others"));
}

TEST_F(PackIndexTest, ADamagedPackIsReadWithoutIt) {
  std::string bad = pack_;
  bad[pack_.size() / 2] = static_cast<char>(bad[pack_.size() / 2] ^ 0x55);
  EXPECT_FALSE(PackIndex::read(index_, bad, HashKind::sha1));
  EXPECT_EQ(contents(read(bad, index_)), contents(read(bad, {})));
}

}  // namespace
}  // namespace dislodge::repo
