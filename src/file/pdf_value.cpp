#include "file/pdf_value.hpp"

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "file/pdf_encodings.hpp"

namespace dislodge::file {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char folded = static_cast<char>(c | 32);
  return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

// Numbers as they occur: "+17", "-.002", "4.", "--5", "1.2.3". Anything else is 0, as in other readers.
double number_of(std::string_view text) {
  double value = 0;
  double scale = 0;
  bool negative = false;
  for (const char c : text) {
    if (c == '-') {
      negative = true;
    } else if (c == '.') {
      if (scale != 0) break;
      scale = 1;
    } else if (c >= '0' && c <= '9') {
      if (scale == 0) {
        value = value * 10 + (c - '0');
      } else {
        scale /= 10;
        value += (c - '0') * scale;
      }
    }
  }
  return negative ? -value : value;
}

bool looks_like_number(std::string_view text) {
  if (text.empty()) return false;
  const char c = text.front();
  if (!((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char x) { return (x >= '0' && x <= '9') || x == '+' || x == '-' || x == '.'; });
}

bool is_integer(const PdfValue &value) {
  return value.is(PdfValue::Kind::number) && value.number >= 0 && value.number < 1e9 &&
         value.number == static_cast<double>(static_cast<std::uint32_t>(value.number));
}

}  // namespace

bool pdf_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0';
}

bool pdf_delimiter(char c) {
  return c == '(' || c == ')' || c == '<' || c == '>' || c == '[' || c == ']' || c == '{' || c == '}' ||
         c == '/' || c == '%';
}

const PdfValue *PdfValue::find(std::string_view key) const {
  if (kind != Kind::dictionary) return nullptr;
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i] == key) return &items[i];
  return nullptr;
}

std::string pdf_string_bytes(const PdfValue &string) {
  std::string out;
  std::string_view raw = string.raw;
  if (raw.starts_with('<')) {
    int high = -1;
    for (const char c : raw.substr(1)) {
      const int value = hex_value(c);
      if (value < 0) continue;
      if (high < 0) {
        high = value;
      } else {
        out += static_cast<char>(high << 4 | value);
        high = -1;
      }
    }
    if (high >= 0) out += static_cast<char>(high << 4);
    return out;
  }
  if (raw.starts_with('(')) raw.remove_prefix(1);
  if (raw.ends_with(')')) raw.remove_suffix(1);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (c == '\r') {  // any line end is a line feed
      out += '\n';
      if (i + 1 < raw.size() && raw[i + 1] == '\n') ++i;
      continue;
    }
    if (c != '\\') {
      out += c;
      continue;
    }
    if (++i >= raw.size()) break;
    switch (raw[i]) {
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case '\r':
        if (i + 1 < raw.size() && raw[i + 1] == '\n') ++i;
        break;
      case '\n':
        break;
      default:
        if (raw[i] >= '0' && raw[i] <= '7') {
          unsigned value = 0;
          std::size_t digits = 0;
          while (digits < 3 && i < raw.size() && raw[i] >= '0' && raw[i] <= '7') {
            value = value * 8 + static_cast<unsigned>(raw[i] - '0');
            ++i;
            ++digits;
          }
          --i;
          out += static_cast<char>(value);
        } else {
          out += raw[i];
        }
    }
  }
  return out;
}

std::string pdf_text(std::string_view bytes) {
  if (bytes.starts_with("\xFE\xFF") || bytes.starts_with("\xFF\xFE"))
    return std::string(
        evidence::to_utf8(bytes, bytes.starts_with("\xFE\xFF") ? "utf-16be" : "utf-16le").view());
  if (bytes.starts_with("\xEF\xBB\xBF")) return base::to_valid_utf8(bytes.substr(3));
  std::string out;
  for (const char c : bytes) base::append_utf8(out, kPdfDocEncoding[static_cast<unsigned char>(c)]);
  return out;
}

std::string pdf_name(std::string_view raw) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '#' && i + 2 < raw.size() && hex_value(raw[i + 1]) >= 0 && hex_value(raw[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(raw[i + 1]) << 4 | hex_value(raw[i + 2]));
      i += 2;
    } else {
      out += raw[i];
    }
  }
  return out;
}

void PdfLexer::skip_blanks() {
  while (at_ < bytes_.size()) {
    const char c = bytes_[at_];
    if (pdf_blank(c)) {
      ++at_;
    } else if (c == '%') {
      while (at_ < bytes_.size() && bytes_[at_] != '\n' && bytes_[at_] != '\r') ++at_;
    } else {
      return;
    }
  }
}

bool PdfLexer::at_end() {
  skip_blanks();
  return at_ >= bytes_.size();
}

