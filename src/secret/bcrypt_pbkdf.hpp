#pragma once
// bcrypt_pbkdf: the key derivation that OpenSSH uses for private keys with a passphrase (its PROTOCOL.key;
// the function is of OpenBSD: PBKDF2 with bcrypt in place of a hash, and the output spread). No library of
// Debian has it (docs/decisions/0022-ssh-keys-with-a-passphrase.md).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dislodge::secret {

// One round of one block takes about as long as this many rounds of PBKDF2 with SHA-256.
inline constexpr std::uint64_t kBcryptRoundCost = 5000;

// `size` bytes (1 to 1024) out of a passphrase, which may not be empty, and a salt. rounds: at least 1.
std::string bcrypt_pbkdf(std::string_view passphrase, std::string_view salt, std::uint32_t rounds,
                         std::size_t size);

}  // namespace dislodge::secret
