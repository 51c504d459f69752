#include "mail/base64.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/encode.hpp"

namespace dislodge::mail {
namespace {

std::string decoded(std::string_view text) {
  std::string out;
  decode_base64(text, out);
  std::string scalar;
  const Base64Result expected = decode_base64_scalar(text, scalar);
  for (const Base64Kernel kernel : {Base64Kernel::widest, Base64Kernel::vbmi, Base64Kernel::avx2}) {
    std::string same;
    const Base64Result result = decode_base64(text, same, kernel);
    EXPECT_EQ(same, scalar) << text;
    EXPECT_EQ(result.junk, expected.junk) << text;
  }
  return out;
}

TEST(Base64, reads_what_is_broken) {
  EXPECT_EQ(decoded("aGVsbG8="), "hello");
  EXPECT_EQ(decoded("aGVsbG8"), "hello");
  EXPECT_EQ(decoded("aGVs\r\nbG8=\r\n"), "hello");
  EXPECT_EQ(decoded("aGVs!bG8"), "hello");
  EXPECT_EQ(decoded("YQ==YmM="), "abc");
  EXPECT_EQ(decoded("-_-_"), "\xFB\xFF\xBF");
  EXPECT_EQ(decoded("="), "");
  EXPECT_EQ(decoded("Y"), "");
  EXPECT_EQ(decoded(""), "");
}

TEST(Base64, counts_junk) {
  std::string out;
  EXPECT_EQ(decode_base64("aG*Vs bG8=\n(", out).junk, 2u);
}

TEST(Base64, vector_and_scalar_agree_on_random_bytes_and_line_lengths) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 700, '\0');
    for (char &c : bytes) c = static_cast<char>(random());
    std::string text = base::to_base64(bytes);
    const std::size_t width = 1 + random() % 90;
    std::string lines;
    for (std::size_t at = 0; at < text.size(); at += width)
      lines += text.substr(at, width) + (random() % 2 == 0 ? "\n" : "\r\n");
    EXPECT_EQ(decoded(lines), bytes);
    // Any damage gives the same from both.
    for (int i = 0; i < 3 && !lines.empty(); ++i)
      lines[random() % lines.size()] = static_cast<char>(random());
    decoded(lines);
  }
}

TEST(Base64, appends) {
  std::string out = "x";
  decode_base64("aGk=", out);
  EXPECT_EQ(out, "xhi");
}

}  // namespace
}  // namespace dislodge::mail
