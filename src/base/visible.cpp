#include "base/visible.hpp"

#include <array>
#include <cstdint>

namespace dislodge::base {
namespace {

// Bytes at which one of them may begin.
constexpr std::array<bool, 256> kSuspects = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 0x20; ++c) table[static_cast<std::size_t>(c)] = c != '\n' && c != '\t' && c != '\r';
  for (const int c : {0x7F, 0xC2, 0xD8, 0xE2}) table[static_cast<std::size_t>(c)] = true;
  return table;
}();

struct Hidden {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  // 0: nothing that hides begins here
};

Hidden hidden_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) : 0u;
  };
  const std::uint32_t first = byte(at), second = byte(at + 1), third = byte(at + 2);
  if (first < 0x20 || first == 0x7F) return {first, 1};
  if (first == 0xC2 && second >= 0x80 && second < 0xA0)
    return {second, 2};  // C1: a terminal may obey these too
  if (first == 0xD8 && second == 0x9C) return {0x061C, 2};
  if (first != 0xE2 || third < 0x80 || third > 0xBF) return {};
  const std::uint32_t code = 0x2000 + (second - 0x80) * 64 + (third - 0x80);
  const bool turns = code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
                     (code >= 0x2066 && code <= 0x2069);
  return turns ? Hidden{code, 3} : Hidden{};
}

// The next place at or after `at` where something hides; the end where nothing does.
std::size_t next_hidden(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at)
    if (kSuspects[static_cast<unsigned char>(text[at])] && hidden_at(text, at).bytes != 0) return at;
  return text.size();
}

}  // namespace

bool is_visible(std::string_view text) {
  return next_hidden(text, 0) == text.size();
}

std::string visible(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t found = next_hidden(text, at);
    out += text.substr(at, found - at);
    if (found == text.size()) break;
    const Hidden hidden = hidden_at(text, found);
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(hidden.code >> shift) & 15];
    at = found + hidden.bytes;
  }
  return out;
}

}  // namespace dislodge::base
