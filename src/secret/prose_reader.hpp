#pragma once
// The reader under the prose grammar: words, line breaks that mail put in, and values with their quotes.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/encode.hpp"
#include "secret/prose_text.hpp"

namespace dislodge::secret {

inline constexpr std::size_t kProseReach = 600;     // bytes of a line that are looked at, on each side
inline constexpr std::size_t kProseValueMax = 128;  // bytes of a password

template <typename List>
bool among(const List &list, std::string_view word) {
  // Most words of a list differ in their first byte: asked before all of them.
  return !word.empty() && std::any_of(list.begin(), list.end(), [&](std::string_view one) {
    return one.size() == word.size() && one.front() == word.front() && one == word;
  });
}

// Zero-width and narrow blanks, and the marks by which text of two directions is laid out.
inline bool direction_mark(std::string_view text) {
  if (text.size() < 3 || text[0] != '\xE2') return false;
  const auto last = static_cast<unsigned char>(text[2]);
  if (text[1] == '\x80') return (last >= 0x8B && last <= 0x8F) || (last >= 0xAA && last <= 0xAF);
  return text[1] == '\x81' && last >= 0xA6 && last <= 0xA9;
}

struct ProseValue {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t next = 0;  // after a closing quote
  bool quoted = false;
};

// A bounded view of the text from a trigger on. A single line break inside a paragraph counts as a blank,
// because mail wraps its lines; an empty line ends what is looked at.
class ProseReader {
 public:
  ProseReader(std::string_view text, std::size_t at) : text_(text), at_(at), start_(at) {
    end_ = std::min(text.size(), at + kProseReach);
    const std::string_view near = text.substr(0, end_);  // so that no search runs further
    for (std::size_t i = near.find('\n', at); i != std::string_view::npos; i = near.find('\n', i + 1)) {
      std::size_t next = i + 1;
      while (next < end_ &&
             (text[next] == ' ' || text[next] == '\t' || text[next] == '\r' || text[next] == '>'))
        ++next;
      if (next < end_ && text[next] == '\n') {
        end_ = i;
        break;
      }
    }
  }

  // Source code: there a value is only what is assigned, on the same line.
  bool source() const {
    if (!source_) source_ = looks_like_source(text_, start_);
    return *source_;
  }
  std::size_t at() const { return at_; }
  void go(std::size_t place) { at_ = place; }
  bool done() const { return at_ >= end_; }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < end_ ? text_[at_ + ahead] : '\0'; }
  std::string_view rest() const { return text_.substr(at_, end_ > at_ ? end_ - at_ : 0); }
  std::string_view text() const { return text_; }
  std::size_t end() const { return end_; }

  void blanks() {
    while (at_ < end_ && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    if (at_ >= end_ || !is_high(text_[at_])) return;
    const std::string_view here = text_.substr(at_);
    if (here.starts_with("\xC2\xA0"))  // no-break space of HTML mail
      at_ += 2;
    else if (here.starts_with("\xE3\x80\x80") || direction_mark(here))  // a wide one
      at_ += 3;
    else
      return;
    blanks();
  }
  // Blanks and at most one line break, with the quote marks of the next line.
  bool soft_break() {
    blanks();
    if (source()) return false;
    std::size_t place = at_;
    if (place < end_ && text_[place] == '\r') ++place;
    if (place >= end_ || text_[place] != '\n') return false;
    at_ = place + 1;
    while (at_ < end_ && (text_[at_] == '>' || text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    return true;
  }
  bool at_line_end() {
    blanks();
    return done() || peek() == '\n' || peek() == '\r';
  }
  bool take(std::string_view token) {
    if (!rest().starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  // The next run of non-blanks on this line, lower case, without moving.
  std::string word() const {
    std::size_t stop = at_;
    while (stop < end_ && !is_space(text_[stop]) && stop - at_ < 40) ++stop;
    return base::lower(text_.substr(at_, stop - at_));
  }
  void skip_word() {
    while (at_ < end_ && !is_space(text_[at_])) ++at_;
  }

 private:
  std::string_view text_;
  std::size_t at_;
  std::size_t start_;
  mutable std::optional<bool> source_;  // asked for rarely, and not cheap
  std::size_t end_;
};

// Where an unquoted value ends, without the punctuation of the sentence that sticks to it.
std::size_t trimmed_end(std::string_view text, std::size_t begin, std::size_t end);

// The value at the reader's place, which moves behind it. Quotes, emphasis and the punctuation of the
// sentence are no part of it.
std::optional<ProseValue> read_value(ProseReader &reader);

// Moves over ":", "=", "->" and the like; false where there is none.
bool take_separator(ProseReader &reader);

// In source, whether a value that was read from `start` on stands for itself: a quoted text of one piece, or
// what cannot be the name of a variable.
bool is_literal(const ProseReader &reader, const ProseValue &value, std::size_t start);

}  // namespace dislodge::secret
