#pragma once
// Which kind of text is it? The second half of recognition, asked once bytes are known to be text.

#include <string_view>

#include "evidence/item.hpp"

namespace dislodge::evidence {

// `text` is 8-bit (UTF-16 narrowed by the caller), at most a sample of the file; `whole` says that the file
// ends with it. Gives mbox, message, json, html, xml, rtf, csv, pem or text; `name` breaks ties only.
ItemType kind_of_text(std::string_view text, bool whole, std::string_view name);

// How a sample fares as JSON (RFC 8259) with an object or array at the top.
enum class JsonShape : std::uint8_t {
  no,
  one,    // one value, perhaps unfinished at the end of the sample
  lines,  // a whole value and the start of another one, on a line of its own
};
JsonShape json_shape(std::string_view text);

// Whether the first records have the same number of fields, at least two, by one of the separators , ; tab |
// outside quotes (RFC 4180).
bool looks_like_csv(std::string_view text, bool whole);

}  // namespace dislodge::evidence
