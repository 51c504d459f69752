#pragma once
// Looking at many bytes at once: searching a string, measuring runs of ASCII and of valid UTF-8. What runs is
// picked once a process by what the processor has (AVX-512 BW, AVX2, else the portable loops, which the tests
// hold the others against).

#include <cstddef>
#include <string_view>

namespace dislodge::base {

// Offset of the first `needle` (two bytes or more) at or behind `from`, npos where there is none. Unlike
// string_view::find it does not crawl where the first character is common: first and last character are
// looked for at once (W. Muła, "SIMD-friendly algorithms for substring searching").
std::size_t find_bytes(std::string_view text, std::string_view needle, std::size_t from = 0);

// Length of the run of bytes below 0x80 at the start.
std::size_t ascii_prefix(std::string_view bytes);

// Length of the longest prefix that is valid UTF-8 (RFC 3629).
std::size_t valid_utf8_prefix(std::string_view bytes);

// How many bytes are controls that text does not hold: below 0x20 but for 0x07 to 0x0D (tab, line ends, form
// feed and their like) and escape, which logs and terminal recordings have; and 0x7F.
std::size_t count_controls(std::string_view bytes);

// Length of the valid UTF-8 sequence at the start, 0 where there is none.
std::size_t utf8_sequence(std::string_view bytes);

// The same by the portable loops.
namespace portable {
std::size_t find_bytes(std::string_view text, std::string_view needle, std::size_t from = 0);
std::size_t ascii_prefix(std::string_view bytes);
std::size_t valid_utf8_prefix(std::string_view bytes);
std::size_t count_controls(std::string_view bytes);
}  // namespace portable

}  // namespace dislodge::base
