#pragma once
// How a line of JSON begins (docs/json.md), for everything that writes lines: the reading commands here, the
// page in serve/.

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

using base::optional_text;

}  // namespace dislodge::report
