#pragma once
// Inflate (RFC 1951), within a cap, that gives back what there is: libdeflate does sound streams at full
// speed, and where it refuses one (cut, damaged), a plain decoder of our own runs over it again and keeps
// every byte up to the fault, since libdeflate does not say how far it came. The same decoder knows deflate64
// (zip method 9).
//
//   Inflater inflater;
//   Inflated out = inflater.raw(packed, declared_size, cap);
//   if (out.end == InflateEnd::complete) use(out.bytes); packed.remove_prefix(out.consumed);

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

struct libdeflate_decompressor;

namespace dislodge::evidence {

enum class InflateEnd : std::uint8_t {
  complete,
  limit,      // more than `cap` bytes came out; at least cap - 65,536 of them are given
  damaged,    // the stream breaks its own rules, or its checksum differs
  truncated,  // the stream ends early
};

struct Inflated {
  std::string_view bytes;      // lies in the inflater's buffer, valid until its next call
  std::uint64_t consumed = 0;  // packed bytes used; with `limit` it is not known, and 0
  InflateEnd end = InflateEnd::complete;
};

// Holds one output buffer that grows and is used again. Not thread-safe; one per reader.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater &) = delete;
  Inflater &operator=(const Inflater &) = delete;

  // `expected` is the declared size or 0; a wrong one costs time only. Never more than `cap` bytes come out.
  Inflated raw(std::string_view packed, std::uint64_t expected, std::uint64_t cap);
  Inflated deflate64(std::string_view packed, std::uint64_t cap);
  // zlib framing (RFC 1950): with a wrong Adler-32 the bytes are all there, and `end` is damaged.
  Inflated zlib(std::string_view packed, std::uint64_t expected, std::uint64_t cap);

  // The fast path alone, into memory of the caller: true if `packed` begins with a whole zlib stream of
  // exactly `size` bytes; `consumed` is then its packed size.
  bool zlib_exact(std::string_view packed, char *out, std::size_t size, std::size_t &consumed);

 private:
  void reserve(std::size_t capacity);
  Inflated slow(std::string_view packed, bool deflate64, std::uint64_t cap);

  libdeflate_decompressor *decompressor_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
};

}  // namespace dislodge::evidence
