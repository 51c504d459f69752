#pragma once
// Which stretches of a message's text were written by someone else, earlier: "> " lines, everything below
// "On ... wrote:" or "-----Original Message-----" or Outlook's From/Sent/To/Subject block, in the languages
// of European mail. Quoted text is read like any other; it only must not be taken for the sender's own.

#include <cstdint>
#include <string_view>
#include <vector>

#include "evidence/record.hpp"

namespace dislodge::mail {

// Spans in rising order that do not overlap; depth 1 is quoted once. Linear in the text.
std::vector<evidence::QuotedSpan> quoted_spans(std::string_view text);

// Both lists as one, with the greater depth where they overlap (marks of HTML and marks of its text).
std::vector<evidence::QuotedSpan> merge_quoted(const std::vector<evidence::QuotedSpan> &a,
                                               const std::vector<evidence::QuotedSpan> &b);

std::uint64_t quoted_size(const std::vector<evidence::QuotedSpan> &spans);

}  // namespace dislodge::mail
