#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libdeflate.h>

#include "../mail/collecting_sink.hpp"
#include "evidence/cipher.hpp"
#include "file/pdf_cff.hpp"
#include "file/pdf_filter.hpp"
#include "file/pdf_value.hpp"
#include "file/readers.hpp"

namespace dislodge::file {
namespace {

using evidence::LedgerState;
using test::CollectingSink;
using test::item_of;

std::string deflated(std::string_view text) {
  libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
  std::string out(libdeflate_zlib_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_zlib_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

std::string stream(std::string_view dictionary, std::string_view data) {
  return "<<" + std::string(dictionary) + "/Length " + std::to_string(data.size()) + ">>\nstream\n" +
         std::string(data) + "\nendstream";
}

// A document of the given objects, numbered from 1, object 1 being the catalog.
std::string pdf(const std::vector<std::string> &objects) {
  std::string out = "%PDF-1.7\n";
  for (std::size_t i = 0; i < objects.size(); ++i)
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  return out + "trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n";
}

std::string page_with(const std::string &content,
                      const std::string &font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
                      const std::vector<std::string> &more = {}) {
  std::vector<std::string> objects = {
      "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
      stream("/Filter/FlateDecode", deflated(content)), font};
  objects.insert(objects.end(), more.begin(), more.end());
  return pdf(objects);
}

CollectingSink read(std::string_view bytes) {
  CollectingSink sink;
  const auto done = read_pdf(item_of("f.pdf", bytes), sink);
  if (!done) sink.errors.push_back(done.error().message);
  return sink;
}

std::string text_of(std::string_view bytes) {
  std::string out;
  for (const auto &text : read(bytes).texts) out += text.text;
  return out;
}

TEST(ReadPdf, words_and_lines_come_from_places) {
  EXPECT_EQ(text_of(page_with(
                "BT /F1 12 Tf 72 700 Td (Pass) Tj (word: ) Tj [(hun) -20 (ter2)] TJ 0 -14 Td (next) Tj ET "
                "BT /F1 12 Tf 150 686 Td (cell) Tj ET")),
            "Password: hunter2\nnext cell\n");
}

TEST(ReadPdf, wide_gaps_within_a_string_are_blanks) {
  EXPECT_EQ(text_of(page_with("BT /F1 10 Tf 72 700 Td [(two) -600 (words)] TJ T* ET")), "two words\n");
}

TEST(ReadPdf, narrow_gaps_of_justified_lines_are_blanks) {
  EXPECT_EQ(text_of(page_with("BT /F1 10 Tf 72 700 Td [(two) -120 (wo) -60 (rds)] TJ ET")), "two words\n");
}

TEST(ReadPdf, raised_characters_stay_in_their_line) {
  EXPECT_EQ(text_of(page_with(
                "BT /F1 12 Tf 72 700 Td (the 240) Tj 5 Ts /F1 7 Tf (th) Tj 0 Ts /F1 12 Tf ( time) Tj ET")),
            "the 240th time\n");
}

// Shown from left to right as they are seen; given as they are read.
TEST(ReadPdf, hebrew_and_arabic_are_given_as_they_are_read) {
  const std::string cmap =
      "begincmap 1 begincodespacerange <00> <FF> endcodespacerange 4 beginbfchar <41> <05D0> <42> <05D1> "
      "<43> <05D2> "
      "<20> <0020> endbfchar 1 beginbfrange <61> <7A> <0061> endbfrange endcmap";
  const std::string font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>";
  EXPECT_EQ(text_of(page_with("BT /F1 12 Tf (x CBA B y) Tj ET", font, {stream("", cmap)})),
            "x \xD7\x91 \xD7\x90\xD7\x91\xD7\x92 y\n");
  // Drawn from right to left, each glyph to the left of the one before.
  EXPECT_EQ(text_of(page_with(
                "BT /F1 12 Tf 1 0 0 1 100 700 Tm (A) Tj 1 0 0 1 92 700 Tm (B) Tj 1 0 0 1 84 700 Tm (C) Tj ET",
                font, {stream("", cmap)})),
            "\xD7\x90\xD7\x91\xD7\x92\n");
}

std::string cff_index(const std::vector<std::string> &entries) {
  std::string out{'\0', static_cast<char>(entries.size()), '\1', '\1'};
  std::string data;
  for (const std::string &entry : entries) out += static_cast<char>((data += entry).size() + 1);
  return out + data;
}

// A font program in the compact form whose code 12 draws "fi" and whose code 13 draws a glyph that it names
// itself.
std::string compact_font(std::string_view charset_strings = std::string_view("\x00\x6D\x01\x87", 4)) {
  const auto number = [](std::size_t value) { return std::string{'\x1C', '\0', static_cast<char>(value)}; };
  const std::string head("\x01\x00\x04\x01", 4);
  const std::string names = cff_index({"X"});
  const std::string strings = cff_index({"Omega.bold"});
  const std::size_t at =
      head.size() + names.size() + cff_index({std::string(12, ' ')}).size() + strings.size();
  const std::string charset =
      std::string(1, '\0') + std::string(charset_strings);  // strings 109 (fi) and 391
  const std::string encoding("\x00\x02\x0C\x0D", 4);
  std::string top = number(at) + '\x0F' + number(at + 5) + '\x10' + number(at + 9) + '\x11';
  return head + names + cff_index({top}) + strings + charset + encoding + cff_index({"\x0E", "\x0E", "\x0E"});
}

TEST(ReadPdf, compact_fonts_bring_their_encoding) {
  EXPECT_EQ(text_of(page_with("BT /F1 12 Tf (con\\014g \\015) Tj ET",
                              "<</Type/Font/Subtype/Type1/FontDescriptor 6 0 R>>",
                              {"<</Type/FontDescriptor/Flags 4/FontFile3 7 0 R>>",
                               stream("/Subtype/Type1C/Filter/FlateDecode", deflated(compact_font()))})),
            "config \xE2\x84\xA6\n");
}

// "ff" and "ffi" are among the names of the expert glyphs, which fonts of TeX use in running text.
TEST(ReadPdf, compact_fonts_have_ligatures_of_the_expert_set) {
  const std::string program = compact_font(std::string_view("\x01\x0A\x01\x0B", 4));
  EXPECT_EQ(text_of(page_with("BT /F1 12 Tf (di\\014erent o\\015ce) Tj ET",
                              "<</Type/Font/Subtype/Type1/FontDescriptor 6 0 R>>",
                              {"<</Type/FontDescriptor/Flags 4/FontFile3 7 0 R>>",
                               stream("/Subtype/Type1C/Filter/FlateDecode", deflated(program))})),
            "different office\n");
}

// Bitmaps of 50 by 80 points whose font says nothing of its height: small shifts are none between words.
TEST(ReadPdf, fonts_of_bitmaps_without_a_box_are_as_high_as_their_letters_are_wide) {
  std::string widths;
  for (int i = 32; i < 127; ++i) widths += "50 ";
  EXPECT_EQ(
      text_of(page_with("BT /F1 0.12 Tf 72 700 Td [(hun)-3000(ter2)-30000(next)] TJ ET",
                        "<</Type/Font/Subtype/Type3/FontMatrix[1 0 0 1 0 0]/FontBBox[0 0 1 -1]/FirstChar 32"
                        "/LastChar 126/Encoding/WinAnsiEncoding/Widths[" +
                            widths + "]/CharProcs<<>>>>")),
      "hunter2 next\n");
}

// A copy of a predefined CMap in the file says by its name what the codes are.
TEST(ReadPdf, an_embedded_map_of_codes_is_known_by_its_name) {
  EXPECT_EQ(text_of(page_with("BT /F1 12 Tf <00740065007800743042> Tj ET",
                              "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding 6 0 R/DescendantFonts[7 0 R]>>",
                              {stream("/Type/CMap/CMapName/UniJIS-UCS2-H", "begincmap endcmap"),
                               "<</Type/Font/Subtype/CIDFontType0/BaseFont/X/CIDSystemInfo<</Registry(Adobe)"
                               "/Ordering(Japan1)/Supplement 4>>/FontDescriptor 8 0 R>>",
                               "<</Type/FontDescriptor/FontFile3 9 0 R>>", stream("", "x")})),
            "text\xE3\x81\x82\n");
}

TEST(PdfCff, any_damage_is_survived) {
  const std::string whole = compact_font();
  ASSERT_EQ(cff_encoding(whole).size(), 2u);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) cff_encoding(std::string_view(whole).substr(0, cut));
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const char value : {'\0', '\x7F', '\xFF'}) {
      std::string broken = whole;
      broken[i] = value;
      cff_encoding(broken);
    }
}

TEST(ReadPdf, glyph_numbers_of_known_collections_are_characters) {
  const auto with = [](const std::string &encoding, const std::string &codes, const std::string &font) {
    return text_of(
        page_with("BT /F1 12 Tf <" + codes + "> Tj ET",
                  "<</Type/Font/Subtype/Type0/Encoding/" + encoding + "/DescendantFonts[6 0 R]>>",
                  {"<</Type/Font/Subtype/CIDFontType0/CIDSystemInfo<</Registry(Adobe)/Ordering(" + font}));
  };
  // "Ab", hiragana a, the first kanji.
  EXPECT_EQ(with("Identity-H", "00220043034B0465", "Japan1)/Supplement 2>>>>"),
            "Ab\xE3\x81\x82\xE4\xBA\x9C\n");
  // Half as wide, and of vertical lines.
  EXPECT_EQ(with("Identity-V", "01081EF31ECF", "Japan1)/Supplement 2>>>>"), "A\xE3\x81\xA3\xE3\x80\x81\n");
  EXPECT_EQ(with("H", "24223021", "Japan1)/Supplement 2>>>>"), "\xE3\x81\x82\xE4\xBA\x9C\n");
  EXPECT_EQ(with("Identity-H", "00220043", "Korea1)/Supplement 1>>>>"), "Ab\n");
  EXPECT_EQ(with("Identity-H", "004100DF0416", "Identity)/Supplement 0>>/FontDescriptor<</Flags 4>>>>"),
            "A\xC3\x9F\xD0\x96\n");
}

// Only attached files are encrypted: the text is read, and the file is a row with its remedy.
TEST(ReadPdf, encrypted_attachments_of_a_plain_document) {
  const std::string hex(96, 'A');
  std::string bytes = pdf(
      {"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
       "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
       stream("", "BT /F1 12 Tf (open text) Tj ET"), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
       "<</Type/Filespec/F(keys.txt)/EF<</F 7 0 R>>>>", stream("/Type/EmbeddedFile", std::string(48, 'x')),
       "<</Filter/Standard/V 5/R 6/Length 256/O<" + hex + ">/U<" + hex + ">/OE<" + hex.substr(32) + ">/UE<" +
           hex.substr(32) +
           ">/P -4/CF<</StdCF<</CFM/AESV3/Length 32>>>>/StmF/Identity/StrF/Identity/EFF/StdCF>>"});
  bytes.replace(bytes.find("/Root 1 0 R"), 11, "/Root 1 0 R/Encrypt 8 0 R");
  const auto sink = read(bytes);
  ASSERT_FALSE(sink.texts.empty());
  EXPECT_EQ(sink.texts[0].text.substr(0, 9), "open text");
  EXPECT_TRUE(sink.children.empty());
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::encrypted);
  EXPECT_EQ(sink.unreads[0].child, "f.pdf!/keys.txt");
}

TEST(ReadPdf, escapes_hex_and_encodings) {
  EXPECT_EQ(text_of(page_with("BT /F1 12 Tf (a\\(b\\) \\101\\\nB) Tj <E4F6> Tj ET",
                              "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")),
            "a(b) ABäö\n");
  EXPECT_EQ(text_of(page_with("BT /F1 12 Tf (AB) Tj ET",
                              "<</Type/Font/Subtype/Type1/Encoding<</Differences[65/Euro/uni0416]>>>>")),
            "€Ж\n");
}

TEST(ReadPdf, composite_fonts_use_their_map) {
  const std::string cmap =
      "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange1 beginbfchar <0001> <0070> endbfchar2 "
      "beginbfrange <0002> <0004> <0061> <0005> <0006> [<0078> <D83DDE00>] endbfrange endcmap";
  EXPECT_EQ(text_of(page_with(
                "BT /F1 12 Tf <000100020003000400050006> Tj ET",
                "<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 6 0 R/DescendantFonts[7 0 R]>>",
                {stream("", cmap), "<</Type/Font/Subtype/CIDFontType2/DW 500>>"})),
            "pabcx😀\n");
}

// A map that knows other codes only: what the codes themselves say counts.
TEST(ReadPdf, codes_that_a_map_leaves_out_are_read_by_the_collection) {
  const std::string cmap =
      "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <00FF> <0000> "
      "endbfrange endcmap";
  EXPECT_EQ(text_of(page_with(
                "BT /F1 12 Tf <004100420B48> Tj ET",
                "<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 6 0 R/DescendantFonts[7 0 R]>>",
                {stream("", cmap),
                 "<</Type/Font/Subtype/CIDFontType0/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)>>>>"})),
            "AB\xE7\xAC\xAC\n");
}

TEST(ReadPdf, embedded_type_1_fonts_bring_their_encoding) {
  EXPECT_EQ(
      text_of(page_with(
          "BT /F1 12 Tf (:A) Tj ET",
          "<</Type/Font/Subtype/Type1/FirstChar 58/Widths[500]/FontDescriptor 6 0 R>>",
          {"<</Type/FontDescriptor/Flags 4/FontFile 7 0 R>>",
           stream("/Filter/FlateDecode",
                  deflated("%!PS-AdobeFont-1.0: X\n/Encoding 256 array\n0 1 255 {1 index exch "
                           "/.notdef put} for\ndup 58 /period put\nreadonly def\ncurrentfile eexec\nxx"))})),
      ".A\n");
}

TEST(ReadPdf, fonts_without_a_map_are_told) {
  const auto sink = read(page_with("BT /F1 12 Tf <100010011002> Tj ET",
                                   "<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[6 0 R]>>",
                                   {"<</Type/Font/Subtype/CIDFontType2>>"}));
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::unsupported);
  EXPECT_GT(sink.unreads[0].bytes, 0u);
}

