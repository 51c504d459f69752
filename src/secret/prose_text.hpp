#pragma once
// Small readers of running text that the prose grammar and its features share.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ascii.hpp"

namespace dislodge::secret {

using base::is_digit;
using base::is_letter;
using base::is_lower;
using base::is_upper;

inline bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
inline bool is_high(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

// The offsets of the line that holds `at`, without its line break, cut to `reach` bytes on both sides.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};
inline Span line_around(std::string_view text, std::size_t at, std::size_t reach) {
  Span line{at, at};
  const std::size_t low = at > reach ? at - reach : 0;
  const std::size_t high = text.size() - at > reach ? at + reach : text.size();
  while (line.begin > low && text[line.begin - 1] != '\n') --line.begin;
  while (line.end < high && text[line.end] != '\n') ++line.end;
  if (line.end > line.begin && text[line.end - 1] == '\r') --line.end;
  return line;
}

// ASCII letters compared without case, at a place of the text; false where the text is too short.
inline bool starts_at(std::string_view text, std::size_t at, std::string_view lower_word) {
  if (at > text.size() || text.size() - at < lower_word.size()) return false;
  for (std::size_t i = 0; i < lower_word.size(); ++i) {
    const char c = text[at + i];
    if ((is_upper(c) ? static_cast<char>(c + 32) : c) != lower_word[i]) return false;
  }
  return true;
}

// The punctuation that sentences do without: 1.
inline constexpr auto kSourceMarks = [] {
  std::array<std::uint8_t, 256> marks{};
  for (const char c : std::string_view("{}();=<[]\\$&\"")) marks[static_cast<unsigned char>(c)] = 1;
  return marks;
}();

// Source code or markup: more than one byte in twenty around the place is such punctuation.
inline bool looks_like_source(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 160;
  const std::size_t low = at > kReach ? at - kReach : 0;
  const std::string_view around = text.substr(low, 2 * kReach);
  std::size_t marks = 0;
  for (const char c : around) marks += kSourceMarks[static_cast<unsigned char>(c)];
  return marks * 20 > around.size();
}

}  // namespace dislodge::secret
