#pragma once
// Quoted-printable (RFC 2045 section 6.7) as it occurs in mail, decoded at memory speed. Decoding never
// fails: lower-case hex is accepted; a bad escape is kept as written; soft line breaks may have blanks behind
// the "="; blanks at a line's end are transport padding and dropped.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dislodge::mail {

enum class QuotedPrintableKernel : std::uint8_t { widest, avx2 };

// Appends the decoded bytes to `out`.
void decode_quoted_printable(std::string_view text, std::string &out,
                             QuotedPrintableKernel kernel = QuotedPrintableKernel::widest);

// The same into memory of the caller's, quoted_printable_room(text.size()) bytes; returns how many count.
std::size_t quoted_printable_room(std::size_t size);
std::size_t decode_quoted_printable_to(std::string_view text, char *to,
                                       QuotedPrintableKernel kernel = QuotedPrintableKernel::widest);

// Line by line in plain C++, which the others are tested against.
void decode_quoted_printable_scalar(std::string_view text, std::string &out);

}  // namespace dislodge::mail
