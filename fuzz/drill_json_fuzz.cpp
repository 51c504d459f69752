// Any text as JSON: it is read or refused, never more.
#include "drill/json_value.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  (void)dislodge::drill::parse_json(text);
  (void)dislodge::drill::parse_json_lines(text);
  return 0;
}
