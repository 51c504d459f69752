#include "evidence/tar.hpp"

#include <fmt/format.h>

#include "recording_sink.hpp"

namespace dislodge::evidence {
namespace {

std::string block(const std::string &name, std::uint64_t size, char type = '0',
                  const std::string &prefix = "") {
  std::string out(512, '\0');
  out.replace(0, std::min<std::size_t>(name.size(), 100), name.substr(0, 100));
  out.replace(100, 8, fmt::format("{:07o}", 0644) + '\0');
  out.replace(124, 12, fmt::format("{:011o}", size) + '\0');
  out[156] = type;
  out.replace(257, 8, std::string("ustar\0", 6) + "00");
  out.replace(345, prefix.size(), prefix);
  out.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : out) sum += static_cast<unsigned char>(c);
  out.replace(148, 8, fmt::format("{:06o}", sum) + '\0' + ' ');
  return out;
}

std::string padded(std::string data) {
  data.resize((data.size() + 511) / 512 * 512, '\0');
  return data;
}

std::string file(const std::string &name, const std::string &data, char type = '0') {
  return block(name, data.size(), type) + padded(data);
}

const std::string kEnd(1024, '\0');

RecordingSink read(const std::string &tar, const base::Limits &limits = {}) {
  RecordingSink sink;
  sink.limits_ = limits;
  const auto done = read_tar(item_of("a.tar", tar), sink);
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LE(sink.unread_bytes(), tar.size());
  return sink;
}

TEST(Tar, ReadsFilesAndPassesOverTheRest) {
  const RecordingSink sink =
      read(block("etc/", 0, '5') + file("etc/passwd", "root:x") + block("etc/link", 0, '2') +
           file("empty", "") + file("etc/passwd", "again") + kEnd);
  ASSERT_EQ(sink.children.size(), 3u);
  EXPECT_EQ(sink.bytes_of("a.tar!/etc/passwd"), "root:x");
  EXPECT_EQ(sink.bytes_of("a.tar!/etc/passwd#2"), "again");
  EXPECT_EQ(sink.bytes_of("a.tar!/empty"), "");
  EXPECT_TRUE(sink.unreads.empty());
}

TEST(Tar, KnowsTheThreeWaysToALongName) {
  const std::string name = std::string(150, 'd') + "/file";
  const std::string record = " path=" + name + "\n";
  const std::string pax = std::to_string(record.size() + 3) + record;
  const RecordingSink sink =
      read(file("././@LongLink", name + '\0', 'L') + file("short", "gnu") + file("PaxHeader", pax, 'x') +
           file("short", "pax") + block("file", 5, '0', std::string(140, 'p')) + padded("ustar") + kEnd);
  EXPECT_EQ(sink.bytes_of("a.tar!/" + name), "gnu");
  EXPECT_EQ(sink.bytes_of("a.tar!/" + name + "#2"), "pax");
  EXPECT_EQ(sink.bytes_of("a.tar!/" + std::string(140, 'p') + "/file"), "ustar");
}

TEST(Tar, ACutMemberGivesWhatIsThere) {
  std::string tar = file("a", std::string(3000, 'a'));
  tar.resize(512 + 1500);
  const RecordingSink sink = read(tar);
  EXPECT_EQ(sink.bytes_of("a.tar!/a"), std::string(1500, 'a'));
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::read_in_part);
}

TEST(Tar, ADamagedHeaderCostsOneMemberOnly) {
  std::string second = file("b", "second");
  second[0] = 'X';  // the checksum no longer fits
  const RecordingSink sink = read(file("a", "first") + second + file("c", "third") + kEnd);
  EXPECT_EQ(sink.bytes_of("a.tar!/a"), "first");
  EXPECT_EQ(sink.bytes_of("a.tar!/c"), "third");
  EXPECT_EQ(sink.bytes_of("a.tar!/~gap@1024").substr(512, 6), "second");
  EXPECT_TRUE(sink.any_unread(LedgerState::damaged));
}

TEST(Tar, WhatFollowsTheEndIsHandedOn) {
  const RecordingSink sink = read(file("a", "1") + kEnd + "password: hunter2");
  EXPECT_EQ(sink.bytes_of("a.tar!/~gap@2048"), "password: hunter2");
  EXPECT_TRUE(sink.unreads.empty());
}

TEST(Tar, ArchivesInARowAreRead) {
  const RecordingSink sink = read(file("a", "1") + kEnd + file("b", "2") + kEnd);
  EXPECT_EQ(sink.bytes_of("a.tar!/b"), "2");
}

TEST(Tar, HugeSizesDoNotWrap) {
  std::string head = block("a", 0);
  head.replace(124, 12, std::string("\x80\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 12));
  head.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<unsigned char>(c);
  head.replace(148, 8, fmt::format("{:06o}", sum) + '\0' + ' ');
  RecordingSink sink;
  const std::string tar = head + padded("x");
  EXPECT_FALSE(read_tar(item_of("a.tar", tar), sink));  // no sound header at all
}

TEST(Tar, TooManyMembersAreOneRow) {
  base::Limits limits;
  limits.members_max = 2;
  const RecordingSink sink = read(file("a", "1") + file("b", "2") + file("c", "3") + kEnd, limits);
  EXPECT_EQ(sink.children.size(), 2u);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].bytes, 1024u + 1024u);
}

TEST(Tar, WhatIsNoTarIsAnError) {
  RecordingSink sink;
  EXPECT_FALSE(read_tar(item_of("a.tar", std::string(2000, 'x')), sink));
}

}  // namespace
}  // namespace dislodge::evidence
