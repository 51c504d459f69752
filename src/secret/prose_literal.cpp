#include "secret/prose_literal.hpp"

#include <algorithm>
#include <cstdint>

#include "base/encode.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kReach = 16 << 10;

bool is_escaped(std::string_view text, std::size_t at) {
  std::size_t slashes = 0;
  while (slashes < at && text[at - 1 - slashes] == '\\') ++slashes;
  return slashes % 2 == 1;
}

std::optional<std::uint32_t> hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

// JSON's escapes (RFC 8259 section 7); what is none of them stays as it is, as a backslash in a password of
// CSV does.
void decode(std::string_view raw, QuotedSentence &out) {
  for (std::size_t i = 0; i < raw.size();) {
    const std::size_t from = i;
    std::string piece(1, raw[i++]);
    if (piece[0] == '\\' && i < raw.size()) {
      const char c = raw[i];
      constexpr std::string_view kFrom = "\"\\/nrtbf";
      constexpr std::string_view kTo = "\"\\/\n\r\t\b\f";
      if (const std::size_t known = kFrom.find(c); known != std::string_view::npos) {
        piece[0] = kTo[known];
        ++i;
      } else if (c == 'u') {
        if (auto code = hex4(raw.substr(i + 1))) {
          i += 5;
          if (*code >= 0xD800 && *code < 0xDC00 && raw.substr(i).starts_with("\\u"))
            if (const auto low = hex4(raw.substr(i + 2)); low && *low >= 0xDC00 && *low < 0xE000) {
              code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
              i += 6;
            }
          piece.clear();
          base::append_utf8(piece, *code);
        }
      }
    }
    out.text += piece;
    out.places.insert(out.places.end(), piece.size(), out.begin + from);
  }
  out.places.push_back(out.end);
}

}  // namespace

std::size_t QuotedSentence::at(std::size_t place) const {
  if (places.empty()) return std::min(place - begin, text.size());
  return static_cast<std::size_t>(std::lower_bound(places.begin(), places.end(), place) - places.begin());
}

std::optional<QuotedSentence> quoted_sentence(std::string_view text, std::size_t place) {
  const std::size_t low = place - std::min(place, kReach);
  std::size_t open = place;
  do {
    if (open == low) return std::nullopt;
    --open;
    if (text[open] == '\n') return std::nullopt;
  } while (text[open] != '"' || is_escaped(text, open));
  constexpr std::string_view kBefore = " \t\r\n[{(,;:=>";
  if (open > 0 && kBefore.find(text[open - 1]) == std::string_view::npos) return std::nullopt;
  const std::size_t high = std::min(text.size(), open + 1 + kReach);
  std::size_t close = open + 1;
  bool escapes = false;
  for (; close < high && text[close] != '"' && text[close] != '\n'; ++close)
    if (text[close] == '\\') {
      escapes = true;
      ++close;
    }
  if (close >= high || text[close] != '"' || close < place) return std::nullopt;
  constexpr std::string_view kAfter = " \t\r\n]}),;:.<";
  if (close + 1 < text.size() && kAfter.find(text[close + 1]) == std::string_view::npos) return std::nullopt;
  QuotedSentence out;
  out.begin = open + 1;
  out.end = close;
  const std::string_view raw = text.substr(out.begin, out.end - out.begin);
  if (raw.find(' ') == std::string_view::npos && raw.find("\\n") == std::string_view::npos)
    return std::nullopt;
  if (escapes)
    decode(raw, out);
  else
    out.text = raw;
  return out;
}

}  // namespace dislodge::secret
