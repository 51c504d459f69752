// The reader of PST and OST. Checksums would keep the fuzzer out, so it is given the header and trees of a
// small sound file in the corpus, and what it breaks is found by the search or told as damaged.

#include "checking_sink.hpp"
#include "mail/pst.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  if (size > 1 << 20) return 0;
  return dislodge::fuzz::read_checked(dislodge::mail::read_pst, data, size);
}
