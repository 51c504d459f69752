#include "repo/pack_format.hpp"

#include <gtest/gtest.h>

#include "repo/bundle.hpp"
#include "repo/id_table.hpp"
#include "repo/loose.hpp"

namespace dislodge::repo {
namespace {

using namespace std::string_literals;

TEST(PackFormat, EntryHeadsAreRead) {
  // 1111 bits of size in the first byte, then seven a byte.
  const std::string blob = "\xBF\x01"s;
  const auto head = read_entry_head(blob, 0, HashKind::sha1);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->type, 3);
  EXPECT_EQ(head->size, 31u);
  EXPECT_EQ(head->length, 2u);
  EXPECT_FALSE(read_entry_head("\xBF"s, 0, HashKind::sha1));  // cut
  EXPECT_FALSE(read_entry_head("\x50"s, 0, HashKind::sha1));  // type 5 is reserved
  EXPECT_FALSE(read_entry_head("\x00"s, 0, HashKind::sha1));
  EXPECT_FALSE(read_entry_head("", 0, HashKind::sha1));
}

TEST(PackFormat, OffsetsOfBasesStayInThePack) {
  std::string pack(300, 'x');
  pack += "\x65\x81\x00"s;  // back by ((1 + 1) << 7) = 256
  const auto head = read_entry_head(pack, 300, HashKind::sha1);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->type, kOfsDelta);
  EXPECT_EQ(head->base_offset, 44u);
  EXPECT_FALSE(read_entry_head("x\x65\x01"s, 1, HashKind::sha1));  // its base would be the start of the pack
  EXPECT_FALSE(read_entry_head("x\x65\x7F"s, 1, HashKind::sha1));  // before the pack
  EXPECT_FALSE(read_entry_head("x\x65\x00"s, 1, HashKind::sha1));  // itself
  EXPECT_FALSE(read_entry_head("x\x65" + std::string(20, '\xFF'), 1, HashKind::sha1));
}

TEST(PackFormat, DeltasAreApplied) {
  const std::string base = "the quick brown fox";
  const std::string delta = "\x13\x0B"s + "\x91\x04\x06" + "\x05 then"s;  // copy 6 from 4, insert 5
  const auto sizes = read_delta_sizes(delta);
  ASSERT_TRUE(sizes);
  EXPECT_EQ(sizes->base, 19u);
  EXPECT_EQ(sizes->result, 11u);
  std::string out(11, '\0');
  ASSERT_TRUE(apply_delta(base, delta, *sizes, out.data()));
  EXPECT_EQ(out, "quick  then");
}

TEST(PackFormat, BrokenDeltasAreRefused) {
  const std::string base(100, 'b');
  std::string out(1000, '\0');
  const auto refused = [&](const std::string &delta) {
    const auto sizes = read_delta_sizes(delta);
    return !sizes || !apply_delta(base, delta, *sizes, out.data());
  };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("\x64"s));
  EXPECT_TRUE(refused("\x63\x01\x01x"s));         // another base size
  EXPECT_TRUE(refused("\x64\x02\x01x"s));         // too short a result
  EXPECT_TRUE(refused("\x64\x01\x02xy"s));        // too long a one
  EXPECT_TRUE(refused("\x64\x05\x91\x60\x05"s));  // copies past the base's end
  EXPECT_TRUE(refused("\x64\x05\x91\x00"s));      // cut within an instruction
  EXPECT_TRUE(refused("\x64\x01\x00x"s));         // instruction 0 is reserved
  EXPECT_TRUE(refused("\x64" + std::string(12, '\xFF')));
  EXPECT_FALSE(refused("\x64\x05\x90\x05"s));  // offset 0 is the default
}

