#pragma once
// What is it? From the content: magic numbers with their structure checked, then text or not, then which
// text. The name may only break ties between kinds of text ("a.csv" with one column), since in stolen mail
// and archives names are written by whoever wants to be overlooked.
//
//   ItemType type = recognise(item.bytes, item.name);

#include <optional>
#include <string_view>

#include "evidence/item.hpp"

namespace dislodge::evidence {

// Looks at the first 64 KiB and, for zip, at the central directory. Any name; may be empty.
ItemType recognise(std::string_view bytes, std::string_view name = {});

// The type of this name, as name_of() writes it; nothing for any other word.
std::optional<ItemType> type_named(std::string_view name);

// True where every record starts on a line of its own, so that ranges of the file can be read apart: mbox,
// JSON lines, CSV. Wide text is not divisible (its mark stands at the start only).
bool divisible(ItemType type, std::string_view bytes);

// JSON lines: the first line is a whole object and a second one starts after it.
bool looks_like_json_lines(std::string_view bytes);

// Text in UTF-8, UTF-16 and UTF-32 (marked or by their zero bytes), EBCDIC or an 8-bit code page: no controls
// but blanks, few bytes that text never holds.
enum class TextEncoding : std::uint8_t { binary, utf8, utf16le, utf16be, utf32, ebcdic, eight_bit };
TextEncoding text_encoding(std::string_view bytes);

}  // namespace dislodge::evidence
