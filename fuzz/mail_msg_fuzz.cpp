// The reader of Outlook .msg: compound file, properties, compressed RTF, the message made of them.

#include "checking_sink.hpp"
#include "mail/msg.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  return dislodge::fuzz::read_checked(dislodge::mail::read_msg, data, size);
}
