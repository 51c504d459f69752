// Any bytes as objects that PowerShell exported as XML.
#include "evidence/clixml.hpp"

#include "reader_sink.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  const evidence::ItemView item = fuzz::item_of(data, size);
  (void)evidence::is_clixml(item.bytes);
  fuzz::ReaderSink sink(size);
  (void)evidence::read_clixml(item, sink);
  return 0;
}
