#pragma once
// Headers and footers of sheets, which carry codes in their text: "&C&\"Arial,Bold\"&12Key &P of &N" is three
// stretches (left, centre, right), a font, a size and two numbers (ECMA-376 part 1, 18.3.1.39; [MS-XLS]
// 2.4.136). What people wrote must not stick to a code.

#include <string>
#include <string_view>

namespace dislodge::file {

// The text without its codes: each stretch on a line of its own.
std::string without_header_codes(std::string_view text);

// oddHeader, firstFooter and their like.
bool is_sheet_header(std::string_view element);

}  // namespace dislodge::file
