#include "mail/quoted_printable.hpp"

#include <gtest/gtest.h>

#include <random>

namespace dislodge::mail {
namespace {

void agree(std::string_view text) {
  std::string expected = "x";
  decode_quoted_printable_scalar(text, expected);
  for (const auto kernel : {QuotedPrintableKernel::widest, QuotedPrintableKernel::avx2}) {
    std::string out = "x";
    decode_quoted_printable(text, out, kernel);
    EXPECT_EQ(out, expected) << text;
  }
}

TEST(QuotedPrintableKernels, agree_on_the_ends_of_texts_and_lines) {
  for (const std::string_view tail :
       {"",        "=",      "=\r",    "= ",          "=  \r\n", " \r",  "\r",    "=0D",
        "=0D\r",   "=0D=\r", "=4",     "=4\n",        "==\n",    "\r\n", " \t\n", "=20 \n",
        "=\r\r\n", "=\t=\n", "\r\r\n", "=e4=BD=a0\n", "\n \n",   " ",    "=\r x"})
    for (std::size_t before = 0; before < 140; ++before) {
      const std::string text = std::string(before, 'a') + std::string(tail);
      agree(text);
      agree(text + text);
    }
}

TEST(QuotedPrintableKernels, agree_on_random_text) {
  std::mt19937 random(5);
  static constexpr std::string_view kLetters = "==0AfF \t\r\n\nxyz\xC3";
  for (int round = 0; round < 20000; ++round) {
    std::string text(random() % 300, '\0');
    const bool dense = random() % 2 == 0;
    for (char &c : text)
      c = dense || random() % 8 == 0 ? kLetters[random() % kLetters.size()]
                                     : static_cast<char>('a' + random() % 26);
    agree(text);
  }
}

}  // namespace
}  // namespace dislodge::mail
