#pragma once
// Digests. SHA-256 identifies evidence and chains the journal (FIPS 180-4); keyed BLAKE2b makes fingerprints
// (RFC 7693); SHA-1 and CRC-32 are read only because git and zip use them.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dislodge::base {

using Sha256 = std::array<unsigned char, 32>;
using Sha1 = std::array<unsigned char, 20>;

Sha256 sha256(std::string_view bytes);
Sha1 sha1(std::string_view bytes);
std::uint32_t crc32(std::string_view bytes, std::uint32_t seed = 0);

// BLAKE2b-256 under a key of 32 bytes.
Sha256 keyed_hash(std::string_view key, std::string_view bytes);

// SHA-256 of what comes piece by piece.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream &&) noexcept;
  Sha256Stream &operator=(Sha256Stream &&) noexcept;
  void add(std::string_view bytes);
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

template <typename Digest>
std::string to_hex(const Digest &digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(digest.size() * 2);
  for (const auto byte : digest) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

// A digest's bytes as a view, for hashing on and for blobs.
template <typename Digest>
std::string_view as_bytes(const Digest &digest) {
  return {reinterpret_cast<const char *>(digest.data()), digest.size()};
}

}  // namespace dislodge::base
