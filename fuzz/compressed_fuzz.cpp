// Any bytes as a compressed stream: gzip where they begin like it, else zstd.
#include "evidence/compressed.hpp"

#include "reader_sink.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  const evidence::ItemView item = fuzz::item_of(data, size);
  fuzz::ReaderSink sink(size);
  if (size != 0 && data[0] == 0x1F)
    (void)evidence::read_gzip(item, sink);
  else
    (void)evidence::read_zstd(item, sink);
  return 0;
}
