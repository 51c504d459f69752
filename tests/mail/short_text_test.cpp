#include "mail/short_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dislodge::mail {
namespace {

// Every character at every place of texts of every length up to three looks.
template <typename Check>
void everywhere(Check &&check) {
  for (std::size_t size = 0; size <= 50; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (int c = 0; c < 256; ++c) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(c);
        check(text, at, static_cast<unsigned char>(c));
      }
}

TEST(ShortText, KindsAreTheSameAtEveryPlace) {
  everywhere([](const std::string &text, std::size_t at, unsigned char c) {
    const ShortKind kind = kind_of(text);
    const bool line_end = c == '\n' || c == '\r';
    ASSERT_EQ(kind.high, c >= 0x80) << at << " of " << text.size() << ": " << int{c};
    ASSERT_EQ(kind.folded, line_end) << at;
    ASSERT_EQ(kind.control, c < 0x20 && c != '\t' && !line_end) << at;
    ASSERT_FALSE(kind.words);
    ASSERT_EQ(next_break(text, 0), line_end || c == 0 ? at : text.size());
    ASSERT_EQ(has_blank(text), c == ' ' || c == '\t');
    ASSERT_EQ(has_single_blanks(text), c != '\t');
    const bool special = c == '"' || c == '(' || c == '<' || c == ',' || c == ';' || c == ':';
    ASSERT_EQ(next_special(text, 0), special ? at : text.size());
    std::string lower(text.size(), '?');
    lower_to(text, lower.data());
    std::string expected = text;
    if (c >= 'A' && c <= 'Z') expected[at] = static_cast<char>(c | 0x20);
    ASSERT_EQ(lower, expected);
  });
}

TEST(ShortText, PairsAreSeenAcrossLooks) {
  for (std::size_t size = 2; size <= 50; ++size)
    for (std::size_t at = 0; at + 1 < size; ++at) {
      std::string text(size, 'x');
      text[at] = '=';
      text[at + 1] = '?';
      ASSERT_TRUE(kind_of(text).words) << at << " of " << size;
      text[at] = text[at + 1] = ' ';
      ASSERT_FALSE(has_single_blanks(text)) << at << " of " << size;
    }
}

}  // namespace
}  // namespace dislodge::mail
