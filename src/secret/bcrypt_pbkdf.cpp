#include "secret/bcrypt_pbkdf.hpp"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "secret/openssl_object.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kSubkeys = 18;
constexpr std::size_t kBoxes = 4 * 256;
constexpr std::size_t kHashBytes = 32;

struct State {
  std::array<std::uint32_t, kSubkeys> p{};
  std::array<std::uint32_t, kBoxes> s{};
};

// Blowfish begins with the binary digits of pi behind the point: 18 words, then four tables of 256. They are
// computed (Machin: pi = 16 atan(1/5) - 4 atan(1/239)) rather than written down.
using Number = Owned<BIGNUM, BN_free>;

Number arctangent_of_inverse(BN_ULONG n, int bits) {
  Number term(BN_new());
  Number sum(BN_new());
  Number part(BN_new());
  BN_set_bit(term.get(), bits);
  BN_div_word(term.get(), n);
  BN_copy(sum.get(), term.get());
  bool minus = true;
  for (BN_ULONG k = 3; !BN_is_zero(term.get()); k += 2, minus = !minus) {
    BN_div_word(term.get(), n * n);
    BN_copy(part.get(), term.get());
    BN_div_word(part.get(), k);
    if (minus)
      BN_sub(sum.get(), sum.get(), part.get());
    else
      BN_add(sum.get(), sum.get(), part.get());
  }
  return sum;
}

State digits_of_pi() {
  constexpr int kGuard = 64;  // bits that rounding may spoil
  constexpr int kBits = static_cast<int>((kSubkeys + kBoxes) * 32);
  Number pi = arctangent_of_inverse(5, kBits + kGuard);
  const Number less = arctangent_of_inverse(239, kBits + kGuard);
  BN_mul_word(pi.get(), 4);
  BN_sub(pi.get(), pi.get(), less.get());
  BN_mul_word(pi.get(), 4);
  BN_rshift(pi.get(), pi.get(), kGuard);
  BN_mask_bits(pi.get(), kBits);
  std::vector<unsigned char> bytes(kBits / 8);
  BN_bn2binpad(pi.get(), bytes.data(), static_cast<int>(bytes.size()));
  State out;
  for (std::size_t i = 0; i < kSubkeys + kBoxes; ++i) {
    std::uint32_t word = 0;
    for (std::size_t b = 0; b < 4; ++b) word = word << 8 | bytes[4 * i + b];
    (i < kSubkeys ? out.p[i] : out.s[i - kSubkeys]) = word;
  }
  return out;
}

void encipher(const State &c, std::uint32_t &left, std::uint32_t &right) {
  const auto f = [&c](std::uint32_t x) {
    return ((c.s[x >> 24] + c.s[256 + (x >> 16 & 255)]) ^ c.s[512 + (x >> 8 & 255)]) + c.s[768 + (x & 255)];
  };
  std::uint32_t l = left ^ c.p[0];
  std::uint32_t r = right;
  for (std::size_t i = 1; i <= 16; i += 2) {
    r ^= f(l) ^ c.p[i];
    l ^= f(r) ^ c.p[i + 1];
  }
  left = r ^ c.p[17];
  right = l;
}

using Digest = std::array<unsigned char, SHA512_DIGEST_LENGTH>;

// The digest's words, one after the other and again from its beginning.
class Words {
 public:
  explicit Words(const Digest &bytes) : bytes_(bytes) {}
  std::uint32_t next() {
    std::uint32_t word = 0;
    for (int i = 0; i < 4; ++i) {
      word = word << 8 | bytes_[at_];
      at_ = (at_ + 1) % bytes_.size();
    }
    return word;
  }

 private:
  const Digest &bytes_;
  std::size_t at_ = 0;
};

// Blowfish's key schedule; `salt` is mixed in where there is one.
void expand(State &c, const Digest &key, const Digest *salt) {
  Words key_words(key);
  for (std::uint32_t &word : c.p) word ^= key_words.next();
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  Words salt_words(salt != nullptr ? *salt : key);
  const auto step = [&](std::uint32_t &first, std::uint32_t &second) {
    if (salt != nullptr) {
      left ^= salt_words.next();
      right ^= salt_words.next();
    }
    encipher(c, left, right);
    first = left;
    second = right;
  };
  for (std::size_t i = 0; i < kSubkeys; i += 2) step(c.p[i], c.p[i + 1]);
  for (std::size_t i = 0; i < kBoxes; i += 2) step(c.s[i], c.s[i + 1]);
}

using Hash = std::array<unsigned char, kHashBytes>;

Hash bcrypt_hash(const Digest &key, const Digest &salt) {
  static const State kPi = digits_of_pi();
  State c = kPi;
  expand(c, key, &salt);
  for (int i = 0; i < 64; ++i) {
    expand(c, salt, nullptr);
    expand(c, key, nullptr);
  }
  constexpr std::string_view kText = "OxychromaticBlowfishSwatDynamite";
  std::array<std::uint32_t, kHashBytes / 4> words{};
  for (std::size_t i = 0; i < kHashBytes; ++i)
    words[i / 4] = words[i / 4] << 8 | static_cast<unsigned char>(kText[i]);
  for (int i = 0; i < 64; ++i)
    for (std::size_t w = 0; w < words.size(); w += 2) encipher(c, words[w], words[w + 1]);
  Hash out{};
  for (std::size_t i = 0; i < kHashBytes; ++i)
    out[i] = static_cast<unsigned char>(words[i / 4] >> (8 * (i % 4)));
  OPENSSL_cleanse(&c, sizeof c);
  return out;
}

Digest sha512(const void *bytes, std::size_t size) {
  Digest out;
  SHA512(static_cast<const unsigned char *>(bytes), size, out.data());
  return out;
}

}  // namespace

std::string bcrypt_pbkdf(std::string_view passphrase, std::string_view salt, std::uint32_t rounds,
                         std::size_t size) {
  std::string key(size, '\0');
  if (passphrase.empty() || size == 0 || size > 1024) return key;
  Digest secret = sha512(passphrase.data(), passphrase.size());
  const std::size_t blocks = (size + kHashBytes - 1) / kHashBytes;
  const std::size_t each = (size + blocks - 1) / blocks;
  for (std::size_t block = 0; block < blocks; ++block) {
    std::string salted(salt);
    for (int shift = 24; shift >= 0; shift -= 8) salted += static_cast<char>((block + 1) >> shift);
    Hash last = bcrypt_hash(secret, sha512(salted.data(), salted.size()));
    Hash sum = last;
    for (std::uint32_t round = 1; round < rounds; ++round) {
      last = bcrypt_hash(secret, sha512(last.data(), last.size()));
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] ^= last[i];
    }
    for (std::size_t i = 0; i < each; ++i)
      if (const std::size_t to = i * blocks + block; to < size) key[to] = static_cast<char>(sum[i]);
    OPENSSL_cleanse(sum.data(), sum.size());
    OPENSSL_cleanse(last.data(), last.size());
  }
  OPENSSL_cleanse(secret.data(), secret.size());
  return key;
}

}  // namespace dislodge::secret
