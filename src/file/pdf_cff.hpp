#pragma once
// The encoding that a Compact Font Format program brings (Adobe Technical Note 5176), as PDF embeds Type 1
// fonts: which glyph each code of a simple font draws. TeX keeps its ligatures at codes that no other
// encoding has.
//
//   for (const CffCode &code : cff_encoding(program)) ...    // {0x0C, 0xFB01, ""}, {0x41, 0, "A.small"}

#include <cstdint>
#include <string_view>
#include <vector>

namespace dislodge::file {

struct CffCode {
  std::uint8_t code = 0;
  char32_t character = 0;  // 0: the glyph has a name of its own
  std::string_view name;   // within the program's bytes
};

// `program` is the font program, bare or within an OpenType file. Empty where it is damaged, is keyed by
// glyph numbers, or has the standard encoding.
std::vector<CffCode> cff_encoding(std::string_view program);

}  // namespace dislodge::file
