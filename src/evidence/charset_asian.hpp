#pragma once
// The charsets of East Asian mail that take two bytes and more a character: Shift_JIS (cp932), EUC-JP,
// ISO-2022-JP, GB2312/GBK/GB18030, Big5 and EUC-KR (cp949). What is broken becomes U+FFFD a byte, and never
// swallows a line end; ASCII keeps its place.

#include <cstdint>
#include <string_view>

#include "evidence/charset_builder.hpp"

namespace dislodge::evidence {

enum class Asian : std::uint8_t { none, shift_jis, euc_jp, iso_2022_jp, gb18030, big5, euc_kr };

// By its name in lower case.
Asian asian_charset(std::string_view name);

// The most bytes of UTF-8 that `size` bytes can become.
inline std::size_t asian_room(std::size_t size) {
  return size * 3 + 8;
}

template <bool kMapped>
void from_asian(std::string_view bytes, Asian charset, TextBuilder<kMapped> &out);

}  // namespace dislodge::evidence
