#include "evidence/archive.hpp"

#include "archive_samples.hpp"
#include "base/encode.hpp"
#include "base/hash.hpp"
#include "evidence/rar_headers.hpp"
#include "evidence/recognise.hpp"
#include "evidence/seven_zip_crypt.hpp"
#include "evidence/zip.hpp"
#include "recording_sink.hpp"

namespace dislodge::evidence {
namespace {

using testing::HasSubstr;

const std::string kSecret = "db password: Winter-Forest-19!\n";

std::string sample(const char *base64) {
  return base::from_base64(base64).value();
}
std::string long_text() {
  std::string out;
  for (int i = 0; i < 200; ++i) out += "line of text that repeats\n";
  return out + "\n";
}

ItemView archive_item(const std::string &bytes, std::string_view name = "in") {
  ItemView item = item_of("in", bytes);
  item.name = name;
  item.type = recognise(bytes, name);
  return item;
}

RecordingSink read(const std::string &bytes, std::string_view name = "in") {
  RecordingSink sink;
  const auto done = read_archive(archive_item(bytes, name), sink);
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LE(sink.unread_bytes(), bytes.size());
  return sink;
}

TEST(Archive, ReadsSevenZip) {
  const RecordingSink sink = read(sample(samples::kSevenZip));
  EXPECT_EQ(sink.bytes_of("in!/secret.txt"), kSecret);
  EXPECT_EQ(sink.bytes_of("in!/long.txt"), long_text());
  EXPECT_TRUE(sink.unreads.empty());
}

TEST(Archive, EncryptedSevenZipOpensWithItsPassword) {
  for (const char *archive : {samples::kSevenZipClosed, samples::kSevenZipNames}) {
    RecordingSink sink;
    sink.unlock_.passwords = {"wrong", "abc123"};
    const std::string bytes = sample(archive);
    ASSERT_TRUE(read_archive(archive_item(bytes), sink));
    EXPECT_EQ(sink.bytes_of("in!/secret.txt"), kSecret);
    EXPECT_EQ(sink.bytes_of("in!/long.txt"),
              archive == samples::kSevenZipClosed ? long_text() : std::string("(no such child)"));
    EXPECT_TRUE(sink.unreads.empty());
    // No password that fits: it stays encrypted, and says how many were tried.
    RecordingSink closed;
    closed.unlock_.passwords = {"wrong", "wrong too"};
    const auto done = read_archive(archive_item(bytes), closed);
    EXPECT_TRUE(closed.children.empty());
    EXPECT_THAT(done ? closed.unreads.at(0).remedy : done.error().message, HasSubstr("none of 2 passwords"));
    // Cut and flipped, it neither crashes nor lies.
    for (std::size_t i = 0; i < bytes.size(); i += 83) {
      std::string broken = bytes;
      broken[i] = static_cast<char>(broken[i] ^ 0x55);
      SevenZipOpened out =
          open_seven_zip(broken, {{"abc123"}, {}}, sink.limits(), [](std::string_view) { return true; });
      EXPECT_LE(out.archive.size(), 2 * bytes.size() + 1024);
      broken.resize(i);
      (void)open_seven_zip(broken, {{"abc123"}, {}}, sink.limits(), [](std::string_view) { return true; });
    }
  }
}

TEST(Archive, EncryptedSevenZipIsEncryptedNotDamaged) {
  const RecordingSink sink = read(sample(samples::kSevenZipClosed));
  EXPECT_TRUE(sink.children.empty());
  ASSERT_EQ(sink.unreads.size(), 2u);
  for (const Unread &part : sink.unreads) {
    EXPECT_EQ(part.state, LedgerState::encrypted);
    EXPECT_THAT(part.remedy, HasSubstr("password"));
    EXPECT_FALSE(part.child.empty());
  }
  RecordingSink names;
  const std::string bytes = sample(samples::kSevenZipNames);
  const auto done = read_archive(archive_item(bytes), names);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, base::ErrorKind::encrypted);
}

TEST(Archive, ReadsStreamsUnderTheirInnerName) {
  EXPECT_EQ(read(sample(samples::kBzip2), "long.txt.bz2").bytes_of("in!/long.txt"), long_text());
  EXPECT_EQ(read(sample(samples::kXz), "long.txt.xz").bytes_of("in!/long.txt"), long_text());
  EXPECT_EQ(read(sample(samples::kLz4), "long.txt.lz4").bytes_of("in!/long.txt"), long_text());
  EXPECT_EQ(read(sample(samples::kLzma), "a.tlz").bytes_of("in!/a.tar"), long_text());
}

TEST(Archive, CutStreamsGiveWhatThereIs) {
  std::string noise;
  std::uint32_t seed = 1;
  while (noise.size() < 50) noise += static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
  for (const char *each : {samples::kBzip2, samples::kXz, samples::kLz4, samples::kSevenZip}) {
    const std::string whole = sample(each);
    for (std::size_t size = 1; size < whole.size(); size += 7) {
      const std::string cut = whole.substr(0, size);
      ItemView item = archive_item(cut);
      item.type = recognise(whole, "in");
      RecordingSink sink;
      const auto done = read_archive(item, sink);
      if (done) {
        EXPECT_LE(sink.unread_bytes(), size);
        if (sink.child_bytes < long_text().size()) {
          EXPECT_FALSE(sink.unreads.empty()) << size;
        }
      }
    }
  }
}

TEST(Archive, StopsAtTheLimits) {
  RecordingSink sink;
  sink.limits_.member_bytes_max = 1000;
  const std::string bytes = sample(samples::kSevenZip);
  ASSERT_TRUE(read_archive(archive_item(bytes), sink));
  EXPECT_TRUE(sink.any_unread(LedgerState::too_large));
  EXPECT_EQ(sink.bytes_of("in!/long.txt"), long_text().substr(0, 1000));
}

TEST(Archive, ZipMethodsThatAreRare) {
  for (const char *each : {samples::kZipBzip2, samples::kZipLzma, samples::kZipPpmd}) {
    RecordingSink sink;
    const std::string bytes = sample(each);
    ASSERT_TRUE(read_zip(item_of("in", bytes), sink));
    EXPECT_EQ(sink.bytes_of("in!/long.txt"), long_text());
    EXPECT_TRUE(sink.unreads.empty());
  }
}

TEST(EncryptedZip, OpensWithTheRightPasswordOnly) {
  struct Case {
    const char *zip;
    const char *password;
  };
  for (const Case &each : {Case{samples::kZipCrypto, "Sommer2023"}, Case{samples::kAes256, "Sommer2023"},
                           Case{samples::kAes128, "abc123"}}) {
    const std::string bytes = sample(each.zip);
    RecordingSink closed;
    closed.unlock_.passwords = {"wrong", "also wrong"};
    ASSERT_TRUE(read_zip(item_of("in", bytes), closed));
    EXPECT_TRUE(closed.any_unread(LedgerState::encrypted));
    EXPECT_TRUE(closed.children.empty());
    RecordingSink open;
    open.unlock_.passwords = {"wrong", each.password};
    ASSERT_TRUE(read_zip(item_of("in", bytes), open));
    EXPECT_EQ(open.bytes_of("in!/secret.txt"), kSecret);
    EXPECT_TRUE(open.unreads.empty());
  }
}

TEST(EncryptedZip, TheOneByteCheckOfZipCryptoIsNotBelieved) {
  RecordingSink sink;
  for (int i = 0; i < 2000; ++i) sink.unlock_.passwords.push_back("guess" + std::to_string(i));
  const std::string bytes = sample(samples::kZipCrypto);
  ASSERT_TRUE(read_zip(item_of("in", bytes), sink));
  EXPECT_TRUE(sink.children.empty());
  EXPECT_TRUE(sink.any_unread(LedgerState::encrypted));
}

TEST(EncryptedZip, EveryCutAndFlipIsAccountedFor) {
  for (const char *each : {samples::kZipCrypto, samples::kAes128}) {
    const std::string whole = sample(each);
    for (std::size_t i = 0; i < whole.size(); i += 3) {
      std::string bad = whole;
      bad[i] = static_cast<char>(bad[i] ^ 0x55);
      RecordingSink sink;
      sink.unlock_.passwords = {"Sommer2023", "abc123"};
      if (read_zip(item_of("in", bad), sink)) {
        EXPECT_LE(sink.unread_bytes(), bad.size());
      }
    }
  }
}

// A rar 5 by its technical note: members stored, so that no packer is needed.
std::string number(std::uint64_t value) {
  std::string out;
  do {
    out += static_cast<char>((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
    value >>= 7;
  } while (value != 0);
  return out;
}
std::string block(const std::string &body) {
  const std::string sized = number(body.size()) + body;
  const std::uint32_t crc = base::crc32(sized);
  std::string out;
  for (int i = 0; i < 4; ++i) out += static_cast<char>(crc >> (8 * i));
  return out + sized;
}
std::string member(const std::string &name, const std::string &bytes, bool encrypted) {
  std::string record = number(1) + number(0) + number(0) + "\x0F" + std::string(16 + 16, 's');
  record = number(record.size()) + record;
  const std::uint32_t crc = base::crc32(bytes);
  std::string head = number(2) + number(encrypted ? 3 : 2);
  if (encrypted) head += number(record.size());
  head += number(bytes.size()) + number(4) + number(bytes.size()) + number(0x20);
  for (int i = 0; i < 4; ++i) head += static_cast<char>(crc >> (8 * i));
  head += number(0) + number(1) + number(name.size()) + name;
  if (encrypted) head += record;
  return block(head) + bytes;
}
std::string rar(const std::string &members) {
  return std::string("Rar!\x1A\x07\x01\x00", 8) + block(number(1) + number(0) + number(0)) + members +
         block(number(5) + number(0) + number(0));
}

TEST(Rar, StoredMembersAreReadAndEncryptedOnesNamed) {
  const std::string bytes =
      rar(member("secret.txt", kSecret, false) + member("closed.txt", std::string(64, 'c'), true));
  const RarHeaders headers = read_rar_headers(bytes);
  ASSERT_EQ(headers.members.size(), 2u);
  EXPECT_EQ(headers.members[0].name, "secret.txt");
  EXPECT_FALSE(headers.members[0].encrypted);
  EXPECT_TRUE(headers.members[1].encrypted);
  const RecordingSink sink = read(bytes);
  EXPECT_EQ(sink.bytes_of("in!/secret.txt"), kSecret);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, LedgerState::encrypted);
  EXPECT_EQ(sink.unreads[0].child, "in!/closed.txt");
  EXPECT_EQ(sink.unreads[0].bytes, 64u);
}

TEST(Rar, EncryptedNamesAreEncryptedNotDamaged) {
  const std::string bytes =
      std::string("Rar!\x1A\x07\x01\x00", 8) + block(number(4) + number(0) + std::string(30, 'x'));
  RecordingSink sink;
  const auto done = read_archive(archive_item(bytes), sink);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, base::ErrorKind::encrypted);
}

}  // namespace
}  // namespace dislodge::evidence
