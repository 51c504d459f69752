// The reader of messages: headers, MIME, transfer encodings, charsets, quotes. The first byte says whether
// the message comes from an mbox.

#include "checking_sink.hpp"
#include "mail/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  if (size == 0) return 0;
  const bool from_mbox = (data[0] & 1) != 0;
  return dislodge::fuzz::read_checked(dislodge::mail::read_message, data + 1, size - 1,
                                      from_mbox ? dislodge::mail::kMessageFromMbox : std::string_view{});
}