TEST(PackFormat, CommitsAndTreesAreParsed) {
  const std::string hex(40, 'a');
  const std::string text = "tree " + hex + "\nparent " + std::string(40, 'b') +
                           "\nauthor A U Thor <a@x> 1600000000 +0100\n" +
                           "committer C <c@x> 1600000100 -0700\nencoding ISO-8859-1\ngpgsig -----BEGIN\n "
                           "continued\n -----END\n\nmessage\n\nbody\n";
  const CommitView commit = parse_commit(text);
  ASSERT_TRUE(commit.tree);
  EXPECT_EQ(commit.tree->hex(), hex);
  EXPECT_EQ(commit.parents.size(), 1u);
  EXPECT_EQ(commit.author.name, "A U Thor");
  EXPECT_EQ(commit.committer.address, "c@x");
  EXPECT_EQ(commit.committer.time.us, 1600000100000000);
  EXPECT_EQ(commit.encoding, "ISO-8859-1");
  EXPECT_EQ(commit.message, "message\n\nbody\n");
  EXPECT_TRUE(parse_commit("").message.empty());
  EXPECT_FALSE(parse_commit("tree short\nauthor nobody\n\n").tree);
  EXPECT_EQ(parse_commit("committer x <y> 99999999999999999999 +0000\n\n").committer.time.us,
            99999999999 * base::kSecond);

  const std::string tree = "40000 src\0"s + std::string(20, '\1') + "100644 a b\0"s + std::string(20, '\2') +
                           "160000 sub\0"s + std::string(20, '\3');
  const std::string cut = tree + "100644 cut\0"s + "12345";
  TreeReader reader(cut, HashKind::sha1);
  TreeEntry entry;
  ASSERT_TRUE(reader.next(entry));
  EXPECT_TRUE(entry.folder);
  EXPECT_EQ(entry.name, "src");
  ASSERT_TRUE(reader.next(entry));
  EXPECT_EQ(entry.name, "a b");
  EXPECT_EQ(entry.id.hex(), std::string("02020202020202020202") + "02020202020202020202");
  ASSERT_TRUE(reader.next(entry));
  EXPECT_TRUE(entry.submodule);
  EXPECT_FALSE(reader.next(entry));
}

TEST(PackFormat, IdsAreHashedAsGitDoes) {
  ObjectHasher sha1(HashKind::sha1);
  EXPECT_EQ(sha1.id(ObjectType::blob, "").hex(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  EXPECT_EQ(sha1.id(ObjectType::tree, "").hex(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  ObjectHasher sha256(HashKind::sha256);
  EXPECT_EQ(sha256.id(ObjectType::blob, "").hex(),
            "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813");
}

TEST(PackFormat, NamesOfLooseObjects) {
  EXPECT_TRUE(loose_id_of("objects/e6/9de29bb2d1d6434b8b29ae775ad8c2e48c5391"));
  EXPECT_FALSE(loose_id_of("objects/e6/9de29bb2d1d6434b8b29ae775ad8c2e48c539"));
  EXPECT_FALSE(loose_id_of("objects/pack/pack-1.pack"));
  EXPECT_FALSE(loose_id_of("e6/9de29bb2d1d6434b8b29ae775ad8c2e48c5391"));
}

TEST(PackFormat, BundleHeads) {
  const std::string id(40, '1');
  const std::string bundle = std::string("# v3 git bundle\n@object-format=sha1\n@filter=blob:none\n-" + id +
                                         " comment\n" + id + " refs/heads/main\n\nPACK");
  const auto head = read_bundle_head(bundle);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->version, 3);
  EXPECT_EQ(head->filter, "blob:none");
  EXPECT_EQ(head->prerequisites.size(), 1u);
  EXPECT_EQ(head->references, 1u);
  EXPECT_FALSE(read_bundle_head("# v2 git bundle\n" + id));
}

TEST(IdTable, SetsAndNumbersHoldManyIds) {
  ObjectHasher hasher(HashKind::sha1);
  IdSet set;
  IdNumbers numbers;
  for (int i = 0; i < 5000; ++i) {
    const ObjectId id = hasher.raw(std::to_string(i));
    EXPECT_TRUE(set.insert(id));
    EXPECT_EQ(numbers.number(id.prefix()), static_cast<std::uint32_t>(i));
  }
  for (int i = 0; i < 5000; ++i) {
    const ObjectId id = hasher.raw(std::to_string(i));
    EXPECT_FALSE(set.insert(id));
    EXPECT_EQ(numbers.find(id.prefix()), static_cast<std::uint32_t>(i));
  }
  EXPECT_EQ(numbers.find(hasher.raw("none").prefix()), IdNumbers::kNone);
  EXPECT_TRUE(set.insert(ObjectId{}));
  EXPECT_FALSE(set.insert(ObjectId{}));
}

}  // namespace
}  // namespace dislodge::repo
