#pragma once
// KeyOpener: private keys that wait for their passphrase, tried with those that the responder supplied and
// those that were found in the case. What opens shows its public half, and with it whose key it is.
//
//   if (auto opened = KeyOpener(sink.unlock(), limits.unlock_rounds_max).open(found.locked)) ...
//
// PKCS#8 (RFC 5958), the encryption of RFC 1421 in PEM, PKCS#12 (RFC 7292), OpenSSH's own format and PuTTY's
// (secret/ssh_unlock.hpp).

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "evidence/unlock.hpp"
#include "secret/key_material.hpp"
#include "secret/ssh_unlock.hpp"

namespace dislodge::secret {

struct OpenedKey {
  KeyInfo key;
  std::vector<CertificateInfo> certificates;  // that lay beside it in a store
};

class KeyOpener {
 public:
  // rounds_max: of key derivation, over all passwords together; a key that asks for more is not opened.
  KeyOpener(const evidence::Unlock &unlock, std::uint64_t rounds_max)
      : unlock_(unlock), rounds_max_(rounds_max) {}
  // `locked`: PEM text, or DER of an EncryptedPrivateKeyInfo or a PKCS#12 store. Nothing where no password
  // opens it.
  std::optional<OpenedKey> open(std::string_view locked) const;

 private:
  std::optional<OpenedKey> open_pem(std::string_view text) const;
  std::optional<OpenedKey> open_ssh(const LockedSshKey &locked) const;
  std::optional<OpenedKey> open_der(std::string_view der) const;
  std::optional<OpenedKey> open_store(std::string_view der) const;
  // Of the passwords, how many may be tried where each costs so many rounds.
  std::size_t tries(std::uint64_t rounds) const;

  const evidence::Unlock &unlock_;
  std::uint64_t rounds_max_;
};

}  // namespace dislodge::secret
