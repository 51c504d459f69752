// Any bytes as an archive of the kinds that libarchive reads, and as the headers of a rar.
#include "evidence/archive.hpp"
#include "evidence/recognise.hpp"
#include "reader_sink.hpp"

// libarchive takes a dictionary as large as the archive says. In a worker the sandbox bounds memory and the
// allocation fails (base/limits.hpp, worker_memory_bytes); here the same bound is the allocator's.
extern "C" const char *__asan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=1024";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace dislodge;
  evidence::ItemView item = fuzz::item_of(data, size);
  item.type = evidence::recognise(item.bytes);
  fuzz::ReaderSink sink(size);
  (void)evidence::read_archive(item, sink);
  return 0;
}
