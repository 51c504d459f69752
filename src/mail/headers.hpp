#pragma once
// The header block of a message or part: where it ends, its fields, and its fields' values as text.
// Nothing is copied until a value is asked for. Broken blocks are read as far as they go: lines that are no
// header, a folded line without a first one, a missing blank line, a delimiter in the middle (RFC 5322 2.2,
// RFC 2047, RFC 2231 and what is sent in their name).

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/offset_map.hpp"

namespace dislodge::mail {

// The fields that a message is described by; everything else is text to be scanned.
enum class FieldName : std::uint8_t {
  other,
  message_id,
  in_reply_to,
  references,
  subject,
  date,
  received,
  from,
  sender,
  reply_to,
  to,
  cc,
  bcc,
  delivered_to,
  x_original_to,
  x_folder,
  x_gmail_labels,
};
FieldName field_name(std::string_view name);  // in any case

struct Field {
  std::string_view name;   // as written
  std::string_view value;  // behind the colon, folds included, without the last line end
  FieldName known = FieldName::other;
};

struct HeaderBlock {
  std::string_view bytes;     // all of it, without the blank line
  std::size_t body = 0;       // offset (in the message) at which the body begins
  std::vector<Field> fields;  // at most Limits::headers_max
  bool cut = false;           // there are more fields than that, or more bytes than header_bytes_max

  // The raw value of the first field of that name (any case); empty where there is none.
  std::string_view find(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
};

// Reads the block that starts at `begin` of `message`. A line that starts with "--" ends it, as the delimiter
// of a multipart whose part has no blank line.
HeaderBlock read_headers(std::string_view message, std::size_t begin, const base::Limits &limits);

// A field's value as UTF-8 text: unfolded, encoded words decoded, 8-bit bytes converted.
std::string header_text(std::string_view raw_value);
// Unfolded only.
std::string unfold(std::string_view raw_value);
// The same without a copy where nothing is folded; `storage` holds it where something is.
std::string_view unfolded(std::string_view raw_value, std::string &storage);

// Decodes the encoded words of `text` (UTF-8) in place of themselves and appends to `out`; blanks between two
// encoded words vanish. With `map`, out offsets lead to text offsets. Returns whether there was any.
bool decode_encoded_words(std::string_view text, std::string &out, base::OffsetMap *map);

// "text/plain; charset=utf-8; name*0*=utf-8''a%20; name*1=b" and Content-Disposition.
struct ParameterField {
  std::string value;  // lower case, "text/plain"; empty where there is none
  std::vector<std::pair<std::string, std::string>>
      parameters;  // names in lower case, values decoded to UTF-8

  std::string_view get(std::string_view name) const;  // empty where there is none
};
ParameterField parse_parameters(std::string_view raw_value, const base::Limits &limits);

}  // namespace dislodge::mail
