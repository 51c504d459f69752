#pragma once
// Tables of charsets that are written in the build from what the building machine's iconv knows
// (cmake/make_charset_tables.cpp), since the worker that reads evidence can load none. Code points of the
// basic plane; 0 where there is none.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dislodge::evidence::charset_data {

// [lead - 0x80][trail]
extern const std::uint16_t kCp932[32768];
extern const std::uint16_t kEucJp[32768];
extern const std::uint16_t kGb18030[32768];
extern const std::uint16_t kBig5[32768];  // with the Hong Kong supplement where Big5 has nothing
extern const std::uint16_t kCp949[32768];
extern const std::uint16_t kCp932Singles[128];  // half-width katakana
extern const std::uint16_t kJisX0212[8836];     // [(first - 0xA1) * 94 + second - 0xA1], EUC-JP behind 0x8F

// Four-byte sequences of GB18030: from number `linear` on, code points rise with the number.
struct GbRun {
  std::uint32_t linear, code_point;
};
extern const GbRun kGb18030Runs[];
extern const std::size_t kGb18030RunCount;

struct Single {
  std::string_view name;
  std::array<std::uint16_t, 128> upper;  // of 0x80..0xFF; U+FFFD: unused
};
extern const Single kSingles[];
extern const std::size_t kSingleCount;

// Latin code pages of EBCDIC, by their number ("1047"), the one that z/OS uses first.
struct Ebcdic {
  std::string_view number;
  std::array<std::uint16_t, 256> characters;
};
extern const Ebcdic kEbcdics[];
extern const std::size_t kEbcdicCount;

}  // namespace dislodge::evidence::charset_data
