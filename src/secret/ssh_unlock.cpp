#include "secret/ssh_unlock.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <climits>

#include "base/encode.hpp"
#include "secret/bcrypt_pbkdf.hpp"
#include "secret/der.hpp"
#include "secret/openssl_object.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::uint32_t kMemoryMax = 256 << 10;  // KiB that a passphrase may cost; PuTTY asks for 8 MiB
constexpr std::size_t kPuttyLinesMax = 1000;

const unsigned char *bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char *>(text.data());
}

struct Cipher {
  std::string_view name;
  const EVP_CIPHER *(*cipher)();
  std::size_t key, iv;
};

// As OpenSSH names them. The authenticated ones are read without their tag: the check numbers tell.
constexpr std::array kCiphers = {
    Cipher{"aes128-ctr", EVP_aes_128_ctr, 16, 16},
    Cipher{"aes192-ctr", EVP_aes_192_ctr, 24, 16},
    Cipher{"aes256-ctr", EVP_aes_256_ctr, 32, 16},
    Cipher{"aes128-cbc", EVP_aes_128_cbc, 16, 16},
    Cipher{"aes192-cbc", EVP_aes_192_cbc, 24, 16},
    Cipher{"aes256-cbc", EVP_aes_256_cbc, 32, 16},
    Cipher{"3des-cbc", EVP_des_ede3_cbc, 24, 8},
    Cipher{"aes128-gcm@openssh.com", EVP_aes_128_ctr, 16, 12},
    Cipher{"aes256-gcm@openssh.com", EVP_aes_256_ctr, 32, 12},
    Cipher{"chacha20-poly1305@openssh.com", EVP_chacha20, 64, 0},
};

const Cipher *cipher_of(std::string_view name) {
  const auto found =
      std::find_if(kCiphers.begin(), kCiphers.end(), [&](const Cipher &c) { return c.name == name; });
  return found == kCiphers.end() ? nullptr : &*found;
}

std::string decrypt(const EVP_CIPHER *cipher, std::string_view key, std::string_view iv,
                    std::string_view text) {
  const Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> context(EVP_CIPHER_CTX_new());
  std::string out(text.size(), '\0');
  int size = 0;
  if (!context || text.size() > INT_MAX ||
      EVP_DecryptInit_ex(context.get(), cipher, nullptr, bytes_of(key), bytes_of(iv)) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_DecryptUpdate(context.get(), reinterpret_cast<unsigned char *>(out.data()), &size, bytes_of(text),
                        static_cast<int>(text.size())) != 1 ||
      size != static_cast<int>(text.size()))
    return {};
  return out;
}

std::string digest(const EVP_MD *algorithm, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), out, &size, algorithm, nullptr) != 1) return {};
  return {reinterpret_cast<const char *>(out), size};
}

std::string_view field(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + name.size());
  return base::trim(rest.substr(0, rest.find('\n')));
}

std::uint32_t number(std::string_view text) {
  std::uint64_t out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || out > 1'000'000'000) return 0;
    out = out * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return static_cast<std::uint32_t>(out);
}

// The base64 of so many lines below a field.
std::string lines(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  std::string_view rest = text.substr(at + name.size());
  const std::size_t count = number(base::trim(rest.substr(0, rest.find('\n'))));
  std::string joined;
  for (std::size_t line = 0; line < std::min(count, kPuttyLinesMax); ++line) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;
    rest = rest.substr(end + 1);
    joined += base::trim(rest.substr(0, rest.find('\n')));
  }
  return base::from_base64(joined).value_or("");
}

}  // namespace

std::optional<LockedSshKey> LockedSshKey::openssh(std::string_view body) {
  constexpr auto kMagic = "openssh-key-v1\0"sv;
  if (!body.starts_with(kMagic)) return std::nullopt;
  SshReader in(body.substr(kMagic.size()));
  LockedSshKey key;
  key.cipher_ = in.text();
  const std::string_view derivation = in.text();
  SshReader options(in.text());
  key.salt_ = options.text();
  key.rounds_ = options.number();
  if (in.number() != 1) return std::nullopt;
  in.text();
  key.secret_ = in.text();
  const Cipher *cipher = cipher_of(key.cipher_);
  if (!in.ok() || !options.ok() || derivation != "bcrypt" || cipher == nullptr || key.rounds_ == 0)
    return std::nullopt;
  key.whole_ = body;
  const std::size_t blocks = (cipher->key + cipher->iv + 31) / 32;
  key.cost_ = static_cast<std::uint64_t>(key.rounds_) * blocks * kBcryptRoundCost;
  return key;
}

