// Compressed RTF, and the HTML or text wrapped in RTF.

#include <cstdlib>

#include "base/encode.hpp"
#include "mail/outlook_rtf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  using namespace dislodge;
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  bool whole = true;
  if (const auto rtf = mail::unpack_rtf(bytes, 1 << 20, whole))
    if (const auto body = mail::unwrap_rtf(*rtf); body && !base::valid_utf8(body->text)) std::abort();
  if (const auto body = mail::unwrap_rtf(bytes); body && !base::valid_utf8(body->text)) std::abort();
  return 0;
}
