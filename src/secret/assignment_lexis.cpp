#include "secret/assignment_lexis.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/encode.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kNameMax = 96;  // bytes of a name on each side of its word

}  // namespace

std::size_t name_end_of(std::string_view text, std::size_t end) {
  const std::size_t stop = std::min(text.size(), end + kNameMax);
  while (end < stop) {
    if (is_name_char(text[end])) {
      ++end;
    } else if ((text[end] == '-' || text[end] == '.') && end + 1 < stop && is_name_char(text[end + 1]) &&
               end > 0 && is_name_char(text[end - 1])) {
      ++end;
    } else {
      break;
    }
  }
  return end;
}

std::size_t name_begin_of(std::string_view text, std::size_t at) {
  const std::size_t low = at > kNameMax ? at - kNameMax : 0;
  while (at > low) {
    const char c = text[at - 1];
    if (is_name_char(c)) {
      --at;
    } else if ((c == '-' || c == '.') && at - 1 > low && is_name_char(text[at - 2]) &&
               (at >= text.size() || is_name_char(text[at]))) {
      --at;
    } else {
      break;
    }
  }
  // An escape of the text around it: "\npassword".
  if (at > 0 && text[at - 1] == '\\' && at < text.size() &&
      (text[at] == 'n' || text[at] == 't' || text[at] == 'r'))
    ++at;
  return at;
}

QuoteMark mark_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  const char c = text[at];
  if (c == '"' || c == '\'' || c == '`') return {c, 1, false};
  if (c == '\\') {
    std::size_t slashes = 1;
    while (slashes < 4 && at + slashes < text.size() && text[at + slashes] == '\\') ++slashes;
    if (at + slashes < text.size() && (text[at + slashes] == '"' || text[at + slashes] == '\''))
      return {text[at + slashes], slashes + 1, true};
  }
  if (c == '&') {
    for (const auto &[entity, quote] :
         {std::pair{"&quot;"sv, '"'}, std::pair{"&#34;"sv, '"'}, std::pair{"&#39;"sv, '\''},
          std::pair{"&apos;"sv, '\''}, std::pair{"&#x27;"sv, '\''}})
      if (text.substr(at).starts_with(entity)) return {quote, entity.size(), true};
  }
  if (c == '\xE2' && (text.substr(at).starts_with("“") || text.substr(at).starts_with("”")))
    return {'"', 3, false};
  return {};
}

void skip_blanks(std::string_view text, std::size_t &at) {
  const std::size_t stop = std::min(text.size(), at + kAssignmentGapMax);
  while (at < stop && is_blank(text[at])) ++at;
}

// One line break where the value may only be a text in quotes.
bool skip_to_quote(std::string_view text, std::size_t &at) {
  std::size_t next = at;
  if (next < text.size() && text[next] == '\\') ++next;
  if (next < text.size() && text[next] == '\r') ++next;
  if (next >= text.size() || text[next] != '\n') return false;
  ++next;
  skip_blanks(text, next);
  const QuoteMark mark = mark_at(text, next);
  if (mark.quote == '\0' || mark.escaped) return false;
  at = next;
  return true;
}

// Functions that give back what they are given.
bool gives_back(std::string_view function) {
  const std::string small = base::lower(function);
  constexpr std::array kWhole = {"byte"sv,    "bytes"sv,  "bytearray"sv, "str"sv,         "string"sv,
                                 "text"sv,    "buffer"sv, "hex"sv,       "unhex"sv,       "b64"sv,
                                 "literal"sv, "new"sv,    "secretstr"sv, "s"sv,           "t"sv,
                                 "b"sv,       "utf8"sv,   "x"sv,         "secretbytes"sv, "h"sv};
  std::string_view last = small;
  if (const std::size_t dot = last.find_last_of(".:>"); dot != std::string_view::npos)
    last.remove_prefix(dot + 1);
  if (std::find(kWhole.begin(), kWhole.end(), last) != kWhole.end()) return true;
  constexpr std::array kParts = {"buffer.from"sv,    "fromhex"sv,
                                 "from_hex"sv,       "unhexlify"sv,
                                 "decodehex"sv,      "b64decode"sv,
                                 "frombase64"sv,     "base64decode"sv,
                                 "decodestring"sv,   "tobytes"sv,
                                 "to_bytes"sv,       "hextobytes"sv,
                                 "hex2bin"sv,        "hexbytes"sv,
                                 "securestring"sv,   "base64_decode"sv,
                                 "tocharray"sv,      "toutf8"sv,
                                 "parsehex"sv,       "asciistring"sv,
                                 "fromstring"sv,     "stringptr"sv,
                                 "nsstring"sv,       "from_utf8"sv,
                                 "secretspec"sv,     "aws.string"sv,
                                 "mustdecode"sv,     "hex.decode"sv,
                                 "wordarray"sv,      "enc.hex.parse"sv,
                                 "enc.utf8.parse"sv, "uint8array"sv,
                                 "decode64"sv,       "convertto-securestring"sv,
                                 "wrap"sv,           "pack"sv};
  return std::any_of(kParts.begin(), kParts.end(),
                     [&small](std::string_view part) { return small.find(part) != std::string::npos; });
}

// Functions whose second argument stands in where a variable is not set.
bool takes_default(std::string_view function) {
  const std::string small = base::lower(function);
  return small.find("env") != std::string::npos || small.ends_with("get") ||
         small.find("conf") != std::string::npos || small.find("default") != std::string::npos ||
         small.find("option") != std::string::npos || small.find("setting") != std::string::npos ||
         small.find("fetch") != std::string::npos || small.find("property") != std::string::npos ||
         small.find("flag") != std::string::npos;
}

// The end of a quoted value whose opening mark has been read.
std::size_t quoted_end(std::string_view text, std::size_t at, const QuoteMark &open) {
  const std::size_t stop = std::min(text.size(), at + kAssignmentQuotedMax);
  const bool block = open.quote == '`';
  for (std::size_t i = at; i < stop; ++i) {
    const char c = text[i];
    if (c == '\n' && !block) return std::string_view::npos;
    if (open.escaped) {
      const QuoteMark mark = mark_at(text, i);
      if (mark.quote == open.quote && mark.size <= open.size) return i;
      if (mark.quote != '\0' && mark.size > 1) i += mark.size - 1;
      // The text around ends before the one within does.
      if (c == '"' || c == '`') return std::string_view::npos;
      continue;
    }
    if (c == '\\' && !block) {
      ++i;
      continue;
    }
    if (c == open.quote || (open.size == 3 && text.substr(i).starts_with("”"))) {
      // PowerShell and SQL double a mark inside.
      if (i + 1 < stop && text[i + 1] == open.quote && open.quote == '\'' && i > at) {
        ++i;
        continue;
      }
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace dislodge::secret
