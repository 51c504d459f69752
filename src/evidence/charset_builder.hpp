#pragma once
// Text that grows together with its map; what charset.cpp and charset_asian.cpp write into. Without a map it
// costs nothing to keep none.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/offset_map.hpp"

namespace dislodge::evidence {

template <bool kMapped>
class TextBuilder {
 public:
  // `room`: the most bytes that will be written.
  explicit TextBuilder(std::size_t room) {
    // One buffer a thread: most texts are small, and none is made within another.
    static thread_local std::unique_ptr<char[]> kept;
    static thread_local std::size_t size = 0;
    room += kSlack;
    if (room > kKeptMax) {
      own_ = std::make_unique_for_overwrite<char[]>(room);
      begin_ = own_.get();
    } else {
      if (room > size) {
        size = std::max<std::size_t>(room, 64 << 10);
        kept = std::make_unique_for_overwrite<char[]>(size);
      }
      begin_ = kept.get();
    }
    to_ = begin_;
  }

  void copy(std::string_view bytes, std::size_t source) {
    if (bytes.empty()) return;
    place(source);
    std::memcpy(to_, bytes.data(), bytes.size());
    to_ += bytes.size();
  }
  // The run of ASCII that begins at `at` of `bytes`, and its length.
  std::size_t copy_ascii(std::string_view bytes, std::size_t at) {
    const std::size_t begin = at;
#if defined(__SSE2__)
    // Words in another script, and between their letters, are short: a call would cost as much as the run.
    for (; at + 16 <= bytes.size(); at += 16) {
      const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes.data() + at));
      const auto high = static_cast<unsigned>(_mm_movemask_epi8(next));
      if ((high & 1) != 0) return at - begin;
      if (at == begin) place(at);
      _mm_storeu_si128(reinterpret_cast<__m128i *>(to_), next);  // there is room: see kSlack
      const unsigned plain = high == 0 ? 16u : static_cast<unsigned>(std::countr_zero(high));
      to_ += plain;
      if (high != 0) return at + plain - begin;
    }
#endif
    for (; at < bytes.size() && static_cast<signed char>(bytes[at]) >= 0; ++at) {
      if (at == begin) place(at);
      *to_++ = bytes[at];
    }
    return at - begin;
  }
  void code_point(std::uint32_t c, std::size_t source) {
    place(source);
    to_ = written(c, to_);
  }

  // For loops over characters, which keep the place in a register: what is written through a pointer to char
  // might be this object, and would have to be looked up again behind every character.
  //
  //   char *to = out.position();   ... out.mark(to, source); to = out.written(c, to); ...   out.moved(to);
  char *position() const { return to_; }
  void moved(char *to) { to_ = to; }
  void mark(const char *to, std::size_t source) {
    if constexpr (kMapped) map_.add(static_cast<std::size_t>(to - begin_), source);
  }
  static char *written(std::uint32_t c, char *to) {
    if ((c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) c = 0xFFFD;
    if (c < 0x80) {
      *to = static_cast<char>(c);
      return to + 1;
    }
    if (c < 0x800) {
      to[0] = static_cast<char>(0xC0 | c >> 6);
      to[1] = static_cast<char>(0x80 | (c & 63));
      return to + 2;
    }
    if (c < 0x10000) {
      to[0] = static_cast<char>(0xE0 | c >> 12);
      to[1] = static_cast<char>(0x80 | (c >> 6 & 63));
      to[2] = static_cast<char>(0x80 | (c & 63));
      return to + 3;
    }
    to[0] = static_cast<char>(0xF0 | c >> 18);
    to[1] = static_cast<char>(0x80 | (c >> 12 & 63));
    to[2] = static_cast<char>(0x80 | (c >> 6 & 63));
    to[3] = static_cast<char>(0x80 | (c & 63));
    return to + 4;
  }
  // The end of the text leads to the end of the source.
  void finish(std::size_t source) { place(source); }

  std::string_view view() const { return {begin_, static_cast<std::size_t>(to_ - begin_)}; }
  base::OffsetMap take_map() { return std::move(map_); }

 private:
  static constexpr std::size_t kKeptMax = 4u << 20;
  static constexpr std::size_t kSlack = 32;  // what is copied whole may be less than it

  void place(std::size_t source) {
    if constexpr (kMapped) map_.add(static_cast<std::size_t>(to_ - begin_), source);
  }

  std::unique_ptr<char[]> own_;
  char *begin_ = nullptr;
  char *to_ = nullptr;
  base::OffsetMap map_;
};

}  // namespace dislodge::evidence