PdfLexer::Token PdfLexer::token(PdfValue &value) {
  skip_blanks();
  while (at_ < bytes_.size() && bytes_[at_] == '>' && bytes_.substr(at_, 2) != ">>") {  // stray brackets
    ++at_;
    skip_blanks();
  }
  if (at_ >= bytes_.size()) return Token::end;
  value.kind = PdfValue::Kind::null;
  value.number = 0;
  value.items.clear();
  value.keys.clear();
  const std::size_t begin = at_;
  const char c = bytes_[at_++];
  switch (c) {
    case '[':
      return Token::array_open;
    case ']':
      return Token::array_close;
    case '<':
      if (at_ < bytes_.size() && bytes_[at_] == '<') {
        ++at_;
        return Token::dictionary_open;
      }
      at_ = std::min(bytes_.find('>', at_), bytes_.size());
      value.kind = PdfValue::Kind::string;
      value.raw = bytes_.substr(begin, at_ - begin);
      if (at_ < bytes_.size()) ++at_;
      return Token::value;
    case '>':
      ++at_;
      return Token::dictionary_close;
    case '(': {
      std::size_t depth = 1;
      while (at_ < bytes_.size() && depth > 0) {
        if (bytes_[at_] == '\\')
          ++at_;
        else if (bytes_[at_] == '(')
          ++depth;
        else if (bytes_[at_] == ')')
          --depth;
        ++at_;
      }
      at_ = std::min(at_, bytes_.size());
      value.kind = PdfValue::Kind::string;
      value.raw = bytes_.substr(begin, at_ - begin);
      return Token::value;
    }
    case '/':
      while (at_ < bytes_.size() && !pdf_blank(bytes_[at_]) && !pdf_delimiter(bytes_[at_])) ++at_;
      value.kind = PdfValue::Kind::name;
      value.raw = bytes_.substr(begin + 1, at_ - begin - 1);
      return Token::value;
    case ')':
    case '{':
    case '}':
      value.kind = PdfValue::Kind::keyword;
      value.raw = bytes_.substr(begin, 1);
      return Token::value;
    default:
      break;
  }
  while (at_ < bytes_.size() && !pdf_blank(bytes_[at_]) && !pdf_delimiter(bytes_[at_])) ++at_;
  value.raw = bytes_.substr(begin, at_ - begin);
  if (looks_like_number(value.raw)) {
    value.kind = PdfValue::Kind::number;
    value.number = number_of(value.raw);
  } else if (value.raw == "true" || value.raw == "false") {
    value.kind = PdfValue::Kind::boolean;
    value.number = value.raw == "true" ? 1 : 0;
  } else if (value.raw != "null") {
    value.kind = PdfValue::Kind::keyword;
  }
  return Token::value;
}

bool PdfLexer::next(PdfValue &value, bool references) {
  // Containers that are open, the outermost first. A dictionary is gathered as a list and paired when it
  // closes.
  std::vector<PdfValue> open;
  std::size_t too_deep = 0;
  const auto close = [&](PdfValue &container) {
    if (!container.is(PdfValue::Kind::dictionary)) return;
    std::vector<PdfValue> flat = std::move(container.items);
    container.items.clear();
    for (std::size_t i = 0; i + 1 < flat.size();) {
      if (!flat[i].is(PdfValue::Kind::name)) {  // a value without key: skipped
        ++i;
        continue;
      }
      container.keys.push_back(flat[i].raw);
      container.items.push_back(std::move(flat[i + 1]));
      i += 2;
    }
  };
  while (true) {
    PdfValue item;
    if (!spend()) return false;
    const Token kind = token(item);
    if (kind == Token::end) {
      if (open.empty()) return false;
      // The end is missing: what is open is closed, so that what it holds is not lost.
      while (true) {
        PdfValue last = std::move(open.back());
        open.pop_back();
        close(last);
        if (open.empty()) {
          value = std::move(last);
          return true;
        }
        open.back().items.push_back(std::move(last));
      }
    }
    if (kind == Token::array_open || kind == Token::dictionary_open) {
      if (open.size() >= kDepthMax) {
        ++too_deep;
        continue;
      }
      PdfValue container;
      container.kind = kind == Token::array_open ? PdfValue::Kind::array : PdfValue::Kind::dictionary;
      open.push_back(std::move(container));
      continue;
    }
    if (kind == Token::array_close || kind == Token::dictionary_close) {
      if (too_deep > 0) {
        --too_deep;
        continue;
      }
      if (open.empty()) continue;  // stray
      PdfValue last = std::move(open.back());
      open.pop_back();
      close(last);
      if (open.empty()) {
        value = std::move(last);
        return true;
      }
      open.back().items.push_back(std::move(last));
      continue;
    }
    if (open.empty()) {
      if (references && is_integer(item)) {
        // Perhaps "12 0 R".
        const std::size_t back = at_;
        PdfValue generation;
        PdfValue mark;
        if (token(generation) == Token::value && is_integer(generation) && token(mark) == Token::value &&
            mark.is_keyword("R")) {
          item.kind = PdfValue::Kind::reference;
        } else {
          at_ = back;
        }
      }
      value = std::move(item);
      return true;
    }
    // A container that is never closed must not swallow the objects behind it.
    if (item.is_keyword("endobj") || item.is_keyword("stream")) {
      at_ = static_cast<std::size_t>(item.raw.data() - bytes_.data());
      while (open.size() > 1) {
        PdfValue last = std::move(open.back());
        open.pop_back();
        close(last);
        open.back().items.push_back(std::move(last));
      }
      close(open.back());
      value = std::move(open.back());
      return true;
    }
    auto &items = open.back().items;
    if (references && item.is_keyword("R") && items.size() >= 2 && is_integer(items.back()) &&
        is_integer(items[items.size() - 2])) {
      items.pop_back();
      items.back().kind = PdfValue::Kind::reference;
      continue;
    }
    items.push_back(std::move(item));
  }
}

}  // namespace dislodge::file
