#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../evidence/compound_writer.hpp"
#include "../mail/collecting_sink.hpp"
#include "base/encode.hpp"
#include "file/office_crypt.hpp"
#include "file/readers.hpp"
#include "file/vba.hpp"
#include "file_samples.hpp"

namespace dislodge::file {
namespace {

using evidence::LedgerState;
using test::CollectingSink;
using test::CompoundWriter;
using test::item_of;
using testing::HasSubstr;

void put(std::string &out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}
std::string wide(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) {
    out += c;
    out += '\0';
  }
  return out;
}

std::string text_of(const std::string &bytes, CollectingSink *into = nullptr) {
  CollectingSink own;
  CollectingSink &sink = into != nullptr ? *into : own;
  const auto done = read_ole(item_of("f", bytes), sink);
  EXPECT_TRUE(done) << done.error().message;
  std::string out;
  for (const auto &text : sink.texts) out += text.text + "\n";
  return out;
}

// A Word document of two pieces, the second in UTF-16, given out of order in the stream.
CompoundWriter word(std::uint16_t flags = 0x0200) {
  const std::string first = "The password is ";
  const std::string second = wide("Kranich-12\r");
  std::string fib(0x200, '\0');
  const auto set = [&](std::size_t at, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
      fib[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * i));
  };
  set(0, 0xA5EC, 2);
  set(2, 0x00C1, 2);
  set(0x0A, flags, 2);
  std::string document = fib + second + first;
  std::string clx = "\x02";
  put(clx, 4 * 3 + 8 * 2, 4);
  for (const std::size_t cp : {std::size_t{0}, first.size(), first.size() + 11}) put(clx, cp, 4);
  put(clx, 0, 2);
  put(clx, ((0x200 + second.size()) * 2) | 0x40000000, 4);
  put(clx, 0, 2);
  put(clx, 0, 2);
  put(clx, 0x200, 4);
  put(clx, 0, 2);
  for (int i = 0; i < 4; ++i)
    document[0x1A6 + static_cast<std::size_t>(i)] = static_cast<char>(clx.size() >> (8 * i));
  CompoundWriter writer;
  writer.add("WordDocument", document).add("1Table", clx);
  return writer;
}

TEST(ReadOle, WordByItsPieces) {
  EXPECT_THAT(text_of(word().write()), HasSubstr("The password is Kranich-12"));
}

// Word 6 wrote eight bits in the charset of its system: the Macintosh's, or that of the language of Windows.
std::string old_word(std::uint16_t language, std::uint16_t charset, const std::string &text) {
  std::string document(0x300, '\0');
  const auto set = [&](std::size_t at, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
      document[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * i));
  };
  set(0, 0xA5DC, 2);
  set(2, 0x0065, 2);
  set(0x06, language, 2);
  set(0x14, charset, 2);
  set(0x18, 0x300, 4);
  set(0x1C, 0x300 + text.size(), 4);
  CompoundWriter writer;
  writer.add("WordDocument", document + text);
  return text_of(writer.write());
}

TEST(ReadOle, Word6InTheCharsetOfItsSystem) {
  EXPECT_THAT(old_word(0x040C, 256,
                       "strat\x8Egie de l\xD5"
                       "auteur\r"),
              HasSubstr("stratégie de l’auteur"));
  EXPECT_THAT(old_word(0x0419, 0, "\xEF\xE0\xF0\xEE\xEB\xFC\xA0x\r"), HasSubstr("пароль x"));
  EXPECT_THAT(old_word(0x0409, 0, "caf\xE9 \x93x\x94\r"), HasSubstr("café “x”"));
}

