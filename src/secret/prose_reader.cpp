#include "secret/prose_reader.hpp"

#include <array>

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

struct Quote {
  std::string_view open;
  std::string_view close;
};
constexpr std::array kQuotes = {
    Quote{"\\\"", "\\\""}, Quote{"**", "**"}, Quote{"`", "`"},   Quote{"\"", "\""}, Quote{"'", "'"},
    Quote{"“", "”"},       Quote{"‘", "’"},   Quote{"«", "»"},   Quote{"„", "“"},   Quote{"„", "”"},
    Quote{"”", "”"},       Quote{"*", "*"},   Quote{"「", "」"}, Quote{"『", "』"}, Quote{"【", "】"},
    Quote{"‹", "›"},       Quote{"»", "«"},
};

// "Encrypt=True" after "Password=x;": the next member of a list.
bool names_next(std::string_view text, std::size_t at) {
  std::size_t i = at;
  while (i < text.size() && i - at < 24 &&
         (is_letter(text[i]) || text[i] == '_' || (text[i] == ' ' && i > at)))
    ++i;
  return i > at + 1 && i < text.size() && text[i] == '=';
}

// What joins a value to the words of a language that leaves no blanks: a letter or sign of Thai or East Asia
// behind one of ASCII; there marks of direction and wide blanks too.
bool foreign_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  if (byte(0) == 0xE0) return byte(1) == 0xB8 || byte(1) == 0xB9;
  if (byte(0) == 0xE2) return direction_mark(text.substr(at));
  return (byte(0) >= 0xE3 && byte(0) <= 0xED) || (byte(0) == 0xEF && (byte(1) == 0xBC || byte(1) == 0xBD));
}

// Blanks of no width and soft hyphens within a word: how many bytes, or 0.
std::size_t no_width_at(std::string_view text, std::size_t at) {
  const std::string_view mark = text.substr(at, 3);
  if (mark == "\xE2\x80\x8B" || mark == "\xE2\x81\xA0") return 3;
  return mark.starts_with("\xC2\xAD") ? 2 : 0;
}

}  // namespace

std::size_t trimmed_end(std::string_view text, std::size_t begin, std::size_t end) {
  // "X입니다", "Xです", "X'dir": what a language glues to the value.
  const char closing = end > begin ? text[end - 1] : '\0';
  const bool may_be_glued = is_high(closing) || closing == 'r' || closing == '.';
  for (const std::string_view glued :
       {"입니다"sv, "이에요"sv, "예요"sv, "이고"sv, "으로"sv, "로"sv,   "임"sv,   "입니다."sv, "です"sv,
        "です。"sv, "。"sv,     "，"sv,   "'dir"sv, "'dır"sv, "'tir"sv, "'tır"sv, "'dur"sv,    "'tur"sv,
        "'dür"sv,   "'tür"sv,   "’dir"sv, "’dır"sv, "’tir"sv, "’tır"sv, "’dur"sv, "’tur"sv}) {
    if (!may_be_glued) break;
    std::string_view value = text.substr(begin, end - begin);
    if (value.ends_with('.')) value.remove_suffix(1);
    if (value.size() > glued.size() + 2 && value.ends_with(glued) && !is_high(value.front())) {
      end = begin + value.size() - glued.size();
      break;
    }
  }
  const auto inside = [&](char c) {
    return text.substr(begin, end - begin - 1).find(c) != std::string_view::npos;
  };
  while (end > begin + 1) {
    const char last = text[end - 1];
    const auto plain = [&] {
      return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                         text.begin() + static_cast<std::ptrdiff_t>(end - 1), is_letter);
    };
    const bool strip = last == ',' || last == ';' || last == ':' || last == '.' || last == '"' ||
                       last == '\'' || last == '`' || ((last == '?' || last == '!') && plain()) ||
                       (last == ')' && !inside('(')) || (last == ']' && !inside('[')) ||
                       (last == '}' && !inside('{')) || (last == '>' && !inside('<')) ||
                       (last == '*' && end - begin > 2 && text[end - 2] == '*');
    const std::string_view value = text.substr(begin, end - begin);
    if (!is_high(last)) {
      if (!strip) break;
      --end;
    } else if (value.ends_with("”") || value.ends_with("’") || value.ends_with("…") || value.ends_with("।"))
      end -= 3;
    else if (value.ends_with("،") || value.ends_with("؛") || value.ends_with("»"))
      end -= 2;
    else
      break;
  }
  return end;
}

