#pragma once
// Base64 as it occurs in mail (RFC 2045 section 6.8), decoded at memory speed: both alphabets, any line
// length, junk between characters skipped, decoding continued after "=" (several encodings pasted together),
// missing padding completed. Nothing is refused; `junk` counts what was skipped and is neither blank nor
// padding.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dislodge::mail {

struct Base64Result {
  std::uint64_t junk = 0;  // skipped bytes that are neither base64, blank, line end nor "="
  std::size_t size = 0;    // bytes decoded
  bool blanks = false;     // there are blanks within, which base64 does not have
};

// What decodes: `widest` picks by the processor; one that the processor lacks falls to the next.
enum class Base64Kernel : std::uint8_t { widest, vbmi, avx2, scalar };

// Appends the decoded bytes to `out`.
Base64Result decode_base64(std::string_view text, std::string &out,
                           Base64Kernel kernel = Base64Kernel::widest);

// The same into memory of the caller's: base64_room(text.size()) bytes, of which the first `size` count.
std::size_t base64_room(std::size_t size);
Base64Result decode_base64_to(std::string_view text, char *to, Base64Kernel kernel = Base64Kernel::widest);

// The portable implementation, which the others are tested against.
Base64Result decode_base64_scalar(std::string_view text, std::string &out);

}  // namespace dislodge::mail
