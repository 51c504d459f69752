// OpenPGP messages: recognising them, whose keys they name, and the row that tells they stay closed. What
// opens them is librnp's, loaded only where keys are supplied.

#include "checking_sink.hpp"
#include "mail/openpgp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  dislodge::mail::recognises_openpgp(bytes);
  for (const auto &block : dislodge::mail::find_pgp_messages(bytes))
    dislodge::mail::pgp_recipients(bytes.substr(block.begin, block.end - block.begin));
  // Without a session key the library would be asked.
  if (dislodge::mail::pgp_recipients(bytes).empty()) return 0;
  return dislodge::fuzz::read_checked(dislodge::mail::read_openpgp, data, size);
}
