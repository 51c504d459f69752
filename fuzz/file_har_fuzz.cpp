// Any bytes as an HTTP archive.
#include "checking_sink.hpp"
#include "file/readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  return dislodge::fuzz::read_checked(dislodge::file::read_har, data, size);
}
