#include "file/readers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libdeflate.h>

#include "../mail/collecting_sink.hpp"
#include "base/hash.hpp"

namespace dislodge::file {
namespace {

using evidence::ItemType;
using evidence::LedgerState;
using evidence::Space;
using test::CollectingSink;
using test::item_of;

using ReadFunction = base::Result<void> (*)(const evidence::ItemView &, evidence::Sink &);

CollectingSink read(ReadFunction reader, std::string_view bytes, ItemType type = ItemType::unknown,
                    std::string_view media_type = "") {
  CollectingSink sink;
  auto item = item_of("f", bytes);
  item.type = type;
  item.media_type = media_type;
  const auto done = reader(item, sink);
  if (!done) sink.errors.push_back(done.error().message);
  return sink;
}

std::string all_text(const CollectingSink &sink) {
  std::string out;
  for (const auto &text : sink.texts) out += text.text;
  return out;
}

// A zip of stored members, as an office document is one.
std::string zip_of(const std::vector<std::pair<std::string, std::string>> &members) {
  const auto number = [](std::uint64_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += i < 8 ? static_cast<char>(value >> (8 * i)) : '\0';
    return out;
  };
  std::string out;
  std::string directory;
  for (const auto &[name, data] : members) {
    const std::string head = number(20, 2) + number(0, 2) + number(0, 2) + number(0, 4) +
                             number(base::crc32(data), 4) + number(data.size(), 4) + number(data.size(), 4) +
                             number(name.size(), 2) + number(0, 2);
    directory += "PK\1\2" + number(20, 2) + head + number(0, 10) + number(out.size(), 4) + name;
    out += "PK\3\4" + head + name + data;
  }
  const std::size_t at = out.size();
  out += directory + "PK\5\6" + number(0, 4) + number(members.size(), 2) + number(members.size(), 2) +
         number(directory.size(), 4) + number(at, 4) + number(0, 2);
  return out;
}

TEST(ReadText, whole_file_with_its_charset) {
  const auto plain = read(read_text, "user=a\npassword=b\n");
  ASSERT_EQ(plain.texts.size(), 1u);
  EXPECT_EQ(plain.texts[0].text, "user=a\npassword=b\n");
  EXPECT_EQ(plain.texts[0].space, Space::item);
  ASSERT_EQ(plain.records.size(), 1u);
  EXPECT_EQ(plain.records[0].kind, evidence::RecordKind::document);
  EXPECT_EQ(all_text(read(read_text, "\xCF\xE0\xF0\xEE\xEB\xFC", ItemType::text,
                          "text/plain; charset=windows-1251")),
            "Пароль");
  EXPECT_EQ(all_text(read(read_text, "caf\xE9")), "café");
}

TEST(ReadText, utf16_keeps_offsets) {
  std::string bytes = "\xFF\xFE";
  for (const char c : std::string("key=K1")) bytes += std::string(1, c) + '\0';
  const auto sink = read(read_text, bytes);
  ASSERT_EQ(sink.texts.size(), 1u);
  EXPECT_EQ(sink.texts[0].text, "key=K1");
  EXPECT_EQ(sink.texts[0].offset_of("K1"), 2u + 8u);
}

TEST(ReadText, pieces_of_a_large_file_keep_offsets) {
  std::string bytes;
  while (bytes.size() < (17u << 20)) bytes += "caf\xE9 and some more of the same line\n";
  bytes += "needle\n";
  const auto sink = read(read_text, bytes);
  ASSERT_GT(sink.texts.size(), 1u);
  EXPECT_EQ(sink.texts.back().offset_of("needle"), bytes.find("needle"));
}

TEST(ReadHtml, source_and_text) {
  const std::string html =
      "<html><body><p>pass<b>word</b>: x&amp;y</p><a href=\"h?a=1&amp;sig=2\">z</a></body></html>";
  const auto sink = read(read_html, html);
  ASSERT_EQ(sink.texts.size(), 2u);
  EXPECT_EQ(sink.texts[0].text, html);
  EXPECT_EQ(sink.texts[1].text, "password: x&y\nz\nh?a=1&sig=2\n");
  EXPECT_EQ(sink.texts[1].offset_of("word"), html.find("word"));
  EXPECT_EQ(sink.texts[1].offset_of("sig"), html.find("sig"));
}

TEST(ReadOoxml, runs_are_joined_within_a_paragraph) {
  const auto sink = read(
      read_ooxml,
      zip_of(
          {{"[Content_Types].xml", "<Types/>"},
           {"word/document.xml",
            "<?xml version=\"1.0\"?><w:document xmlns:w=\"x\"><w:body><w:p "
            "w:rsidR=\"00A77427\"><w:r><w:t>pass"
            "</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">word: </w:t></w:r><w:del><w:r>"
            "<w:delText>old&lt;pw</w:delText></w:r></w:del></w:p><w:p><w:r><w:t>next</w:t><w:tab/><w:t>cell</"
            "w:t>"
            "</w:r></w:p></w:body></w:document>"},
           {"word/_rels/document.xml.rels",
            "<Relationships><Relationship Id=\"r1\" Type=\"t\" "
            "Target=\"https://u:p@example.com/\"/></Relationships>"},
           {"xl/connections.xml",
            "<connections><connection><dbPr connection=\"Server=x;Password=y\"/></connection></connections>"},
           {"docProps/core.xml", "<cp><dc:creator>Ann</dc:creator><dc:title>T</dc:title></cp>"},
           {"word/media/image1.png", "\x89PNG\r\n\x1A\n...."}}));
  EXPECT_TRUE(sink.errors.empty());
  const std::string text = all_text(sink);
  EXPECT_THAT(text, testing::HasSubstr("password: old<pw\nnext\tcell\n"));
  EXPECT_THAT(text, testing::HasSubstr("https://u:p@example.com/\n"));
  EXPECT_THAT(text, testing::HasSubstr("Server=x;Password=y\n"));
  EXPECT_THAT(text, testing::HasSubstr("Ann\nT\n"));
  EXPECT_EQ(text.find("00A77427"), std::string::npos);
  EXPECT_EQ(sink.texts[0].space, Space::text);
  EXPECT_EQ(sink.texts[0].item, "f");
  EXPECT_THAT(sink.paths(), testing::ElementsAre("f!/word/media/image1.png"));
  EXPECT_TRUE(sink.unreads.empty());
}

// Bytes of a printer's settings and of fonts are no text to look for secrets in; text under such a name is.
TEST(ReadOoxml, settings_of_printers_are_told_and_not_scanned) {
  std::string settings;
  for (const char c : std::string_view("\\\\srv\\hp 7")) settings += std::string(1, c) + '\0';
  settings += std::string(60, '\0') + "AKIAIOSFODNN7EXAMPLE";
  const auto sink =
      read(read_ooxml, zip_of({{"ppt/printerSettings/printerSettings1.bin", settings},
                               {"word/fonts/font1.odttf", "\xFF\xFE\x80\x81 AKIAIOSFODNN7EXAMPLE \x90"},
                               {"xl/printerSettings/notes.bin", "password: hunter2, as agreed"}}));
  const std::string text = all_text(sink);
  EXPECT_THAT(text, testing::HasSubstr("\\\\srv\\hp 7\n"));
  EXPECT_EQ(text.find("AKIA"), std::string::npos);
  EXPECT_EQ(sink.unreads.size(), 2u);
  EXPECT_THAT(sink.paths(), testing::ElementsAre("f!/xl/printerSettings/notes.bin"));
}

TEST(ReadOoxml, cells_show_their_shared_strings) {
  const auto sink = read(read_ooxml, zip_of({{"xl/worksheets/sheet1.xml",
                                              "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" "
                                              "t=\"s\"><v>1</v></c><c r=\"B1\" t=\"s\"><v>0</v></c>"
                                              "<c r=\"C1\"><v>42</v></c></row></sheetData></worksheet>"},
                                             {"xl/sharedStrings.xml",
                                              "<sst><si><t>hunter2</t></si><si><r><t>pass</t></r><r><t>word</"
                                              "t></r></si><si><t>unused</t></si></sst>"}}));
  EXPECT_THAT(all_text(sink), testing::HasSubstr("password\thunter2\t42"));
  EXPECT_THAT(all_text(sink), testing::HasSubstr("unused"));
}

// Colours and effects of a run are trees of elements: a word that is half highlighted is one word.
TEST(ReadOoxml, looks_of_a_run_do_not_break_a_word) {
  const auto sink = read(read_ooxml, zip_of({{"[Content_Types].xml", "<Types/>"},
                                             {"ppt/slides/slide1.xml",
                                              "<p:sld><a:p><a:r><a:rPr><a:solidFill><a:schemeClr "
                                              "val=\"tx1\"><a:lumMod val=\"5\"/></a:schemeClr>"
                                              "</a:solidFill></a:rPr><a:t>Kranich</a:t></"
                                              "a:r><a:r><a:rPr><a:highlight><a:srgbClr val=\"008000\"/>"
                                              "</a:highlight></a:rPr><a:t>-12</a:t></a:r></"
                                              "a:p><a:p><a:r><a:t>next</a:t></a:r></a:p></p:sld>"}}));
  EXPECT_THAT(all_text(sink), testing::HasSubstr("Kranich-12\n"));
  EXPECT_THAT(all_text(sink), testing::HasSubstr("\nnext\n"));
}

TEST(ReadOoxml, a_formula_stands_apart_from_its_value) {
  const auto sink =
      read(read_ooxml, zip_of({{"xl/worksheets/sheet1.xml",
                                "<worksheet><sheetData><row><c t=\"str\"><f>A1</f><v>hunter2</v></c>"
                                "<c><v>7</v></c></row></sheetData></worksheet>"}}));
  EXPECT_THAT(all_text(sink), testing::HasSubstr("hunter2\t7\nA1\n"));
}

TEST(ReadOoxml, what_a_field_does_stands_apart_from_what_it_shows) {
  const auto sink = read(
      read_ooxml,
      zip_of({{"[Content_Types].xml", "<x/>"},
              {"word/document.xml",
               "<w:document><w:p><w:r><w:t>See (</w:t></w:r><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>"
               "<w:r><w:instrText>REF book1 </w:instrText></w:r><w:r><w:instrText>\\h</w:instrText></w:r>"
               "<w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>Kranich</w:t></w:r>"
               "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r><w:r><w:t>-12)</w:t></w:r></w:p>"
               "</w:document>"}}));
  EXPECT_THAT(all_text(sink), testing::HasSubstr("See (Kranich-12)\nREF book1 \\h\n"));
}

TEST(ReadOoxml, shared_strings_are_found_in_any_folder) {
  const auto sink = read(
      read_ooxml,
      zip_of({{"sheet1.xml",
               "<worksheet><sheetData><row><c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"B1\"><v>7</v></c></row>"
               "</sheetData></worksheet>"},
              {"sharedStrings.xml", "<sst><si><t>zero</t></si><si><t>one</t></si></sst>"},
              {"[Content_Types].xml", "<x/>"}}));
  EXPECT_THAT(all_text(sink), testing::HasSubstr("one\t7\n"));
}

TEST(ReadOoxml, a_comment_of_opendocument_is_no_part_of_the_word_before_it) {
  const auto sink = read(
      read_ooxml,
      zip_of({{"mimetype", "application/vnd.oasis.opendocument.text"},
              {"content.xml",
               "<office:text><text:p><text:span>Kranich-12</text:span><office:annotation><dc:date>2017-01-31"
               "</dc:date><text:p>a comment</text:p></office:annotation></text:p></office:text>"}}));
  EXPECT_THAT(all_text(sink), testing::HasSubstr("Kranich-12\n2017-01-31\na comment\n"));
}

TEST(ReadOoxml, line_ends_in_a_paragraph_of_opendocument_are_blanks) {
  const auto sink = read(
      read_ooxml,
      zip_of(
          {{"mimetype", "application/vnd.oasis.opendocument.text"},
           {"content.xml",
            "<office:text xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\n <text:p>\n  "
            "<text:span>our</text:span>\n  <text:span>passphrase</text:span>\n </text:p>\n</office:text>"}}));
  EXPECT_THAT(all_text(sink), testing::HasSubstr("our passphrase\n"));
}

// A small file whose every cell shows the same long string.
TEST(ReadOoxml, strings_that_are_shown_again_do_not_fill_the_memory) {
  std::string cells;
  for (int i = 0; i < 3000; ++i) cells += "<c t=\"s\"><v>0</v></c>";
  const auto sink = read(
      read_ooxml,
      zip_of({{"xl/worksheets/sheet1.xml",
               "<worksheet><sheetData><row>" + cells + "</row></sheetData></worksheet>"},
              {"xl/sharedStrings.xml", "<sst><si><t>" + std::string(100'000, 'x') + "</t></si></sst>"}}));
  EXPECT_LT(all_text(sink).size(), 20u << 20);
  EXPECT_THAT(all_text(sink), testing::HasSubstr(std::string(100'000, 'x')));
}

TEST(ReadOoxml, rows_of_tables_are_lines_with_tabs) {
  const auto cell = [](const std::string &text) {
    return "<w:tc><w:tcPr><w:tcBorders><w:top "
           "w:val=\"single\"/></w:tcBorders></w:tcPr><w:p><w:pPr><w:pBdr><w:top/>"
           "</w:pBdr></w:pPr><w:r><w:t>" +
           text + "</w:t></w:r></w:p></w:tc>";
  };
  const auto word = read(
      read_ooxml,
      zip_of({{"[Content_Types].xml", "<Types/>"},
              {"word/document.xml",
               "<w:document><w:body><w:p><w:r><w:t>Access</w:t></w:r></w:p><w:tbl><w:tr>" + cell("Username") +
                   cell("Password") + "</w:tr><w:tr>" + cell("ann") + cell("hunter2") + "</w:tr><w:tr>" +
                   cell("bob") + cell("") + "</w:tr><w:tr>" + cell("key") +
                   "<w:tc><w:p><w:r><w:t>one</w:t></w:r></w:p><w:p><w:r><w:t>two</w:t></w:r></w:p></w:tc></"
                   "w:tr></w:tbl>"
                   "<w:p><w:r><w:t>after</w:t></w:r></w:p></w:body></w:document>"}}));
  EXPECT_THAT(all_text(word),
              testing::HasSubstr("Access\nUsername\tPassword\nann\thunter2\nbob\t\nkey\tone\ntwo\nafter\n"));

  const auto slide = [](const std::string &text) {
    return "<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>" + text +
           "</a:t></a:r></a:p></a:txBody><a:tcPr/></a:tc>";
  };
  const auto slides = read(
      read_ooxml, zip_of({{"[Content_Types].xml", "<Types/>"},
                          {"ppt/slides/slide1.xml", "<p:sld><a:tbl><a:tr h=\"457200\">" + slide("User") +
                                                        slide("Password") + "</a:tr><a:tr>" + slide("ann") +
                                                        slide("hunter2") + "</a:tr></a:tbl></p:sld>"}}));
  EXPECT_THAT(all_text(slides), testing::HasSubstr("User\tPassword\nann\thunter2\n"));

  // Excel leaves empty cells out; the table begins in column B.
  const auto sheet = [](const std::string &place, const std::string &text) {
    return "<c r=\"" + place + "\" t=\"inlineStr\"><is><t>" + text + "</t></is></c>";
  };
  const auto book =
      read(read_ooxml, zip_of({{"[Content_Types].xml", "<Types/>"},
                               {"xl/worksheets/sheet1.xml",
                                "<worksheet><sheetData><row r=\"2\">" + sheet("B2", "System") +
                                    sheet("C2", "User") + sheet("D2", "Password") + "</row><row r=\"3\">" +
                                    sheet("B3", "VPN") + sheet("D3", "hunter2") + "</row><row r=\"4\">" +
                                    sheet("C4", "ann") + "</row></sheetData></worksheet>"}}));
  EXPECT_THAT(all_text(book), testing::HasSubstr("System\tUser\tPassword\nVPN\t\thunter2\n\tann\t\n"));
}

TEST(ReadOdf, rows_of_tables_are_lines_with_tabs) {
  const auto cell = [](const std::string &text) {
    return "<table:table-cell><text:p>" + text + "</text:p></table:table-cell>";
  };
  const auto sink = read(
      read_ooxml,
      zip_of({{"mimetype", "application/vnd.oasis.opendocument.text"},
              {"content.xml", "<office:text><table:table><table:table-column/><table:table-row>" +
                                  cell("User") + cell("Password") + "</table:table-row><table:table-row>" +
                                  cell("ann") + cell("hunter2") +
                                  "</table:table-row></table:table><text:p>after</text:p></office:text>"}}));
  EXPECT_THAT(all_text(sink), testing::HasSubstr("User\tPassword\nann\thunter2\nafter\n"));
}

TEST(ReadOoxml, broken_packages_are_told) {
  EXPECT_FALSE(read(read_ooxml, "PK\3\4").errors.empty() && read(read_ooxml, "PK\3\4").unreads.empty());
  const auto encrypted =
      read(read_ooxml, zip_of({{"content.xml", "\x8F\x00\x12garbage"},
                               {"META-INF/manifest.xml", "<m><manifest:encryption-data/></m>"}}));
  ASSERT_EQ(encrypted.errors.size(), 1u);
  EXPECT_THAT(encrypted.errors[0], testing::HasSubstr("encrypted"));
}

TEST(ReadRtf, text_with_its_offsets) {
  const std::string rtf =
      "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 "
      "Times;}}{\\colortbl;\\red1;}"
      "{\\*\\generator Riched20;}\\pard pass{\\b word}: gr\\'fc\\'dfe \\u8364?5\\par \\f1\\'cf\\'e0\\par "
      "{\\field{\\*\\fldinst HYPERLINK \"https://u:p@h/\"}{\\fldrslt link}}\\{x\\}}";
  const auto sink = read(read_rtf, rtf);
  ASSERT_EQ(sink.texts.size(), 1u);
  EXPECT_EQ(sink.texts[0].text, "password: grüße €5\nПа\nHYPERLINK \"https://u:p@h/\"link{x}");
  EXPECT_EQ(sink.texts[0].offset_of("word"), rtf.find("word"));
  EXPECT_EQ(sink.texts[0].offset_of("u:p@h"), rtf.find("u:p@h"));
}

TEST(ReadRtf, what_is_no_part_of_the_sentence_stands_apart) {
  const auto sink = read(
      read_rtf,
      "{\\rtf1{\\info{\\title Plan}{\\author Ann}}key tk_1{\\*\\atnauthor Bob}{\\*\\annotation old}\\par}");
  ASSERT_EQ(sink.texts.size(), 1u);
  EXPECT_EQ(sink.texts[0].text, "Plan\nAnn\nkey tk_1\nBob\nold\n\n");
}

TEST(ReadRtf, headers_and_bookmarks_stand_apart) {
  const auto sink =
      read(read_rtf,
           "{\\rtf1{\\header hdr K1}Body K2\\par {\\footerf f K3}x {\\*\\bkmkstart K4}{\\deleted d K5}}");
  ASSERT_EQ(sink.texts.size(), 1u);
  EXPECT_EQ(sink.texts[0].text, "hdr K1\nBody K2\nf K3\nx \nK4\nd K5");
}

TEST(ReadRtf, each_escape_has_its_own_place) {
  const std::string rtf = "{\\rtf1\\ansi a \\'4b\\'78\\'37 \\'e9z{\\f1\\'83\\'70}}";
  const auto sink = read(read_rtf, rtf);
  ASSERT_EQ(sink.texts.size(), 1u);
  EXPECT_TRUE(sink.texts[0].text.starts_with("a Kx7 éz")) << sink.texts[0].text;
  EXPECT_EQ(sink.texts[0].offset_of("K"), rtf.find("\\'4b"));
  EXPECT_EQ(sink.texts[0].offset_of("x"), rtf.find("\\'78"));
  EXPECT_EQ(sink.texts[0].offset_of("7 "), rtf.find("\\'37"));
  EXPECT_EQ(sink.texts[0].offset_of("é"), rtf.find("\\'e9"));
  EXPECT_EQ(sink.texts[0].offset_of("z"), rtf.find("z{"));
}

TEST(ReadRtf, pictures_are_children_and_nesting_is_bounded) {
  const auto sink = read(read_rtf, "{\\rtf1 a{\\pict\\pngblip{\\*\\blipuid 00ff}\n89504e470d0a\n1a0a}b}");
  ASSERT_EQ(sink.children.size(), 1u);
  EXPECT_EQ(sink.children[0].bytes, "\x89PNG\r\n\x1A\n");
  EXPECT_EQ(all_text(sink), "ab");
  EXPECT_FALSE(read(read_rtf, "{\\rtf1 " + std::string(100'000, '{') + "x").texts.empty());
}

TEST(ReadBinary, what_is_wrapped_in_ciphertext_is_encrypted_and_says_how_to_open_it) {
  const auto protected_mail = read(read_binary, std::string("\x76\xE8\x04\x60\xC4\x11\xE3\x86 noise", 14));
  ASSERT_EQ(protected_mail.errors.size(), 1u);
  EXPECT_THAT(protected_mail.errors[0], testing::HasSubstr("message.rpmsg"));
  const auto salted = read(read_binary, "Salted__\x01\x02\x03\x04\x05\x06\x07\x08 noise");
  ASSERT_EQ(salted.errors.size(), 1u);
  EXPECT_THAT(salted.errors[0], testing::HasSubstr("openssl enc -d"));
}

TEST(ReadBinary, strings_in_all_encodings_with_offsets) {
  std::string bytes(
      "\x01\x02\x00\xFF"
      "short\x00"
      "password=hunter2\x00\x01",
      28);
  const std::size_t wide = bytes.size();
  for (const char c : std::string("wide-secret")) bytes += std::string(1, c) + '\0';
  bytes += "\x01\x02";
  for (const char c : std::string("BIG-endian")) bytes += std::string(1, '\0') + c;
  const auto sink = read(read_binary, bytes);
  ASSERT_EQ(sink.texts.size(), 1u);
  const auto &text = sink.texts[0];
  EXPECT_THAT(text.text, testing::HasSubstr("password=hunter2"));
  EXPECT_THAT(text.text, testing::HasSubstr("wide-secret"));
  EXPECT_THAT(text.text, testing::HasSubstr("BIG-endian"));
  EXPECT_EQ(text.text.find("short"), std::string::npos);
  EXPECT_EQ(text.offset_of("password"), bytes.find("password"));
  EXPECT_EQ(text.offset_of("secret"), wide + 10);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::unsupported);
  EXPECT_EQ(sink.unreads[0].bytes, bytes.size() - 16 - 22 - 20);
}

TEST(ReadImage, is_told_as_unread) {
  const auto sink = read(read_image, std::string("\x89PNG\r\n\x1A\n") + std::string(100, '\x80'));
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].bytes, 108u);
  EXPECT_FALSE(sink.unreads[0].remedy.empty());
}

}  // namespace
}  // namespace dislodge::file
