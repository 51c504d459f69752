#pragma once
// Is it mail? Recognition of a message (RFC 5322), of an mbox, and of the line that separates messages in
// one. Content decides; names are not asked. Here and not in mail/, because intake recognises items before
// any reader.

#include <cstddef>
#include <string_view>

namespace dislodge::evidence {

// Whether a message header begins here: two known fields or more before the first blank line, one of them a
// field that every mail has; or that of a MIME entity by itself (Content-Type with a boundary, an encoding or
// a MIME-Version). A leading "From " line is tolerated. Looks at the first 64 KiB. `named`: its file name
// says so (.eml), and one known field is enough.
bool looks_like_message(std::string_view bytes, bool named = false);

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

// mboxcl and mboxcl2: where the message that begins at `at` ends by its Content-Length, if a separator or the
// end of the file stands exactly there (a blank line may come between); 0 where that is not so. A length is
// never trusted without that: mail carries lengths of its own, and messages were edited after they were
// written.
std::size_t mbox_counted_end(std::string_view bytes, std::size_t at);

// Whether an mbox is of that kind: its first message says so, and truly.
bool mbox_counts_lengths(std::string_view bytes);

// Length of the field name at the start of a line "Name: value", 0 where the line is no header (RFC 5322 2.2;
// blanks before the colon are tolerated).
std::size_t header_name_length(std::string_view line);

}  // namespace dislodge::evidence
