#include "file/office_crypt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "base/encode.hpp"
#include "evidence/cipher.hpp"
#include "evidence/opened.hpp"
#include "evidence/zip_directory.hpp"

namespace dislodge::file {
namespace {

using evidence::Digest;
using evidence::digest_of;
using evidence::le16;
using evidence::le32;
using evidence::le64;

constexpr std::string_view kReadOnlyPassword = "VelvetSweatshop";
constexpr std::uint32_t kStandardRounds = 50'000;
constexpr std::size_t kSegment = 4096;

std::string le32_of(std::uint32_t value) {
  std::string out;
  for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

// H(n) = H(le32(n) + H(n - 1)), from the salted password.
std::string spun(Digest digest, std::string_view salt, std::string_view password, std::uint32_t rounds) {
  std::string hash = digest_of(digest, std::string(salt) + evidence::utf16le_of(password));
  std::string input(4 + hash.size(), '\0');
  for (std::uint32_t i = 0; i < rounds; ++i) {
    for (int k = 0; k < 4; ++k) input[static_cast<std::size_t>(k)] = static_cast<char>(i >> (8 * k));
    std::copy(hash.begin(), hash.end(), input.begin() + 4);
    hash = digest_of(digest, input);
  }
  return hash;
}

// A scheme: tries one password and gives the key of the package.
class Scheme {
 public:
  virtual ~Scheme() = default;
  virtual std::uint64_t rounds() const = 0;  // of one trial
  virtual std::optional<std::string> key(std::string_view password) const = 0;
  virtual std::string decrypt(std::string_view key, std::string_view data) const = 0;
};

class Standard : public Scheme {
 public:
  static std::unique_ptr<Standard> read(std::string_view info) {
    // Version and flags, 8 bytes; the header's size; the header; the verifier.
    if (info.size() < 12) return nullptr;
    const std::uint64_t header_size = le32(info, 8);
    if (header_size < 32 || 12 + header_size + 4 + 16 + 16 + 4 + 32 > info.size()) return nullptr;
    auto out = std::make_unique<Standard>();
    const std::uint32_t algorithm = le32(info, 12 + 8);
    out->key_size_ = le32(info, 12 + 16) / 8;
    if (algorithm != 0x660E && algorithm != 0x660F && algorithm != 0x6610) return nullptr;
    if (out->key_size_ != 16 && out->key_size_ != 24 && out->key_size_ != 32)
      out->key_size_ = algorithm == 0x660E ? 16 : algorithm == 0x660F ? 24 : 32;
    const std::string_view verifier = info.substr(static_cast<std::size_t>(12 + header_size));
    if (le32(verifier, 0) != 16) return nullptr;
    out->salt_ = verifier.substr(4, 16);
    out->verifier_ = verifier.substr(20, 16);
    out->verifier_hash_ = verifier.substr(40, 32);
    return out;
  }
  std::uint64_t rounds() const override { return kStandardRounds; }
  std::optional<std::string> key(std::string_view password) const override {
    const std::string hash =
        digest_of(Digest::sha1, spun(Digest::sha1, salt_, password, kStandardRounds) + le32_of(0));
    std::string derived;
    for (const int pad : {0x36, 0x5C}) {
      std::string block(64, static_cast<char>(pad));
      for (std::size_t i = 0; i < hash.size(); ++i) block[i] = static_cast<char>(block[i] ^ hash[i]);
      derived += digest_of(Digest::sha1, block);
    }
    derived.resize(key_size_);
    const std::string check = evidence::aes_ecb_decrypt(derived, verifier_hash_);
    if (digest_of(Digest::sha1, evidence::aes_ecb_decrypt(derived, verifier_)) != check.substr(0, 20))
      return std::nullopt;
    return derived;
  }
  std::string decrypt(std::string_view key, std::string_view data) const override {
    return evidence::aes_ecb_decrypt(key, data);
  }

 private:
  std::size_t key_size_ = 16;
  std::string salt_, verifier_, verifier_hash_;
};

// The value of an attribute of the first element of that name, whatever its prefix.
std::string attribute(std::string_view xml, std::string_view element, std::string_view name) {
  for (std::size_t at = xml.find(element); at != std::string_view::npos; at = xml.find(element, at + 1)) {
    const std::size_t end = xml.find('>', at);
    if (end == std::string_view::npos || at == 0 || (xml[at - 1] != '<' && xml[at - 1] != ':')) continue;
    const std::string_view tag = xml.substr(at, end - at);
    for (std::size_t place = tag.find(name); place != std::string_view::npos;
         place = tag.find(name, place + 1)) {
      const std::size_t quote = place + name.size() + 1;
      if (place == 0 || tag[place - 1] != ' ' || quote >= tag.size() || tag[quote - 1] != '=') continue;
      const std::size_t close = tag.find(tag[quote], quote + 1);
      if (close != std::string_view::npos) return std::string(tag.substr(quote + 1, close - quote - 1));
    }
  }
  return {};
}

std::uint32_t number(const std::string &text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > UINT32_MAX) return 0;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value > UINT32_MAX ? 0 : static_cast<std::uint32_t>(value);
}

class Agile : public Scheme {
 public:
  static std::unique_ptr<Agile> read(std::string_view info) {
    const std::string_view xml = info.substr(std::min<std::size_t>(8, info.size()));
    auto out = std::make_unique<Agile>();
    const auto part = [&](std::string_view element, Part &to) {
      const std::string hash = attribute(xml, element, "hashAlgorithm");
      to.digest = hash == "SHA1"     ? Digest::sha1
                  : hash == "SHA384" ? Digest::sha384
                  : hash == "SHA256" ? Digest::sha256
                                     : Digest::sha512;
      to.key_size = number(attribute(xml, element, "keyBits")) / 8;
      to.block = number(attribute(xml, element, "blockSize"));
      to.salt = base::from_base64(attribute(xml, element, "saltValue")).value_or("");
      return attribute(xml, element, "cipherAlgorithm") == "AES" &&
             attribute(xml, element, "cipherChaining") == "ChainingModeCBC" && to.block == 16 &&
             (to.key_size == 16 || to.key_size == 24 || to.key_size == 32) && !to.salt.empty();
    };
    if (!part("keyData", out->data_) || !part("encryptedKey", out->password_)) return nullptr;
    out->spins_ = number(attribute(xml, "encryptedKey", "spinCount"));
    if (out->spins_ > 10'000'000) return nullptr;  // [MS-OFFCRYPTO] allows no more
    const auto bytes = [&](std::string_view name) {
      return base::from_base64(attribute(xml, "encryptedKey", name)).value_or("");
    };
    out->verifier_input_ = bytes("encryptedVerifierHashInput");
    out->verifier_value_ = bytes("encryptedVerifierHashValue");
    out->key_value_ = bytes("encryptedKeyValue");
    return out->key_value_.empty() || out->verifier_value_.empty() ? nullptr : std::move(out);
  }
  std::uint64_t rounds() const override { return spins_; }
  std::optional<std::string> key(std::string_view password) const override {
    const std::string hash = spun(password_.digest, password_.salt, password, spins_);
    const auto open = [&](std::string_view block_key, std::string_view data) {
      std::string key = digest_of(password_.digest, hash + std::string(block_key));
      key.resize(password_.key_size, '\x36');
      std::string iv = password_.salt;
      iv.resize(password_.block, '\x36');
      return evidence::aes_cbc_decrypt(key, iv, data);
    };
    const std::string input = open("\xFE\xA7\xD2\x76\x3B\x4B\x9E\x79", verifier_input_);
    const std::string value = open("\xD7\xAA\x0F\x6D\x30\x61\x34\x4E", verifier_value_);
    const std::string expected =
        digest_of(password_.digest, std::string_view(input).substr(0, password_.salt.size()));
    if (value.size() < expected.size() || value.substr(0, expected.size()) != expected) return std::nullopt;
    std::string key = open("\x14\x6E\x0B\xE7\xAB\xAC\xD0\xD6", key_value_);
    key.resize(data_.key_size);
    return key;
  }
  std::string decrypt(std::string_view key, std::string_view data) const override {
    std::string out;
    out.reserve(data.size());
    for (std::uint32_t i = 0; !data.empty(); ++i) {
      std::string iv = digest_of(data_.digest, data_.salt + le32_of(i));
      iv.resize(data_.block, '\x36');
      out += evidence::aes_cbc_decrypt(key, iv, data.substr(0, kSegment));
      data.remove_prefix(std::min(kSegment, data.size()));
    }
    return out;
  }

