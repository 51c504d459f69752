#include "mail/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collecting_sink.hpp"

namespace dislodge::mail {
namespace {

using test::CollectingSink;
using test::item_of;

TEST(Calendar, IsTextWithoutFoldsAndEscapesInItsOwnPlace) {
  const std::string bytes =
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
      "DESCRIPTION:Password: Kx7#ma\r\n rs_Wq81\\nbye\\, all\\; C:\\\\temp \\x\r\n"
      "END:VEVENT\r\nEND:VCALENDAR\r\n";
  ASSERT_TRUE(recognises_calendar(bytes));
  CollectingSink sink;
  const auto item = item_of("invite.ics", bytes);
  ASSERT_TRUE(read_calendar(item, sink).has_value());
  ASSERT_EQ(sink.texts.size(), 1u);
  const auto &text = sink.texts[0];
  EXPECT_THAT(text.text, testing::HasSubstr("Password: Kx7#mars_Wq81\nbye, all; C:\\temp \\x\r\n"));
  EXPECT_EQ(text.offset_of("Kx7"), bytes.find("Kx7"));
  EXPECT_EQ(text.offset_of("rs_Wq81"), bytes.find("rs_Wq81"));
  EXPECT_EQ(text.offset_of("bye"), bytes.find("bye"));
  EXPECT_EQ(text.offset_of(" all"), bytes.find(" all"));
  EXPECT_EQ(text.offset_of("temp"), bytes.find("temp"));
  EXPECT_EQ(text.offset_of("END:VEVENT"), bytes.find("END:VEVENT"));
  EXPECT_EQ(sink.records.size(), 1u);
}

TEST(Calendar, WhatItsValuesHoldIsAnItemOfItsOwn) {
  const std::string bytes =
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
      "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=\"k:\r\n 1.txt\":dGhlIGtl\r\n"
      " eSBpcyBLeDcx\r\n"
      "ATTACH:data:text/plain;base64,aW4gYSBVUkk=\r\n"
      "ATTACH:https://a.example/x\r\n"
      "X-ALT-DESC;FMTTYPE=text/html:<p>pass<b>word</b>\\, new</p>\r\n"
      "END:VEVENT\r\nEND:VCALENDAR\r\n";
  CollectingSink sink;
  ASSERT_TRUE(read_calendar(item_of("invite.ics", bytes), sink).has_value());
  ASSERT_EQ(sink.children.size(), 3u);
  EXPECT_EQ(sink.children[0].bytes, "the key is Kx71");
  EXPECT_EQ(sink.children[0].name, "k:1.txt");
  EXPECT_EQ(sink.children[0].media_type, "text/plain");
  EXPECT_EQ(sink.children[0].path, "invite.ics!/~base64@" + std::to_string(bytes.find("dGhlIGtl")));
  EXPECT_EQ(sink.children[0].within, sink.texts[0].within);
  EXPECT_EQ(sink.children[1].bytes, "in a URI");
  EXPECT_EQ(sink.children[2].bytes, "<p>pass<b>word</b>, new</p>");
  EXPECT_EQ(sink.children[2].type, evidence::ItemType::html);
}

TEST(Calendar, CardsOfAllVersionsAreUnpacked) {
  const std::string bytes =
      "BEGIN:VCARD\nVERSION:2.1\nFN:Ann\nitem1.PHOTO;JPEG;BASE64:\n cGljdHVyZQ==\n\n"
      "NOTE;CHARSET=utf-8;ENCODING=QUOTED-PRINTABLE:key=3A Kx=\n71=0Aend\nTEL:5\nEND:VCARD\n"
      "BEGIN:VCARD\nVERSION:3.0\nKEY;ENCODING=b:a2V5\nEND:VCARD\n"
      "BEGIN:VCARD\nVERSION:4.0\nNOTE:data: is no URI\nKEY:data:text/plain,a%20key\nEND:VCARD\n"
      "KEY;ENCODING=b";
  CollectingSink sink;
  ASSERT_TRUE(read_calendar(item_of("a.vcf", bytes), sink).has_value());
  ASSERT_EQ(sink.children.size(), 4u);
  EXPECT_EQ(sink.children[0].bytes, "picture");
  EXPECT_EQ(sink.children[1].bytes, "key: Kx71\nend");
  EXPECT_EQ(sink.children[2].bytes, "key");
  EXPECT_EQ(sink.children[3].bytes, "a key");
}

TEST(Calendar, IsToldFromOtherText) {
  EXPECT_TRUE(
      recognises_calendar("\xEF\xBB\xBF"
                          "BEGIN:VCARD\nFN:Ann\n"));
  EXPECT_FALSE(recognises_calendar("BEGIN:SOMETHING\n"));
  EXPECT_FALSE(recognises_calendar(""));
}

}  // namespace
}  // namespace dislodge::mail
