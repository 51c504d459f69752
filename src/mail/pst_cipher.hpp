#pragma once
// How a PST hides its data blocks ([MS-PST] 5.1, 5.2): a fixed substitution ("compressible"), or a
// substitution that runs with the block's id ("high"). Neither needs a password. Also the checksum and the
// signature that every page and block carries (5.3, 5.5).

#include <cstdint>
#include <string>
#include <string_view>

namespace dislodge::mail {

enum class PstCipher : std::uint8_t { none = 0, permute = 1, cyclic = 2, protected_by_windows = 0x10 };

// Undoes the cipher in place. `key` is the low half of the block's id.
void decrypt_pst(PstCipher cipher, std::uint32_t key, std::string &bytes);
// The other way round, for tests.
void encrypt_pst(PstCipher cipher, std::uint32_t key, std::string &bytes);

std::uint32_t pst_checksum(std::string_view bytes);
std::uint16_t pst_signature(std::uint64_t offset, std::uint64_t id);

}  // namespace dislodge::mail
