#pragma once
// The small signs under the reader of assignments: where a name begins and ends, quotation marks with their
// escapes, line breaks before a quoted value, functions that give back what they are given.

#include <cstddef>
#include <string_view>

#include "secret/prose_text.hpp"

namespace dislodge::secret {

inline constexpr std::size_t kAssignmentGapMax = 64;  // blanks between name and value, as in aligned tables
inline constexpr std::size_t kAssignmentQuotedMax = 8192;  // bytes of a value in quotes

inline bool is_name_char(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}
inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// The ends of the name around a word of it: "." and "-" join words, an escape ("\n") is no part.
std::size_t name_end_of(std::string_view text, std::size_t end);
std::size_t name_begin_of(std::string_view text, std::size_t at);

// The quotation mark at a place: its character and how many bytes it takes, escapes included.
struct QuoteMark {
  char quote = '\0';
  std::size_t size = 0;
  bool escaped = false;
};
QuoteMark mark_at(std::string_view text, std::size_t at);
// The end of a quoted value whose opening mark has been read, or npos.
std::size_t quoted_end(std::string_view text, std::size_t at, const QuoteMark &open);

void skip_blanks(std::string_view text, std::size_t &at);
// Over one line break, where what follows is a text in quotes; else stays and returns false.
bool skip_to_quote(std::string_view text, std::size_t &at);

// Functions that give back what they are given ("Buffer.from").
bool gives_back(std::string_view function);
// Functions whose second argument stands in where a variable is not set ("getenv").
bool takes_default(std::string_view function);

}  // namespace dislodge::secret