 private:
  struct Part {
    Digest digest = Digest::sha512;
    std::size_t key_size = 0;
    std::size_t block = 16;
    std::string salt;
  };
  Part data_, password_;
  std::uint32_t spins_ = 0;
  std::string verifier_input_, verifier_value_, key_value_;
};

}  // namespace

base::Result<std::string> decrypt_office(std::string_view info, std::string_view package,
                                         const evidence::Unlock &unlock, std::uint64_t rounds_max) {
  if (info.size() < 8 || package.size() < 8)
    return base::fail(base::ErrorKind::damaged,
                      "an encrypted Office document that is cut short; ask for the file again");
  const std::uint16_t major = le16(info, 0);
  const std::uint16_t minor = le16(info, 2);
  std::unique_ptr<Scheme> scheme;
  if (major == 4 && minor == 4)
    scheme = Agile::read(info);
  else if (minor == 2)
    scheme = Standard::read(info);
  if (scheme == nullptr)
    return base::fail(
        base::ErrorKind::encrypted,
        fmt::format("an Office document encrypted in a way that is not opened (scheme {}.{}); save "
                    "it without a password and add it again",
                    major, minor));
  std::vector<std::string> passwords{std::string(kReadOnlyPassword)};
  passwords.insert(passwords.end(), unlock.passwords.begin(), unlock.passwords.end());
  std::uint64_t rounds = 0;
  std::size_t tried = 0;
  for (const std::string &password : passwords) {
    if (rounds > rounds_max) break;
    rounds += scheme->rounds();
    ++tried;
    const std::optional<std::string> key = scheme->key(password);
    if (!key) continue;
    std::string document = scheme->decrypt(*key, package.substr(8));
    document.resize(std::min<std::size_t>(document.size(), static_cast<std::size_t>(le64(package, 0))));
    if (password != kReadOnlyPassword) evidence::tell_opened(password, evidence::Opens::item);
    return document;
  }
  return base::fail(
      base::ErrorKind::encrypted,
      tried < passwords.size()
          ? fmt::format(
                "an Office document encrypted with a password; the first {} of {} passwords were tried "
                "(unlock_rounds_max); supply its password with --password-file",
                tried - 1, passwords.size() - 1)
          : "an Office document encrypted with a password; supply it with --password-file");
}

}  // namespace dislodge::file
