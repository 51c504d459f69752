// Windows event logs: any bytes as a file, and as the body of a chunk.

#include <cstdint>
#include <string>
#include <string_view>

#include "log/evtx.hpp"
#include "log/json.hpp"

namespace {

void read(std::string_view bytes) {
  using namespace dislodge;
  std::uint64_t last = 0;
  log::JsonArena arena;
  log::read_evtx(
      bytes,
      [&](const log::RecordSpan &span, std::string json) {
        if (span.offset < last || span.offset + span.length > bytes.size()) __builtin_trap();
        last = span.offset + span.length;
        if (!arena.parse(std::move(json))) __builtin_trap();
      },
      [&](const log::BadSpan &bad) {
        if (bad.offset + bad.length > bytes.size()) __builtin_trap();
      });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  read(bytes);
  // The same as records of a chunk, so that mutation need not find the headers.
  std::string file(4096 + 512, '\0');
  file.replace(0, 8, std::string("ElfFile\0", 8));
  file.replace(4096, 8, std::string("ElfChnk\0", 8));
  read(file + std::string(bytes.substr(0, 65024)));
  return 0;
}
