#include "mail/outlook_rtf.hpp"

#include <gtest/gtest.h>

namespace dislodge::mail {
namespace {

using namespace std::string_view_literals;

// The example of [MS-OXRTFCP] 4.1.1.
constexpr auto kPacked =
    "\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00"
    "\x72\x63\x70\x67\x31\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\x00\x20\x62\x77"
    "\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0"sv;

TEST(OutlookRtf, UnpacksTheExampleOfTheSpecification) {
  bool whole = true;
  const auto rtf = unpack_rtf(kPacked, 1 << 20, whole);
  ASSERT_TRUE(rtf);
  EXPECT_TRUE(whole);
  EXPECT_EQ(*rtf, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
}

TEST(OutlookRtf, WhatIsCutGivesTheBeginning) {
  bool whole = true;
  const auto rtf = unpack_rtf(kPacked.substr(0, 36), 1 << 20, whole);
  ASSERT_TRUE(rtf);
  EXPECT_FALSE(whole);
  EXPECT_TRUE(rtf->starts_with("{\\rtf1\\ansi\\ansicpg"));
  EXPECT_FALSE(unpack_rtf("no", 100, whole));
}

TEST(OutlookRtf, HtmlComesOutOfItsWrapping) {
  const auto body = unwrap_rtf(
      "{\\rtf1\\ansi\\ansicpg1251\\fromhtml1 \\fbidis \\deff0{\\fonttbl{\\f0\\fswiss\\fcharset204 Arial;}}"
      "{\\*\\htmltag19 <html>}{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 "
      "pass\\'e0 Horse{\\*\\htmltag84 &nbsp;}\\htmlrtf \\'a0\\htmlrtf0 7\\par\\htmlrtf }\\htmlrtf0 "
      "{\\*\\htmltag72 </p>}{\\*\\mhtmltag64 <p dup>}{\\*\\htmltag27 </html>}}");
  ASSERT_TRUE(body);
  EXPECT_TRUE(body->html);
  EXPECT_EQ(body->text, "<html><p>pass\xD0\xB0 Horse&nbsp;7\r\n</p></html>");
}

TEST(OutlookRtf, TextComesOutOfItsWrappingAndOtherRtfIsNone) {
  const auto text =
      unwrap_rtf("{\\rtf1\\ansi\\fromtext{\\fonttbl{\\f0 A;}}\\f0 one\\par two\\u8364? {\\*\\x y}}");
  ASSERT_TRUE(text);
  EXPECT_FALSE(text->html);
  EXPECT_EQ(text->text, "one\r\ntwo\xE2\x82\xAC ");
  EXPECT_FALSE(unwrap_rtf("{\\rtf1\\ansi\\deff0 plain rtf}"));
  EXPECT_FALSE(unwrap_rtf(""));
}

TEST(OutlookRtf, DeepGroupsEnd) {
  std::string rtf = "{\\rtf1\\fromhtml1 ";
  for (int i = 0; i < 100'000; ++i) rtf += '{';
  const auto body = unwrap_rtf(rtf + "x");
  EXPECT_TRUE(body);
}

}  // namespace
}  // namespace dislodge::mail
