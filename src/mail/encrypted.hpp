#pragma once
// Mail that is encrypted or wrapped: S/MIME (RFC 8551) and OpenPGP (RFC 9580). Nothing is decrypted here;
// what is only signed is unwrapped, and what is encrypted is named with the keys that would open it.

#include <string>
#include <string_view>
#include <vector>

namespace dislodge::mail {

struct CmsMessage {
  enum class Kind { none, signed_data, enveloped, compressed, other } kind = Kind::none;
  std::string content;     // of signed data: the MIME entity within
  std::string recipients;  // of enveloped data: "CN=Example CA, serial 0A1B; ..."
};
// Reads DER (PKCS #7 / CMS). `kind` is none where it is not that.
CmsMessage read_cms(std::string_view der);

// Stretches "-----BEGIN PGP MESSAGE-----" to its end line, or to the end of the text.
struct PgpBlock {
  std::size_t begin = 0;
  std::size_t end = 0;
};
std::vector<PgpBlock> find_pgp_messages(std::string_view text);
// "keys 0x0123456789ABCDEF, ..." for the public-key packets at its start, "a passphrase", or empty. Armored
// or not.
std::string pgp_recipients(std::string_view message);

}  // namespace dislodge::mail
