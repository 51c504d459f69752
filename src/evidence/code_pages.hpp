#pragma once
// Numbers for charsets, as Windows and RTF have them, as names that evidence/charset.hpp knows; and the words
// by which RTF writes characters. One table for RTF files, RTF that wraps a message's HTML, and MAPI
// properties.

#include <cstdint>
#include <string>
#include <string_view>

namespace dislodge::evidence {

// A Windows code page (learn.microsoft.com/windows/win32/intl/code-page-identifiers), also RTF's \ansicpg;
// empty where none is known.
std::string charset_of_codepage(std::int64_t codepage);

// \fcharset of a font (RTF 1.9.1, "Font table"); empty where it says nothing.
std::string charset_of_rtf_font(std::int64_t fcharset);

// The character that a control word stands for ("emdash", "tab", "par"); 0 where it stands for none.
std::uint32_t rtf_character(std::string_view word);

}  // namespace dislodge::evidence
