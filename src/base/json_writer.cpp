#include "base/json_writer.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/encode.hpp"

namespace dislodge::base {

void JsonWriter::value(double v) {
  separate();
  text_ += std::isfinite(v) ? fmt::format("{:.6g}", v) : "null";
}

void JsonWriter::value(Time t) {
  if (t == kTimeMin || t == kTimeMax)
    value(nullptr);
  else
    value(format_time(t));
}

void JsonWriter::quote(std::string_view v) {
  std::string repaired;
  if (!valid_utf8(v)) {
    repaired = to_valid_utf8(v);
    v = repaired;
  }
  text_ += '"';
  for (const char c : v) {
    switch (c) {
      case '"':
        text_ += "\\\"";
        break;
      case '\\':
        text_ += "\\\\";
        break;
      case '\n':
        text_ += "\\n";
        break;
      case '\r':
        text_ += "\\r";
        break;
      case '\t':
        text_ += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          text_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
          text_ += c;
    }
  }
  text_ += '"';
}

}  // namespace dislodge::base
