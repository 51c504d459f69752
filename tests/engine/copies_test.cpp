// Copies within a unit are read once, and nothing is lost by it: each place of a secret is told, every item
// and byte is accounted for.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "casefile/keys.hpp"
#include "engine/options.hpp"
#include "engine/unit_reader.hpp"

namespace dislodge::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRules = R"(family = "test"
source = "this test"

[[rule]]
id = "test-token"
name = "Token of a test"
kind = "api-key"
pattern = '''\b(tk_[0-9a-f]{16})\b'''
keywords = ["tk_"]
entropy = 1.0
checks = []
confidence = 0.9
authenticates = "nothing"
realm = ""
owner = "none"
rotate = "Nothing to do."
positive = ['''the key is tk_0123456789abcdef''', '''tk_00112233445566ab''']
negative = ['''tk_none''', '''tk_0123''']
)";

class CopiesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dislodge-copies-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    fs::create_directories(root_ / "rules/secrets");
    ASSERT_TRUE(base::write_file(root_ / "rules/secrets/test.toml", kRules));
    Options options;
    options.rules_folder = root_ / "rules";
    auto rules = load_secret_rules(options);
    ASSERT_TRUE(rules) << rules.error().message;
    rules_ = std::move(*rules);
    reader_ = std::make_unique<UnitReader>(make_scanner(*rules_, false), base::Limits(), std::string(32, 'k'),
                                           casefile::CaseKeys::create().public_key());
  }
  void TearDown() override {
    if (!root_.empty()) fs::remove_all(root_);
  }
  UnitResult read(const std::string &mbox) {
    UnitInput input;
    input.item = "a.mbox";
    input.type = evidence::ItemType::mbox;
    input.end = mbox.size();
    input.files.push_back({"", mbox});
    UnitResult result = reader_->read(input);
    for (const auto &row : result.ledger)
      if (row.parent.empty()) {
        EXPECT_EQ(row.size, mbox.size());
        EXPECT_EQ(row.read, mbox.size());
      }
    return result;
  }
  static std::string message(int number, const std::string &content) {
    return "From a@example.com Thu Jan  2 07:08:09 2025\nFrom: a@example.com\nMessage-ID: <" +
           std::to_string(number) + "@example.com>\nSubject: one of several\nMIME-Version: 1.0\n" + content +
           "\n\n";
  }
  static std::string with_attachment(const std::string &bytes) {
    return "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee the file\n--b\nContent-Type: text/plain; "
           "name=\"notes.txt\"\nContent-Disposition: attachment; filename=\"notes.txt\"\n"
           "Content-Transfer-Encoding: base64\n\n" +
           base::to_base64(bytes) + "\n--b--\n";
  }

  fs::path root_;
  std::unique_ptr<SecretRules> rules_;
  std::unique_ptr<UnitReader> reader_;
};

const std::string kFiller = [] {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "line " + std::to_string(i) + " of the minutes\n";
  return text;
}();

TEST_F(CopiesTest, ACleanCopyCountsAsReadAndIsAnItemOfItsOwn) {
  const UnitResult once = read(message(1, with_attachment(kFiller)));
  const UnitResult thrice = read(message(1, with_attachment(kFiller)) + message(2, with_attachment(kFiller)) +
                                 message(3, with_attachment(kFiller)));
  EXPECT_EQ(once.records.size(), 1u);
  EXPECT_EQ(thrice.records.size(), 3u);
  EXPECT_EQ(thrice.items - 1, 3 * (once.items - 1));
  EXPECT_EQ(thrice.text_bytes, 3 * once.text_bytes);
  EXPECT_TRUE(thrice.sightings.empty());
}

TEST_F(CopiesTest, EveryPlaceOfASecretIsTold) {
  const std::string secret = kFiller + "the key is tk_0123456789abcdef\n";
  const UnitResult result = read(message(1, with_attachment(secret)) + message(2, with_attachment(secret)) +
                                 message(3, "\n" + secret) + message(4, "\n" + secret));
  ASSERT_EQ(result.sightings.size(), 4u);
  EXPECT_EQ(result.values.size(), 1u);
  EXPECT_EQ(result.sightings[0].item, "a.mbox!/1!/2");
  EXPECT_EQ(result.sightings[1].item, "a.mbox!/2!/2");
}

