// Messages of Outlook for Mac as XML. Only UTF-8 comes to this reader.

#include "base/encode.hpp"
#include "checking_sink.hpp"
#include "mail/olm.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  (void)dislodge::mail::recognises_olm(bytes);
  if (!dislodge::base::valid_utf8(bytes)) return 0;
  return dislodge::fuzz::read_checked(dislodge::mail::read_olm, data, size);
}
