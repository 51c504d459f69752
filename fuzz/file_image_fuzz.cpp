// Any bytes as a picture: its metadata.
#include "checking_sink.hpp"
#include "file/readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  return dislodge::fuzz::read_checked(
      [](const auto &item, auto &sink) { return dislodge::file::read_image(item, sink); }, data, size);
}
