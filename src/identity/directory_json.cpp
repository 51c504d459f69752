#include "identity/directory_json.hpp"

#include <algorithm>
#include <cctype>

#include "base/encode.hpp"
#include "base/hash.hpp"

namespace dislodge::identity {

bool parse_value(simdjson::dom::parser &parser, std::string_view text, simdjson::dom::element &out) {
  return !text.empty() && parser.parse(text.data(), text.size()).get(out) == simdjson::SUCCESS;
}

bool child_of(const simdjson::dom::element &object, std::string_view key, simdjson::dom::element &out) {
  simdjson::dom::object fields;
  if (object.get(fields) != simdjson::SUCCESS) return false;
  return fields.at_key(key).get(out) == simdjson::SUCCESS && !out.is_null();
}

std::string_view text_of(const simdjson::dom::element &object, std::string_view key) {
  simdjson::dom::element value;
  std::string_view text;
  if (!child_of(object, key, value) || value.get(text) != simdjson::SUCCESS) return {};
  return text;
}

std::string plain_of(const simdjson::dom::element &object, std::string_view key) {
  simdjson::dom::element value;
  if (!child_of(object, key, value)) return {};
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  if (value.is_object() || value.is_array()) return {};
  return simdjson::minify(value);
}

bool flag_of(const simdjson::dom::element &object, std::string_view key, bool otherwise) {
  simdjson::dom::element value;
  bool flag = otherwise;
  if (!child_of(object, key, value) || value.get(flag) != simdjson::SUCCESS) return otherwise;
  return flag;
}

std::vector<std::string_view> texts_of(const simdjson::dom::element &object, std::string_view key) {
  std::vector<std::string_view> list;
  simdjson::dom::element value;
  simdjson::dom::array items;
  if (!child_of(object, key, value) || value.get(items) != simdjson::SUCCESS) return list;
  for (const simdjson::dom::element item : items) {
    std::string_view text;
    if (item.get(text) == simdjson::SUCCESS) list.push_back(text);
  }
  return list;
}

base::Time time_of_text(std::string_view text, base::Time otherwise) {
  // "0001-01-01T00:00:00Z" is how .NET and Graph write "never".
  if (text.empty() || text.starts_with("0001-")) return otherwise;
  return base::parse_time(text).value_or(otherwise);
}

std::size_t LineCounter::line_of(std::size_t offset) {
  offset = std::min(offset, text_.size());
  // Backwards too: a second walk begins again, and members of one object may be asked for in any order.
  const auto [from, until] = std::minmax(offset, at_);
  const auto lines =
      static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(from),
                                          text_.begin() + static_cast<std::ptrdiff_t>(until), '\n'));
  line_ = offset > at_ ? line_ + lines : line_ - lines;
  at_ = offset;
  return line_;
}

std::string thumbprint_of(std::string_view identifier) {
  const auto hex = [](std::string_view text) {
    return (text.size() == 40 || text.size() == 64) && std::all_of(text.begin(), text.end(), [](char c) {
             return std::isxdigit(static_cast<unsigned char>(c));
           });
  };
  std::string bytes;
  if (hex(identifier)) {
    bytes = identifier;
  } else if (auto decoded = base::from_base64(identifier)) {
    bytes = hex(*decoded) ? *decoded : base::to_hex(*decoded);
  }
  if (!hex(bytes)) return {};
  std::transform(bytes.begin(), bytes.end(), bytes.begin(), [](unsigned char c) { return std::toupper(c); });
  return bytes;
}

}  // namespace dislodge::identity