std::optional<ProseValue> read_value(ProseReader &reader) {
  reader.blanks();
  const std::string_view text = reader.text();
  const char first = reader.peek();
  const bool may_open = is_high(first) || std::string_view("\\*`\"'").find(first) != std::string_view::npos;
  for (const Quote &quote : kQuotes) {
    if (!may_open) break;
    if (!reader.rest().starts_with(quote.open)) continue;
    const std::size_t begin = reader.at() + quote.open.size();
    const std::string_view line = text.substr(begin, line_around(text, begin, kProseReach).end - begin);
    std::size_t close = line.find(quote.close);
    // An apostrophe inside a word closes nothing.
    while (close != std::string_view::npos && quote.close == "'" && close + 1 < line.size() &&
           is_letter(line[close + 1]))
      close = line.find(quote.close, close + 1);
    if (close == std::string_view::npos || close == 0 || close > kProseValueMax) continue;
    ProseValue value{begin, begin + close, begin + close + quote.close.size(), true};
    // "**'x'**": the inner quotes go too.
    if (value.end - value.begin > 2 &&
        (text[value.begin] == '"' || text[value.begin] == '\'' || text[value.begin] == '`') &&
        text[value.begin] == text[value.end - 1]) {
      ++value.begin;
      --value.end;
    }
    reader.go(value.next);
    return value;
  }
  std::size_t begin = reader.at();
  // An opening bracket around the value.
  if (reader.peek() == '(' || reader.peek() == '[') {
    const char closing = reader.peek() == '(' ? ')' : ']';
    const std::string_view rest = reader.rest().substr(0, kProseValueMax);
    const std::size_t close = rest.find(closing);
    if (close != std::string_view::npos && rest.substr(0, close).find(' ') == std::string_view::npos) ++begin;
  }
  std::size_t end = begin;
  while (end < reader.end() && !is_space(text[end]) && end - begin <= kProseValueMax) {
    if (text[end] == '|' && end > begin && (end + 1 >= reader.end() || is_space(text[end + 1]))) break;
    // "</b>" after a value in half-stripped HTML.
    if (text[end] == '<' && end > begin && end + 1 < reader.end() && text[end + 1] == '/') break;
    if (text.substr(end).starts_with("\xC2\xA0")) break;
    // A line break as calendars and unread JSON write it.
    if (text[end] == '\\' && end - begin >= 4 && end + 1 < reader.end() && text[end + 1] == 'n') break;
    if (const std::size_t invisible = no_width_at(text, end); invisible > 0 && end > begin) {
      const std::size_t after = end + invisible;
      if (after >= reader.end() || is_space(text[after]) || is_high(text[after])) break;
      end = after;
      continue;
    }
    if (is_high(text[end]) && end > begin && !is_high(text[begin]) && foreign_at(text, end)) break;
    if ((text[end] == ';' || text[end] == ',' || text[end] == '&') && end > begin &&
        names_next(text, end + 1))
      break;
    ++end;
  }
  if (end == begin || end - begin > kProseValueMax) return std::nullopt;
  ProseValue value{begin, trimmed_end(text, begin, end), end, false};
  reader.go(end);
  return value;
}

bool take_separator(ProseReader &reader) {
  reader.blanks();
  const std::size_t start = reader.at();
  const char first = reader.peek();
  if (!is_high(first) && first != ':' && first != '=' && first != '-' && first != '|') return false;
  for (const std::string_view mark :
       {":="sv, "=>"sv, "->"sv, "-->"sv, "→"sv, "::"sv, ":"sv, "="sv, "："sv, "–"sv, "—"sv, "＝"sv, "﹕"sv}) {
    if (reader.take(mark)) {
      if (mark == ":" && reader.peek() == '/' && reader.peek(1) == '/') break;  // a URL's scheme
      if (mark == "=" && reader.peek() == '=') break;                           // a comparison
      return true;
    }
  }
  reader.go(start);
  if ((reader.peek() == '-' || reader.peek() == '|') && is_space(reader.peek(1)) && start > 0 &&
      is_space(reader.text()[start - 1])) {
    reader.go(start + 1);
    return true;
  }
  return false;
}

bool is_literal(const ProseReader &reader, const ProseValue &value, std::size_t start) {
  const std::string_view text = reader.text();
  const std::string_view found = text.substr(value.begin, value.end - value.begin);
  if (found.empty()) return false;
  const std::size_t line_end = line_around(text, value.next, kProseReach).end;
  const std::string_view rest = base::trim(text.substr(value.next, line_end - value.next));
  if (value.quoted) {
    // "Password: " + x, `Enter password: `
    if (is_space(found.front()) || is_space(found.back()) || found.front() == '+') return false;
    return rest.empty() || rest[0] != '+';
  }
  if (std::string_view("{[(<&*+!%$@#|.,;:\\/~`").find(found.front()) != std::string_view::npos) return false;
  if (found.find_first_of("(){}[]<>`\"\\") != std::string_view::npos) return false;
  if (found.find("->") != std::string_view::npos || found.find("::") != std::string_view::npos) return false;
  // "x = y": after an equals sign a name is a variable; after a colon it may be the text of a configuration.
  const bool assigned = start > 0 &&
                        text.substr(0, start).find_last_not_of(" \t") != std::string_view::npos &&
                        text[text.substr(0, start).find_last_not_of(" \t")] == '=';
  const bool name =
      std::all_of(found.begin(), found.end(), [](char c) { return is_letter(c) || c == '_' || c == '.'; });
  const bool path = found.find('.') != std::string_view::npos && is_letter(found.front()) &&
                    std::all_of(found.begin(), found.end(),
                                [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.'; });
  if (path || (assigned && name)) return false;
  return true;
}

}  // namespace dislodge::secret
