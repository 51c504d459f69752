#include "evidence/recognise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libdeflate.h>

#include <array>

#include "zip_writer.hpp"

namespace dislodge::evidence {
namespace {

using namespace std::string_literals;

std::string zip_of(const std::vector<std::pair<std::string, std::string>> &files) {
  ZipWriter writer;
  for (const auto &[name, bytes] : files) writer.add({.name = name, .bytes = bytes, .method = 0});
  return writer.finish();
}

std::string utf16(const std::string &text, bool big) {
  std::string out = big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : text) {
    if (big) out += '\0';
    out += c;
    if (!big) out += '\0';
  }
  return out;
}

TEST(Recognise, ContainersAndDocuments) {
  EXPECT_EQ(recognise(""), ItemType::empty);
  EXPECT_EQ(recognise(zip_of({{"a.txt", "a"}})), ItemType::zip);
  EXPECT_EQ(recognise(zip_of({})), ItemType::zip);
  EXPECT_EQ(recognise(zip_of({{"[Content_Types].xml", "<x/>"}, {"word/document.xml", "<x/>"}})),
            ItemType::ooxml);
  EXPECT_EQ(recognise(zip_of({{"[Content_Types].xml", "<x/>"}, {"lib/a.dll", "x"}})), ItemType::zip);
  // Some writers do not put the type first.
  EXPECT_EQ(recognise(zip_of({{"content.xml", ""}, {"mimetype", "x"}, {"META-INF/manifest.xml", ""}})),
            ItemType::odf);
  EXPECT_EQ(recognise(zip_of({{"mimetype", "application/vnd.oasis.opendocument.text"}, {"content.xml", ""}})),
            ItemType::odf);
  // No type at all; parts of Office at the root, the list of types last.
  EXPECT_EQ(recognise(zip_of({{"content.xml", ""}, {"META-INF/manifest.xml", ""}, {"styles.xml", ""}})),
            ItemType::odf);
  EXPECT_EQ(recognise(zip_of({{"content.xml", ""}, {"META-INF/manifest.xml", ""}})), ItemType::zip);
  EXPECT_EQ(recognise(zip_of({{"sheet1.xml", "<x/>"},
                              {"workbook.xml", "<x/>"},
                              {"_rels/.rels", "<x/>"},
                              {"[Content_Types].xml", "<x/>"}})),
            ItemType::ooxml);
  EXPECT_EQ(
      recognise(zip_of({{"a.nuspec", "<x/>"}, {"_rels/.rels", "<x/>"}, {"[Content_Types].xml", "<x/>"}})),
      ItemType::zip);
  std::string cut = zip_of({{"[Content_Types].xml", "<x/>"}, {"xl/workbook.xml", std::string(500, 'x')}});
  cut.resize(300);
  EXPECT_EQ(recognise(cut), ItemType::ooxml);
  EXPECT_EQ(recognise(gzip("x")), ItemType::gzip);
  EXPECT_EQ(recognise("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 rest"), ItemType::ole);
  EXPECT_EQ(recognise("%PDF-1.7\n"), ItemType::pdf);
  EXPECT_EQ(recognise("\r\n\r\njunk %PDF-1.4\n\x01\x02\x03\x04"), ItemType::pdf);
  EXPECT_EQ(recognise("{\\rtf1\\ansi hello}"), ItemType::rtf);
  EXPECT_EQ(recognise("!BDN\x01\x02\x03\x04SM\x17\0"s), ItemType::pst);
  EXPECT_EQ(recognise("\x78\x9F\x3E\x22\x01\0"s), ItemType::tnef);
  EXPECT_EQ(recognise("SQLite format 3\0\x10\0"s), ItemType::sqlite);
  EXPECT_EQ(recognise("ElfFile\0\0\0"s), ItemType::evtx);
  EXPECT_EQ(recognise("BZh91AY&SY\x12\x34"), ItemType::bzip2);
  EXPECT_EQ(recognise("\xFD"
                      "7zXZ\0\0\4"s),
            ItemType::xz);
  EXPECT_EQ(recognise("\x28\xB5\x2F\xFD\x24"), ItemType::zstd);
  EXPECT_EQ(recognise("7z\xBC\xAF\x27\x1C\0\4"s), ItemType::seven_zip);
  EXPECT_EQ(recognise("Rar!\x1A\x07\x01\0"s), ItemType::rar);
  EXPECT_EQ(recognise("\x89PNG\r\n\x1A\n"), ItemType::image);
}

TEST(Recognise, TheNameDoesNotOverrule) {
  EXPECT_EQ(recognise(zip_of({{"a", "a"}}), "invoice.pdf"), ItemType::zip);
  EXPECT_EQ(recognise("%PDF-1.7", "a.txt"), ItemType::pdf);
  EXPECT_EQ(recognise("just words", "a.zip"), ItemType::text);
}

TEST(Recognise, ASelfExtractingArchiveIsAZip) {
  std::string stub = "MZ" + std::string(58, '\0') + "\x40\0\0\0PE\0\0"s + std::string(100, '\x90');
  EXPECT_EQ(recognise(stub), ItemType::executable);
  EXPECT_EQ(recognise(stub + zip_of({{"a", "a"}})), ItemType::zip);
}

TEST(Recognise, Git) {
  EXPECT_EQ(recognise("# v2 git bundle\nabc"), ItemType::git_bundle);
  EXPECT_EQ(recognise("# v3 git bundle\n@object-format=sha256\n"), ItemType::git_bundle);
  EXPECT_EQ(recognise("PACK\0\0\0\2\0\0\0\1"s), ItemType::git_pack);
  EXPECT_EQ(recognise("\377tOc\0\0\0\2"s), ItemType::git_index);
  libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
  const std::string object = "blob 5\0hello"s;
  std::string packed(100, '\0');
  packed.resize(
      libdeflate_zlib_compress(compressor, object.data(), object.size(), packed.data(), packed.size()));
  EXPECT_EQ(recognise(packed), ItemType::git_loose);
  const std::string other = "bulb 5\0hello"s;
  std::string not_git(100, '\0');
  not_git.resize(
      libdeflate_zlib_compress(compressor, other.data(), other.size(), not_git.data(), not_git.size()));
  EXPECT_NE(recognise(not_git), ItemType::git_loose);
  libdeflate_free_compressor(compressor);
}

TEST(Recognise, KeyMaterial) {
  EXPECT_EQ(recognise("-----BEGIN RSA PRIVATE KEY-----\nMIIE"), ItemType::pem);
  EXPECT_EQ(recognise("\n-----BEGIN CERTIFICATE-----\n"), ItemType::pem);
  EXPECT_EQ(recognise("-----BEGIN PGP MESSAGE-----\n\nhQEMA"), ItemType::text);
  EXPECT_EQ(recognise("\xFE\xED\xFE\xED\0\0\0\2\0\0\0\1"s), ItemType::key_store);
  EXPECT_EQ(recognise("\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5"), ItemType::key_store);
  // PKCS#12: version 3, then ContentInfo of type data.
  const std::string p12 =
      "\x30\x18\x02\x01\x03\x30\x13\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01\xA0\x06\x04\x04"s + "body";
  EXPECT_EQ(recognise(p12), ItemType::key_store);
  const std::string certificate =
      "\x30\x12\x30\x10\xA0\x03\x02\x01\x02\x02\x01\x05\x30\x06\x05\x00\x05\x00\x05\x00"s;
  EXPECT_EQ(recognise(certificate), ItemType::certificate);
}

TEST(Recognise, Json) {
  EXPECT_EQ(recognise("{\"a\": 1}"), ItemType::json);
  EXPECT_EQ(recognise("\xEF\xBB\xBF[\n  {\"a\": [1, 2.5e-3, true, null, \"x\\\"y\"]}\n]\n"), ItemType::json);
  EXPECT_EQ(recognise("{}"), ItemType::json);
  EXPECT_EQ(recognise("{\"value\":[{\"id\":\"1\",\"unfin"), ItemType::json);
  EXPECT_EQ(recognise(utf16("{\"a\": 1}", false)), ItemType::json);
  EXPECT_EQ(recognise(utf16("[{\"a\": 1}]", true)), ItemType::json);
  EXPECT_EQ(recognise("[2024-01-12 07:08:09] started"), ItemType::text);
  EXPECT_EQ(recognise("[section]\nkey=value"), ItemType::text);
  EXPECT_EQ(recognise("{ not json }"), ItemType::text);
  EXPECT_EQ(recognise("[1] a footnote"), ItemType::text);
  EXPECT_EQ(recognise("lf of a line\"}\n{\"a\":1}\n{\"b\":2}\n", "app.jsonl"), ItemType::json);
  EXPECT_EQ(recognise(std::string(100'000, '[')), ItemType::json);
}

TEST(Recognise, Tables) {
  EXPECT_EQ(recognise("CreationDate,UserIds,Operations,AuditData\n2024,a,b,\"{\"\"x\"\":1,\n\"\"y\"\":2}"
                      "\"\n2025,a,b,c\n"),
            ItemType::csv);
  EXPECT_EQ(recognise("a;b;c\n1;2;3\n"), ItemType::csv);
  EXPECT_EQ(recognise(utf16("user\tpassword\thost\r\na\tb\tc\r\nd\te\tf\r\n", false)), ItemType::csv);
  EXPECT_EQ(recognise("Dear Bob,\nthank you, as always, for the note.\nAnn\n"), ItemType::text);
  EXPECT_EQ(recognise("int a;\nint b;\nreturn a;\n"), ItemType::text);
  EXPECT_EQ(recognise("users\nann\nbob\n"), ItemType::text);
  EXPECT_EQ(recognise("users\nann\nbob\n", "users.csv"), ItemType::csv);
}

TEST(Recognise, Markup) {
  EXPECT_EQ(recognise("<!DOCTYPE html>\n<html>"), ItemType::html);
  EXPECT_EQ(recognise("  <!-- saved -->\n<HTML><body>"), ItemType::html);
  EXPECT_EQ(recognise("<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\">"), ItemType::html);
  EXPECT_EQ(recognise("<?xml version=\"1.0\"?><Objs/>"), ItemType::xml);
  EXPECT_EQ(recognise("<WLANProfile xmlns=\"x\"><name>n</name></WLANProfile>"), ItemType::xml);
  EXPECT_EQ(recognise("<john@x.example> wrote to me"), ItemType::text);
  EXPECT_EQ(recognise("<3 and more"), ItemType::text);
}

TEST(Recognise, Mail) {
  const std::string message =
      "From: a@x.example\r\nTo: b@x.example\r\nSubject: hi\r\nDate: Fri, 12 Jan 2024 07:08:09 "
      "+0000\r\n\r\nbody";
  EXPECT_EQ(recognise(message), ItemType::message);
  EXPECT_EQ(recognise("From a@x.example Fri Jan 12 07:08:09 2024\n" + message), ItemType::mbox);
  // A mail that quotes a PDF's first bytes stays a mail; so does one with a raw binary body.
  EXPECT_EQ(recognise(message + "\n%PDF-1.4"), ItemType::message);
  EXPECT_EQ(recognise(message + std::string(3000, '\x01')), ItemType::message);
}

TEST(Recognise, TextAndBinary) {
  EXPECT_EQ(recognise("hello"), ItemType::text);
  EXPECT_EQ(recognise("caf\xE9 au lait, en latin-1"), ItemType::text);
  EXPECT_EQ(recognise("gr\xC3\xBC\xC3\x9F"
                      "e"),
            ItemType::text);
  EXPECT_EQ(text_encoding("caf\xE9 au lait"), TextEncoding::eight_bit);
  EXPECT_EQ(text_encoding(utf16("hello there", true)), TextEncoding::utf16be);
  std::string wider;
  for (const char c : std::string("hello there, in four bytes")) wider += std::string{c, '\0', '\0', '\0'};
  EXPECT_EQ(text_encoding(wider), TextEncoding::utf32);
  EXPECT_EQ(recognise(wider), ItemType::text);
  std::string numbers;
  for (int i = 0; i < 1000; ++i)
    numbers += std::string{static_cast<char>(i), static_cast<char>(i >> 8), '\0', '\0'};
  EXPECT_EQ(recognise(numbers), ItemType::unknown) << "little numbers are no text in UTF-32";
  std::string binary;
  for (int i = 0; i < 1000; ++i) binary += static_cast<char>(i * 37);
  EXPECT_EQ(recognise(binary), ItemType::unknown);
  // A character cut by the end of the sample does not make text binary.
  EXPECT_EQ(text_encoding(std::string(65'535, 'x') + "\xC3\xBC" + "more"), TextEncoding::utf8);
}

TEST(Recognise, Divisibility) {
  const std::string lines = "{\"a\":1}\n{\"a\":2}\n";
  EXPECT_TRUE(divisible(ItemType::json, lines));
  EXPECT_FALSE(divisible(ItemType::json, "[{\"a\":1},\n{\"a\":2}]"));
  EXPECT_FALSE(divisible(ItemType::json, "{\n\"a\":1}\n"));
  EXPECT_TRUE(divisible(ItemType::csv, "a,b\n1,2\n"));
  EXPECT_FALSE(divisible(ItemType::csv, utf16("a,b\n1,2\n", false)));
  EXPECT_FALSE(divisible(ItemType::text, "a"));
}

TEST(Recognise, AnyPrefixOfAnythingIsSurvived) {
  const std::string zip = zip_of({{"mimetype", "x"}, {"b", "y"}});
  for (const std::string &bytes :
       {zip, gzip(zip), "MZ"s + zip, "\x30\x82\x01\x01\x02\x01\x03\x30\x80"s, "\x42\x4D"s + zip}) {
    for (std::size_t size = 0; size <= bytes.size(); ++size) recognise(bytes.substr(0, size));
  }
}

}  // namespace
}  // namespace dislodge::evidence
