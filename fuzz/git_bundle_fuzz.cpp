// Any bytes as a bundle where they begin like one, else as a pack.
#include "repo/repository.hpp"

#include "reader_sink.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  const evidence::ItemView item = fuzz::item_of(data, size);
  fuzz::ReaderSink sink(size);
  if (size != 0 && data[0] == '#')
    (void)repo::read_bundle(item, sink);
  else
    (void)repo::read_pack(item, sink);
  return 0;
}
