#pragma once
// Is it mail? Recognition of a message (RFC 5322), of an mbox, and of the line that separates messages in
// one. Content decides; names are not asked. Here and not in mail/, because intake recognises items before
// any reader.

#include <cstddef>
#include <string_view>

namespace dislodge::evidence {

// Whether a message header begins here: two known fields or more before the first blank line, one of them a
// field that every mail has. A leading "From " line is tolerated. Looks at the first 64 KiB.
bool looks_like_message(std::string_view bytes);

// Apple Mail's .emlx: a line with the length of the message, the message, and a property list. `size` is 0
// where the bytes do not begin so; a length beyond the end gives what is there.
struct EmlxSpan {
  std::size_t begin = 0;
  std::size_t size = 0;
};
EmlxSpan emlx_span(std::string_view bytes);

// Whether the file begins with a separator line of an mbox (blank lines before it are tolerated).
bool looks_like_mbox(std::string_view bytes);

// Whether a separator line of an mbox begins at `at`, which must be the start of a line: "From ", a weekday
// with month and day, and a line that looks like a header behind it. Bodies hold unescaped "From " lines,
// separators lack the blank line before them, and some are broken over two lines, the date on the second:
// rule and counts are from 80,735 such lines of a real list archive. Returns the length of the separator with
// its line end, 0 where there is none.
std::size_t mbox_separator_length(std::string_view bytes, std::size_t at);

// Length of the field name at the start of a line "Name: value", 0 where the line is no header (RFC 5322 2.2;
// blanks before the colon are tolerated).
std::size_t header_name_length(std::string_view line);

}  // namespace dislodge::evidence
