#pragma once
// What encoding bytes are in by their shape alone, where nobody says so: UTF-16 and UTF-32 by their marks or
// by where their zero bytes lie, EBCDIC (the charsets of IBM's mainframes) by which bytes are its letters.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dislodge::evidence {

enum class Wide : std::uint8_t { none, utf16_little, utf16_big, utf32_little, utf32_big };

// Looks at the first 4 KiB.
Wide wide_of(std::string_view bytes);

constexpr bool is_utf32(Wide wide) {
  return wide == Wide::utf32_little || wide == Wide::utf32_big;
}
// "utf-16le" and its like; empty for none.
std::string_view charset_of(Wide wide);

// Text in one of the Latin code pages of EBCDIC: nearly all bytes are its letters, digits and common signs,
// with its blank (0x40) between words. Looks at the first 4 KiB.
bool looks_like_ebcdic(std::string_view bytes);

// Where to cut `bytes` so that a piece of at most `piece` bytes can be converted by itself: behind a line end
// (of wide text where it is that), else at the limit, never inside a UTF-8 sequence or a unit of wide text.
std::size_t piece_end(std::string_view bytes, std::size_t piece, Wide wide);

}  // namespace dislodge::evidence