TEST(ReadPdf, forms_annotations_and_information) {
  const std::string text =
      text_of(pdf({"<</Type/Catalog/Pages 2 0 R>>",
                   "<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</XObject<</X 5 0 R>>>>>>",
                   "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[6 0 R]>>", stream("", "q /X Do Q"),
                   stream("/Type/XObject/Subtype/Form/Resources<<>>", "BT /F1 9 Tf (in a form) Tj ET"),
                   "<</Type/Annot/Contents(a note)/A<</S/URI/URI(https://u:p@h/)>>>>",
                   "<</Title<FEFF00FC>/Author(Ann)>>"}));
  EXPECT_THAT(text, testing::HasSubstr("in a form\n"));
  EXPECT_THAT(text, testing::HasSubstr("Contents: a note\n"));
  EXPECT_THAT(text, testing::HasSubstr("URI: https://u:p@h/\n"));
  EXPECT_THAT(text, testing::HasSubstr("Title: ü\n"));
}

TEST(ReadPdf, object_streams_and_missing_tables) {
  const std::string inner = "1 0 2 30 <</Type/Catalog/Pages 2 0 R>>  <</Type/Pages/Kids[3 0 R]/Count 1>>";
  const std::string first = std::to_string(inner.find("<<"));
  const std::string second = std::to_string(inner.rfind("<<") - inner.find("<<"));
  const std::string packed = "1 0 2 " + second + " " + inner.substr(inner.find("<<"));
  const std::string bytes =
      "%PDF-1.5\n9 0 obj\n" +
      stream("/Type/ObjStm/N 2/First " + std::to_string(packed.find("<<")) + "/Filter/FlateDecode",
             deflated(packed)) +
      "\nendobj\n3 0 obj\n<</Type/Page/Contents 4 0 R>>\nendobj\n4 0 obj\n" +
      stream("", "BT (cut file) Tj ET") + "\nendobj\n";
  EXPECT_EQ(text_of(bytes), "cut file\n");
}

