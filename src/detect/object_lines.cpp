#include "detect/object_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"

namespace dislodge::detect {

base::Result<void> each_object_line(
    std::string_view text, std::string_view what,
    const std::function<base::Result<void>(std::size_t number, simdjson::dom::element row)> &each) {
  simdjson::dom::parser parser;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = base::trim(text.substr(begin, end - begin));
    begin = end + 1;
    ++number;
    if (line.empty()) continue;
    simdjson::dom::element row;
    if (parser.parse(line.data(), line.size()).get(row) != simdjson::SUCCESS || !row.is_object())
      return base::fail(base::ErrorKind::usage, fmt::format("{}, line {}: is no JSON object", what, number));
    DISLODGE_TRY(each(number, row));
  }
  return {};
}

std::string text_of(simdjson::dom::element row, std::string_view key) {
  std::string_view text;
  return row.is_object() && row[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

}  // namespace dislodge::detect
