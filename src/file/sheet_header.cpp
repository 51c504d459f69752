#include "file/sheet_header.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace dislodge::file {
namespace {

using base::is_digit;
using base::is_hex_digit;

constexpr std::size_t kNone = std::string_view::npos;

// Length of a colour behind "&K": six hex digits, or a theme's number with a tint ("01+000").
std::size_t colour_length(std::string_view text) {
  constexpr std::size_t kLength = 6;
  if (text.size() < kLength) return 0;
  const bool theme = is_digit(text[0]) && is_digit(text[1]) && (text[2] == '+' || text[2] == '-') &&
                     std::all_of(text.begin() + 3, text.begin() + kLength, is_digit);
  return theme || std::all_of(text.begin(), text.begin() + kLength, is_hex_digit) ? kLength : 0;
}

}  // namespace

std::string without_header_codes(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '&' || at + 1 == text.size()) {
      out += text[at];
      continue;
    }
    const char code = text[++at];
    if (code == '&') {
      out += '&';
    } else if (code == 'L' || code == 'C' || code == 'R') {
      if (!out.empty()) out += '\n';
    } else if (code == '"') {
      const std::size_t close = text.find('"', at + 1);
      if (close == kNone) break;
      at = close;
    } else if (is_digit(code)) {
      while (at + 1 < text.size() && is_digit(text[at + 1])) ++at;
    } else if (code == 'K') {
      at += colour_length(text.substr(at + 1));
    } else if (std::string_view("PNDTFAZG").find(code) != kNone) {
      out += ' ';  // a page's number, a date, a name: put in when it is printed
    } else if (std::string_view("BIUESXYOH").find(code) == kNone) {
      out += '&';  // no code: somebody's ampersand
      out += code;
    }
  }
  return out;
}

bool is_sheet_header(std::string_view element) {
  if (!element.ends_with("Header") && !element.ends_with("Footer")) return false;
  const std::string_view which = element.substr(0, element.size() - 6);
  return which == "odd" || which == "even" || which == "first";
}

}  // namespace dislodge::file
