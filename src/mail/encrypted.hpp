#pragma once
// Mail that is encrypted or wrapped: S/MIME (RFC 8551) and OpenPGP (RFC 9580). What is only signed is
// unwrapped; S/MIME is opened where a supplied key fits; what stays encrypted is named with the keys that
// would open it.

#include <string>
#include <string_view>
#include <vector>

#include "evidence/unlock.hpp"

namespace dislodge::mail {

struct CmsMessage {
  enum class Kind { none, signed_data, enveloped, compressed, other } kind = Kind::none;
  std::string content;     // of signed data: the MIME entity within
  std::string recipients;  // of enveloped data: "CN=Example CA, serial 0A1B; ..."
};
// Reads DER (PKCS #7 / CMS). `kind` is none where it is not that.
CmsMessage read_cms(std::string_view der);

// Decrypts enveloped data with whichever private key of `unlock` fits: PEM or DER, encrypted under one of its
// passwords or not, or the key of a PKCS #12 file. Empty where none does, or where what came out is no MIME
// entity.
std::string open_cms(std::string_view der, const evidence::Unlock &unlock);

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
