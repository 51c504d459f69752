#pragma once
// What the readers of directory exports share: tolerant access to a parsed record, and the line of a record.

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/intervals.hpp"
#include "base/time.hpp"

namespace dislodge::identity {

// Records above this size are not parsed as one: AzureHound's member lists reach hundreds of megabytes.
inline constexpr std::size_t kRecordBytesMax = 4u << 20;

// Parses one value; false where it is none. `out` lives until the parser's next use.
bool parse_value(simdjson::dom::parser &parser, std::string_view text, simdjson::dom::element &out);

// A member of an object as text; "" where it is absent or no text. The view lives as long as the parsed
// record.
std::string_view text_of(const simdjson::dom::element &object, std::string_view key);
// Number or boolean too, as JSON writes them.
std::string plain_of(const simdjson::dom::element &object, std::string_view key);
bool flag_of(const simdjson::dom::element &object, std::string_view key, bool otherwise = false);
// The member itself; false where it is absent or null.
bool child_of(const simdjson::dom::element &object, std::string_view key, simdjson::dom::element &out);
std::vector<std::string_view> texts_of(const simdjson::dom::element &object, std::string_view key);
// A certificate's thumbprint as Entra shows it (upper-case hex) from customKeyIdentifier, which is base64 of
// its bytes, or the hex digits themselves, or base64 of those, as the writing client pleased; "" where it is
// none.
std::string thumbprint_of(std::string_view identifier);
base::Time time_of_text(std::string_view text, base::Time otherwise);  // unparsable and year 1: `otherwise`

// Counts lines as a reader moves forward: 1-based line of an offset.
class LineCounter {
 public:
  explicit LineCounter(std::string_view text) : text_(text) {}
  std::size_t line_of(std::size_t offset);

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace dislodge::identity
