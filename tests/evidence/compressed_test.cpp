#include "evidence/compressed.hpp"

#include <zstd.h>

#include "recording_sink.hpp"
#include "zip_writer.hpp"

namespace dislodge::evidence {
namespace {

ItemView named(std::string_view bytes, std::string_view name) {
  ItemView item = item_of("in", bytes);
  item.name = name;
  return item;
}

// With the stored name and a comment.
std::string gzip_named(const std::string &bytes) {
  std::string out = gzip(bytes);
  out[3] = 8 | 16;
  return out.substr(0, 10) + std::string("dir/app.log\0", 12) + std::string("the note\0", 9) + out.substr(10);
}

TEST(Gzip, ReadsOneStream) {
  RecordingSink sink;
  ASSERT_TRUE(read_gzip(named(gzip("hello"), "auth.log.gz"), sink));
  EXPECT_EQ(sink.bytes_of("in!/auth.log"), "hello");
  EXPECT_EQ(sink.children[0].name, "auth.log");
  EXPECT_TRUE(sink.unreads.empty());
}

TEST(Gzip, TheStoredNameAndCommentAreUsed) {
  const std::string packed = gzip_named("x");
  RecordingSink sink;
  ASSERT_TRUE(read_gzip(named(packed, "a.gz"), sink));
  EXPECT_EQ(sink.bytes_of("in!/dir/app.log"), "x");
  ASSERT_EQ(sink.texts.size(), 1u);
  EXPECT_EQ(sink.texts[0].text, "the note");
  EXPECT_EQ(sink.texts[0].source, 22u);
}

TEST(Gzip, StreamsInARowAreOneFile) {
  RecordingSink sink;
  const std::string packed =
      gzip("one ") + gzip(std::string(100'000, 'x')) + gzip(" three") + std::string(512, '\0');
  ASSERT_TRUE(read_gzip(named(packed, "mail.tgz"), sink));
  EXPECT_EQ(sink.bytes_of("in!/mail.tar"), "one " + std::string(100'000, 'x') + " three");
  EXPECT_EQ(sink.children.size(), 1u);
}

TEST(Gzip, WhatFollowsIsHandedOn) {
  RecordingSink sink;
  const std::string packed = gzip("data");
  ASSERT_TRUE(read_gzip(item_of("in", packed + "appended"), sink));
  EXPECT_EQ(sink.bytes_of("in!/data"), "data");
  EXPECT_EQ(sink.bytes_of("in!/~gap@" + std::to_string(packed.size())), "appended");
}

TEST(Gzip, ACutStreamIsReadInPart) {
  std::string content;
  for (int i = 0; i < 20'000; ++i) content += std::to_string(i * 7919) + "\n";
  const std::string packed = gzip(content);
  RecordingSink sink;
  ASSERT_TRUE(read_gzip(item_of("in", packed.substr(0, packed.size() / 2)), sink));
  const std::string got = sink.bytes_of("in!/data");
  EXPECT_GT(got.size(), content.size() / 3);
  EXPECT_EQ(content.substr(0, got.size()), got);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::read_in_part);
}

TEST(Gzip, ABombIsCut) {
  base::Limits limits;
  limits.expansion_grace_bytes = 1 << 20;
  limits.expansion_ratio_max = 10;
  RecordingSink sink;
  sink.limits_ = limits;
  const std::string packed = gzip(std::string(50 << 20, '\0'));
  ASSERT_TRUE(read_gzip(item_of("in", packed), sink));
  EXPECT_LE(sink.child_bytes, 1u << 20);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::too_large);
  EXPECT_LE(sink.unread_bytes(), packed.size());
}

TEST(Gzip, AWrongCrcIsReported) {
  std::string packed = gzip("content");
  packed[packed.size() - 8] = static_cast<char>(packed[packed.size() - 8] ^ 1);
  RecordingSink sink;
  ASSERT_TRUE(read_gzip(item_of("in", packed), sink));
  EXPECT_EQ(sink.bytes_of("in!/data"), "content");
  EXPECT_TRUE(sink.any_unread(LedgerState::damaged));
}

TEST(Gzip, EveryTruncationIsSurvived) {
  const std::string packed = gzip_named("some content to be cut") + gzip("second");
  for (std::size_t size = 0; size <= packed.size(); ++size) {
    RecordingSink sink;
    const std::string cut = packed.substr(0, size);
    if (read_gzip(item_of("in", cut), sink)) {
      EXPECT_LE(sink.unread_bytes(), size);
    }
  }
}

TEST(Zstd, ReadsAndReportsDamage) {
  const std::string content(100'000, 'z');
  std::string packed(ZSTD_compressBound(content.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), 3));
  RecordingSink sink;
  ASSERT_TRUE(read_zstd(named(packed, "dump.sql.zst"), sink));
  EXPECT_EQ(sink.bytes_of("in!/dump.sql"), content);
  RecordingSink cut;
  ASSERT_TRUE(read_zstd(named(packed.substr(0, packed.size() - 2), "dump.sql.zst"), cut));
  EXPECT_EQ(cut.unreads.size(), 1u);
}

}  // namespace
}  // namespace dislodge::evidence
