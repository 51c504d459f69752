#include "base/hash.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <stdexcept>

namespace dislodge::base {

namespace {

template <typename Digest>
Digest digest_of(const EVP_MD *kind, std::string_view bytes) {
  Digest digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, kind, nullptr) != 1)
    throw std::runtime_error("the crypto library refused a digest");
  return digest;
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  return digest_of<Sha256>(EVP_sha256(), bytes);
}
Sha1 sha1(std::string_view bytes) {
  return digest_of<Sha1>(EVP_sha1(), bytes);
}

std::uint32_t crc32(std::string_view bytes, std::uint32_t seed) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
      made[i] = value;
    }
    return made;
  }();
  std::uint32_t value = ~seed;
  for (const char c : bytes) value = table[(value ^ static_cast<unsigned char>(c)) & 255] ^ (value >> 8);
  return ~value;
}

Sha256 keyed_hash(std::string_view key, std::string_view bytes) {
  Sha256 digest{};
  if (crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char *>(bytes.data()),
                         bytes.size(), reinterpret_cast<const unsigned char *>(key.data()), key.size()) != 0)
    throw std::runtime_error("a keyed hash needs a key of 16 to 64 bytes");
  return digest;
}

struct Sha256Stream::State {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  State() { EVP_DigestInit_ex(context, EVP_sha256(), nullptr); }
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream &&) noexcept = default;
Sha256Stream &Sha256Stream::operator=(Sha256Stream &&) noexcept = default;
void Sha256Stream::add(std::string_view bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}
Sha256 Sha256Stream::finish() {
  Sha256 digest{};
  EVP_DigestFinal_ex(state_->context, digest.data(), nullptr);
  return digest;
}

}  // namespace dislodge::base
