// Any bytes as an archive of the kinds that libarchive reads, and as the headers of a rar.
#include "evidence/archive.hpp"
#include "evidence/recognise.hpp"
#include "reader_sink.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  evidence::ItemView item = fuzz::item_of(data, size);
  item.type = evidence::recognise(item.bytes);
  fuzz::ReaderSink sink(size);
  (void)evidence::read_archive(item, sink);
  return 0;
}
