#include "evidence/inflate.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace dislodge::evidence {

namespace {

// A stored block is the largest thing that libdeflate refuses whole when space runs out.
constexpr std::uint64_t kStoredBlockMax = 65'536;
// Deflate gives at most 258 bytes for two bits: 1,032 to 1.
constexpr std::uint64_t kDeflateRatioMax = 1'032;
constexpr std::uint64_t kSmallOutput = 256 << 10;
// First guess for a stream of unknown size: a lone header before a gigabyte of other bytes must not cost
// gigabytes.
constexpr std::uint64_t kGuessMax = 64ull << 20;

std::uint64_t guess(std::uint64_t packed, std::uint64_t most) {
  return std::min({most, kGuessMax, std::max(kSmallOutput, packed * 4)});
}

enum class Step : std::uint8_t { ok, damaged, truncated, limit };

class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}
  // At least one bit short of `count` at the end of the input: false.
  bool need(unsigned count) {
    while (held_ < count) {
      if (next_ == bytes_.size()) return false;
      bits_ |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes_[next_++])) << held_;
      held_ += 8;
    }
    return true;
  }
  // What is there, zero-filled: a Huffman code may be shorter than the look-ahead.
  std::uint32_t peek(unsigned count) {
    need(count);
    return static_cast<std::uint32_t>(bits_ & ((1ull << count) - 1));
  }
  bool drop(unsigned count) {
    if (held_ < count) return false;
    bits_ >>= count;
    held_ -= count;
    return true;
  }
  bool take(unsigned count, std::uint32_t &value) {
    if (!need(count)) return false;
    value = static_cast<std::uint32_t>(bits_ & ((1ull << count) - 1));
    return drop(count);
  }
  void align() { drop(held_ % 8); }
  // Copies whole bytes; the reader is aligned. Returns how many there were.
  std::size_t copy(char *out, std::size_t count) {
    std::size_t done = 0;
    while (done < count && held_ >= 8) {
      out[done++] = static_cast<char>(bits_ & 255);
      drop(8);
    }
    const std::size_t rest = std::min(count - done, bytes_.size() - next_);
    std::memcpy(out + done, bytes_.data() + next_, rest);
    next_ += rest;
    return done + rest;
  }
  std::size_t consumed() const { return next_ - held_ / 8; }

 private:
  std::string_view bytes_;
  std::size_t next_ = 0;
  std::uint64_t bits_ = 0;
  unsigned held_ = 0;
};

// A canonical Huffman code: short codes by one look-up, longer ones by walking the lengths.
class HuffmanCode {
 public:
  static constexpr unsigned kLengthMax = 15;
  static constexpr unsigned kLookupBits = 10;

  bool build(const std::uint8_t *lengths, unsigned symbols) {
    count_.fill(0);
    lookup_.fill(0);
    for (unsigned i = 0; i < symbols; ++i) ++count_[lengths[i]];
    count_[0] = 0;
    std::array<std::uint16_t, kLengthMax + 2> offset{};
    std::array<std::uint32_t, kLengthMax + 2> code{};
    std::int32_t left = 1;
    for (unsigned length = 1; length <= kLengthMax; ++length) {
      left = left * 2 - count_[length];
      if (left < 0) return false;  // more codes than there is room for
      offset[length + 1] = static_cast<std::uint16_t>(offset[length] + count_[length]);
      code[length + 1] = (code[length] + count_[length]) << 1;
    }
    for (unsigned i = 0; i < symbols; ++i) {
      const unsigned length = lengths[i];
      if (length == 0) continue;
      symbol_[offset[length]++] = static_cast<std::uint16_t>(i);
      const std::uint32_t value = code[length]++;
      if (length > kLookupBits) continue;
      std::uint32_t reversed = 0;
      for (unsigned bit = 0; bit < length; ++bit) reversed |= ((value >> bit) & 1) << (length - 1 - bit);
      for (std::uint32_t slot = reversed; slot < (1u << kLookupBits); slot += 1u << length)
        lookup_[slot] = static_cast<std::uint16_t>(i << 4 | length);
    }
    return true;
  }

