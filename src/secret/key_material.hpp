#pragma once
// Private keys and certificates: the public half, thumbprints and dates, by which a stolen key is told whose
// it is. Nothing here tries a passphrase except the empty one.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "secret/sighting.hpp"

namespace dislodge::secret {

struct KeyInfo {
  std::string spki;        // SubjectPublicKeyInfo, DER; empty where the public half cannot be read
  std::string ciphertext;  // of an encrypted key
  std::string algorithm;   // "RSA 2048"
  std::string comment;     // "deploy@build01", as SSH keys carry it
  bool encrypted = false;
  std::string value() const { return !spki.empty() ? spki : ciphertext; }  // what the fingerprint is made of
};

// A PEM block ("-----BEGIN ... PRIVATE KEY-----", OpenSSH's own format included) or a PuTTY file. Nothing
// where the bytes are no key after all.
std::optional<KeyInfo> read_private_key(std::string_view text);
// PKCS#8, PKCS#1 or SEC1 in DER; an encrypted PKCS#8 gives its ciphertext.
std::optional<KeyInfo> read_private_key_der(std::string_view der);

// An openssh-key-v1 whose private section was decrypted: the body as it was, and the section in clear.
std::optional<KeyInfo> read_openssh_clear(std::string_view body, std::string_view clear);
// What may be shown of a key: "RSA 2048 key, encrypted, SHA256:nkFAXZoE…".
std::string key_description(const KeyInfo &key);

struct CertificateInfo {
  std::string spki;
  std::string subject;  // RFC 2253
  std::string issuer;
  std::vector<std::string> names;  // subject alternative names: DNS, address, mail
  std::string thumbprint;          // SHA-1, upper-case hex
  std::string thumbprint_sha256;   // upper-case hex
  std::string not_after;           // RFC 3339
};
std::optional<CertificateInfo> read_certificate(std::string_view der);

std::vector<Hint> key_hints(const KeyInfo &key);
std::vector<Hint> certificate_hints(const CertificateInfo &certificate);
// The certificates in the text (PEM) that belong to this public key.
std::vector<CertificateInfo> certificates_of(std::string_view spki, std::string_view text);

}  // namespace dislodge::secret