std::optional<LockedSshKey> LockedSshKey::putty(std::string_view text) {
  LockedSshKey key;
  key.putty_ = true;
  const std::size_t at = text.find("PuTTY-User-Key-File-");
  if (at == std::string_view::npos) return std::nullopt;
  text = text.substr(at);
  key.version_ = text.starts_with("PuTTY-User-Key-File-3:")   ? 3
                 : text.starts_with("PuTTY-User-Key-File-2:") ? 2
                                                              : 0;
  key.algorithm_ = field(text, text.substr(0, text.find(':') + 1));
  key.cipher_ = field(text, "Encryption:");
  key.comment_ = field(text, "Comment:");
  key.public_blob_ = lines(text, "Public-Lines:");
  key.secret_ = lines(text, "Private-Lines:");
  key.mac_ = base::from_hex(field(text, "Private-MAC:")).value_or("");
  if (key.version_ == 0 || key.cipher_ != "aes256-cbc" || key.secret_.empty() ||
      key.secret_.size() % 16 != 0 || key.mac_.empty())
    return std::nullopt;
  key.whole_ = text;
  if (key.version_ == 2) return key;
  key.derivation_ = field(text, "Key-Derivation:");
  key.memory_ = number(field(text, "Argon2-Memory:"));
  key.rounds_ = number(field(text, "Argon2-Passes:"));
  key.salt_ = base::from_hex(field(text, "Argon2-Salt:")).value_or("");
  // libsodium computes Argon2i and Argon2id on one lane, as PuTTY asks for unless told otherwise.
  if ((key.derivation_ != "Argon2id" && key.derivation_ != "Argon2i") ||
      number(field(text, "Argon2-Parallelism:")) != 1 || key.salt_.size() != crypto_pwhash_SALTBYTES ||
      key.memory_ == 0 || key.memory_ > kMemoryMax || key.rounds_ == 0)
    return std::nullopt;
  key.cost_ = static_cast<std::uint64_t>(key.memory_) * key.rounds_ * 2;
  return key;
}

std::optional<KeyInfo> LockedSshKey::open(std::string_view passphrase) const {
  if (passphrase.empty()) return std::nullopt;
  return putty_ ? open_putty(passphrase) : open_openssh(passphrase);
}

std::optional<KeyInfo> LockedSshKey::open_openssh(std::string_view passphrase) const {
  const Cipher *cipher = cipher_of(cipher_);
  std::string made = bcrypt_pbkdf(passphrase, salt_, rounds_, cipher->key + cipher->iv);
  std::string iv = made.substr(cipher->key);
  if (cipher->iv == 12) iv += "\0\0\0\2"sv;                        // GCM's counter of the first block
  if (cipher->iv == 0) iv = "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv;  // counter 1, packet 0
  std::string clear = decrypt(cipher->cipher(), made, iv, secret_);
  OPENSSL_cleanse(made.data(), made.size());
  SshReader check(clear);
  std::optional<KeyInfo> out;
  const std::uint32_t first = check.number();
  if (first == check.number() && check.ok()) out = read_openssh_clear(whole_, clear);
  OPENSSL_cleanse(clear.data(), clear.size());
  return out;
}

std::optional<KeyInfo> LockedSshKey::open_putty(std::string_view passphrase) const {
  std::string key;
  std::string iv(16, '\0');
  std::string mac_key;
  if (version_ == 2) {
    key = digest(EVP_sha1(), std::string("\0\0\0\0"sv) + std::string(passphrase)) +
          digest(EVP_sha1(), std::string("\0\0\0\1"sv) + std::string(passphrase));
    mac_key = digest(EVP_sha1(), "putty-private-key-file-mac-key" + std::string(passphrase));
  } else {
    std::string made(80, '\0');
    const int algorithm =
        derivation_ == "Argon2i" ? crypto_pwhash_ALG_ARGON2I13 : crypto_pwhash_ALG_ARGON2ID13;
    if (crypto_pwhash(reinterpret_cast<unsigned char *>(made.data()), made.size(), passphrase.data(),
                      passphrase.size(), bytes_of(salt_), rounds_, static_cast<std::size_t>(memory_) << 10,
                      algorithm) != 0)
      return std::nullopt;
    key = made.substr(0, 32);
    iv = made.substr(32, 16);
    mac_key = made.substr(48);
    OPENSSL_cleanse(made.data(), made.size());
  }
  std::string clear = decrypt(EVP_aes_256_cbc(), key, iv, secret_);
  OPENSSL_cleanse(key.data(), key.size());
  const std::string signed_text = ssh_text(algorithm_) + ssh_text(cipher_) + ssh_text(comment_) +
                                  ssh_text(public_blob_) + ssh_text(clear);
  OPENSSL_cleanse(clear.data(), clear.size());
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(version_ == 2 ? EVP_sha1() : EVP_sha256(), mac_key.data(), static_cast<int>(mac_key.size()),
       bytes_of(signed_text), signed_text.size(), mac, &size);
  if (size != mac_.size() || CRYPTO_memcmp(mac, mac_.data(), size) != 0) return std::nullopt;
  auto info = read_private_key(whole_);
  if (info) info->encrypted = false;
  return info;
}

}  // namespace dislodge::secret
