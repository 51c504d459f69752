#include "file/strings.hpp"

#include <random>

#include "../evidence/recording_sink.hpp"

namespace dislodge::file {
namespace {

struct Result {
  std::uint64_t covered = 0;
  std::vector<std::string> texts;
  std::vector<std::uint64_t> sources;
};

Result strings_of(std::string_view bytes, std::size_t shortest, bool every_byte) {
  evidence::RecordingSink sink;
  evidence::ItemView item;
  item.path = "a.bin";
  item.bytes = bytes;
  Result result;
  result.covered = emit_strings(item, bytes, evidence::kNoRecord, shortest, sink, every_byte);
  for (const auto &text : sink.texts) {
    result.texts.push_back(text.text);
    result.sources.push_back(text.source);
  }
  return result;
}

void expect_same(std::string_view bytes) {
  for (const std::size_t shortest : {kBinaryRun, kPictureRun}) {
    const Result fast = strings_of(bytes, shortest, false);
    const Result plain = strings_of(bytes, shortest, true);
    ASSERT_EQ(fast.covered, plain.covered);
    ASSERT_EQ(fast.texts, plain.texts);
    ASSERT_EQ(fast.sources, plain.sources);
  }
}

TEST(Strings, finds_text_between_noise_wherever_it_lies) {
  const std::string wide("k\0e\0y\0=\0s\0e\0c\0r\0e\0t\0 \0l\0o\0n\0g\0e\0r\0", 34);
  for (std::size_t before = 0; before < 200; ++before) {
    std::string bytes(before, '\x01');
    bytes += "password=Größe-9 and more\x02\x03" + wide + "\x05" + std::string(100, '\0');
    const Result found = strings_of(bytes, kBinaryRun, false);
    ASSERT_EQ(found.texts.size(), 1u) << before;
    EXPECT_EQ(found.texts[0], "password=Größe-9 and more\nkey=secret longer");
    EXPECT_EQ(found.sources[0], before);
    expect_same(bytes);
  }
}

TEST(Strings, passing_over_noise_loses_nothing) {
  std::mt19937_64 random(9);
  for (int round = 0; round < 1500; ++round) {
    std::string bytes(random() % 900, '\0');
    // From pure noise to mostly text, with islands of UTF-16 in both byte orders and of UTF-8.
    const unsigned noise = 1 + random() % 12;
    for (char &c : bytes)
      c = random() % 12 < noise ? static_cast<char>(random()) : static_cast<char>(' ' + random() % 95);
    for (int islands = random() % 5; islands > 0 && bytes.size() > 120; --islands) {
      std::size_t at = random() % (bytes.size() - 100);
      const unsigned kind = random() % 4;
      for (std::size_t length = 1 + random() % 45; length > 0; --length) {
        const char letter = static_cast<char>('a' + random() % 26);
        if (kind == 0) {
          bytes[at++] = letter;
          bytes[at++] = '\0';
        } else if (kind == 1) {
          bytes[at++] = '\0';
          bytes[at++] = letter;
        } else if (kind == 2) {
          bytes[at++] = '\xC3';
          bytes[at++] = static_cast<char>(0x80 + random() % 64);
        } else {
          bytes[at++] = '\0';
        }
      }
    }
    expect_same(bytes);
  }
}

}  // namespace
}  // namespace dislodge::file
