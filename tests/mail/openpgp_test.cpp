#include "mail/openpgp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encode.hpp"
#include "collecting_sink.hpp"
#include "mail/message.hpp"

namespace dislodge::mail {
namespace {

// A key of gpg 2.2 (Ed25519 with Curve25519, passphrase Horse7) and what it encrypted for it. Written in
// pieces, so that no scanner takes this file for a leak.
const std::string kDashes = "-----";
std::string armored(std::string_view what, std::string_view body) {
  return kDashes + "BEGIN PGP " + std::string(what) + kDashes + "\n\n" + std::string(body) + kDashes +
         "END PGP " + std::string(what) + kDashes + "\n";
}
constexpr std::string_view kKey =
    "lIYEawzHXhYJKwYBBAHaRw8BAQdAfm5UqRZIx4/eRP0r2pNqdm/10wvRlRVf7z7M\n"
    "8zKjUrv+BwMCeKmchmfUeEP/OEUqI/XyrEdJgn2+pVeVX7vycXrPXeaVe1A1K6md\n"
    "bhj2vWqpqiZzwshf166eMp2pgA778vLKsSdcXcK7H62mV3o6PYCjUbQXUmVjaXBp\n"
    "ZW50IDxyQHguZXhhbXBsZT6IkAQTFggAOBYhBBxKvPao1lNOIqway+uGHH3fp2zE\n"
    "BQJrDMdeAhsBBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEOuGHH3fp2zEYHkA\n"
    "/28CKRuPbYDg+82jXq0LXQkx6vDnO9Avi1lj3C3sbLBHAQCiOp0Clgbpuyjx1e2Q\n"
    "1wi616hKl/I443yzBamTu0RaAJyLBGsMx24SCisGAQQBl1UBBQEBB0B1vn+3SIVJ\n"
    "vME20O80fzBnRYlsK9z8IZHPrAeDRgalBgMBCAf+BwMCdga4VEGpThf/z1G84FOL\n"
    "lT5FXeN0kZvmsFLAM0PGhBPesWfL46BazQeoV1gATqZdtrbKRUZ8BIOXWjgfGgVH\n"
    "DeHJw8ZMxmP6pd8kDbX2xYh4BBgWCAAgFiEEHEq89qjWU04irBrL64Ycfd+nbMQF\n"
    "AmsMx24CGwwACgkQ64Ycfd+nbMQ36AD/eWlqjKoX1SjTlHHKeUUaSTapG3tolg9X\n"
    "sNuqGy3uL/YBAKGL0zZNBcJ8+xBZfpSAOuo7v4sXoRA5Ke+mZnSgB1sA\n"
    "=5f6Q\n";
constexpr std::string_view kInline =
    "hF4Dl2FKk0O4f80SAQdAe+J5x8wcMn0xT28lQP3eR/BSUX9BINYGidvL7Ccp1X0w\n"
    "wbOPm7ANpYi5VLbFdX3arbEhVK9JnfiyKw1I/fMBM/QC6PjkS8HT5K5KKZwlz/vv\n"
    "0lUBtZzd11rz6R0ofLL9YanfHf3Qq+q9kSfJy/JSXse4BQob2v6fbCnvNsbDUVJe\n"
    "99Lb894EQL/S2wJFgWQUVZwaSXhZFpv7MC8YPHTBb0gifxZG/lbU\n"
    "=mQkE\n";
constexpr std::string_view kMime =
    "hF4Dl2FKk0O4f80SAQdAhpLapSd4Y0kFKQwnqkQxZ7wLRsyB5RXzzEZ2pxlVWUUw\n"
    "SE1+rCJsmhIMzImqf5ZCGVwLAfDpMcNVyxXfAkA//ynTbOJz3MEVV2BnK+Qdp0eO\n"
    "0nIBs9pRFJunr96bmTnfDNwH4leGbuOelpTaL21mRV7YIuT654kLoMT5JGzZDjSc\n"
    "Tb7X5ktsczWHZPZjlJ+s5zpMAjsCvfePNLfKD6XW7kCAZKmKHsYvhOkBTAvkAL/E\n"
    "8fikC3x0qX0ONFIosoODb4ed3Vk=\n"
    "=isYu\n";
constexpr std::string_view kSymmetric =
    "jA0ECQMCcsciZA6xSEpg0kgBbo266OkAP+GlbpbbNiseKvlCVA8wykxLW2yV8Q1D\n"
    "NihqesaMdQ3XWC0zkvAr/0Pa1nnh3G6Qyp6Uw90HbDx+/0kzlG/M6Y8=\n"
    "=Bs6j\n";
constexpr std::string_view kBinary =
    "hF4Dl2FKk0O4f80SAQdAHESmYxQevnuny1x3t6FP5WRGKLV/d25XEBnd5X2iZ2YwB4DUcDpUo0wHRUJeZPD8yCpDJM"
    "IvWWyyp/XxcS7CIpT8hOOQq91Zp4irld2EQiEm0ksBwvWL3n17MSdLKmk5zfsI6DV60IbeSaXbc97VLmglcuqTsSPn"
    "KhKaki8wWTGASJ6wN0m9BiVGhRx78G82olsmDQ8As0H57gu5mYE=";

std::string key() {
  return armored("PRIVATE KEY BLOCK", kKey);
}
const evidence::Unlock kUnlock{{"wrong", "Horse7"}, {key()}};

bool library_missing() {
  return open_pgp(armored("MESSAGE", kInline), kUnlock, 1000).remedy.starts_with("install");
}
#define NEEDS_LIBRNP() \
  if (library_missing()) GTEST_SKIP() << "librnp0 is not installed (scripts/setup)"

test::CollectingSink read(const std::string &mail, const evidence::Unlock &unlock) {
  test::CollectingSink sink([](const evidence::ItemView &item) -> test::Reader {
    if (item.type == evidence::ItemType::message) return read_message;
    return {};
  });
  sink.unlock_ = unlock;
  EXPECT_TRUE(read_message(test::item_of("m", mail), sink).has_value());
  return sink;
}

TEST(OpenPgp, blocks_and_their_keys) {
  const std::string text = "x\n" + armored("MESSAGE", "hQEMAwEjRWeJq83vAQ==\n") + "y";
  const auto blocks = find_pgp_messages(text);
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(text.substr(blocks[0].end), "\ny");
  EXPECT_EQ(pgp_recipients(text), "key 0x0123456789ABCDEF");
  EXPECT_EQ(pgp_recipients("not pgp"), "");
  EXPECT_EQ(pgp_recipients(""), "");
  EXPECT_EQ(pgp_recipients(armored("MESSAGE", kInline)), "key 0x97614A9343B87FCD");
  EXPECT_EQ(pgp_recipients(armored("MESSAGE", kSymmetric)), "a passphrase");
}

TEST(OpenPgp, inline_message_is_opened_with_the_key_and_its_passphrase) {
  NEEDS_LIBRNP();
  const std::string mail = "Subject: x\n\nhello\n" + armored("MESSAGE", kInline) + "bye\n";
  const auto closed = read(mail, {});
  ASSERT_EQ(closed.unreads.size(), 1u);
  EXPECT_EQ(closed.unreads[0].state, evidence::LedgerState::encrypted);
  EXPECT_THAT(closed.unreads[0].reason, testing::HasSubstr("0x97614A9343B87FCD"));
  EXPECT_THAT(closed.unreads[0].remedy, testing::HasSubstr("--key"));
  // The key alone does not do: it is under a passphrase.
  const auto locked = read(mail, {{"wrong"}, {key()}});
  ASSERT_EQ(locked.unreads.size(), 1u);
  EXPECT_THAT(locked.unreads[0].remedy, testing::HasSubstr("passphrase"));
  const auto opened = read(mail, kUnlock);
  EXPECT_TRUE(opened.unreads.empty());
  ASSERT_EQ(opened.children.size(), 1u);
  EXPECT_EQ(opened.children[0].bytes, "the token is pgp secret42\n");
  EXPECT_THAT(opened.children[0].path, testing::StartsWith("m!/1!/~openpgp@"));
}

TEST(OpenPgp, pgp_mime_is_read_as_the_entity_that_it_held) {
  NEEDS_LIBRNP();
  const std::string mail =
      "Subject: x\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\n\n"
      "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: "
      "application/octet-stream\n\n" +
      armored("MESSAGE", kMime) + "--b--\n";
  EXPECT_EQ(read(mail, {}).unreads.size(), 1u);
  const auto opened = read(mail, kUnlock);
  EXPECT_TRUE(opened.unreads.empty());
  ASSERT_NE(opened.text_of("m!/2!/1"), nullptr);
  EXPECT_EQ(opened.text_of("m!/2!/1")->text, "mime secret43\n");
}

TEST(OpenPgp, files_under_a_key_or_a_passphrase) {
  const std::string binary = *base::from_base64(kBinary);
  const std::string symmetric = armored("MESSAGE", kSymmetric);
  EXPECT_TRUE(recognises_openpgp(binary));
  EXPECT_TRUE(recognises_openpgp(symmetric));
  test::CollectingSink closed;
  ASSERT_TRUE(read_openpgp(test::item_of("f", binary), closed));
  ASSERT_EQ(closed.unreads.size(), 1u);
  EXPECT_EQ(closed.unreads[0].bytes, binary.size());
  NEEDS_LIBRNP();
  test::CollectingSink sink;
  sink.unlock_ = kUnlock;
  ASSERT_TRUE(read_openpgp(test::item_of("f", binary), sink));
  ASSERT_EQ(sink.children.size(), 1u);
  EXPECT_EQ(sink.children[0].bytes, "binary secret45\n");
  EXPECT_EQ(sink.children[0].path, "f!/1");
  test::CollectingSink passphrase;
  passphrase.unlock_ = {{"wrong", "Summer9"}, {}};
  ASSERT_TRUE(read_openpgp(test::item_of("f", symmetric), passphrase));
  ASSERT_EQ(passphrase.children.size(), 1u);
  EXPECT_EQ(passphrase.children[0].bytes, "symmetric secret44\n");
}

TEST(OpenPgp, damaged_messages_stay_closed_and_are_told) {
  const std::string binary = *base::from_base64(kBinary);
  for (std::size_t i = 0; i < binary.size(); ++i) {
    std::string broken = binary;
    broken[i] = static_cast<char>(broken[i] ^ 0x41);
    test::CollectingSink sink;
    if (i % 8 == 0) sink.unlock_ = kUnlock;
    ASSERT_TRUE(read_openpgp(test::item_of("f", broken), sink));
    ASSERT_EQ(sink.unreads.size() + sink.children.size(), 1u) << i;
    recognises_openpgp(std::string_view(binary).substr(0, i));
  }
}

}  // namespace
}  // namespace dislodge::mail
