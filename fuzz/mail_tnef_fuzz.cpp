// The reader of TNEF: attributes, properties, attached items, compressed RTF.

#include "checking_sink.hpp"
#include "mail/tnef.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  return dislodge::fuzz::read_checked(dislodge::mail::read_tnef, data, size);
}
