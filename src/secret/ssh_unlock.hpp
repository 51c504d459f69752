#pragma once
// Private keys of OpenSSH ("openssh-key-v1") and PuTTY (.ppk, versions 2 and 3) opened with a passphrase.
// Sources: OpenSSH's PROTOCOL.key, PuTTY's documentation, appendix C.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "secret/key_material.hpp"

namespace dislodge::secret {

// A key that waits for its passphrase. Views into the file it was read from.
class LockedSshKey {
 public:
  // `body`: what lies within the PEM block of an OpenSSH key. Nothing where it is no key, is not encrypted,
  // or its cipher is not known.
  static std::optional<LockedSshKey> openssh(std::string_view body);
  static std::optional<LockedSshKey> putty(std::string_view text);

  // What one try costs, in rounds of PBKDF2.
  std::uint64_t cost() const { return cost_; }
  // The key in clear, where the passphrase is right.
  std::optional<KeyInfo> open(std::string_view passphrase) const;

 private:
  std::optional<KeyInfo> open_openssh(std::string_view passphrase) const;
  std::optional<KeyInfo> open_putty(std::string_view passphrase) const;

  bool putty_ = false;
  std::uint64_t cost_ = 1;
  std::string whole_;  // the body or the text
  std::string cipher_;
  std::string salt_;
  std::uint32_t rounds_ = 0;
  std::string secret_;  // encrypted
  // PuTTY's
  int version_ = 0;
  std::string algorithm_, comment_, public_blob_, mac_, derivation_;
  std::uint32_t memory_ = 0;  // KiB
};

}  // namespace dislodge::secret
