#pragma once
// Strict decoders and the checksums that token formats carry. Pure functions over bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dislodge::secret {

enum class Alphabet { standard, url };
// Nothing outside the alphabet; padding may be missing but not wrong. (base::from_base64 is lenient on
// purpose.)
std::optional<std::string> strict_base64(std::string_view text, Alphabet alphabet = Alphabet::standard);
// RFC 4648 base32 in either case, no padding; spare bits are dropped.
std::optional<std::string> base32_bytes(std::string_view text);

// Marvin32 as in .NET's System.Marvin, both halves folded by XOR. The seed is a literal of 8 characters,
// big-endian.
std::uint32_t marvin32(std::string_view bytes, std::string_view seed);

// `number` in the digits given, most significant first, padded on the left with the first digit.
std::string in_digits(std::uint64_t number, std::string_view digits, std::size_t width);

// Bech32 (BIP 173, constant 1) checksum of a lower-case text "prefix1data".
bool bech32_holds(std::string_view text);

}  // namespace dislodge::secret
