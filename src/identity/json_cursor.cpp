#include "identity/json_cursor.hpp"

#include <cstring>

namespace dislodge::identity {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

JsonCursor::JsonCursor(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

void JsonCursor::skip_blanks() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
}

char JsonCursor::peek() {
  skip_blanks();
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonCursor::at_end() {
  return peek() == '\0' && at_ >= text_.size();
}

bool JsonCursor::enter(char open) {
  if (broken_ || peek() != open) return false;
  ++at_;
  fresh_ = true;
  return true;
}

// Stands on a quote; ends behind the closing one.
bool JsonCursor::skip_string() {
  ++at_;
  while (at_ < text_.size()) {
    const void *quote = std::memchr(text_.data() + at_, '"', text_.size() - at_);
    if (quote == nullptr) break;
    const auto end = static_cast<std::size_t>(static_cast<const char *>(quote) - text_.data());
    std::size_t slashes = 0;  // never counts back over the opening quote, which stops the loop
    while (text_[end - 1 - slashes] == '\\') ++slashes;
    at_ = end + 1;
    if (slashes % 2 == 0) return true;
  }
  at_ = text_.size();
  broken_ = true;
  return false;
}

bool JsonCursor::next(char close) {
  if (broken_) return false;
  char c = peek();
  if (c == close) {
    ++at_;
    fresh_ = false;
    return false;
  }
  if (!fresh_) {
    if (c != ',') {
      broken_ = true;
      return false;
    }
    ++at_;
    c = peek();
    if (c == close) {  // a comma too many: some exporters leave one
      ++at_;
      fresh_ = false;
      return false;
    }
  }
  fresh_ = false;
  if (c == '\0') {
    broken_ = true;
    return false;
  }
  return true;
}

bool JsonCursor::next_member() {
  if (!next('}')) return false;
  if (text_[at_] != '"') {
    broken_ = true;
    return false;
  }
  const std::size_t begin = at_ + 1;
  if (!skip_string()) return false;
  key_ = text_.substr(begin, at_ - 1 - begin);
  if (peek() != ':') {
    broken_ = true;
    return false;
  }
  ++at_;
  if (peek() == '\0') broken_ = true;
  return !broken_;
}

bool JsonCursor::next_element() {
  return next(']');
}

std::string_view JsonCursor::take() {
  if (broken_) return {};
  const char first = peek();
  const std::size_t begin = at_;
  if (first == '"') {
    if (!skip_string()) return {};
  } else if (first == '{' || first == '[') {
    // Brackets of both sorts count as one depth: a mismatch is the parser's to find.
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!skip_string()) return {};
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        fresh_ = false;
        return text_.substr(begin, at_ - begin);
      }
    }
    broken_ = true;
    return {};
  } else {
    while (at_ < text_.size() && std::strchr(",]}{[:\"", text_[at_]) == nullptr && !is_blank(text_[at_]))
      ++at_;
    if (at_ == begin) {
      broken_ = true;
      return {};
    }
  }
  fresh_ = false;
  return text_.substr(begin, at_ - begin);
}

}  // namespace dislodge::identity
