// Any text as a declaration of a collection.
#include "evidence/collection.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const auto parsed = dislodge::evidence::parse_collection({reinterpret_cast<const char *>(data), size},
                                                           "fuzz.collection.toml");
  if (!parsed && parsed.error().message.find("fuzz.collection.toml") == std::string::npos) std::abort();
  return 0;
}
