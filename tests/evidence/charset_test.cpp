#include "evidence/charset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>

#include <random>

#include "base/encode.hpp"

namespace dislodge::evidence {
namespace {

std::string text(std::string_view bytes, std::string_view charset = "") {
  return std::string(to_utf8(bytes, charset).view());
}

// Where each occurrence of an ASCII needle is in the source.
void expect_places(std::string_view bytes, std::string_view charset, std::string_view needle) {
  const Utf8Text converted = to_utf8(bytes, charset);
  const std::size_t at = converted.view().find(needle);
  ASSERT_NE(at, std::string_view::npos) << charset;
  const std::uint64_t source = converted.map() == nullptr ? at : converted.map()->source_of(at);
  EXPECT_EQ(bytes.substr(source, needle.size()), needle) << charset;
}

TEST(Charset, utf8_and_ascii_are_borrowed) {
  const std::string bytes = "plain ü";
  EXPECT_TRUE(to_utf8(bytes).is_borrowed());
  EXPECT_TRUE(to_utf8("ascii", "koi8-r").is_borrowed());
}

TEST(Charset, tables) {
  EXPECT_EQ(text("\xE4\x80", "iso-8859-1"), "ä€");
  EXPECT_EQ(text("\xA4", "ISO-8859-15"), "€");
  EXPECT_EQ(text("\xB1", "iso-8859-2"), "ą");
  EXPECT_EQ(text("\xCF\xF0\xE8", "windows-1251"), "При");
  EXPECT_EQ(text("\xF0\xD2\xC9", "KOI8-R"), "При");
  EXPECT_EQ(text("\xB9", "cp1250"), "ą");
}

TEST(Charset, unknown_ones_are_utf8_else_windows_1252) {
  EXPECT_EQ(text("caf\xE9 \xC3\xA9"), "café é");
  EXPECT_EQ(text("caf\xE9", "utf-8"), "café");
  EXPECT_EQ(text("caf\xE9", "x-no-such-charset"), "café");
  EXPECT_EQ(text("caf\xE9", "../../etc/passwd"), "café");
}

TEST(Charset, ascii_keeps_its_place) {
  expect_places("\x83p\x83X key1 \x8E\x9A", "shift_jis", "key1");
  expect_places("\x1B$B%Q%9\x1B(Bkey2", "iso-2022-jp", "key2");
  expect_places("\xB0\xA1\xB0\xA2key3", "euc-kr", "key3");
  expect_places("\xC4\xE3\xBA\xC3 key4", "gb2312", "key4");
  expect_places("\xA7\x41key5", "big5", "key5");
  expect_places("\xE4\xF6\xFCkey6", "iso-8859-1", "key6");
  expect_places("\xE4\xF6\xFC key7", "macintosh", "key7");
  expect_places("+AOQ-key8", "utf-7", "key8");
  EXPECT_EQ(text("+AOQ-key8", "utf-7"), "äkey8");
  EXPECT_EQ(text("\x1B$B%Q%9\x1B(Bkey2", "iso-2022-jp"), "パスkey2");
}

// What the C library makes of it, which the product does not ask for these.
std::string by_iconv(std::string_view utf8, const char *charset) {
  const iconv_t handle = iconv_open(charset, "UTF-8");
  EXPECT_NE(handle, reinterpret_cast<iconv_t>(-1)) << charset;
  std::string in(utf8);
  std::string out(in.size() * 4, '\0');
  char *from = in.data();
  char *to = out.data();
  std::size_t left = in.size();
  std::size_t room = out.size();
  EXPECT_NE(iconv(handle, &from, &left, &to, &room), static_cast<std::size_t>(-1)) << charset;
  iconv(handle, nullptr, nullptr, &to, &room);
  iconv_close(handle);
  out.resize(static_cast<std::size_t>(to - out.data()));
  return out;
}

TEST(Charset, own_tables_read_what_the_c_library_writes) {
  const std::string japanese = "会議の資料を添付しました。パスワードは Zq7!x です。\nﾃｽﾄ key\n";
  const std::string kanji = "会議の資料を添付しました。パスワードは Zq7!x です。\nkey\n";
  const std::string simplified = "您好，附件是合同。密码：Zq7!x 谢谢€\n";
  const std::string traditional = "您好，附件是合約。密碼：Zq7!x 謝謝\n";
  const std::string korean = "안녕하세요, 첨부 파일입니다. 비밀번호 Zq7!x 뷁\n";
  const std::tuple<std::string, const char *, const char *> samples[] = {
      {japanese, "CP932", "Shift_JIS"},
      {japanese, "EUC-JP", "euc-jp"},
      {kanji, "ISO-2022-JP", "ISO-2022-JP"},
      {simplified, "GB18030", "gb2312"},
      {simplified + "𠀀ᠠ㐀é\n", "GB18030", "gb18030"},
      {traditional, "BIG5", "big5"},
      {korean, "CP949", "euc-kr"},
      {"Ωραία ημέρα", "ISO-8859-7", "iso-8859-7"},
      {"İstanbul'da görüşürüz", "ISO-8859-9", "iso-8859-9"},
      {"שלום", "CP1255", "windows-1255"},
      {"مرحبا", "CP1256", "windows-1256"},
      {"Привіт, їжак", "KOI8-U", "koi8-u"},
      {"ČčŠš – “x”", "CP1257", "windows-1257"},
      {"สวัสดี", "CP874", "tis-620"},
      {"Grüße, ça va?", "UTF-7", "utf-7"},
      {"𠀀 + 1 = 2+", "UTF-7", "utf-7"},
      {"Été à Lyon", "MACINTOSH", "x-mac-roman"}};
  for (const auto &[utf8, iconv_name, declared] : samples) {
    const std::string bytes = by_iconv(utf8, iconv_name);
    EXPECT_EQ(text(bytes, declared), utf8) << declared;
    std::string appended = "x";
    append_as_utf8(appended, bytes, declared);
    EXPECT_EQ(appended, "x" + utf8) << declared;
  }
}

TEST(Charset, circled_numbers_of_japanese_mail) {
  EXPECT_EQ(text("\x1B$B-!\x1B(B", "iso-2022-jp"), "①");
  EXPECT_EQ(text("\xAD\xA1", "euc-jp"), "①");
  EXPECT_EQ(text("\x87\x40", "shift_jis"), "①");
}

TEST(Charset, whatever_the_bytes_text_is_utf8_and_its_map_leads_into_them) {
  std::mt19937 random(3);
  for (const std::string_view charset :
       {"shift_jis", "euc-jp", "iso-2022-jp", "gb18030", "big5", "euc-kr", "utf-7", "koi8-r", "iso-8859-8",
        "utf-16", "utf-32", "iso-2022-kr", "hz-gb-2312", "", "windows-1258"})
    for (int round = 0; round < 300; ++round) {
      std::string bytes(random() % 80, '\0');
      for (char &c : bytes)
        c = random() % 3 == 0 ? "\x1B$B(J+-\n a"[random() % 9] : static_cast<char>(random());
      const Utf8Text converted = to_utf8(bytes, charset);
      EXPECT_TRUE(base::valid_utf8(converted.view())) << charset;
      std::string appended;
      append_as_utf8(appended, bytes, charset);
      EXPECT_EQ(appended, converted.view()) << charset;
      if (converted.map() == nullptr) continue;
      for (const auto &run : converted.map()->runs()) EXPECT_LE(run.source, bytes.size()) << charset;
      EXPECT_EQ(converted.map()->source_of(converted.view().size()), bytes.size()) << charset;
    }
}

TEST(Charset, a_broken_character_never_swallows_a_line_end) {
  for (const std::string_view charset : {"shift_jis", "euc-jp", "gb18030", "big5", "euc-kr"})
    EXPECT_EQ(text("\x95\nkey=1", charset), "\xEF\xBF\xBD\nkey=1") << charset;
}

TEST(Charset, utf16_by_mark_declaration_and_zeros) {
  const std::string little("\xFF\xFEk\0\xE4\0", 6);
  EXPECT_EQ(text(little), "kä");
  EXPECT_EQ(to_utf8(little).map()->source_of(1), 4u);
  EXPECT_EQ(text(std::string("\0k\0e\0y\0=\0v\0a", 12)), "key=va");
  EXPECT_EQ(text(std::string("\x20\xAC\0k", 4), "utf-16be"), "€k");
  EXPECT_EQ(text(std::string("\x3D\xD8\x00\xDE", 4), "utf-16le"), "😀");
  EXPECT_EQ(text(std::string("\0\0\0k", 4), "utf-32"), "k");
  // Without any zero byte, and every byte ASCII: what a cell of Excel or a subject of Outlook may hold.
  EXPECT_EQ(text("\x2A\x67\x40\x77\x4B\x62", "utf-16le"), "未着手");
  EXPECT_EQ(text("a\1~\1\r\1H\1Y\1", "utf-16le"), "šžčňř");
  // What a sender calls so and is none.
  EXPECT_EQ(text("the password is here, see below", "utf-16le"), "the password is here, see below");
  EXPECT_EQ(text("plain", "utf-16"), "plain");
}

TEST(Charset, broken_bytes_never_vanish_silently) {
  EXPECT_EQ(text("\x83", "shift_jis"), "\xEF\xBF\xBD");
  EXPECT_EQ(text("\xFF\nkey", "euc-kr").substr(3), "\nkey") << "a broken character swallows no line end";
}

// "Hello" and its like in a code page of EBCDIC, by what agrees in all of them.
std::string ebcdic(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) {
    unsigned byte = 0x6F;
    if (c >= 'a' && c <= 'i') byte = 0x81u + static_cast<unsigned>(c - 'a');
    if (c >= 'j' && c <= 'r') byte = 0x91u + static_cast<unsigned>(c - 'j');
    if (c >= 's' && c <= 'z') byte = 0xA2u + static_cast<unsigned>(c - 's');
    if (c >= 'A' && c <= 'I') byte = 0xC1u + static_cast<unsigned>(c - 'A');
    if (c >= 'J' && c <= 'R') byte = 0xD1u + static_cast<unsigned>(c - 'J');
    if (c >= 'S' && c <= 'Z') byte = 0xE2u + static_cast<unsigned>(c - 'S');
    if (c >= '0' && c <= '9') byte = 0xF0u + static_cast<unsigned>(c - '0');
    if (c == ' ') byte = 0x40;
    if (c == '\n') byte = 0x15;
    if (c == '.') byte = 0x4B;
    if (c == '_') byte = 0x6D;
    if (c == ':') byte = 0x7A;
    out += static_cast<char>(byte);
  }
  return out;
}

TEST(Charset, ebcdic_is_told_by_its_letters) {
  const std::string plain = "Dear colleagues. The key of the batch server is\nsk_live_Kx71 and no other.\n";
  const std::string bytes = ebcdic(plain);
  EXPECT_TRUE(looks_like_ebcdic(bytes));
  EXPECT_EQ(text(bytes), plain);
  EXPECT_EQ(text(bytes, "cp037"), text(bytes, "IBM-1047"));
  EXPECT_EQ(text("\x5A\x4A\x63\xFC", "ibm273"), "ÜÄ[]");
  const Utf8Text converted = to_utf8(bytes);
  ASSERT_NE(converted.map(), nullptr);
  EXPECT_EQ(converted.map()->source_of(converted.view().find("sk_live")), plain.find("sk_live"));
  // What it is not: Latin, Cyrillic and Japanese text of 8 bits, and bytes without order.
  EXPECT_FALSE(
      looks_like_ebcdic("Les cl\xE9s du serveur sont chang\xE9"
                        "es d\xE8s demain matin."));
  std::string cyrillic, noise;
  for (int i = 0; i < 400; ++i) cyrillic += i % 7 == 6 ? ' ' : static_cast<char>(0xE0 + i * 5 % 32);
  EXPECT_FALSE(looks_like_ebcdic(cyrillic));
  std::mt19937 random(7);
  for (int i = 0; i < 4096; ++i) noise += static_cast<char>(random());
  EXPECT_FALSE(looks_like_ebcdic(noise));
  std::string japanese;
  for (int i = 0; i < 200; ++i)
    japanese += {static_cast<char>(0x82 + i % 3), static_cast<char>(0x9F + i % 60)};
  EXPECT_FALSE(looks_like_ebcdic(japanese));
}

TEST(Charset, utf32_is_told_by_its_mark_and_its_zeros) {
  for (const bool big : {false, true})
    for (const bool marked : {false, true}) {
      std::string bytes;
      const auto put = [&](char32_t c) {
        for (int i = 0; i < 4; ++i) bytes += static_cast<char>(c >> (big ? 24 - 8 * i : 8 * i) & 0xFF);
      };
      if (marked) put(0xFEFF);
      for (const char32_t c : std::u32string(U"Schlüssel 🔑 key\nKx71")) put(c);
      EXPECT_EQ(wide_of(bytes), big ? Wide::utf32_big : Wide::utf32_little);
      EXPECT_EQ(text(bytes), "Schlüssel 🔑 key\nKx71");
      const Utf8Text converted = to_utf8(bytes);
      EXPECT_EQ(converted.map()->source_of(converted.view().find("Kx71")), bytes.size() - 16);
      EXPECT_EQ(piece_end(bytes, bytes.size() - 2, wide_of(bytes)), bytes.size() - 16)
          << "behind the line end";
    }
  EXPECT_EQ(wide_of(std::string("\1\0\0\0\2\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0", 20)), Wide::none)
      << "numbers of four bytes";
}

TEST(Charset, pieces_end_between_characters) {
  EXPECT_EQ(piece_end("abc\ndef", 5, Wide::none), 4u);
  EXPECT_EQ(piece_end("abcdefgh", 4, Wide::none), 4u);
  EXPECT_EQ(piece_end("ab\xC3\xBC"
                      "cd",
                      3, Wide::none),
            2u);
  EXPECT_EQ(piece_end(std::string_view("a\0\n\0b\0c\0", 8), 5, Wide::utf16_little), 4u);
  EXPECT_EQ(piece_end("abc", 100, Wide::none), 3u);
}

TEST(Charset, maps_compose) {
  base::OffsetMap first;  // middle -> source
  first.add(0, 10);
  first.add(4, 20);
  base::OffsetMap second;  // text -> middle
  second.add(0, 2);
  second.add(3, 6);
  const base::OffsetMap both = compose_maps(&first, &second, 6);
  EXPECT_EQ(both.source_of(0), 12u);
  EXPECT_EQ(both.source_of(1), 13u);
  EXPECT_EQ(both.source_of(2), 20u);
  EXPECT_EQ(both.source_of(3), 22u);
}

TEST(Charset, composed_maps_end_with_the_text) {
  base::OffsetMap first;
  first.add(0, 0);
  first.add(10, 20);
  first.add(30, 60);
  const base::OffsetMap whole = compose_maps(&first, nullptr, 40);
  EXPECT_EQ(whole.runs().size(), 3u);
  const base::OffsetMap cut = compose_maps(&first, nullptr, 15);
  EXPECT_EQ(cut.runs().size(), 2u);
  EXPECT_EQ(cut.source_of(12), 22u);
}

}  // namespace
}  // namespace dislodge::evidence
