#include "mail/transfer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::mail {
namespace {

std::string quoted_printable(std::string_view text) {
  std::string out;
  decode_quoted_printable(text, out);
  return out;
}

TEST(QuotedPrintable, soft_breaks_and_padding) {
  EXPECT_EQ(quoted_printable("a=\nb"), "ab");
  EXPECT_EQ(quoted_printable("a= \t\r\nb"), "ab");
  EXPECT_EQ(quoted_printable("a  \r\nb"), "a\r\nb");
  EXPECT_EQ(quoted_printable("a="), "a");
  EXPECT_EQ(quoted_printable("a=20\nb "), "a \nb ");
}

TEST(QuotedPrintable, bad_escapes_stay) {
  EXPECT_EQ(quoted_printable("=e9=C3=xy=4"), "\xE9\xC3=xy=4");
  EXPECT_EQ(quoted_printable("a==3D"), "a==");
}

TEST(QuotedPrintable, words_of_headers) {
  std::string out;
  decode_q_words("a_b=20c=3D_=zz", out);
  EXPECT_EQ(out, "a b c= =zz");
}

TEST(Uuencode, finds_blocks_and_decodes_them) {
  const std::string text = "x\nbegin 644 a b.txt\n#0V%T\n`\nend\nbegin at home\nbegin 755 cut\n#0V%T\n";
  const auto blocks = find_uuencoded(text);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].name, "a b.txt");
  EXPECT_TRUE(blocks[0].complete);
  EXPECT_EQ(text.substr(blocks[0].end, 5), "begin");
  EXPECT_FALSE(blocks[1].complete);
  std::string out;
  decode_uuencoded(std::string_view(text).substr(blocks[0].begin, blocks[0].end - blocks[0].begin), out);
  EXPECT_EQ(out, "Cat");
}

TEST(Uuencode, lost_blanks_at_line_ends_are_zeros) {
  std::string out;
  decode_uuencoded("begin 644 z\n#\nend\n", out);
  EXPECT_EQ(out.size(), 0u) << "a data line needs data";
  decode_uuencoded("$86)C \n", out);
  EXPECT_EQ(out, std::string("abc\0", 4));
}

TEST(Uuencode, the_yen_that_stands_for_a_backslash) {
  for (const char *sign : {"\\", "\xA5", "\xC2\xA5"}) {
    const std::string line = std::string("#") + sign + "<&#";
    const std::string text = "begin 644 z\n" + line + "\n#0V%T\n`\nend\n";
    const auto blocks = find_uuencoded(text);
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_TRUE(blocks[0].complete);
    std::string out;
    decode_uuencoded(text, out);
    EXPECT_EQ(out, std::string("\xF1\xC1\x83") + "Cat");
  }
}

TEST(Yenc, finds_blocks_and_decodes_every_byte) {
  std::string content;
  for (int i = 0; i < 256; ++i) content += static_cast<char>(i);
  std::string body;
  for (const char c : content) {
    const auto value = static_cast<unsigned char>(static_cast<unsigned char>(c) + 42);
    if (value == 0 || value == '\n' || value == '\r' || value == '=')
      body += std::string("=") + static_cast<char>(static_cast<unsigned char>(value + 64));
    else
      body += static_cast<char>(value);
    if (body.size() % 64 == 0) body += "\r\n";
  }
  const std::string text = "=ybegin is how it starts\n=ybegin line=64 size=256 name=a b.bin\r\n" + body +
                           "\r\n=yend size=256\r\nrest";
  const auto blocks = find_yenc(text);
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(blocks[0].name, "a b.bin");
  EXPECT_TRUE(blocks[0].complete);
  EXPECT_EQ(text.substr(blocks[0].end), "rest");
  std::string out;
  decode_yenc(std::string_view(text).substr(blocks[0].begin, blocks[0].end - blocks[0].begin), out);
  EXPECT_EQ(out, content);
}

}  // namespace
}  // namespace dislodge::mail