  Step decode(BitReader &in, unsigned &symbol) const {
    const std::uint32_t ahead = in.peek(kLengthMax);
    if (const std::uint16_t entry = lookup_[ahead & ((1u << kLookupBits) - 1)]; entry != 0) {
      symbol = entry >> 4;
      return in.drop(entry & 15) ? Step::ok : Step::truncated;
    }
    std::int32_t code = 0;
    std::int32_t first = 0;
    std::int32_t index = 0;
    for (unsigned length = 1; length <= kLengthMax; ++length) {
      code |= static_cast<std::int32_t>(ahead >> (length - 1) & 1);
      if (code - first < count_[length]) {
        symbol = symbol_[static_cast<std::size_t>(index + code - first)];
        return in.drop(length) ? Step::ok : Step::truncated;
      }
      index += count_[length];
      first = (first + count_[length]) << 1;
      code <<= 1;
    }
    return in.need(kLengthMax) ? Step::damaged : Step::truncated;
  }

 private:
  std::array<std::uint16_t, kLengthMax + 1> count_{};
  std::array<std::uint16_t, 320> symbol_{};
  std::array<std::uint16_t, 1u << kLookupBits> lookup_{};  // symbol << 4 | length; 0: longer or none
};

// RFC 1951 3.2.5. Deflate64 differs in its last length code and adds two distance codes.
constexpr std::uint16_t kLengthBase[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                         31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr std::uint8_t kLengthBits[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                        2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr std::uint32_t kDistanceBase[] = {
    1,   2,   3,   4,   5,    7,    9,    13,   17,   25,   33,   49,    65,    97,    129,   193,
    257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577, 32769, 49153};
constexpr std::uint8_t kDistanceBits[] = {0, 0, 0, 0, 1, 1, 2,  2,  3,  3,  4,  4,  5,  5,  6,  6,
                                          7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14};

class SlowDecoder {
 public:
  SlowDecoder(std::string_view packed, bool deflate64, char *out, std::uint64_t cap)
      : in_(packed), deflate64_(deflate64), out_(out), cap_(cap) {}

  Step run() {
    std::uint32_t last = 0;
    while (last == 0) {
      std::uint32_t type = 0;
      if (!in_.take(1, last) || !in_.take(2, type)) return Step::truncated;
      Step step = Step::damaged;
      if (type == 0) step = stored_block();
      if (type == 1) step = fixed_block();
      if (type == 2) step = dynamic_block();
      if (step != Step::ok) return step;
    }
    in_.align();
    return Step::ok;
  }
  std::size_t size() const { return size_; }
  std::size_t consumed() const { return in_.consumed(); }

 private:
  Step stored_block() {
    in_.align();
    std::uint32_t length = 0;
    std::uint32_t inverse = 0;
    if (!in_.take(16, length) || !in_.take(16, inverse)) return Step::truncated;
    if ((length ^ inverse) != 0xFFFF) return Step::damaged;
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(length, cap_ - size_));
    const std::size_t copied = in_.copy(out_ + size_, room);
    size_ += copied;
    if (copied < room) return Step::truncated;
    return room < length ? Step::limit : Step::ok;
  }

  Step fixed_block() {
    std::array<std::uint8_t, 288> lengths{};
    for (unsigned i = 0; i < 288; ++i)
      lengths[i] = static_cast<std::uint8_t>(i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
    literals_.build(lengths.data(), 288);
    std::array<std::uint8_t, 32> five{};
    five.fill(5);
    distances_.build(five.data(), deflate64_ ? 32 : 30);
    return codes();
  }

  Step dynamic_block() {
    static constexpr std::uint8_t kOrder[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                              11, 4,  12, 3, 13, 2, 14, 1, 15};
    std::uint32_t literal_count = 0;
    std::uint32_t distance_count = 0;
    std::uint32_t length_count = 0;
    if (!in_.take(5, literal_count) || !in_.take(5, distance_count) || !in_.take(4, length_count))
      return Step::truncated;
    literal_count += 257;
    distance_count += 1;
    length_count += 4;
    std::array<std::uint8_t, 320> lengths{};
    for (std::uint32_t i = 0; i < length_count; ++i) {
      std::uint32_t bits = 0;
      if (!in_.take(3, bits)) return Step::truncated;
      lengths[kOrder[i]] = static_cast<std::uint8_t>(bits);
    }
    if (!literals_.build(lengths.data(), 19)) return Step::damaged;
    lengths.fill(0);
    std::uint32_t done = 0;
    while (done < literal_count + distance_count) {
      unsigned symbol = 0;
      if (const Step step = literals_.decode(in_, symbol); step != Step::ok) return step;
      if (symbol < 16) {
        lengths[done++] = static_cast<std::uint8_t>(symbol);
        continue;
      }
      static constexpr std::uint8_t kRepeatBits[] = {2, 3, 7};
      static constexpr std::uint8_t kRepeatBase[] = {3, 3, 11};
      std::uint32_t repeat = 0;
      if (!in_.take(kRepeatBits[symbol - 16], repeat)) return Step::truncated;
      repeat += kRepeatBase[symbol - 16];
      if (symbol == 16 && done == 0) return Step::damaged;
      const std::uint8_t value = symbol == 16 ? lengths[done - 1] : std::uint8_t{0};
      if (done + repeat > literal_count + distance_count) return Step::damaged;
      while (repeat-- > 0) lengths[done++] = value;
    }
    if (!literals_.build(lengths.data(), literal_count)) return Step::damaged;
    if (!distances_.build(lengths.data() + literal_count, distance_count)) return Step::damaged;
    return codes();
  }

  Step codes() {
    while (true) {
      unsigned symbol = 0;
      if (const Step step = literals_.decode(in_, symbol); step != Step::ok) return step;
      if (symbol == 256) return Step::ok;
      if (symbol < 256) {
        if (size_ == cap_) return Step::limit;
        out_[size_++] = static_cast<char>(symbol);
        continue;
      }
      symbol -= 257;
      if (symbol >= 29) return Step::damaged;
      const bool long_match = deflate64_ && symbol == 28;
      std::uint32_t extra = 0;
      if (!in_.take(long_match ? 16 : kLengthBits[symbol], extra)) return Step::truncated;
      const std::uint64_t length = (long_match ? 3u : kLengthBase[symbol]) + extra;
      unsigned code = 0;
      if (const Step step = distances_.decode(in_, code); step != Step::ok) return step;
      if (code >= (deflate64_ ? 32u : 30u)) return Step::damaged;
      if (!in_.take(kDistanceBits[code], extra)) return Step::truncated;
      const std::uint64_t distance = std::uint64_t{kDistanceBase[code]} + extra;
      if (distance > size_) return Step::damaged;
      const std::uint64_t room = std::min(length, cap_ - size_);
      for (std::uint64_t i = 0; i < room; ++i, ++size_) out_[size_] = out_[size_ - distance];
      if (room < length) return Step::limit;
    }
  }

  BitReader in_;
  bool deflate64_;
  char *out_;
  std::uint64_t cap_;
  std::size_t size_ = 0;
  HuffmanCode literals_;
  HuffmanCode distances_;
};

}  // namespace

Inflater::Inflater() : decompressor_(libdeflate_alloc_decompressor()) {
  if (decompressor_ == nullptr) throw std::bad_alloc();
}
Inflater::~Inflater() {
  libdeflate_free_decompressor(decompressor_);
}

void Inflater::reserve(std::size_t capacity) {
  if (capacity <= capacity_ && buffer_ != nullptr) return;
  capacity = std::max<std::size_t>(capacity, 1);
  buffer_.reset();  // first, so that old and new are never held together
  capacity_ = 0;
  buffer_ = std::make_unique_for_overwrite<char[]>(capacity);
  capacity_ = capacity;
}

Inflated Inflater::slow(std::string_view packed, bool deflate64, std::uint64_t cap) {
  // Deflate64's longest match is 65,538 bytes for two bits and more, so its bound is the cap alone; grow by
  // steps.
  const std::uint64_t ratio = deflate64 ? kStoredBlockMax * 4 : kDeflateRatioMax;
  const std::uint64_t most = packed.size() < cap / ratio ? packed.size() * ratio + 64 : cap;
  std::uint64_t capacity = guess(packed.size(), most);
  while (true) {
    reserve(static_cast<std::size_t>(capacity));
    SlowDecoder decoder(packed, deflate64, buffer_.get(), capacity);
    const Step step = decoder.run();
    if (step == Step::limit && capacity < most) {
      capacity = std::min(most, capacity * 4);
      continue;
    }
    Inflated result;
    result.bytes = {buffer_.get(), decoder.size()};
    result.consumed = step == Step::limit ? 0 : decoder.consumed();
    result.end = step == Step::ok          ? InflateEnd::complete
                 : step == Step::limit     ? InflateEnd::limit
                 : step == Step::truncated ? InflateEnd::truncated
                                           : InflateEnd::damaged;
    return result;
  }
}

Inflated Inflater::deflate64(std::string_view packed, std::uint64_t cap) {
  return slow(packed, true, cap);
}

Inflated Inflater::raw(std::string_view packed, std::uint64_t expected, std::uint64_t cap) {
  // Little output left to give: the exact decoder, which gives every byte up to the cap.
  if (cap < 2 * kStoredBlockMax) return slow(packed, false, cap);
  const std::uint64_t most =
      packed.size() < cap / kDeflateRatioMax ? packed.size() * kDeflateRatioMax + 64 : cap;
  const bool believable =
      expected != 0 && expected <= most && expected <= std::max(kGuessMax, packed.size() * 32);
  std::uint64_t capacity = believable ? expected : guess(packed.size(), most);
  while (true) {
    reserve(static_cast<std::size_t>(capacity));
    std::size_t consumed = 0;
    std::size_t size = 0;
    const libdeflate_result outcome =
        libdeflate_deflate_decompress_ex(decompressor_, packed.data(), packed.size(), buffer_.get(),
                                         static_cast<std::size_t>(capacity), &consumed, &size);
    if (outcome == LIBDEFLATE_SUCCESS) return {{buffer_.get(), size}, consumed, InflateEnd::complete};
    if (outcome != LIBDEFLATE_INSUFFICIENT_SPACE) return slow(packed, false, cap);
    if (capacity >= most) {
      // At the cap all but the last refused block is written, though libdeflate does not say so.
      if (most < cap) return slow(packed, false, cap);
      return {{buffer_.get(), static_cast<std::size_t>(cap - kStoredBlockMax)}, 0, InflateEnd::limit};
    }
    capacity = std::min(most, capacity * 2);
  }
}

Inflated Inflater::zlib(std::string_view packed, std::uint64_t expected, std::uint64_t cap) {
  if (packed.size() < 2) return {{}, packed.size(), InflateEnd::truncated};
  const auto first = static_cast<unsigned char>(packed[0]);
  const auto second = static_cast<unsigned char>(packed[1]);
  // Method 8, header check, no preset dictionary.
  if ((first & 15) != 8 || (first * 256 + second) % 31 != 0 || (second & 32) != 0)
    return {{}, 0, InflateEnd::damaged};
  Inflated result = raw(packed.substr(2), expected, cap);
  if (result.end == InflateEnd::limit) return result;
  result.consumed += 2;
  if (result.end != InflateEnd::complete) return result;
  const std::string_view trailer = packed.substr(static_cast<std::size_t>(result.consumed));
  if (trailer.size() < 4) {
    result.consumed = packed.size();
    result.end = InflateEnd::truncated;
    return result;
  }
  std::uint32_t declared = 0;
  for (int i = 0; i < 4; ++i)
    declared = declared << 8 | static_cast<unsigned char>(trailer[static_cast<std::size_t>(i)]);
  result.consumed += 4;
  if (libdeflate_adler32(1, result.bytes.data(), result.bytes.size()) != declared)
    result.end = InflateEnd::damaged;
  return result;
}

bool Inflater::zlib_exact(std::string_view packed, char *out, std::size_t size, std::size_t &consumed) {
  return libdeflate_zlib_decompress_ex(decompressor_, packed.data(), packed.size(), out, size, &consumed,
                                       nullptr) == LIBDEFLATE_SUCCESS;
}

}  // namespace dislodge::evidence