TEST(ReadPdf, attachments_and_pictures_are_children) {
  const auto sink =
      read(pdf({"<</Type/Catalog>>", stream("/Type/EmbeddedFile/Filter/FlateDecode", deflated("inside")),
                "<</Type/Filespec/UF(a/b.txt)/EF<</F 2 0 R>>>>",
                stream("/Subtype/Image/Filter/DCTDecode", "\xFF\xD8\xFFjpeg"),
                stream("/Subtype/Image", "raw pixels")}));
  ASSERT_EQ(sink.children.size(), 2u);
  EXPECT_EQ(sink.children[0].path, "f.pdf!/a/b.txt");
  EXPECT_EQ(sink.children[0].bytes, "inside");
  EXPECT_EQ(sink.children[1].bytes, "\xFF\xD8\xFFjpeg");
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].bytes, 10u);
}

// A linearised file has two trailers, of which the last may lack the identifier that is part of the key.
TEST(ReadPdf, the_identifier_of_the_other_trailer_opens_it) {
  const std::string padding(
      "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08"
      "\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A",
      32);
  const std::string owner(32, 'o');
  const auto md5 = [](const std::string &data) { return evidence::digest_of(evidence::Digest::md5, data); };
  const auto hex = [](const std::string &bytes) {
    std::string out;
    for (const char c : bytes) out += fmt::format("{:02X}", static_cast<unsigned char>(c));
    return out;
  };
  const std::string key = md5(padding + owner + "\xFC\xFF\xFF\xFF" + "xyz").substr(0, 5);
  const std::string user = evidence::rc4(key, padding);
  const std::string page = evidence::rc4(md5(key + std::string("\4\0\0\0\0", 5)).substr(0, 10),
                                         "BT /F1 12 Tf (Kranich-12) Tj /F2 12 Tf 0 -20 Td <0B48> Tj ET");
  // The collection of a font's glyphs is a string like any other.
  const std::string ordering =
      evidence::rc4(md5(key + std::string("\x8\0\0\0\0", 5)).substr(0, 10), "Japan1");
  const std::string trailer = "trailer\n<</Root 1 0 R/Encrypt 6 0 R";
  const std::string bytes =
      "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count "
      "1>>\nendobj\n"
      "3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 7 0 R>>>>>>\nendobj\n"
      "7 0 obj\n<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[8 0 R]>>\nendobj\n"
      "8 0 obj\n<</Type/Font/Subtype/CIDFontType0/CIDSystemInfo<</Ordering<" +
      hex(ordering) +
      ">>>>>\nendobj\n"
      "5 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\nendobj\n6 0 obj\n<</Filter/Standard/V 1/R "
      "2/O<" +
      hex(owner) + ">/U<" + hex(user) + ">/P -4>>\nendobj\n" + trailer + "/ID[<78797A><78797A>]>>\n" +
      "4 0 obj\n" + stream("", page) + "\nendobj\n" + trailer + ">>\nstartxref\n0\n%%EOF\n";
  EXPECT_THAT(text_of(bytes), testing::HasSubstr("Kranich-12\n\xE7\xAC\xAC\n"));
}

