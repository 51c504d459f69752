#pragma once
// Base64 as it occurs in mail (RFC 2045 section 6.8), decoded at memory speed: both alphabets, any line
// length, junk between characters skipped, decoding continued after "=" (several encodings pasted together),
// missing padding completed. Nothing is refused; `junk` counts what was skipped and is neither blank nor
// padding.

#include <cstdint>
#include <string>
#include <string_view>

namespace dislodge::mail {

struct Base64Result {
  std::uint64_t junk = 0;  // skipped bytes that are neither base64, blank, line end nor "="
};

// Appends the decoded bytes to `out`. Picks the widest implementation that the processor has.
Base64Result decode_base64(std::string_view text, std::string &out);

// The portable implementation, which the others are tested against.
Base64Result decode_base64_scalar(std::string_view text, std::string &out);

}  // namespace dislodge::mail
