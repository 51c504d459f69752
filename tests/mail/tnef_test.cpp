#include "mail/tnef.hpp"

#include <gtest/gtest.h>

#include "collecting_sink.hpp"

namespace dislodge::mail {
namespace {

using test::CollectingSink;

void put(std::string &to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>(value >> 8 * i);
}
std::string attribute(int level, std::uint32_t id, const std::string &value) {
  std::string out;
  put(out, static_cast<std::uint64_t>(level), 1);
  put(out, id, 4);
  put(out, value.size(), 4);
  out += value;
  std::uint32_t sum = 0;
  for (const char c : value) sum += static_cast<unsigned char>(c);
  put(out, sum, 2);
  return out;
}
std::string text_property(std::uint16_t id, const std::string &value) {
  std::string out;
  put(out, 0x001E, 2);
  put(out, id, 2);
  put(out, 1, 4);
  put(out, value.size() + 1, 4);
  out += value + '\0';
  while (out.size() % 4 != 0) out += '\0';
  return out;
}
std::string head() {
  std::string out;
  put(out, 0x223E9F78, 4);
  put(out, 1, 2);
  return out;
}

std::string sample() {
  std::string inner;
  inner = head() + attribute(1, 0x00018004, "inner subject") + attribute(1, 0x0002800C, "inner body");
  std::string object;
  put(object, 2, 4);
  put(object, 0x000D, 2);
  put(object, 0x3701, 2);
  put(object, 1, 4);
  put(object, inner.size() + 16, 4);
  object += std::string(16, 'g') + inner;
  while (object.size() % 4 != 0) object += '\0';
  object += text_property(0x3001, "attached item");
  std::string properties;
  put(properties, 1, 4);
  properties += text_property(0x1000, "password is Horse7");
  return head() + attribute(1, 0x00018004, "the subject") + attribute(1, 0x00069003, properties) +
         attribute(2, 0x00069002, std::string(14, '\0')) + attribute(2, 0x00018010, "key.txt") +
         attribute(2, 0x0006800F, "secret bytes") + attribute(2, 0x00069002, std::string(14, '\0')) +
         attribute(2, 0x00069005, object);
}

TEST(Tnef, WithinAMessageItsPartsAreItems) {
  CollectingSink sink;
  auto item = test::item_of("m!/2", "");
  const std::string bytes = sample();
  item.bytes = bytes;
  item.within = 0;
  ASSERT_TRUE(read_tnef(item, sink));
  ASSERT_EQ(sink.children.size(), 3u);
  EXPECT_EQ(sink.children[0].path, "m!/2!/1");
  EXPECT_EQ(sink.children[0].bytes, "password is Horse7");
  EXPECT_EQ(sink.children[1].path, "m!/2!/2");
  EXPECT_EQ(sink.children[1].name, "key.txt");
  EXPECT_EQ(sink.children[1].bytes, "secret bytes");
  EXPECT_EQ(sink.children[2].type, evidence::ItemType::message);
  EXPECT_NE(sink.children[2].bytes.find("inner subject"), std::string::npos);
  EXPECT_NE(sink.children[2].bytes.find("inner body"), std::string::npos);
  EXPECT_TRUE(sink.unreads.empty());
}

TEST(Tnef, ByItselfItIsAMessage) {
  CollectingSink sink;
  const std::string bytes = sample();
  ASSERT_TRUE(read_tnef(test::item_of("winmail.dat", bytes), sink));
  ASSERT_EQ(sink.records.size(), 2u);
  EXPECT_EQ(sink.records[0].subject, "the subject");
  ASSERT_NE(sink.text_of("winmail.dat!/1"), nullptr);
  EXPECT_EQ(sink.text_of("winmail.dat!/1")->text, "password is Horse7");
}

TEST(Tnef, WhatIsCutIsToldAndTheRestRead) {
  const std::string bytes = sample();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CollectingSink sink;
    EXPECT_TRUE(read_tnef(test::item_of("winmail.dat", std::string_view(bytes).substr(0, size)), sink));
  }
  CollectingSink sink;
  ASSERT_TRUE(
      read_tnef(test::item_of("winmail.dat", std::string_view(bytes).substr(0, bytes.size() - 5)), sink));
  EXPECT_FALSE(sink.unreads.empty());
  // The line end that mail leaves behind it is no damage.
  CollectingSink whole;
  const std::string mailed = bytes + "\r\n";
  ASSERT_TRUE(read_tnef(test::item_of("winmail.dat", mailed), whole));
  EXPECT_TRUE(whole.unreads.empty());
}

}  // namespace
}  // namespace dislodge::mail