TEST(ReadPdf, unknown_encryption_is_told) {
  const auto sink =
      read("%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\n2 0 obj\n<</Filter/Standard/V 1/R 2/O(" +
           std::string(32, 'o') + ")/U(" + std::string(32, 'u') +
           ")/P -4>>\nendobj\ntrailer\n"
           "<</Root 1 0 R/Encrypt 2 0 R/ID[(x)(x)]>>\n");
  ASSERT_EQ(sink.errors.size(), 1u);
  EXPECT_THAT(sink.errors[0], testing::HasSubstr("password"));
}

TEST(ReadPdf, bombs_and_loops_end) {
  // A form that draws itself, references in a ring, a page tree that is a ring, arrays without end.
  const auto sink =
      read(pdf({"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 3 0 R]>>",
                "<</Type/Page/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>/Parent 3 0 R>>",
                stream("", "/X Do"), stream("/Subtype/Form", "BT (x) Tj ET /X Do /X Do"), "7 0 R", "6 0 R",
                std::string(100'000, '['), "<</A " + std::string(1000, '>')}));
  EXPECT_TRUE(sink.errors.empty());
  const auto bomb = read(pdf({"<</Type/Catalog>>", stream("/Filter[/FlateDecode/FlateDecode]",
                                                          deflated(deflated(std::string(64u << 20, 'a'))))}));
  EXPECT_TRUE(bomb.errors.empty());
}

TEST(ReadPdf, nothing_is_told_as_damaged) {
  EXPECT_EQ(read("%PDF-1.4\nnothing").errors.size(), 1u);
  EXPECT_EQ(read("").errors.size(), 1u);
}

TEST(PdfFilter, ascii_and_run_length) {
  evidence::Inflater inflater;
  EXPECT_EQ(apply_filters("48656C6C6F>", {{.name = "ASCIIHexDecode"}}, 100, inflater).bytes, "Hello");
  EXPECT_EQ(apply_filters("87cURDZ~>", {{.name = "ASCII85Decode"}}, 100, inflater).bytes, "Hello");
  EXPECT_EQ(apply_filters(std::string_view("\x02"
                                           "abc\xFE"
                                           "x\x80",
                                           7),
                          {{.name = "RunLengthDecode"}}, 100, inflater)
                .bytes,
            "abcxxx");
  EXPECT_EQ(
      apply_filters("\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01", {{.name = "LZWDecode"}}, 100, inflater).bytes,
      "-----A---B");
  EXPECT_EQ(apply_filters("x", {{.name = "DCTDecode"}}, 100, inflater).stopped_at, "DCTDecode");
}

TEST(PdfLexer, reads_what_is_broken) {
  PdfLexer lexer("<</A 1/B[1 0 R (x(y)\\)z) <48>]/C<</D/E>>", 0);
  PdfValue value;
  ASSERT_TRUE(lexer.next(value, true));
  ASSERT_NE(value.find("B"), nullptr);
  ASSERT_EQ(value.find("B")->items.size(), 3u);
  EXPECT_EQ(value.find("B")->items[0].kind, PdfValue::Kind::reference);
  EXPECT_EQ(pdf_string_bytes(value.find("B")->items[1]), "x(y))z");
  EXPECT_TRUE(value.find("C")->find("D")->is_name("E"));
}

}  // namespace
}  // namespace dislodge::file
