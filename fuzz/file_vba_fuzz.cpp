// Any bytes as a module stream of VBA.
#include <cstdint>
#include <string_view>

#include "file/vba.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  (void)dislodge::file::vba_source(bytes);
  (void)dislodge::file::vba_decompress(bytes, 1u << 20);
  return 0;
}