// A fast-saved document of Word 6 has pieces: text that was taken out stands in the file still.
TEST(ReadOle, FastSavedWord6ByItsPieces) {
  std::string document(0x300, '\0');
  const auto set = [&](std::size_t at, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
      document[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * i));
  };
  set(0, 0xA5DC, 2);
  set(2, 0x0065, 2);
  set(0x0A, 0x0004, 2);
  document += "is Kranich-12\rThe password ";
  std::string clx = "\x02";
  put(clx, 4 * 3 + 8 * 2, 4);
  for (const std::size_t cp : {0u, 13u, 27u}) put(clx, cp, 4);
  for (const std::size_t place : {0x30Eu, 0x300u}) {
    put(clx, 0, 2);
    put(clx, place, 4);
    put(clx, 0, 2);
  }
  set(0x160, document.size(), 4);
  set(0x164, clx.size(), 4);
  CompoundWriter writer;
  writer.add("WordDocument", document + clx);
  EXPECT_THAT(text_of(writer.write()), HasSubstr("The password is Kranich-12"));
}

TEST(ReadOle, EncryptedWordIsEncrypted) {
  CollectingSink sink;
  text_of(word(0x0300).write(), &sink);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::encrypted);
}

std::string record(std::uint16_t type, const std::string &body) {
  std::string out;
  put(out, type, 2);
  put(out, body.size(), 2);
  return out + body;
}

// A shared string that goes on in a CONTINUE record, there in UTF-16.
std::string workbook() {
  std::string bof;
  put(bof, 0x0600, 2);
  put(bof, 0x0005, 2);
  bof += std::string(12, '\0');
  std::string strings;
  put(strings, 2, 4);
  put(strings, 2, 4);
  put(strings, 4, 2);
  strings += '\0';
  strings += "user";
  put(strings, 14, 2);
  strings += '\0';
  strings += "Falke-";
  std::string rest = "\x01" + wide("Turm-471");
  std::string sheet;
  put(sheet, 0, 4);
  sheet += std::string("\0\0\6\0", 4) + "Logins";
  const auto cell = [](int row, int column, std::uint32_t string) {
    std::string out;
    put(out, static_cast<std::uint64_t>(row), 2);
    put(out, static_cast<std::uint64_t>(column), 2);
    put(out, 0, 2);
    put(out, string, 4);
    return record(0x00FD, out);
  };
  return record(0x0809, bof) + record(0x0085, sheet) + record(0x00FC, strings) + record(0x003C, rest) +
         record(0x0809, bof) + cell(0, 0, 0) + cell(0, 1, 1) + record(0x000A, "");
}

TEST(ReadOle, ExcelRowByRow) {
  const std::string text = text_of(CompoundWriter().add("Workbook", workbook()).write());
  EXPECT_THAT(text, HasSubstr("Logins\n"));
  EXPECT_THAT(text, HasSubstr("user\tFalke-Turm-471\n"));
}

// Excel 5, whose strings have no flags, in the code page of a Mac; the sheet's stream says version 6, as some
// writers have it.
TEST(ReadOle, Excel5IsWhatItsWorkbookSays) {
  const auto begin = [](std::uint64_t version, std::uint64_t kind) {
    std::string bof;
    put(bof, version, 2);
    put(bof, kind, 2);
    return record(0x0809, bof + std::string(4, '\0'));
  };
  const auto label = [](int column, const std::string &text) {
    std::string out(2, '\0');
    put(out, static_cast<std::uint64_t>(column), 2);
    put(out, 0, 2);
    put(out, text.size(), 2);
    return record(0x0204, out + text);
  };
  std::string page;
  put(page, 10029, 2);
  std::string sheet(6, '\0');
  sheet += "\x06Logins";
  const std::string book = begin(0x0500, 0x0005) + record(0x0042, page) + record(0x0085, sheet) +
                           record(0x000A, "") + begin(0x0600, 0x0010) + label(0, "has\xB8o") +
                           label(1, "Kranich-12") + record(0x000A, "");
  const std::string text = text_of(CompoundWriter().add("Book", book).write());
  EXPECT_THAT(text, HasSubstr("Logins\n"));
  EXPECT_THAT(text, HasSubstr("hasło\tKranich-12\n"));
}

