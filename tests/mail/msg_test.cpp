#include "mail/msg.hpp"

#include <gtest/gtest.h>

#include "../evidence/compound_writer.hpp"
#include "collecting_sink.hpp"

namespace dislodge::mail {
namespace {

using test::CollectingSink;
using test::CompoundWriter;

std::string wide(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) out += std::string(1, c) + '\0';
  return out;
}

// An entry of a properties stream: a number.
std::string number(std::uint16_t id, std::uint32_t value) {
  std::string out;
  for (const std::uint32_t word : {0x0003u | static_cast<std::uint32_t>(id) << 16, 6u, value, 0u})
    for (int i = 0; i < 4; ++i) out += static_cast<char>(word >> 8 * i);
  return out;
}

CompoundWriter sample() {
  CompoundWriter writer;
  writer.add("__properties_version1.0", std::string(32, '\0') + number(0x3FFD, 1251));
  writer.add("__substg1.0_001A001F", wide("IPM.Note"));
  writer.add("__substg1.0_0037001F", wide("the subject"));
  writer.add("__substg1.0_1000001E", "\xCF\xE0\xF0\xEE\xEB\xFC: Horse7");  // windows-1251
  writer.add("__substg1.0_0C1A001F", wide("Ada"));
  writer.add("__substg1.0_0C1F001F", wide("ada@a.example"));
  writer.add("__recip_version1.0_#00000000/__properties_version1.0",
             std::string(8, '\0') + number(0x0C15, 1));
  writer.add("__recip_version1.0_#00000000/__substg1.0_3001001F", wide("Bob"));
  writer.add("__recip_version1.0_#00000000/__substg1.0_39FE001F", wide("bob@b.example"));
  writer.add("__attach_version1.0_#00000000/__properties_version1.0",
             std::string(8, '\0') + number(0x3705, 1));
  writer.add("__attach_version1.0_#00000000/__substg1.0_3707001F", wide("key.txt"));
  writer.add("__attach_version1.0_#00000000/__substg1.0_37010102", "secret bytes");
  writer.add("__attach_version1.0_#00000001/__properties_version1.0",
             std::string(8, '\0') + number(0x3705, 5));
  const std::string inner = "__attach_version1.0_#00000001/__substg1.0_3701000D/";
  writer.add(inner + "__properties_version1.0", std::string(24, '\0'));
  writer.add(inner + "__substg1.0_0037001F", wide("inner"));
  writer.add(inner + "__substg1.0_1000001F", wide("the inner one"));
  return writer;
}

CollectingSink read(const std::string &bytes) {
  CollectingSink sink;
  const auto done = read_msg(test::item_of("a.msg", bytes), sink);
  if (!done) sink.errors.push_back(done.error().message);
  return sink;
}

TEST(Msg, GivesTheMessageItsPeopleAttachmentsAndAttachedItems) {
  const std::string bytes = sample().write();
  EXPECT_TRUE(is_msg(bytes, base::Limits()));
  const CollectingSink sink = read(bytes);
  EXPECT_TRUE(sink.errors.empty());
  ASSERT_EQ(sink.records.size(), 2u);
  EXPECT_EQ(sink.records[0].item, "a.msg");
  EXPECT_EQ(sink.records[0].subject, "the subject");
  ASSERT_EQ(sink.records[0].people.size(), 2u);
  EXPECT_EQ(sink.records[0].people[1].address, "bob@b.example");
  ASSERT_NE(sink.text_of("a.msg!/1"), nullptr);
  EXPECT_EQ(sink.text_of("a.msg!/1")->text, "\xD0\x9F\xD0\xB0\xD1\x80\xD0\xBE\xD0\xBB\xD1\x8C: Horse7");
  ASSERT_EQ(sink.children.size(), 1u);
  EXPECT_EQ(sink.children[0].path, "a.msg!/2");
  EXPECT_EQ(sink.children[0].name, "key.txt");
  EXPECT_EQ(sink.children[0].bytes, "secret bytes");
  EXPECT_EQ(sink.records[1].item, "a.msg!/3");
  EXPECT_EQ(sink.records[1].subject, "inner");
}

// A distribution list keeps its members, and a rule whom it forwards to, in binary properties only.
TEST(Msg, TextInBinaryPropertiesIsRead) {
  CompoundWriter writer = sample();
  writer.add("__substg1.0_80540102", std::string("\x00\x00\x00\x00\x81\x2B\x1F\xA4\x01\x90", 10) +
                                         wide("Eve Thief") + std::string(2, '\0') +
                                         wide("eve@thief.example") + std::string(2, '\0'));
  writer.add("__substg1.0_7C080102", "<?xml version=\"1.0\"?><UserConfiguration/>");
  writer.add("__substg1.0_300B0102", "SMTP:ADA@A.EXAMPLE");
  const CollectingSink sink = read(writer.write());
  std::string all;
  for (const auto &text : sink.texts) all += text.text;
  EXPECT_NE(all.find("Eve Thief\neve@thief.example"), std::string::npos) << all;
  EXPECT_NE(all.find("<UserConfiguration/>"), std::string::npos);
  EXPECT_EQ(all.find("SMTP:ADA"), std::string::npos);
}

TEST(Msg, AnAttachmentThatIsALinkIsNamed) {
  CompoundWriter writer = sample();
  const std::string at = "__attach_version1.0_#00000002/";
  writer.add(at + "__properties_version1.0", std::string(8, '\0') + number(0x3705, 7));
  writer.add(at + "__substg1.0_370D001F", wide("https://share.example/plan.docx"));
  const CollectingSink sink = read(writer.write());
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, evidence::LedgerState::not_held);
  EXPECT_NE(sink.unreads[0].reason.find("https://share.example/plan.docx"), std::string::npos);
}

TEST(Msg, OtherCompoundFilesAreNone) {
  EXPECT_FALSE(is_msg(CompoundWriter().add("WordDocument", "x").write(), base::Limits()));
  EXPECT_FALSE(is_msg("", base::Limits()));
}

TEST(Msg, ACutOrBrokenFileDoesNotStopTheRun) {
  const std::string good = sample().write();
  for (std::size_t size = 0; size < good.size(); size += 211) read(good.substr(0, size));
  std::uint32_t state = 7;
  for (int round = 0; round < 200; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 20; ++i) {
      state = state * 1664525u + 1013904223u;
      bytes[(state >> 4) % bytes.size()] = static_cast<char>(state >> 24);
    }
    read(bytes);
  }
}

}  // namespace
}  // namespace dislodge::mail
