#pragma once
// Mail that is encrypted or wrapped by S/MIME (RFC 8551; for OpenPGP see openpgp.hpp). What is only signed is
// unwrapped; what is encrypted is opened where a supplied key fits, else named with the keys that would open
// it.

#include <string>
#include <string_view>

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

}  // namespace dislodge::mail