TEST(ReadOle, PowerPointAtomsWhereverTheyAre) {
  const auto atom = [](std::uint16_t version, std::uint16_t type, const std::string &body) {
    std::string out;
    put(out, version, 2);
    put(out, type, 2);
    put(out, body.size(), 4);
    return out + body;
  };
  const std::string slide =
      atom(0x0F, 1006, atom(0, 0x0FA8, "Key is narrow-1") + atom(0, 0x0FA0, wide("and wide-2")));
  const std::string text = text_of(CompoundWriter().add("PowerPoint Document", slide).write());
  EXPECT_THAT(text, HasSubstr("Key is narrow-1\nand wide-2\n"));
}

TEST(ReadOle, DroppedFilesAndUnknownStreamsAreChildren) {
  std::string native;
  put(native, 2, 2);
  native += std::string("notes.txt\0C:\\notes.txt\0", 23);
  put(native, 3, 4);
  put(native, 4, 4);
  native += std::string("tmp\0", 4);
  put(native, 11, 4);
  native += "hello world";
  std::string sized;
  put(sized, native.size(), 4);
  CollectingSink sink;
  text_of(word()
              .add("ObjectPool/_1/\x01Ole10Native", sized + native)
              .add("Other", "PK\x03\x04 something")
              .write(),
          &sink);
  ASSERT_EQ(sink.children.size(), 2u);
  EXPECT_EQ(sink.children[0].name, "notes.txt");
  EXPECT_EQ(sink.children[0].bytes, "hello world");
}

TEST(Vba, SourceIsUnpacked) {
  // "Attribute VB_Name", then a copy of its first ten bytes.
  std::string chunk;
  chunk += std::string("\0Attribut", 9) + std::string("\0e VB_Nam", 9) + '\1';
  put(chunk, (15 << 12) | (10 - 3), 2);
  std::string container = "junk\x01";
  put(container, 0xB000 | (chunk.size() + 2 - 3), 2);
  EXPECT_EQ(vba_source(container + chunk), "Attribute VB_NamAttribute ");
  EXPECT_EQ(vba_source("Attribut"), "");
}

std::string encrypted_docx() {
  return CompoundWriter()
      .add("EncryptionInfo", *base::from_base64(samples::kEncryptionInfo))
      .add("EncryptedPackage", *base::from_base64(samples::kEncryptedPackage))
      .write();
}

TEST(OfficeCrypt, OpensWithTheSuppliedPassword) {
  evidence::Unlock unlock;
  unlock.passwords = {"wrong", "Sommer2023"};
  const auto info = *base::from_base64(samples::kEncryptionInfo);
  const auto package = *base::from_base64(samples::kEncryptedPackage);
  const auto clear = decrypt_office(info, package, unlock, 50'000'000);
  ASSERT_TRUE(clear) << clear.error().message;
  EXPECT_TRUE(clear->starts_with("PK\x03\x04"));
  EXPECT_THAT(*clear, HasSubstr("Kranich-Segel-12"));
  const auto closed = decrypt_office(info, package, {}, 50'000'000);
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().kind, base::ErrorKind::encrypted);
  // Past the budget no more are tried, and it says so.
  const auto spent = decrypt_office(info, package, unlock, 1);
  ASSERT_FALSE(spent);
  EXPECT_THAT(spent.error().message, HasSubstr("unlock_rounds_max"));
}

TEST(ReadOle, EncryptedOfficeIsEncrypted) {
  CollectingSink sink;
  const std::string bytes = encrypted_docx();
  const auto done = read_ole(item_of("f.docx", bytes), sink);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, base::ErrorKind::encrypted);
  EXPECT_THAT(done.error().message, HasSubstr("--password-file"));
}

TEST(ReadOle, AnyDamageIsSurvived) {
  const std::string whole = word().add("Workbook", workbook()).write();
  for (std::size_t i = 0; i < whole.size(); i += 11) {
    std::string bad = whole;
    bad[i] = static_cast<char>(bad[i] ^ 0xFF);
    CollectingSink sink;
    (void)read_ole(item_of("f", bad), sink);
    CollectingSink cut;
    (void)read_ole(item_of("f", whole.substr(0, i)), cut);
  }
}

}  // namespace
}  // namespace dislodge::file
