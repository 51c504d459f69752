#include "evidence/zip.hpp"

#include <cstdlib>
#include <filesystem>

#include "base/files.hpp"
#include "recording_sink.hpp"
#include "zip_writer.hpp"

namespace dislodge::evidence {
namespace {

std::string noise(std::size_t size, std::uint32_t seed = 1) {
  std::string out;
  while (out.size() < size) {
    seed = seed * 1664525 + 1013904223;
    out += static_cast<char>(seed >> 24);
  }
  return out;
}

RecordingSink read(const std::string &zip, const base::Limits &limits = {}) {
  RecordingSink sink;
  sink.limits_ = limits;
  const auto done = read_zip(item_of("a.zip", zip), sink);
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LE(sink.unread_bytes(), zip.size());
  return sink;
}

TEST(Zip, ReadsStoredAndDeflatedMembers) {
  ZipWriter writer;
  writer.add({.name = "docs/"});
  writer.add({.name = "docs/plain.txt", .bytes = "stored", .method = 0});
  writer.add({.name = "docs/packed.txt", .bytes = std::string(5000, 'x')});
  const RecordingSink sink = read(writer.finish());
  ASSERT_EQ(sink.children.size(), 2u);
  EXPECT_EQ(sink.bytes_of("a.zip!/docs/plain.txt"), "stored");
  EXPECT_EQ(sink.bytes_of("a.zip!/docs/packed.txt"), std::string(5000, 'x'));
  EXPECT_EQ(sink.children[0].depth, 1u);
  EXPECT_TRUE(sink.unreads.empty());
}

TEST(Zip, NamesAreEscapedAndMadeUnique) {
  ZipWriter writer;
  writer.add({.name = "../a!b#\xFF.txt", .bytes = "1"});
  writer.add({.name = "same", .bytes = "2"});
  writer.add({.name = "same", .bytes = "3"});
  const RecordingSink sink = read(writer.finish());
  EXPECT_EQ(sink.bytes_of("a.zip!/../a%21b%23%FF.txt"), "1");
  EXPECT_EQ(sink.bytes_of("a.zip!/same"), "2");
  EXPECT_EQ(sink.bytes_of("a.zip!/same#2"), "3");
}

TEST(Zip, ReadsZip64AndDescriptors) {
  ZipWriter writer;
  writer.add({.name = "big", .bytes = "sixty-four", .zip64 = true});
  writer.add({.name = "streamed", .bytes = std::string(300, 's'), .descriptor = true});
  const std::string zip = writer.finish();
  const RecordingSink sink = read(zip);
  EXPECT_EQ(sink.bytes_of("a.zip!/big"), "sixty-four");
  EXPECT_EQ(sink.bytes_of("a.zip!/streamed"), std::string(300, 's'));
  EXPECT_EQ(sink.children.size(), 2u);  // no gap: the descriptor is structure
}

TEST(Zip, EncryptedMembersAreNamedWithTheirCipherAndSize) {
  ZipWriter writer;
  writer.add({.name = "old.txt", .bytes = "0123456789abcdef", .method = 0, .flags = 1});
  std::string aes;
  put16(aes, 0x9901);
  put16(aes, 7);
  put16(aes, 2);
  aes += "AE\x03";
  put16(aes, 8);
  writer.add({.name = "new.txt",
              .bytes = "secret stuff",
              .method = 99,
              .flags = 1,
              .extra = aes,
              .packed = noise(40)});
  writer.add({.name = "open.txt", .bytes = "readable"});
  const RecordingSink sink = read(writer.finish());
  ASSERT_EQ(sink.unreads.size(), 2u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::encrypted);
  EXPECT_EQ(sink.unreads[0].child, "a.zip!/old.txt");
  EXPECT_EQ(sink.unreads[0].bytes, 16u);
  EXPECT_EQ(sink.unreads[0].child_size, 16u);
  EXPECT_THAT(sink.unreads[0].reason, testing::HasSubstr("ZipCrypto"));
  EXPECT_THAT(sink.unreads[0].remedy, testing::HasSubstr("--password-file"));
  EXPECT_THAT(sink.unreads[1].reason, testing::HasSubstr("AES-256"));
  EXPECT_EQ(sink.unreads[1].bytes, 40u);
  EXPECT_EQ(sink.unreads[1].child_size, 12u);
  EXPECT_EQ(sink.children.size(), 1u);
}

TEST(Zip, OtherMethodsAreUnsupportedByName) {
  ZipWriter writer;
  writer.add({.name = "a", .bytes = "aaaa", .method = 97, .packed = noise(9)});
  const RecordingSink sink = read(writer.finish());
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::unsupported);
  EXPECT_THAT(sink.unreads[0].reason, testing::HasSubstr("WavPack"));
  EXPECT_EQ(sink.unreads[0].bytes, 9u);
}

TEST(Zip, AWrongCrcIsReadAndReported) {
  ZipWriter writer;
  writer.add({.name = "a", .bytes = "content", .crc = 12345});
  const RecordingSink sink = read(writer.finish());
  EXPECT_EQ(sink.bytes_of("a.zip!/a"), "content");
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::damaged);
  EXPECT_EQ(sink.unreads[0].bytes, 0u);
}

