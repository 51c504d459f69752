// From a word to the name that holds it, and from the name to the value that is tied to it.

#include <algorithm>
#include <array>
#include <string>

#include "base/encode.hpp"
#include "secret/assignment.hpp"
#include "secret/assignment_elsewhere.hpp"
#include "secret/assignment_lexis.hpp"
#include "secret/prose_text.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kTypeMax = 48;  // bytes of a type between name and value

class Reader {
 public:
  Reader(std::string_view text, AssignmentCandidate &out) : text_(text), out_(out) {}

  bool read(std::size_t end) {
    out_.name_end = name_end_of(text_, end);
    out_.name_begin = name_begin_of(text_, end);
    at_ = out_.name_end;
    before_ = out_.name_begin > 0 ? text_[out_.name_begin - 1] : '\n';
    if (!tie()) return false;
    skip_blanks(text_, at_);
    if (closes_text()) return false;
    return value(0);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  // "Password:", and 'password = ' . $x: the name begins a text, and what looks like the value's quote ends
  // it.
  bool closes_text() const {
    if (out_.name_quoted || (before_ != '"' && before_ != '\'' && before_ != '`')) return false;
    const QuoteMark mark = mark_at(text_, at_);
    return mark.quote == before_ && !mark.escaped;
  }

  void skip_space() {
    const std::size_t stop = std::min(text_.size(), at_ + kAssignmentGapMax);
    while (at_ < stop && is_space(text_[at_])) ++at_;
  }

  // Moves over what ties name and value.
  bool tie() {
    std::size_t closers = 0;
    std::size_t quotes = 0;
    bool bracket = false;
    while (closers < 5) {
      const QuoteMark mark = mark_at(text_, at_);
      if (mark.quote != '\0') {
        out_.name_quoted = true;
        ++quotes;
        at_ += mark.size;
      } else if (peek() == ']' || (peek() == ')' && before_ != ' ') || peek() == '}') {
        // "$config['password']", "%(password)s" is none
        bracket = true;
        ++at_;
      } else if (peek() == '*' && peek(1) == '*') {
        at_ += 2;
      } else {
        break;
      }
      ++closers;
    }
    if (closers == 0 && peek() == '[') {  // char key[32] = "..."
      const std::size_t close = text_.substr(at_, 24).find(']');
      if (close == std::string_view::npos) return false;
      at_ += close + 1;
      while (peek() == '[') {
        const std::size_t next = text_.substr(at_, 24).find(']');
        if (next == std::string_view::npos) return false;
        at_ += next + 1;
      }
    }
    const std::size_t gap = at_;
    skip_blanks(text_, at_);
    if (read_elsewhere(text_, at_, out_)) return true;
    const char c = peek();
    const char next = peek(1);
    const char tag = out_.name_begin > 0 ? text_[out_.name_begin - 1] : '\0';
    if (c == '=' || c == '!') {
      if (c == '!' && next != '=') return false;
      if (next == '=' || c == '!') {
        at_ += peek(2) == '=' ? 3 : 2;
        out_.tie = Tie::compare;
        return true;
      }
      if (next == '~') return false;  // a pattern
      at_ += next == '>' ? 2 : 1;
      out_.tie = next == '>' ? Tie::arrow : Tie::equals;
      if ((tag == '?' || tag == '&' || (tag == ';' && text_.substr(0, out_.name_begin).ends_with("&amp;"))) &&
          closers == 0 && gap == at_ - 1)
        out_.tie = Tie::query;
      return true;
    }
    // "+=", PHP's ".=", make's "?=" and "::=".
    if ((c == '+' || c == '.' || c == '?') && next == '=' && peek(2) != '=') {
      at_ += 2;
      out_.tie = Tie::equals;
      return true;
    }
    if (c == ':' && next == ':') {
      const std::size_t sign = text_.find_first_not_of(':', at_);
      if (sign == std::string_view::npos || sign - at_ > 3 || text_[sign] != '=') return false;
      at_ = sign + 1;
      out_.tie = Tie::equals;
      return true;
    }
    if (c == ':') {
      if (next == '=') {
        at_ += 2;
        out_.tie = Tie::equals;
        return true;
      }
      ++at_;
      out_.tie = Tie::colon;
      typed();
      return true;
    }
    if (c == '?' && next == ':') {  // optional member of a type
      at_ += 2;
      out_.tie = Tie::colon;
      return typed();
    }
    if (c == '-' && next == '>') {
      // "key->member" is no value of "key".
      const char behind = peek(2);
      if (is_letter(behind) || behind == '_') return false;
      at_ += 2;
      out_.tie = Tie::arrow;
      return true;
    }
    if (c == '<' && next == '-') {
      at_ += 2;
      out_.tie = Tie::equals;
      return true;
    }
    if (c == '>' && gap == at_ && closers == 0 && opens_element()) {
      ++at_;
      out_.tie = Tie::element;
      return true;
    }
    if (c == ',' && gap == at_ && !out_.name_quoted) {
      // "key, _ := f(...)", "token, err = ..."
      std::size_t i = at_ + 1;
      skip_blanks(text_, i);
      while (i < text_.size() && is_name_char(text_[i])) ++i;
      skip_blanks(text_, i);
      if (text_.substr(i).starts_with(":=") || (text_.substr(i).starts_with("= ") && i > at_ + 2)) {
        at_ = i + (text_[i] == ':' ? 2 : 1);
        out_.tie = Tie::equals;
        return true;
      }
    }
    if (c == ',' && gap == at_) {
      // ("x", "v"): the name is an argument alone, in quotes or not.
      if (out_.name_quoted &&
          (quotes != 1 || out_.name_begin == 0 ||
           std::string_view("\"'`").find(text_[out_.name_begin - 1]) == std::string_view::npos))
        return false;
      ++at_;
      skip_blanks(text_, at_);
      if (peek() == '\n' || peek() == '\r') {
        if (!skip_to_quote(text_, at_)) return false;
      }
      out_.tie = Tie::comma;
      return quote_ahead();
    }
    if (c == '(' && gap == at_ && closers == 0) {
      ++at_;
      out_.tie = Tie::call;
      skip_blanks(text_, at_);
      skip_to_quote(text_, at_);
      return true;
    }
    if (at_ == gap) return false;
    // A blank follows the name.
    if (out_.name_quoted && starts_at(text_, at_, "value")) {
      at_ += 5;
      skip_blanks(text_, at_);
      if (!take("=")) return false;
      out_.tie = Tie::attribute;
      skip_blanks(text_, at_);
      return mark_at(text_, at_).quote != '\0';
    }
    if (closers != 0 && !bracket) return false;
    if (out_.name_begin >= 1 && text_[out_.name_begin - 1] == '-' && !out_.name_quoted) {
      out_.tie = Tie::option;
      return true;
    }
    const std::string_view name = text_.substr(out_.name_begin, out_.name_end - out_.name_begin);
    if (mark_at(text_, at_).quote != '\0' && peek() != '`' &&
        std::none_of(name.begin(), name.end(), is_lower)) {
      out_.tie = Tie::blank;  // PASSWORD 'x'
      return true;
    }
    // "password string = ": a type between.
    std::size_t type = at_;
    while (type < text_.size() && type - at_ < 24 && (is_name_char(text_[type]) || text_[type] == '*'))
      ++type;
    std::size_t sign = type;
    skip_blanks(text_, sign);
    if (type > at_ && sign < text_.size() && text_[sign] == '=' && sign + 1 < text_.size() &&
        text_[sign + 1] != '=' && text_[sign + 1] != '>') {
      at_ = sign + 1;
      out_.tie = Tie::equals;
      skip_blanks(text_, at_);
      return quote_ahead();
    }
    // "requirepass x", "password x" at the beginning of a line of configuration.
    std::size_t start = out_.name_begin;
    while (start > 0 && (is_blank(text_[start - 1]) || text_[start - 1] == '\\')) --start;
    const bool at_line = start == 0 || text_[start - 1] == '\n';
    const bool set =
        start >= 3 && (starts_at(text_, start - 3, "set") && (start == 3 || !is_letter(text_[start - 4])));
    if (!at_line && !set) return false;
    out_.tie = Tie::blank;
    return true;
  }

  // "x: string = ": moves behind the sign, where a type with a value follows; else stays.
  bool typed() {
    std::size_t i = at_;
    skip_blanks(text_, i);
    const std::size_t from = i;
    while (i < text_.size() && i - from < kTypeMax &&
           (is_name_char(text_[i]) ||
            std::string_view(".<>[]|? &*'").find(text_[i]) != std::string_view::npos)) {
      if (text_[i] == '\'' && i > from && text_[i - 1] != '&') return false;
      ++i;
    }
    if (i == from || i >= text_.size() || text_[i] != '=' || !is_letter(text_[from])) return false;
    if (i + 1 < text_.size() && (text_[i + 1] == '=' || text_[i + 1] == '>')) return false;
    at_ = i + 1;
    out_.tie = Tie::equals;
    return true;
  }

  // "x<br>", "x</b>"; in "Hm4&xuT9<Kqe" the sign is one of the value's.
  bool opens_tag(std::size_t at, std::size_t stop) const {
    if (at + 1 >= stop || out_.tie != Tie::colon) return true;
    const char next = text_[at + 1];
    if (!is_letter(next) && !is_digit(next)) return true;
    const std::size_t end = text_.substr(at, 64).find_first_of("> \t\r\n\"'");
    return end != std::string_view::npos && text_[at + end] == '>';
  }

  bool opens_element() const {
    // "<password>", "<ns:password>", but not "a->password>" or the end of an attribute
    std::size_t i = out_.name_begin;
    const std::size_t low = i > 40 ? i - 40 : 0;
    while (i > low && (is_name_char(text_[i - 1]) || text_[i - 1] == ':' || text_[i - 1] == '.')) --i;
    return i > 0 && text_[i - 1] == '<';
  }

  // A quoted text, with a prefix or in a function that gives it back.
  bool quote_ahead() const {
    std::size_t i = at_;
    while (i < text_.size() && i - at_ < 40 &&
           (is_name_char(text_[i]) || text_[i] == '.' || text_[i] == '(' || text_[i] == '[' ||
            text_[i] == ']' || text_[i] == '@' || text_[i] == '$' || text_[i] == ':'))
      ++i;
    return mark_at(text_, i).quote != '\0';
  }

  bool quoted_value(const QuoteMark &mark) {
    QuoteMark open = mark;
    std::size_t begin = at_ + mark.size;
    // """text"""
    if (mark.size == 1 && text_.substr(begin).starts_with(std::string(2, mark.quote))) {
      begin += 2;
      const std::size_t close = text_.substr(begin, kAssignmentQuotedMax).find(std::string(3, mark.quote));
      out_.looked_to = begin + std::min(close, kAssignmentQuotedMax);
      if (close == std::string_view::npos) return false;
      out_.begin = begin;
      out_.end = begin + close;
      out_.quote = mark.quote;
      return trimmed() && one_line();
    }
    const std::size_t close = quoted_end(text_, begin, open);
    // Without an end the line was looked at, or of what may go over lines all that may belong to it.
    out_.looked_to =
        close != std::string_view::npos ? close
        : open.quote == '`'
            ? begin + kAssignmentQuotedMax
            : std::min(text_.substr(begin, kAssignmentQuotedMax).find('\n'), kAssignmentQuotedMax) + begin;
    if (close == std::string_view::npos) return false;
    out_.begin = begin;
    out_.end = close;
    out_.quote = mark.quote;
    out_.escaped = mark.escaped;
    // A shell's "${X:-default}".
    if (text_.substr(begin).starts_with("${")) {
      const std::string_view inner = text_.substr(begin, close - begin);
      const std::size_t sign = std::min(inner.find(":-"), inner.find(":="));
      if (sign != std::string_view::npos && inner.back() == '}' && sign + 3 < inner.size()) {
        out_.begin = begin + sign + 2;
        out_.end = close - 1;
        out_.fallback = true;
      }
    }
    return trimmed() && one_line();
  }

  // A block of several lines is a file within the file: what is in it is found by itself.
  bool one_line() const {
    return text_.substr(out_.begin, out_.end - out_.begin).find('\n') == std::string_view::npos;
  }

  // What begins with a scheme ("Bearer x") is the rest.
  bool trimmed() {
    while (out_.begin < out_.end && is_space(text_[out_.begin])) ++out_.begin;
    while (out_.end > out_.begin && is_space(text_[out_.end - 1])) --out_.end;
    for (const std::string_view scheme :
         {"bearer "sv, "basic "sv, "token "sv, "apikey "sv, "api-key "sv, "digest "sv, "key "sv, "oauth "sv,
          "token="sv, "key="sv, "negotiate "sv, "ssws "sv, "sso-key "sv, "genie-key "sv}) {
      if (out_.end - out_.begin > scheme.size() + 3 && starts_at(text_, out_.begin, scheme)) {
        out_.begin += scheme.size();
        break;
      }
    }
    return out_.end > out_.begin;
  }

  bool value(int depth) {
    if (depth > 2) return false;
    if (peek() == '\\' && (peek(1) == '\n' || peek(1) == '\r')) skip_to_quote(text_, at_);
    if (out_.tie == Tie::element)
      skip_space();
    else if ((peek() == '\n' || peek() == '\r') && !skip_to_quote(text_, at_))
      return false;
    if (at_ >= text_.size()) return false;
    if (peek() == '(' && (out_.tie == Tie::equals || out_.tie == Tie::colon)) {
      ++at_;
      skip_blanks(text_, at_);
      skip_to_quote(text_, at_);
    }
    if (const QuoteMark mark = mark_at(text_, at_); mark.quote != '\0') return quoted_value(mark);
    // A prefix of a text: b"", r'', @"", $"", L"", u8"".
    std::size_t prefix = at_;
    while (prefix < text_.size() && prefix - at_ < 3 &&
           (std::string_view("bBrRuUfFL@$8").find(text_[prefix]) != std::string_view::npos))
      ++prefix;
    if (prefix > at_ && mark_at(text_, prefix).quote != '\0' && !mark_at(text_, prefix).escaped) {
      at_ = prefix;
      return quoted_value(mark_at(text_, at_));
    }
    if (out_.tie != Tie::element && function_or_variable(depth)) return true;
    return plain_value();
  }

  // "[]byte("v")", "new String("v")", "getenv("X", "v")", "x || "v"": true where a value is found there.
  bool function_or_variable(int depth) {
    std::size_t i = at_;
    if (starts_at(text_, i, "new ")) i += 4;
    const std::size_t from = i;
    while (i < text_.size() && i - from < 80 &&
           (is_name_char(text_[i]) ||
            std::string_view(".:>[]\\&*$-").find(text_[i]) != std::string_view::npos)) {
      if (text_[i] == '-' && (i + 1 >= text_.size() || (text_[i + 1] != '>' && !is_letter(text_[i + 1]))))
        break;
      if (text_[i] == '[' && mark_at(text_, i + 1).quote != '\0') break;
      ++i;
    }
    if (i == from || i >= text_.size()) return false;
    const std::string_view function = text_.substr(from, i - from);
    const std::size_t start = at_;
    if (text_[i] == '(' || text_[i] == '[') {
      std::size_t inside = i + 1;
      skip_blanks(text_, inside);
      skip_to_quote(text_, inside);
      const QuoteMark mark = mark_at(text_, inside);
      if (text_[i] == '(' && gives_back(function)) {
        at_ = inside;
        if (value(depth + 1)) {
          out_.wrapped = true;
          return true;
        }
        at_ = start;
        return false;
      }
      if (mark.quote == '\0' &&
          !(takes_default(function) && is_name_char(text_[std::min(inside, text_.size() - 1)])))
        return false;
      // The name that is asked for, then what stands in for it.
      std::size_t close = inside;
      if (mark.quote != '\0') {
        close = quoted_end(text_, inside + mark.size, mark);
        if (close == std::string_view::npos || close - inside > 80) return false;
        close += mark.size;
      } else {
        while (close < text_.size() && close - inside < 60 &&
               (is_name_char(text_[close]) || text_[close] == '.'))
          ++close;
      }
      skip_blanks(text_, close);
      if (close < text_.size() && text_[close] == ',' && takes_default(function)) {
        ++close;
        skip_blanks(text_, close);
        skip_to_quote(text_, close);
        if (const QuoteMark second = mark_at(text_, close); second.quote != '\0') {
          at_ = close;
          out_.fallback = true;
          return quoted_value(second);
        }
        return false;
      }
      if (close < text_.size() && (text_[close] == ')' || text_[close] == ']'))
        i = close + 1;
      else
        return false;
    }
    // x || "v", x or "v", x ?? "v"
    std::size_t sign = i;
    skip_blanks(text_, sign);
    for (const std::string_view other : {"||"sv, "??"sv, "or "sv, "?:"sv, "|| "sv}) {
      if (!text_.substr(sign).starts_with(other)) continue;
      sign += other.size();
      skip_blanks(text_, sign);
      if (const QuoteMark mark = mark_at(text_, sign); mark.quote != '\0') {
        at_ = sign;
        out_.fallback = true;
        return quoted_value(mark);
      }
    }
    return false;
  }

  bool plain_value() {
    const char first = peek();
    if (first == '\0' || std::string_view("{[(|>!&,;)]}\\#?^:").find(first) != std::string_view::npos)
      return false;
    if (out_.tie == Tie::call || out_.tie == Tie::comma) return false;
    if (first == '<' || (first == '/' && peek(1) == '/')) return false;
    if (first == '$' && peek(1) == '{') {
      const std::string_view rest = text_.substr(at_, 200);
      const std::size_t close = rest.find('}');
      const std::size_t sign = std::min(rest.find(":-"), rest.find(":="));
      if (close == std::string_view::npos || sign == std::string_view::npos || sign > close) {
        const std::size_t colon = rest.find(':');  // Spring: ${db.password:default}
        if (close == std::string_view::npos || colon == std::string_view::npos || colon + 1 >= close)
          return false;
        out_.begin = at_ + colon + 1;
      } else {
        out_.begin = at_ + sign + 2;
      }
      out_.end = at_ + close;
      out_.fallback = true;
      return out_.end > out_.begin;
    }
    const std::size_t begin = at_;
    const std::size_t stop = std::min(text_.size(), begin + kPlainMax);
    std::size_t i = begin;
    int round = 0, square = 0, curly = 0;
    const bool element = out_.tie == Tie::element;
    for (; i < stop; ++i) {
      const char c = text_[i];
      if (element) {
        if (c == '<') break;
        // The end of the element may stand on the next line.
        if (c == '\n' || c == '\r') {
          at_ = i;
          skip_space();
          i = at_;
          break;
        }
        continue;
      }
      if (is_space(c) || c == '"' || c == '\'' || c == '`' || c == '>' || (c == '<' && opens_tag(i, stop)))
        break;
      if (c == '\\' && i + 1 < stop &&
          (text_[i + 1] == 'n' || text_[i + 1] == 'r' || text_[i + 1] == 't' || text_[i + 1] == '"'))
        break;
      if (c == '(') ++round;
      if (c == '[') ++square;
      if (c == '{') ++curly;
      if (c == ')' && --round < 0) break;
      if (c == ']' && --square < 0) break;
      if (c == '}' && --curly < 0) break;
      if ((c == ',' || c == ';') &&
          (i + 1 >= stop || is_space(text_[i + 1]) || text_[i + 1] == '"' || text_[i + 1] == '\'' ||
           is_letter(text_[i + 1]) || text_[i + 1] == '\\' || text_[i + 1] == '{' || text_[i + 1] == '}'))
        break;
      if (out_.tie == Tie::query && (c == '&' || c == '#' || c == ';' || c == ')' || c == ',')) break;
      if (c == '|' && (i + 1 >= stop || is_blank(text_[i + 1]))) break;
    }
    if (i >= stop && i - begin >= kPlainMax) return false;
    if (i > begin && !element && (text_[i - 1] == '{' || text_[i - 1] == '(' || text_[i - 1] == '['))
      return false;
    if (element && !text_.substr(i).starts_with("</")) return false;
    out_.begin = begin;
    out_.end = i;
    if (!element) {
      while (out_.end > begin && (text_[out_.end - 1] == ',' || text_[out_.end - 1] == ';')) --out_.end;
      // "Authorization: Token x"
      const std::string small = base::lower(text_.substr(begin, out_.end - begin));
      for (const std::string_view scheme : {"bearer"sv, "basic"sv, "token"sv, "apikey"sv, "oauth"sv}) {
        if (small != scheme || i >= stop || text_[i] != ' ') continue;
        at_ = i + 1;
        const std::size_t from = at_;
        while (at_ < stop && !is_space(text_[at_]) && text_[at_] != '"' && text_[at_] != '\'') ++at_;
        out_.begin = from;
        out_.end = at_;
        break;
      }
    }
    return trimmed();
  }

  std::string_view text_;
  AssignmentCandidate &out_;
  std::size_t at_ = 0;
  char before_ = '\n';
};

}  // namespace

bool may_assign(std::string_view text, std::size_t end) {
  const std::size_t stop = std::min(text.size(), end + 40);
  std::size_t i = end;
  while (i < stop && (is_name_char(text[i]) || text[i] == '-' || text[i] == '.')) ++i;
  if (i >= stop) return i < text.size();  // a long name
  switch (text[i]) {
    case '=':
    case ':':
    case '"':
    case '\'':
    case '(':
    case '[':
    case ']':
    case '\\':
    case '>':
    case ' ':
    case '\t':
    case ',':
    case '&':
    case '}':
    case '`':
    case '!':
    case '+':
    case '?':
    case '*':
    case '<':
    case ')':
    case '\n':
    case '\r':
      return true;
    default:
      return false;
  }
}

bool read_assignment(std::string_view text, std::size_t end, AssignmentCandidate &out) {
  return Reader(text, out).read(end);
}

}  // namespace dislodge::secret