// A dial-in code under every message of its author is found in each, and marked as what it is.
TEST_F(CopiesTest, ASecretInANameIsTold) {
  const auto attachment = [](const std::string &disposition) {
    return "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee\n--b\nContent-Disposition: attachment; " +
           disposition + "\n\nnothing\n--b--\n";
  };
  // In one piece it is read where the part's header is, in pieces only as the name.
  const UnitResult plain = read(message(1, attachment("filename=\"tk_0123456789abcdef.txt\"")));
  ASSERT_EQ(plain.sightings.size(), 1u);
  EXPECT_EQ(plain.sightings[0].item, "a.mbox!/1");
  const UnitResult cut =
      read(message(1, attachment("filename*0=\"key tk_01234567\";\n filename*1=\"89abcdef.txt\"")));
  ASSERT_EQ(cut.sightings.size(), 1u);
  EXPECT_EQ(cut.sightings[0].item, "a.mbox!/1!/2");
  EXPECT_EQ(cut.sightings[0].space, evidence::Space::text);
  EXPECT_EQ(cut.sightings[0].offset, 4u);
  EXPECT_EQ(cut.sightings[0].record, 0u);
  // The evidence's own.
  UnitInput input;
  input.item = "mails/key tk_0123456789abcdef.txt";
  input.type = evidence::ItemType::text;
  input.end = 2;
  input.files.push_back({"", "hi"});
  const UnitResult named = reader_->read(input);
  ASSERT_EQ(named.sightings.size(), 1u);
  EXPECT_EQ(named.sightings[0].item, input.item);
}

TEST_F(CopiesTest, WhatStandsInASignatureIsMarked) {
  const std::string off = "\nBest regards,\nAnn Example\nTel. +49 30 1234567\nroom tk_0123456789abcdef\n";
  const UnitResult result = read(message(1, "\nthe key is tk_00112233445566ab\n" + off) +
                                 message(2,
                                         "Content-Type: text/html\n\n<p>the key is tk_00112233445566ab</p>"
                                         "<p>Best regards,<br>Ann Example<br>Tel. +49 30 1234567<br>"
                                         "room tk_0123456789abcdef</p>"));
  ASSERT_EQ(result.sightings.size(), 4u);
  for (const auto &sighting : result.sightings)
    EXPECT_EQ(sighting.closing,
              result.values[sighting.value].run_hash == result.values[result.sightings[0].value].run_hash
                  ? secret::Closing::none
                  : secret::Closing::signature)
        << sighting.item << ' ' << sighting.offset;
}

// A folder of .eml files is one unit a file: what was clean in one is not scanned again in the next, and
// every unit says the same as if it had been read alone.
TEST_F(CopiesTest, UnitsSayTheSameInAnyOrder) {
  const std::string link =
      kFiller + "see https://example.sharepoint.com/:x:/s/team/Eabcdefghijklmnop?e=abc\n";
  const std::vector<std::string> mails = {
      message(1, with_attachment(kFiller)), message(2, with_attachment(link)),
      message(3, with_attachment(kFiller) + "\n"), message(4, "\n" + link)};
  const auto told = [](const UnitResult &result) {
    std::string out = std::to_string(result.items) + ' ' + std::to_string(result.text_bytes);
    for (const auto &row : result.ledger)
      out += '\n' + row.item + ' ' + std::to_string(row.size) + ' ' + row.reason;
    return out;
  };
  std::vector<std::string> first;
  for (const std::string &mail : mails) first.push_back(told(read(mail)));
  for (std::size_t i = mails.size(); i-- > 0;) EXPECT_EQ(told(read(mails[i])), first[i]) << i;
  EXPECT_NE(first[1].find("link:"), std::string::npos);
  EXPECT_NE(first[3].find("link:"), std::string::npos);
}

// The text of the first page shows nothing new, since its source showed the token already. The text of the
// second is the same, and the only place where its token can be seen.
TEST_F(CopiesTest, WhatASourceShowedDoesNotHideItsTextElsewhere) {
  const std::string html = "Content-Type: text/html\n\n<p>" + kFiller;
  const UnitResult result = read(message(1, html + "key tk_0123456789abcdef</p>") +
                                 message(2, html + "key tk_<b>01234567</b>89abcdef</p>"));
  ASSERT_EQ(result.sightings.size(), 2u);
  EXPECT_EQ(result.sightings[0].item, "a.mbox!/1!/1");
  EXPECT_EQ(result.sightings[1].item, "a.mbox!/2!/1");
}

}  // namespace
}  // namespace dislodge::engine