TEST(Zip, WithoutItsDirectoryMembersAreFoundByTheirHeaders) {
  ZipWriter writer;
  writer.add({.name = "one", .bytes = "first " + noise(400)});
  writer.add({.name = "two", .bytes = std::string(900, 't'), .descriptor = true});
  writer.add({.name = "three", .bytes = "third", .method = 0});
  std::string zip = writer.finish();
  zip.resize(zip.size() - 30);  // the end record and a piece of the directory are gone
  const RecordingSink sink = read(zip);
  EXPECT_EQ(sink.bytes_of("a.zip!/one"), "first " + noise(400));
  EXPECT_EQ(sink.bytes_of("a.zip!/two"), std::string(900, 't'));
  EXPECT_EQ(sink.bytes_of("a.zip!/three"), "third");
}

TEST(Zip, ACutMemberGivesWhatIsThere) {
  ZipWriter writer;
  const std::string content = noise(20'000, 7);
  writer.add({.name = "long", .bytes = content});
  std::string zip = writer.finish();
  zip.resize(10'000);
  const RecordingSink sink = read(zip);
  const std::string got = sink.bytes_of("a.zip!/long");
  EXPECT_GT(got.size(), 9'000u);
  EXPECT_EQ(content.substr(0, got.size()), got);
  ASSERT_FALSE(sink.unreads.empty());
  EXPECT_EQ(sink.unreads[0].state, LedgerState::read_in_part);
}

TEST(Zip, ADamagedMemberGivesWhatPrecedesTheFault) {
  ZipWriter writer;
  std::string content;
  for (int i = 0; i < 3000; ++i) content += "line " + std::to_string(i * 7919) + "\n";
  const std::uint64_t at = writer.add({.name = "log", .bytes = content});
  writer.add({.name = "next", .bytes = "sound"});
  std::string zip = writer.finish();
  for (std::size_t i = 0; i < 200; ++i) zip[at + 8000 + i] = '\xFF';
  const RecordingSink sink = read(zip);
  EXPECT_EQ(sink.bytes_of("a.zip!/log").substr(0, 7000), content.substr(0, 7000));
  EXPECT_EQ(sink.bytes_of("a.zip!/next"), "sound");
  EXPECT_FALSE(sink.unreads.empty());
}

TEST(Zip, MembersThatTheDirectoryHidesAreRead) {
  ZipWriter writer;
  writer.add({.name = "shown", .bytes = "harmless"});
  writer.add({.name = "hidden", .bytes = "password: hunter2", .in_directory = false});
  const RecordingSink sink = read(writer.finish());
  EXPECT_EQ(sink.bytes_of("a.zip!/hidden"), "password: hunter2");
}

// A header that was cut is no zip on another try: read again as one, it would nest to the limit.
TEST(Zip, WhatIsLeftOfAHeaderIsNoZipAgain) {
  const std::string cut("PK\3\4\x14\0\2\0\x08\0\0\0\x21\0\1\2\3\4\1\1\0\0\1\1\0\0\x0D\0\0\0wor", 33);
  RecordingSink sink;
  int children = 0;
  sink.on_child = [&](const ItemView &item) -> std::size_t {
    ++children;
    EXPECT_NE(item.type, ItemType::unknown);
    EXPECT_NE(item.type, ItemType::zip);
    return 0;
  };
  EXPECT_FALSE(read_zip(item_of("a.zip", cut), sink));
  EXPECT_EQ(children, 1);
}

TEST(Zip, BytesBeforeBetweenAndBehindAreHandedOn) {
  ZipWriter writer;
  writer.raw("MZ stub of a self-extractor");
  writer.add({.name = "a", .bytes = "1"});
  writer.raw("between");
  writer.add({.name = "b", .bytes = "2", .comment = "a note"});
  const RecordingSink sink = read(writer.finish("the password is swordfish") + "tail");
  EXPECT_EQ(sink.bytes_of("a.zip!/~gap@0"), "MZ stub of a self-extractor");
  EXPECT_EQ(sink.bytes_of("a.zip!/a"), "1");
  EXPECT_EQ(sink.bytes_of("a.zip!/b"), "2");
  EXPECT_EQ(sink.children.size(), 5u);
  ASSERT_EQ(sink.texts.size(), 2u);
  EXPECT_EQ(sink.texts[0].text, "a note");
  EXPECT_EQ(sink.texts[1].text, "the password is swordfish");
  EXPECT_TRUE(sink.unreads.empty());
}

TEST(Zip, OffsetsThatIgnoreAPrefixAreCorrected) {
  ZipWriter writer;
  writer.add({.name = "a", .bytes = "1"});
  const RecordingSink sink = read(std::string(77, 'p') + writer.finish());
  EXPECT_EQ(sink.bytes_of("a.zip!/a"), "1");
}

TEST(Zip, ABombIsCutAndWhatFollowsItIsStillRead) {
  ZipWriter writer;
  const std::string zeros(8 << 20, '\0');
  for (int i = 0; i < 4; ++i) writer.add({.name = "bomb" + std::to_string(i), .bytes = zeros});
  writer.add({.name = "letter", .bytes = "the key is under the mat"});
  base::Limits limits;
  limits.expansion_grace_bytes = 1 << 20;
  limits.expansion_ratio_max = 10;
  const RecordingSink sink = read(writer.finish(), limits);
  EXPECT_LT(sink.child_bytes, 8u << 20);
  EXPECT_EQ(sink.bytes_of("a.zip!/letter"), "the key is under the mat");
  EXPECT_TRUE(sink.any_unread(LedgerState::too_large));
}

TEST(Zip, OverlappingMembersAreCountedOnceAndBounded) {
  ZipWriter writer;
  const std::string kernel = deflate(std::string(4 << 20, '\0'));
  const std::uint64_t at = writer.add({.name = "0", .bytes = std::string(4 << 20, '\0'), .packed = kernel});
  for (int i = 1; i < 500; ++i)
    writer.add(
        {.name = std::to_string(i), .bytes = std::string(4 << 20, '\0'), .packed = kernel, .header_at = at});
  base::Limits limits;
  limits.expansion_grace_bytes = 16 << 20;
  RecordingSink sink;
  sink.limits_ = limits;
  sink.keep_bytes = false;
  const std::string zip = writer.finish();
  ASSERT_TRUE(read_zip(item_of("a.zip", zip), sink));
  EXPECT_LE(sink.child_bytes, 20u << 20);
  EXPECT_LE(sink.unread_bytes(), zip.size());
  // One row stands for the hundreds that were not read.
  EXPECT_LT(sink.unreads.size(), 10u);
  EXPECT_THAT(sink.unreads.back().reason, testing::HasSubstr("further members"));
}

TEST(Zip, TooManyMembersAreOneRow) {
  ZipWriter writer;
  for (int i = 0; i < 50; ++i) writer.add({.name = std::to_string(i), .bytes = "x", .method = 0});
  base::Limits limits;
  limits.members_max = 10;
  const RecordingSink sink = read(writer.finish(), limits);
  EXPECT_EQ(sink.children.size(), 10u);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_THAT(sink.unreads[0].reason, testing::HasSubstr("40 further members"));
}

TEST(Zip, AMemberPastItsOwnLimitIsCut) {
  ZipWriter writer;
  std::string content;
  for (int i = 0; i < 200'000; ++i) content += std::to_string(i * 31) + ",";
  writer.add({.name = "big", .bytes = content});
  base::Limits limits;
  limits.member_bytes_max = 500'000;
  const RecordingSink sink = read(writer.finish(), limits);
  const std::string got = sink.bytes_of("a.zip!/big");
  EXPECT_GT(got.size(), 400'000u);
  EXPECT_LE(got.size(), 500'000u);
  EXPECT_EQ(content.substr(0, got.size()), got);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_THAT(sink.unreads[0].reason, testing::HasSubstr("member_bytes_max"));
}

TEST(Zip, WhatIsNoZipIsAnError) {
  RecordingSink sink;
  const auto done = read_zip(item_of("a.zip", "just some text, no PK header"), sink);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, base::ErrorKind::damaged);
}

TEST(Zip, EveryTruncationIsSurvivedAndAccounted) {
  ZipWriter writer;
  writer.add({.name = "one", .bytes = noise(300) + std::string(300, 'a')});
  writer.add({.name = "two", .bytes = "small", .zip64 = true, .descriptor = true, .comment = "c"});
  const std::string zip = writer.finish("end");
  for (std::size_t size = 0; size < zip.size(); ++size) {
    RecordingSink sink;
    const std::string cut = zip.substr(0, size);
    if (!read_zip(item_of("a.zip", cut), sink)) continue;
    EXPECT_LE(sink.unread_bytes(), size);
  }
}

TEST(Zip, EveryByteFlipIsSurvived) {
  ZipWriter writer;
  writer.add({.name = "one", .bytes = noise(60) + std::string(100, 'a')});
  writer.add({.name = "two", .bytes = "small", .zip64 = true});
  const std::string zip = writer.finish("end");
  for (std::size_t at = 0; at < zip.size(); ++at) {
    for (const int flip : {1, 0x80, 0xFF}) {
      std::string bad = zip;
      bad[at] = static_cast<char>(bad[at] ^ flip);
      RecordingSink sink;
      if (read_zip(item_of("a.zip", bad), sink)) {
        EXPECT_LE(sink.unread_bytes(), bad.size());
      }
    }
  }
}

TEST(Zip, TheIteratorStopsWhenTold) {
  ZipWriter writer;
  for (int i = 0; i < 5; ++i) writer.add({.name = std::to_string(i), .bytes = "x"});
  const std::string zip = writer.finish();
  int seen = 0;
  ASSERT_TRUE(for_each_member(zip, base::Limits{}, [&](const ZipMember &) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace dislodge::evidence
