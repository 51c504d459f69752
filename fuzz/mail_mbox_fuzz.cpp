// The splitter of mbox files.

#include "mail/mbox.hpp"

#include "checking_sink.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  return dislodge::fuzz::read_checked(dislodge::mail::read_mbox, data, size);
}
