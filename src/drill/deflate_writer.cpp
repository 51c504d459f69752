#include "drill/deflate_writer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace dislodge::drill {
namespace {

class BitWriter {
 public:
  void bits(std::uint32_t value, unsigned count) {
    held_ |= std::uint64_t{value} << used_;
    used_ += count;
    while (used_ >= 8) {
      out_ += static_cast<char>(held_ & 0xFF);
      held_ >>= 8;
      used_ -= 8;
    }
  }
  // Huffman codes go in with their most significant bit first.
  void code(std::uint32_t value, unsigned count) {
    std::uint32_t reversed = 0;
    for (unsigned i = 0; i < count; ++i) reversed |= ((value >> i) & 1u) << (count - 1 - i);
    bits(reversed, count);
  }
  std::string finish() {
    if (used_ > 0) bits(0, 8 - used_);
    return std::move(out_);
  }

 private:
  std::string out_;
  std::uint64_t held_ = 0;
  unsigned used_ = 0;
};

void write_symbol(BitWriter &out, unsigned symbol) {  // RFC 1951 3.2.6
  if (symbol < 144)
    out.code(0x30 + symbol, 8);
  else if (symbol < 256)
    out.code(0x190 + symbol - 144, 9);
  else if (symbol < 280)
    out.code(symbol - 256, 7);
  else
    out.code(0xC0 + symbol - 280, 8);
}

constexpr std::array<std::uint16_t, 29> kLengthBase = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                                       15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                                       67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr std::array<std::uint8_t, 29> kLengthExtra = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                       2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr std::array<std::uint16_t, 30> kDistanceBase = {
    1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
    193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
constexpr std::array<std::uint8_t, 30> kDistanceExtra = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                                         6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};

void write_match(BitWriter &out, std::size_t length, std::size_t distance) {
  std::size_t l = kLengthBase.size() - 1;
  while (kLengthBase[l] > length) --l;
  write_symbol(out, static_cast<unsigned>(257 + l));
  out.bits(static_cast<std::uint32_t>(length - kLengthBase[l]), kLengthExtra[l]);
  std::size_t d = kDistanceBase.size() - 1;
  while (kDistanceBase[d] > distance) --d;
  out.code(static_cast<std::uint32_t>(d), 5);
  out.bits(static_cast<std::uint32_t>(distance - kDistanceBase[d]), kDistanceExtra[d]);
}

constexpr std::size_t kWindow = 32768;
constexpr std::size_t kLongest = 258;
constexpr int kChain = 32;  // earlier places tried for each position

}  // namespace

std::string deflate(std::string_view bytes) {
  BitWriter out;
  out.bits(1, 1);  // the last block
  out.bits(1, 2);  // fixed codes
  std::vector<std::int64_t> head(1u << 15, -1);
  std::vector<std::int64_t> previous(bytes.size(), -1);
  const auto hash_at = [&](std::size_t at) {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(bytes[at + i])}; };
    return (((byte(0) << 16) | (byte(1) << 8) | byte(2)) * 2654435761u) >> 17;
  };
  const auto remember = [&](std::size_t at) {
    if (at + 3 > bytes.size()) return;
    const std::uint32_t slot = hash_at(at);
    previous[at] = head[slot];
    head[slot] = static_cast<std::int64_t>(at);
  };
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t best = 0;
    std::size_t distance = 0;
    if (at + 3 <= bytes.size()) {
      std::int64_t candidate = head[hash_at(at)];
      for (int tries = 0; candidate >= 0 && tries < kChain; ++tries) {
        const auto from = static_cast<std::size_t>(candidate);
        if (at - from > kWindow) break;
        const std::size_t most = std::min(kLongest, bytes.size() - at);
        std::size_t length = 0;
        while (length < most && bytes[from + length] == bytes[at + length]) ++length;
        if (length > best) {
          best = length;
          distance = at - from;
        }
        candidate = previous[from];
      }
    }
    if (best < 3) {
      write_symbol(out, static_cast<unsigned char>(bytes[at]));
      remember(at++);
      continue;
    }
    write_match(out, best, distance);
    for (std::size_t end = at + best; at < end; ++at) remember(at);
  }
  write_symbol(out, 256);
  return out.finish();
}

std::string zlib_compress(std::string_view bytes) {
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const char byte : bytes) {
    a = (a + static_cast<unsigned char>(byte)) % 65521;
    b = (b + a) % 65521;
  }
  const std::uint32_t adler = (b << 16) | a;
  std::string out = "\x78\x01" + deflate(bytes);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(adler >> shift);
  return out;
}

}  // namespace dislodge::drill
