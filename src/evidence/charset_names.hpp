#pragma once
// What the name of a charset stands for, as mail and files write it: aliases, names that mean "not known",
// and names of one charset under which another is sent (WHATWG Encoding).

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "evidence/charset_asian.hpp"
#include "evidence/charset_data.hpp"
#include "evidence/charset_tables.hpp"

namespace dislodge::evidence::charset_names {

using charset_data::Ebcdic;
using charset_tables::Table;

// How a multi-byte charset steps from character to character, so that ASCII between them keeps its place.
enum class Stepping : std::uint8_t { high_bytes, lead_two, iso_2022 };

struct Charset {
  enum class Kind : std::uint8_t { unknown, utf16, utf32, single, ebcdic, asian, utf7, iconv, none };
  Kind kind = Kind::none;
  bool little = false;
  const Table *table = nullptr;
  const Ebcdic *ebcdic = nullptr;
  Asian asian = Asian::none;
  Stepping stepping = Stepping::high_bytes;
  std::string name;  // lower case
};

// Names come from the evidence, so only a few are remembered: good until the thread's next call.
const Charset &charset_of(std::string_view declared);

// Of EBCDIC that does not say of which country it is: letters and digits are the same in all.
const Ebcdic &usual_ebcdic();

}  // namespace dislodge::evidence::charset_names
