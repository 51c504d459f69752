#pragma once
// Logs saved by PowerShell may be UTF-16. They are turned into UTF-8, with a map back, so that every place
// that is reported is a place in the file as it was handed in.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/offset_map.hpp"

namespace dislodge::log {

enum class Utf16 : std::uint8_t { little, big };

// By the byte order mark, or by the zero bytes of ASCII text in the first kilobyte.
std::optional<Utf16> looks_utf16(std::string_view bytes);

struct Transcoded {
  std::string text;
  base::OffsetMap
      to_original;  // offset in the text -> offset in the bytes; exact every 4 KiB and where it jumps
  std::uint64_t original_offset(std::uint64_t offset) const;
  std::string_view original;
  Utf16 order = Utf16::little;
};

// Broken surrogates become U+FFFD; a last odd byte is left out.
Transcoded from_utf16(std::string_view bytes, Utf16 order);

}  // namespace dislodge::log
