// Any bytes as a loose object.
#include "repo/repository.hpp"

#include "reader_sink.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  const evidence::ItemView item = fuzz::item_of(data, size);
  fuzz::ReaderSink sink(size);
  (void)repo::read_loose_object(item, sink);
  return 0;
}
