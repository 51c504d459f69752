#pragma once
// Questions to every byte of a text, answered 64 bytes at a time where the processor has the registers for it
// (AVX-512 with VBMI), and else as well as it can be done.

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace dislodge::secret {

// A set of ASCII characters: 1 where one is in.
using CharacterTable = std::array<char, 128>;
constexpr CharacterTable character_table(std::string_view members) {
  CharacterTable table{};
  for (const char c : members) table[static_cast<unsigned char>(c)] = 1;
  return table;
}

bool wide_masks();

// Where runs of at least `least` (1 to 64) members begin, in order.
std::vector<std::size_t> find_runs(std::string_view text, const CharacterTable &members, std::size_t least);

// Where two characters stand behind each other, in order; both compared with bit 0x20 set.
std::vector<std::size_t> find_pairs(std::string_view text, unsigned char first, unsigned char second);

// Where a text stands first, from a place on; npos where it does not. As std::string_view::find, which stops
// at each byte that is the first of it.
std::size_t find_bytes(std::string_view text, std::string_view what, std::size_t from = 0);

// The line breaks ("\n") of which the twelve bytes in front, but for one "\r", are members, in order.
// REQUIRES: wide_masks(); without it a look at every line is as quick.
std::vector<std::size_t> find_line_ends(std::string_view text, const CharacterTable &members);

}  // namespace dislodge::secret
