#pragma once
// Looking at the values of header fields, sixteen bytes at a time: they are too short for what base/bulk.hpp
// is made for, where the call alone costs as much as the look.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dislodge::mail {

// Of what a value is made.
struct ShortKind {
  bool high = false;     // bytes over 0x7F
  bool control = false;  // controls other than the tab and line ends: zeros, escapes
  bool folded = false;   // line ends
  bool words = false;    // "=?", with which an encoded word begins

  // It says what it is: nothing is to be decoded, unfolded or converted.
  bool plain() const { return !high && !control && !folded && !words; }
  // ASCII of which only folds and encoded words are to be undone.
  bool ascii() const { return !high && !control; }
};
ShortKind kind_of(std::string_view text);

// Where the first of the characters that part the mailboxes of a list and their pieces ("\"(<,;:") stands at
// or behind `at`; the size where there is none.
std::size_t next_special(std::string_view text, std::size_t at);

// Where the first line feed, carriage return or zero stands at or behind `at`; the size where there is none.
std::size_t next_break(std::string_view text, std::size_t at);

// Whether it has a blank or tab; whether its blanks are single ones, and no tabs.
bool has_blank(std::string_view text);
bool has_single_blanks(std::string_view text);

// Letters of ASCII in lower case, from `text` to `to`, which has its size.
void lower_to(std::string_view text, char *to);

}  // namespace dislodge::mail
