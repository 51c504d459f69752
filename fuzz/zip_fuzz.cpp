// Any bytes as a zip archive.
#include "evidence/zip.hpp"

#include "reader_sink.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  const evidence::ItemView item = fuzz::item_of(data, size);
  fuzz::ReaderSink sink(size);
  (void)evidence::read_zip(item, sink);
  return 0;
}
