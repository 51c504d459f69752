// The reader of RTF.

#include "file/readers.hpp"

#include "checking_sink.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  return dislodge::fuzz::read_checked(dislodge::file::read_rtf, data, size);
}
