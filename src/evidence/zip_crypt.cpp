#include "evidence/zip_crypt.hpp"

#include <algorithm>
#include <array>

#include "evidence/cipher.hpp"
#include "evidence/opened.hpp"

namespace dislodge::evidence {

namespace {

constexpr std::size_t kPkwareHeader = 12;
constexpr std::size_t kAesCheck = 2;
constexpr std::size_t kAesCode = 10;
constexpr std::uint32_t kAesIterations = 1000;

std::size_t aes_key_size(const ZipEntry &entry) {
  return 8u + 8u * entry.aes_strength;
}
std::size_t aes_salt_size(const ZipEntry &entry) {
  return 4u + 4u * entry.aes_strength;
}

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
    table[i] = value;
  }
  return table;
}();

class PkwareCipher {
 public:
  explicit PkwareCipher(std::string_view password) {
    for (const char c : password) update(static_cast<std::uint8_t>(c));
  }
  char decrypt(char in) {
    const std::uint32_t temp = (keys_[2] & 0xFFFF) | 2;
    const auto plain = static_cast<std::uint8_t>(static_cast<std::uint8_t>(in) ^
                                                 static_cast<std::uint8_t>((temp * (temp ^ 1)) >> 8));
    update(plain);
    return static_cast<char>(plain);
  }

 private:
  static std::uint32_t crc(std::uint32_t value, std::uint8_t byte) {
    return kCrcTable[(value ^ byte) & 0xFF] ^ (value >> 8);
  }
  void update(std::uint8_t plain) {
    keys_[0] = crc(keys_[0], plain);
    keys_[1] = (keys_[1] + (keys_[0] & 0xFF)) * 134775813u + 1;
    keys_[2] = crc(keys_[2], static_cast<std::uint8_t>(keys_[1] >> 24));
  }
  std::array<std::uint32_t, 3> keys_{0x12345678u, 0x23456789u, 0x34567890u};
};

}  // namespace

std::size_t zip_crypt_overhead(const ZipEntry &entry) {
  if (!entry.encrypted()) return 0;
  return entry.aes_strength != 0 ? aes_salt_size(entry) + kAesCheck + kAesCode : kPkwareHeader;
}

ZipCrypt::ZipCrypt(const Unlock *unlock) {
  if (unlock == nullptr) return;
  for (const std::string &password : unlock->passwords)
    for (std::string &spelling : spellings_of(password)) passwords_.push_back(std::move(spelling));
}

bool ZipCrypt::can_try(const ZipEntry &entry) const {
  if (passwords_.empty() || entry.aes_strength > 3) return false;
  // Bit 6 says PKWARE's strong encryption, whose keys lie in certificates.
  return entry.aes_strength != 0 || (entry.flags & 64) == 0;
}

bool ZipCrypt::open(const ZipEntry &entry, std::string_view packed,
                    const std::function<bool(std::string_view)> &accept) {
  if (packed.size() < zip_crypt_overhead(entry)) return false;
  for (std::size_t i = 0; i < passwords_.size() && trials_ < kTrialsMax; ++i) {
    const bool opened = entry.aes_strength != 0 ? open_aes(entry, packed, passwords_[i], accept)
                                                : open_pkware(entry, packed, passwords_[i], accept);
    if (!opened) continue;
    tell_opened(passwords_[i], Opens::member);
    std::rotate(passwords_.begin(), passwords_.begin() + static_cast<std::ptrdiff_t>(i),
                passwords_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    return true;
  }
  return false;
}

bool ZipCrypt::open_aes(const ZipEntry &entry, std::string_view packed, const std::string &password,
                        const std::function<bool(std::string_view)> &accept) {
  ++trials_;
  const std::size_t key_size = aes_key_size(entry);
  const std::size_t salt_size = aes_salt_size(entry);
  const std::string keys =
      pbkdf2(Digest::sha1, password, packed.substr(0, salt_size), kAesIterations, 2 * key_size + kAesCheck);
  const std::string_view view(keys);
  if (view.substr(std::min(2 * key_size, view.size())) != packed.substr(salt_size, kAesCheck)) return false;
  const std::string_view data =
      packed.substr(salt_size + kAesCheck, packed.size() - salt_size - kAesCheck - kAesCode);
  const std::string code = hmac_of(Digest::sha1, view.substr(key_size, key_size), data);
  // A member that is cut or damaged has a wrong code though the password is right: the packed data decides.
  const bool sound = std::string_view(code).substr(0, kAesCode) == packed.substr(packed.size() - kAesCode);
  return accept(aes_ctr_winzip(view.substr(0, key_size), data)) || sound;
}

bool ZipCrypt::open_pkware(const ZipEntry &entry, std::string_view packed, const std::string &password,
                           const std::function<bool(std::string_view)> &accept) {
  PkwareCipher cipher(password);
  char last = 0;
  char before = 0;
  for (const char c : packed.substr(0, kPkwareHeader)) {
    before = last;
    last = cipher.decrypt(c);
  }
  // The header ends with the high byte of the CRC or, where that was not known, of the time; old programs
  // wrote two bytes of either.
  const auto check = static_cast<std::uint8_t>(last);
  const bool fits = check == static_cast<std::uint8_t>(entry.crc >> 24) ||
                    check == static_cast<std::uint8_t>(entry.time >> 8) ||
                    static_cast<std::uint8_t>(before) == static_cast<std::uint8_t>(entry.time >> 8);
  if (!fits) return false;
  ++trials_;
  std::string plain;
  plain.reserve(packed.size());
  for (const char c : packed.substr(kPkwareHeader)) plain += cipher.decrypt(c);
  return accept(plain);
}

}  // namespace dislodge::evidence
