#pragma once
// Small encodings used everywhere: hex, base64, percent, UTF-8. Bulk base64 of mail is mail/'s own.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dislodge::base {

std::optional<std::string> from_hex(std::string_view text);  // even count of hex digits, nothing else

enum class Base64Alphabet { standard, url };
std::string to_base64(std::string_view bytes, Base64Alphabet alphabet = Base64Alphabet::standard,
                      bool pad = true);
// Accepts both alphabets, blanks and line breaks, and missing padding; anything else is refused.
std::optional<std::string> from_base64(std::string_view text);

bool valid_utf8(std::string_view text);
void append_utf8(std::string &out, std::uint32_t code_point);  // invalid code points become U+FFFD
// Replaces each invalid byte by U+FFFD, so that what leaves the program is always UTF-8.
std::string to_valid_utf8(std::string_view text);

// ASCII only, as protocols and keywords need it.
std::string lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
bool contains_ignoring_case(std::string_view text, std::string_view needle);
std::string_view trim(std::string_view text);  // blanks, tabs, CR, LF at both ends

}  // namespace dislodge::base
