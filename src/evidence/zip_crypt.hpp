#pragma once
// Encrypted members of zip archives: the old PKWARE cipher (APPNOTE 6.1) and WinZip's AES (AE-1 and AE-2,
// winzip.com/en/support/aes-encryption). One ZipCrypt serves one archive: the password that opened a member
// is tried first on the next.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/unlock.hpp"
#include "evidence/zip_directory.hpp"

namespace dislodge::evidence {

class ZipCrypt {
 public:
  explicit ZipCrypt(const Unlock *unlock);

  // False where there is nothing to try, or the cipher is none of the two.
  bool can_try(const ZipEntry &entry) const;
  bool exhausted() const { return trials_ >= kTrialsMax; }

  // Calls `accept` with the decrypted, still packed bytes of every password whose own check holds, until it
  // says that they are right. WinZip's check is an HMAC over the data; ZipCrypto's is one byte, so `accept`
  // decides by CRC. Returns whether it did.
  bool open(const ZipEntry &entry, std::string_view packed,
            const std::function<bool(std::string_view)> &accept);

  // Derivations of one archive, about ten seconds: many members times many wrong passwords.
  static constexpr std::size_t kTrialsMax = 20'000;

 private:
  bool open_aes(const ZipEntry &entry, std::string_view packed, const std::string &password,
                const std::function<bool(std::string_view)> &accept);
  bool open_pkware(const ZipEntry &entry, std::string_view packed, const std::string &password,
                   const std::function<bool(std::string_view)> &accept);

  std::vector<std::string> passwords_;  // with their spellings; the last that opened a member comes first
  std::size_t trials_ = 0;
};

// Bytes that encryption puts around the packed data: header, salt, check, authentication code.
std::size_t zip_crypt_overhead(const ZipEntry &entry);

}  // namespace dislodge::evidence
