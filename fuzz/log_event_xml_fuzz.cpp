// Windows events as XML: any bytes. Each becomes JSON that parses, and what is lost and what is read never
// overlap.

#include <cstdint>
#include <string>
#include <string_view>

#include "log/event_xml.hpp"
#include "log/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  std::uint64_t last = 0;
  log::JsonArena arena;
  const auto place = [&](std::uint64_t offset, std::uint64_t length) {
    if (offset < last || length == 0 || offset + length > size) __builtin_trap();
    last = offset + length;
  };
  (void)log::is_event_xml(bytes);
  log::read_event_xml(
      bytes,
      [&](const log::RecordSpan &span, std::string json) {
        place(span.offset, span.length);
        if (!arena.parse(std::move(json))) __builtin_trap();
      },
      [&](const log::BadSpan &bad) { place(bad.offset, bad.length); });
  return 0;
}
