#include "evidence/cipher.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>

namespace dislodge::evidence {

namespace {

const EVP_MD *kind_of(Digest digest) {
  switch (digest) {
    case Digest::md5:
      return EVP_md5();
    case Digest::sha1:
      return EVP_sha1();
    case Digest::sha256:
      return EVP_sha256();
    case Digest::sha384:
      return EVP_sha384();
    case Digest::sha512:
      return EVP_sha512();
  }
  return EVP_sha256();
}

const unsigned char *raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char *>(bytes.data());
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX *context) const { EVP_CIPHER_CTX_free(context); }
};

constexpr std::size_t kChunk = 1u << 20;  // EVP counts in int

std::string run(const EVP_CIPHER *cipher, std::string_view key, std::string_view iv, std::string_view data,
                bool encrypt) {
  data = data.substr(0, data.size() / 16 * 16);
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  std::string out(data.size() + 16, '\0');
  if (context == nullptr || cipher == nullptr ||
      EVP_CipherInit_ex(context.get(), cipher, nullptr, raw(key), iv.empty() ? nullptr : raw(iv),
                        encrypt ? 1 : 0) != 1)
    return {};
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  std::size_t done = 0;
  for (std::size_t at = 0; at < data.size(); at += kChunk) {
    const std::string_view piece = data.substr(at, kChunk);
    int size = 0;
    if (EVP_CipherUpdate(context.get(), reinterpret_cast<unsigned char *>(out.data()) + done, &size,
                         raw(piece), static_cast<int>(piece.size())) != 1)
      break;
    done += static_cast<std::size_t>(size);
  }
  out.resize(done);
  return out;
}

const EVP_CIPHER *aes(std::size_t key_size, bool cbc) {
  switch (key_size) {
    case 16:
      return cbc ? EVP_aes_128_cbc() : EVP_aes_128_ecb();
    case 24:
      return cbc ? EVP_aes_192_cbc() : EVP_aes_192_ecb();
    case 32:
      return cbc ? EVP_aes_256_cbc() : EVP_aes_256_ecb();
    default:
      return nullptr;
  }
}

}  // namespace

std::string digest_of(Digest digest, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (EVP_Digest(data.data(), data.size(), out.data(), &size, kind_of(digest), nullptr) != 1) return {};
  return {reinterpret_cast<const char *>(out.data()), size};
}

std::size_t digest_size(Digest digest) {
  return static_cast<std::size_t>(EVP_MD_get_size(kind_of(digest)));
}

std::string hmac_of(Digest digest, std::string_view key, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (HMAC(kind_of(digest), key.data(), static_cast<int>(key.size()), raw(data), data.size(), out.data(),
           &size) == nullptr)
    return {};
  return {reinterpret_cast<const char *>(out.data()), size};
}

std::string pbkdf2(Digest digest, std::string_view password, std::string_view salt, std::uint32_t iterations,
                   std::size_t size) {
  std::string out(size, '\0');
  if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), raw(salt),
                        static_cast<int>(salt.size()), static_cast<int>(iterations), kind_of(digest),
                        static_cast<int>(size), reinterpret_cast<unsigned char *>(out.data())) != 1)
    return {};
  return out;
}

std::string rc4(std::string_view key, std::string_view data) {
  if (key.empty()) return std::string(data);
  std::array<std::uint8_t, 256> state{};
  std::iota(state.begin(), state.end(), std::uint8_t{0});
  for (unsigned i = 0, j = 0; i < 256; ++i) {
    j = (j + state[i] + static_cast<unsigned char>(key[i % key.size()])) & 255;
    std::swap(state[i], state[j]);
  }
  std::string out(data);
  unsigned i = 0;
  unsigned j = 0;
  for (char &c : out) {
    i = (i + 1) & 255;
    j = (j + state[i]) & 255;
    std::swap(state[i], state[j]);
    c = static_cast<char>(static_cast<unsigned char>(c) ^ state[(state[i] + state[j]) & 255]);
  }
  return out;
}

std::string aes_cbc_decrypt(std::string_view key, std::string_view iv, std::string_view data) {
  return iv.size() < 16 ? std::string() : run(aes(key.size(), true), key, iv, data, false);
}

std::string aes_cbc_encrypt(std::string_view key, std::string_view iv, std::string_view data) {
  return iv.size() < 16 ? std::string() : run(aes(key.size(), true), key, iv, data, true);
}

std::string aes_ecb_decrypt(std::string_view key, std::string_view data) {
  return run(aes(key.size(), false), key, {}, data, false);
}

std::string aes_ctr_winzip(std::string_view key, std::string_view data) {
  std::string out;
  out.reserve(data.size());
  std::uint64_t counter = 1;
  std::string counters;
  while (!data.empty()) {
    const std::string_view piece = data.substr(0, kChunk);
    counters.assign((piece.size() + 15) / 16 * 16, '\0');
    for (std::size_t at = 0; at < counters.size(); at += 16, ++counter)
      for (std::size_t i = 0; i < 8; ++i) counters[at + i] = static_cast<char>(counter >> (8 * i));
    const std::string mask = run(aes(key.size(), false), key, {}, counters, true);
    if (mask.size() < piece.size()) return {};
    for (std::size_t i = 0; i < piece.size(); ++i) out += static_cast<char>(piece[i] ^ mask[i]);
    data.remove_prefix(piece.size());
  }
  return out;
}

}  // namespace dislodge::evidence
