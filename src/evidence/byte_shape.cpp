#include "evidence/byte_shape.hpp"

#include <algorithm>
#include <array>

namespace dislodge::evidence {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kLookedAt = 4096;

// What a byte is in the Latin code pages of EBCDIC (IBM 037, 500, 1047, 273 and their like agree on these).
enum class Sign : std::uint8_t { other, letter, digit, blank, mark };
constexpr std::array<Sign, 256> kEbcdic = [] {
  std::array<Sign, 256> signs{};
  const auto fill = [&](unsigned from, unsigned to, Sign sign) {
    for (unsigned c = from; c <= to; ++c) signs[c] = sign;
  };
  for (const unsigned high : {0x80u, 0x90u, 0xC0u, 0xD0u}) fill(high + 1, high + 9, Sign::letter);
  for (const unsigned high : {0xA0u, 0xE0u}) fill(high + 2, high + 9, Sign::letter);
  fill(0xF0, 0xF9, Sign::digit);
  signs[0x40] = Sign::blank;
  for (const unsigned c : {0x05u, 0x0Du, 0x15u, 0x25u}) signs[c] = Sign::mark;  // tab and line ends
  // . < ( + & * ) ; - / , % _ > ? : ' = "  and those that differ between countries: # @ $ ! and brackets
  for (const unsigned c : {0x4Bu, 0x4Cu, 0x4Du, 0x4Eu, 0x50u, 0x5Cu, 0x5Du, 0x5Eu, 0x60u, 0x61u,
                           0x6Bu, 0x6Cu, 0x6Du, 0x6Eu, 0x6Fu, 0x7Au, 0x7Du, 0x7Eu, 0x7Fu, 0x7Bu,
                           0x7Cu, 0x5Bu, 0x5Au, 0x4Au, 0x4Fu, 0x5Fu, 0xADu, 0xBDu, 0xC0u, 0xD0u})
    signs[c] = Sign::mark;
  return signs;
}();

// Numbers of four bytes have their zeros where UTF-32 has them, but are controls as often as not.
bool units_are_text(std::string_view head, std::size_t low) {
  std::size_t controls = 0;
  for (std::size_t at = 0; at + 4 <= head.size(); at += 4) {
    const auto c = static_cast<unsigned char>(head[at + low]);
    controls += c < 0x20 && c != '\t' && c != '\n' && c != '\r';
  }
  return controls * 20 <= head.size() / 4;
}

}  // namespace

Wide wide_of(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE\0\0"sv)) return Wide::utf32_little;
  if (bytes.starts_with("\0\0\xFE\xFF"sv)) return Wide::utf32_big;
  if (bytes.starts_with("\xFF\xFE")) return Wide::utf16_little;
  if (bytes.starts_with("\xFE\xFF")) return Wide::utf16_big;
  const std::string_view head = bytes.substr(0, kLookedAt);
  if (head.size() < 8 || head.find('\0') == std::string_view::npos) return Wide::none;
  std::array<std::size_t, 4> zeros{};
  for (std::size_t i = 0; i < head.size(); ++i)
    if (head[i] == '\0') ++zeros[i % 4];
  // Three bytes of four are zero in nearly every unit of UTF-32, and the fourth in none.
  const std::size_t quads = head.size() / 4;
  const auto mostly = [&](std::size_t at) { return zeros[at] * 10 > quads * 9; };
  const auto hardly = [&](std::size_t at) { return zeros[at] * 20 < quads; };
  if (head.size() >= 16 && mostly(3) && mostly(2) && zeros[1] * 2 > quads && hardly(0) &&
      units_are_text(head, 0))
    return Wide::utf32_little;
  if (head.size() >= 16 && mostly(0) && mostly(1) && zeros[2] * 2 > quads && hardly(3) &&
      units_are_text(head, 3))
    return Wide::utf32_big;
  // Text in Latin script has a zero in four of five units or more, and hardly any on the other side.
  const std::size_t units = head.size() / 2;
  const std::size_t even = zeros[0] + zeros[2];
  const std::size_t odd = zeros[1] + zeros[3];
  if (odd * 2 > units && even * 20 < units) return Wide::utf16_little;
  if (even * 2 > units && odd * 20 < units) return Wide::utf16_big;
  return Wide::none;
}

std::string_view charset_of(Wide wide) {
  static constexpr std::array<std::string_view, 5> kNames = {"", "utf-16le", "utf-16be", "utf-32le",
                                                             "utf-32be"};
  return kNames[static_cast<std::size_t>(wide)];
}

bool looks_like_ebcdic(std::string_view bytes) {
  constexpr std::size_t kLeast = 32;
  const std::string_view head = bytes.substr(0, kLookedAt);
  if (head.size() < kLeast) return false;
  // Anything else in Latin script shows its letters of ASCII at once.
  std::size_t ascii = 0;
  for (const char c : head.substr(0, kLeast)) ascii += (c >= 'a' && c <= 'z') || c == ' ';
  if (ascii > kLeast / 3) return false;
  std::array<std::size_t, 5> count{};
  for (const char c : head) ++count[static_cast<std::size_t>(kEbcdic[static_cast<unsigned char>(c)])];
  const auto of = [&](Sign sign) { return count[static_cast<std::size_t>(sign)]; };
  // Accented letters and what else the countries differ in is a twentieth at most. In bytes without order the
  // known ones are two of five.
  return of(Sign::other) * 20 <= head.size() && of(Sign::letter) * 5 >= head.size() * 2 &&
         of(Sign::blank) * 50 >= head.size();
}

std::size_t piece_end(std::string_view bytes, std::size_t piece, Wide wide) {
  if (bytes.size() <= piece) return bytes.size();
  const std::string_view head = bytes.substr(0, piece);
  if (wide != Wide::none) {
    const std::size_t unit = is_utf32(wide) ? 4 : 2;
    const bool little = wide == Wide::utf16_little || wide == Wide::utf32_little;
    const std::string_view line =
        unit == 4 ? (little ? "\n\0\0\0"sv : "\0\0\0\n"sv) : (little ? "\n\0"sv : "\0\n"sv);
    const std::size_t last = piece - piece % unit;
    for (std::size_t at = last; at >= piece / 2 + unit; at -= unit)
      if (head.substr(at - unit, unit) == line) return at;
    return last;
  }
  const std::size_t line = head.rfind('\n');
  if (line != std::string_view::npos && line + 1 > piece / 2) return line + 1;
  std::size_t at = piece;
  while (at + 4 > piece && at > 1 && (static_cast<unsigned char>(bytes[at]) & 0xC0) == 0x80) --at;
  return at;
}

}  // namespace dislodge::evidence
