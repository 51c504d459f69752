#pragma once
// How a line of JSON begins and how what is unknown is written (docs/json.md), for everything that writes
// lines: the reading commands here, the page in serve/.

#include <string>
#include <string_view>

#include "base/json_writer.hpp"

namespace dislodge::report {

// Writes one line: an object that begins with the schema.
template <typename Body>
void json_line(std::string &out, Body &&body) {
  base::JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    body(json);
  });
  out += json.take();
  out += '\n';
}

// Unknown is null, never absent and never an empty text.
inline void optional_text(base::JsonWriter &json, std::string_view key, std::string_view value) {
  if (value.empty())
    json.field(key, nullptr);
  else
    json.field(key, value);
}

}  // namespace dislodge::report
