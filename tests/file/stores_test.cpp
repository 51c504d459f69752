// Databases, HTTP archives and pictures.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../mail/collecting_sink.hpp"
#include "base/encode.hpp"
#include "file/readers.hpp"
#include "file_samples.hpp"

namespace dislodge::file {
namespace {

using test::CollectingSink;
using test::item_of;
using testing::HasSubstr;
using testing::Not;

std::string all(const CollectingSink &sink) {
  std::string out;
  for (const auto &text : sink.texts) out += text.text + "\n";
  return out;
}

TEST(ReadSqlite, TablesRowsAndWhatWasDeleted) {
  const std::string bytes = *base::from_base64(samples::kSqlite);
  CollectingSink sink;
  ASSERT_TRUE(read_sqlite(item_of("Login Data", bytes), sink));
  const std::string text = all(sink);
  EXPECT_THAT(text, HasSubstr("origin url: https://site0.example\npassword: Pw-0-Wald\npin: 4711\n"));
  EXPECT_THAT(text, HasSubstr("value-of-key"));                      // a table without row ids
  EXPECT_THAT(text, HasSubstr("long password text long password"));  // over several pages
  EXPECT_THAT(text, HasSubstr("Pw-5-Wald"));                         // deleted
  ASSERT_EQ(sink.children.size(), 1u);
  EXPECT_EQ(sink.children[0].path, "Login Data!/logins/3/icon");
  EXPECT_TRUE(sink.unreads.empty());
}

TEST(ReadSqlite, Utf16) {
  const std::string bytes = *base::from_base64(samples::kSqliteWide);
  CollectingSink sink;
  ASSERT_TRUE(read_sqlite(item_of("t.db", bytes), sink));
  EXPECT_THAT(all(sink), HasSubstr("a: Gr\xC3\xBC\xC3\x9F"
                                   "e aus UTF-16\n"));
}

TEST(ReadSqlite, AnyDamageIsSurvived) {
  const std::string whole = *base::from_base64(samples::kSqlite);
  for (std::size_t i = 0; i < whole.size(); i += 3) {
    std::string bad = whole;
    bad[i] = static_cast<char>(bad[i] ^ 0xFF);
    CollectingSink sink;
    (void)read_sqlite(item_of("t.db", bad), sink);
    CollectingSink cut;
    (void)read_sqlite(item_of("t.db", whole.substr(0, i)), cut);
  }
}

constexpr std::string_view kHar =
    R"({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": [{"request":
{"url": "https://a.example/api?k=1", "headers": [{"name": "Authorization", "value": "Bearer ab\/cd"}],
"postData": {"text": "{\"password\":\"Winter\u00e4\"}"}}, "response": {"content": {"encoding": "base64",
"mimeType": "text/plain", "text": "dG9rZW49aW4tYS1ib2R5"}}}]}})";

TEST(ReadHar, HeadersAndBodiesAsTheyWereSent) {
  ASSERT_TRUE(recognises_har(kHar));
  CollectingSink sink;
  ASSERT_TRUE(read_har(item_of("case.har", kHar), sink));
  const std::string text = all(sink);
  EXPECT_THAT(text, HasSubstr("Authorization: Bearer ab/cd\n"));
  EXPECT_THAT(text, HasSubstr("{\"password\":\"Winter\xC3\xA4\"}"));
  ASSERT_EQ(sink.children.size(), 1u);
  EXPECT_EQ(sink.children[0].bytes, "token=in-a-body");
  // Offsets lead back into the JSON.
  for (const auto &seen : sink.texts)
    if (seen.text.find("Authorization: ") != std::string::npos) {
      EXPECT_EQ(seen.offset_of("Bearer"), kHar.find("Bearer"));
    }
}

TEST(ReadHar, OtherJsonIsNone) {
  EXPECT_FALSE(recognises_har(R"({"a": {"log": 1}})"));
  EXPECT_FALSE(recognises_har(R"([{"log": {"entries": []}}])"));
  CollectingSink sink;
  ASSERT_TRUE(read_har(item_of("case.har", kHar.substr(0, 300)), sink));
}

std::string chunk(const std::string &type, const std::string &body) {
  std::string out;
  for (int i = 3; i >= 0; --i) out += static_cast<char>(body.size() >> (8 * i));
  return out + type + body + "crc!";
}

TEST(ReadImage, PngTextsAndWhatIsMissing) {
  const std::string png = "\x89PNG\r\n\x1A\n" + chunk("IHDR", std::string(13, '\0')) +
                          chunk("tEXt", std::string("Comment\0password: Meta-99", 25)) +
                          chunk("iTXt", std::string("Title\0\0\0de\0Titel\0Gr\xC3\xBC\xC3\x9F"
                                                    "e",
                                                    24)) +
                          chunk("IEND", "");
  CollectingSink sink;
  ASSERT_TRUE(read_image(item_of("a.png", png), sink));
  EXPECT_THAT(all(sink), HasSubstr("Comment: password: Meta-99\n"));
  EXPECT_THAT(all(sink), HasSubstr("Title: Gr\xC3\xBC\xC3\x9F"
                                   "e\n"));
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].bytes, png.size());
}

TEST(ReadImage, JpegCommentsAndExif) {
  std::string tiff("II*\0\x08\0\0\0", 8);
  tiff += std::string("\1\0\x0E\x01\2\0\x0A\0\0\0\x1A\0\0\0\0\0\0\0", 18) + std::string("Exif-Text\0", 10);
  const auto segment = [](char marker, const std::string &body) {
    std::string out = "\xFF";
    out += marker;
    out += static_cast<char>((body.size() + 2) >> 8);
    out += static_cast<char>(body.size() + 2);
    return out + body;
  };
  const std::string jpeg = "\xFF\xD8" + segment('\xE1', std::string("Exif\0\0", 6) + tiff) +
                           segment('\xFE', "a note") + "\xFF\xD9";
  CollectingSink sink;
  ASSERT_TRUE(read_image(item_of("a.jpg", jpeg), sink));
  EXPECT_THAT(all(sink), HasSubstr("Description: Exif-Text\nComment: a note\n"));
}

}  // namespace
}  // namespace dislodge::file
