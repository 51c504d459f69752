#include "base/bulk.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dislodge::base {

std::size_t utf8_sequence(std::string_view bytes) {
  const auto at = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned>(static_cast<unsigned char>(bytes[i])) : 0u;
  };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
  if (bytes.empty()) return 0;
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (lead == 0xE0 && at(1) < 0xA0) return 0;
    if (lead == 0xED && at(1) > 0x9F) return 0;  // surrogates
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (lead == 0xF0 && at(1) < 0x90) return 0;
    if (lead == 0xF4 && at(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

namespace {

// Written so that compilers make it of whole registers: sums of a byte each, emptied before one is full.
__attribute__((always_inline)) inline std::size_t controls_in(std::string_view bytes) {
  constexpr std::size_t kLanes = 64;
  constexpr std::size_t kRounds = 255;
  const auto control = [](unsigned char c) {
    const bool blank = static_cast<unsigned char>(c - 0x07) <= 0x06;
    return static_cast<unsigned char>(((c < 0x20) & !blank & (c != 0x1B)) | (c == 0x7F));
  };
  std::size_t count = 0;
  std::size_t at = 0;
  while (at + kLanes <= bytes.size()) {
    unsigned char sums[kLanes] = {};
    for (std::size_t round = 0; round < kRounds && at + kLanes <= bytes.size(); ++round, at += kLanes)
      for (std::size_t i = 0; i < kLanes; ++i)
        sums[i] = static_cast<unsigned char>(sums[i] + control(static_cast<unsigned char>(bytes[at + i])));
    for (const unsigned char sum : sums) count += sum;
  }
  for (; at < bytes.size(); ++at) count += control(static_cast<unsigned char>(bytes[at]));
  return count;
}

}  // namespace

namespace portable {

std::size_t count_controls(std::string_view bytes) {
  return controls_in(bytes);
}

std::size_t find_bytes(std::string_view text, std::string_view needle, std::size_t from) {
  if (from > text.size() || text.size() - from < needle.size()) return std::string_view::npos;
  const void *found = memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char *>(found) - text.data());
}

std::size_t ascii_prefix(std::string_view bytes) {
  std::size_t at = 0;
  while (at + 8 <= bytes.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    word &= 0x8080808080808080ull;
    if (word != 0) return at + static_cast<std::size_t>(std::countr_zero(word)) / 8;
    at += 8;
  }
  while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) ++at;
  return at;
}

std::size_t valid_utf8_prefix(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    at += ascii_prefix(bytes.substr(at));
    while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) >= 0x80) {
      const std::size_t length = utf8_sequence(bytes.substr(at, 4));
      if (length == 0) return at;
      at += length;
    }
  }
  return at;
}

}  // namespace portable

#if defined(__x86_64__)
namespace {

#define DISLODGE_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,bmi,bmi2,lzcnt")))
#define DISLODGE_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define DISLODGE_AVX2_INLINE __attribute__((always_inline, target("avx2,bmi,bmi2,lzcnt,popcnt")))

DISLODGE_AVX512 std::size_t find_bytes_avx512(std::string_view text, std::string_view needle,
                                              std::size_t from) {
  if (from > text.size() || text.size() - from < needle.size()) return std::string_view::npos;
  const __m512i first = _mm512_set1_epi8(needle.front());
  const __m512i last = _mm512_set1_epi8(needle.back());
  const std::size_t reach = needle.size() - 1;
  const char *const data = text.data();
  const std::size_t places = text.size() - reach;  // the needle can begin before this
  const auto verify = [&](std::size_t at, std::uint64_t hits) {
    for (; hits != 0; hits &= hits - 1) {
      const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(hits));
      if (std::memcmp(data + place + 1, needle.data() + 1, reach) == 0) return place;
    }
    return std::string_view::npos;
  };
  std::size_t at = from;
  for (; at + 128 <= places; at += 128) {
    const __mmask64 one =
        _mm512_mask_cmpeq_epi8_mask(_mm512_cmpeq_epi8_mask(_mm512_loadu_si512(data + at), first),
                                    _mm512_loadu_si512(data + at + reach), last);
    const __mmask64 two =
        _mm512_mask_cmpeq_epi8_mask(_mm512_cmpeq_epi8_mask(_mm512_loadu_si512(data + at + 64), first),
                                    _mm512_loadu_si512(data + at + 64 + reach), last);
    if ((one | two) == 0) continue;
    if (const std::size_t place = verify(at, one); place != std::string_view::npos) return place;
    if (const std::size_t place = verify(at + 64, two); place != std::string_view::npos) return place;
  }
  for (; at < places; at += 64) {
    const std::size_t left = places - at;
    const __mmask64 valid = left >= 64 ? ~0ull : (1ull << left) - 1;
    const __mmask64 begins =
        _mm512_mask_cmpeq_epi8_mask(valid, _mm512_maskz_loadu_epi8(valid, data + at), first);
    const __mmask64 hits =
        _mm512_mask_cmpeq_epi8_mask(begins, _mm512_maskz_loadu_epi8(valid, data + at + reach), last);
    if (const std::size_t place = verify(at, hits); place != std::string_view::npos) return place;
  }
  return std::string_view::npos;
}

DISLODGE_AVX2 std::size_t find_bytes_avx2(std::string_view text, std::string_view needle, std::size_t from) {
  if (from > text.size() || text.size() - from < needle.size()) return std::string_view::npos;
  const __m256i first = _mm256_set1_epi8(needle.front());
  const __m256i last = _mm256_set1_epi8(needle.back());
  const std::size_t reach = needle.size() - 1;
  const char second = needle[1];  // most places that two bytes speak for are told by a third, without a call
  const char *const data = text.data();
  const auto hits_at = [&](std::size_t at) DISLODGE_AVX2_INLINE {
    const __m256i begins = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(data + at));
    const __m256i ends = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(data + at + reach));
    return _mm256_and_si256(_mm256_cmpeq_epi8(begins, first), _mm256_cmpeq_epi8(ends, last));
  };
  const auto verify = [&](std::size_t at, __m256i found) DISLODGE_AVX2_INLINE {
    for (auto hits = static_cast<unsigned>(_mm256_movemask_epi8(found)); hits != 0; hits &= hits - 1) {
      const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(hits));
      if (data[place + 1] == second && std::memcmp(data + place + 1, needle.data() + 1, reach) == 0)
        return place;
    }
    return std::string_view::npos;
  };
  std::size_t at = from;
  for (; at + reach + 128 <= text.size(); at += 128) {
    const __m256i one = hits_at(at);
    const __m256i two = hits_at(at + 32);
    const __m256i three = hits_at(at + 64);
    const __m256i four = hits_at(at + 96);
    const __m256i any = _mm256_or_si256(_mm256_or_si256(one, two), _mm256_or_si256(three, four));
    if (_mm256_testz_si256(any, any)) continue;
    if (const std::size_t place = verify(at, one); place != std::string_view::npos) return place;
    if (const std::size_t place = verify(at + 32, two); place != std::string_view::npos) return place;
    if (const std::size_t place = verify(at + 64, three); place != std::string_view::npos) return place;
    if (const std::size_t place = verify(at + 96, four); place != std::string_view::npos) return place;
  }
  for (; at + reach + 32 <= text.size(); at += 32)
    if (const std::size_t place = verify(at, hits_at(at)); place != std::string_view::npos) return place;
  // The last places, in one look that begins within those seen: what it finds was not there.
  if (text.size() - from >= reach + 32) {
    const std::size_t begin = text.size() - reach - 32;
    return verify(begin, hits_at(begin));
  }
  return portable::find_bytes(text, needle, at);
}

DISLODGE_AVX512 std::size_t ascii_prefix_avx512(std::string_view bytes) {
  const char *const data = bytes.data();
  std::size_t at = 0;
  for (; at + 64 <= bytes.size(); at += 64) {
    const __mmask64 high = _mm512_movepi8_mask(_mm512_loadu_si512(data + at));
    if (high != 0) return at + static_cast<std::size_t>(std::countr_zero(static_cast<std::uint64_t>(high)));
  }
  if (at == bytes.size()) return at;
  const __mmask64 valid = (1ull << (bytes.size() - at)) - 1;
  const std::uint64_t high = _mm512_movepi8_mask(_mm512_maskz_loadu_epi8(valid, data + at));
  return high != 0 ? at + static_cast<std::size_t>(std::countr_zero(high)) : bytes.size();
}

DISLODGE_AVX2 std::size_t ascii_prefix_avx2(std::string_view bytes) {
  const char *const data = bytes.data();
  std::size_t at = 0;
  for (; at + 32 <= bytes.size(); at += 32) {
    const auto high = static_cast<unsigned>(
        _mm256_movemask_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(data + at))));
    if (high != 0) return at + static_cast<std::size_t>(std::countr_zero(high));
  }
  return at + portable::ascii_prefix(bytes.substr(at));
}

// 32 bytes at a time, after J. Keiser and D. Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte"
// (2020): three tables looked up by the nibbles of each byte and the one before it give the errors that two
// bytes can show; a third or fourth byte is where it must be. The first block that holds an error is read
// again by the portable loop, which says where.
struct Utf8Check {
  static constexpr std::uint8_t kTooShort = 1 << 0, kTooLong = 1 << 1, kOverlong3 = 1 << 2,
                                kTooLarge = 1 << 3, kSurrogate = 1 << 4, kOverlong2 = 1 << 5,
                                kTooLarge1000 = 1 << 6, kOverlong4 = 1 << 6, kTwoTails = 1 << 7;
  static constexpr std::uint8_t kCarry = kTooShort | kTooLong | kTwoTails;
};

DISLODGE_AVX2 std::size_t valid_utf8_prefix_avx2(std::string_view bytes) {
  using C = Utf8Check;
#define DISLODGE_TWICE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)
#define DISLODGE_C(x) static_cast<char>(x)
  const __m256i by_high_1 = DISLODGE_TWICE(
      DISLODGE_C(C::kTooLong), DISLODGE_C(C::kTooLong), DISLODGE_C(C::kTooLong), DISLODGE_C(C::kTooLong),
      DISLODGE_C(C::kTooLong), DISLODGE_C(C::kTooLong), DISLODGE_C(C::kTooLong), DISLODGE_C(C::kTooLong),
      DISLODGE_C(C::kTwoTails), DISLODGE_C(C::kTwoTails), DISLODGE_C(C::kTwoTails), DISLODGE_C(C::kTwoTails),
      DISLODGE_C(C::kTooShort | C::kOverlong2), DISLODGE_C(C::kTooShort),
      DISLODGE_C(C::kTooShort | C::kOverlong3 | C::kSurrogate),
      DISLODGE_C(C::kTooShort | C::kTooLarge | C::kTooLarge1000 | C::kOverlong4));
  const __m256i by_low_1 = DISLODGE_TWICE(
      DISLODGE_C(C::kCarry | C::kOverlong3 | C::kOverlong2 | C::kOverlong4),
      DISLODGE_C(C::kCarry | C::kOverlong2), DISLODGE_C(C::kCarry), DISLODGE_C(C::kCarry),
      DISLODGE_C(C::kCarry | C::kTooLarge), DISLODGE_C(C::kCarry | C::kTooLarge | C::kTooLarge1000),
      DISLODGE_C(C::kCarry | C::kTooLarge | C::kTooLarge1000),
      DISLODGE_C(C::kCarry | C::kTooLarge | C::kTooLarge1000),
      DISLODGE_C(C::kCarry | C::kTooLarge | C::kTooLarge1000),
      DISLODGE_C(C::kCarry | C::kTooLarge | C::kTooLarge1000),
      DISLODGE_C(C::kCarry | C::kTooLarge | C::kTooLarge1000),
      DISLODGE_C(C::kCarry | C::kTooLarge | C::kTooLarge1000),
      DISLODGE_C(C::kCarry | C::kTooLarge | C::kTooLarge1000),
      DISLODGE_C(C::kCarry | C::kTooLarge | C::kTooLarge1000 | C::kSurrogate),
      DISLODGE_C(C::kCarry | C::kTooLarge | C::kTooLarge1000),
      DISLODGE_C(C::kCarry | C::kTooLarge | C::kTooLarge1000));
  const __m256i by_high_2 = DISLODGE_TWICE(
      DISLODGE_C(C::kTooShort), DISLODGE_C(C::kTooShort), DISLODGE_C(C::kTooShort), DISLODGE_C(C::kTooShort),
      DISLODGE_C(C::kTooShort), DISLODGE_C(C::kTooShort), DISLODGE_C(C::kTooShort), DISLODGE_C(C::kTooShort),
      DISLODGE_C(C::kTooLong | C::kOverlong2 | C::kTwoTails | C::kOverlong3 | C::kTooLarge1000 |
                 C::kOverlong4),
      DISLODGE_C(C::kTooLong | C::kOverlong2 | C::kTwoTails | C::kOverlong3 | C::kTooLarge),
      DISLODGE_C(C::kTooLong | C::kOverlong2 | C::kTwoTails | C::kSurrogate | C::kTooLarge),
      DISLODGE_C(C::kTooLong | C::kOverlong2 | C::kTwoTails | C::kSurrogate | C::kTooLarge),
      DISLODGE_C(C::kTooShort), DISLODGE_C(C::kTooShort), DISLODGE_C(C::kTooShort), DISLODGE_C(C::kTooShort));
#undef DISLODGE_TWICE
#undef DISLODGE_C
  const __m256i nibble = _mm256_set1_epi8(0x0F);
  // A lead byte this near to the end of a block has its tail in the next.
  const __m256i incomplete = _mm256_setr_epi8(
      -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
      -1, -1, -1, static_cast<char>(0xEF), static_cast<char>(0xDF), static_cast<char>(0xBF));
  const char *const data = bytes.data();
  __m256i previous = _mm256_setzero_si256();
  bool open = false;  // the block before ends within a sequence
  const auto is_sound = [&](__m256i input) DISLODGE_AVX2_INLINE {
    if (_mm256_movemask_epi8(input) == 0) {
      previous = input;
      return !std::exchange(open, false);
    }
    const __m256i crossing = _mm256_permute2x128_si256(previous, input, 0x21);
    const __m256i before_1 = _mm256_alignr_epi8(input, crossing, 15);
    const __m256i before_2 = _mm256_alignr_epi8(input, crossing, 14);
    const __m256i before_3 = _mm256_alignr_epi8(input, crossing, 13);
    const __m256i high_1 =
        _mm256_shuffle_epi8(by_high_1, _mm256_and_si256(_mm256_srli_epi16(before_1, 4), nibble));
    const __m256i low_1 = _mm256_shuffle_epi8(by_low_1, _mm256_and_si256(before_1, nibble));
    const __m256i high_2 =
        _mm256_shuffle_epi8(by_high_2, _mm256_and_si256(_mm256_srli_epi16(input, 4), nibble));
    const __m256i special = _mm256_and_si256(_mm256_and_si256(high_1, low_1), high_2);
    const __m256i third = _mm256_subs_epu8(before_2, _mm256_set1_epi8(static_cast<char>(0xE0 - 0x80)));
    const __m256i fourth = _mm256_subs_epu8(before_3, _mm256_set1_epi8(static_cast<char>(0xF0 - 0x80)));
    const __m256i must_be_tail =
        _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
    if (_mm256_testz_si256(_mm256_xor_si256(must_be_tail, special), _mm256_set1_epi8(-1)) == 0) return false;
    previous = input;
    open = _mm256_testz_si256(_mm256_subs_epu8(input, incomplete), _mm256_set1_epi8(-1)) == 0;
    return true;
  };
  std::size_t at = 0;
  bool sound = true;
  for (; sound && at + 32 <= bytes.size(); at += 32)
    sound = is_sound(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(data + at)));
  if (sound) {
    // The rest, behind which zeros stand: a sequence that is cut there is one that is too short.
    alignas(32) char rest[32] = {};
    if (at < bytes.size()) std::memcpy(rest, data + at, bytes.size() - at);
    if (is_sound(_mm256_load_si256(reinterpret_cast<const __m256i *>(rest))) && !open) return bytes.size();
  } else {
    at -= 32;
  }
  // Behind the last good block the portable loop decides; it starts where a sequence does.
  std::size_t start = at;
  for (int back = 0; back < 3 && start > 0 && (static_cast<unsigned char>(data[start - 1]) & 0xC0) == 0x80;
       ++back)
    --start;
  if (start > 0 && static_cast<unsigned char>(data[start - 1]) >= 0xC0) --start;
  return start + portable::valid_utf8_prefix(bytes.substr(start));
}

DISLODGE_AVX512 std::size_t count_controls_avx512(std::string_view bytes) {
  const char *const data = bytes.data();
  const __m512i seven = _mm512_set1_epi8(0x07);
  const __m512i blanks = _mm512_set1_epi8(0x06);
  const __m512i space = _mm512_set1_epi8(0x20);
  const __m512i escape = _mm512_set1_epi8(0x1B);
  const __m512i rub_out = _mm512_set1_epi8(0x7F);
  std::size_t count = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 64) {
    const std::size_t left = bytes.size() - at;
    const __mmask64 valid = left >= 64 ? ~0ull : (1ull << left) - 1;
    const __m512i text = _mm512_maskz_loadu_epi8(valid, data + at);
    const __mmask64 low = _mm512_cmplt_epu8_mask(text, space);
    const __mmask64 blank =
        _mm512_cmple_epu8_mask(_mm512_sub_epi8(text, seven), blanks) | _mm512_cmpeq_epi8_mask(text, escape);
    const __mmask64 controls = ((low & ~blank) | _mm512_cmpeq_epi8_mask(text, rub_out)) & valid;
    count += static_cast<std::size_t>(std::popcount(static_cast<std::uint64_t>(controls)));
  }
  return count;
}

DISLODGE_AVX2 std::size_t count_controls_avx2(std::string_view bytes) {
  const char *const data = bytes.data();
  const __m256i sign = _mm256_set1_epi8(static_cast<char>(0x80));
  const __m256i space = _mm256_set1_epi8(static_cast<char>(0x20 - 0x80));
  std::size_t count = 0;
  std::size_t at = 0;
  for (; at + 32 <= bytes.size(); at += 32) {
    const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(data + at));
    const __m256i low = _mm256_cmpgt_epi8(space, _mm256_xor_si256(text, sign));
    const __m256i rub_out = _mm256_cmpeq_epi8(text, _mm256_set1_epi8(0x7F));
    // 0x07 to 0x0D, and escape.
    const __m256i from_bell = _mm256_sub_epi8(text, _mm256_set1_epi8(0x07));
    const __m256i blank =
        _mm256_or_si256(_mm256_cmpeq_epi8(_mm256_min_epu8(from_bell, _mm256_set1_epi8(0x06)), from_bell),
                        _mm256_cmpeq_epi8(text, _mm256_set1_epi8(0x1B)));
    const __m256i controls = _mm256_or_si256(_mm256_andnot_si256(blank, low), rub_out);
    count += static_cast<std::size_t>(std::popcount(static_cast<unsigned>(_mm256_movemask_epi8(controls))));
  }
  return count + controls_in(bytes.substr(at));
}

bool has_avx512() {
  return __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
         __builtin_cpu_supports("bmi2") != 0;
}
bool has_avx2() {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0;
}

}  // namespace

std::size_t find_bytes(std::string_view text, std::string_view needle, std::size_t from) {
  static const auto best = has_avx512() ? &find_bytes_avx512
                           : has_avx2() ? &find_bytes_avx2
                                        : &portable::find_bytes;
  return best(text, needle, from);
}

std::size_t ascii_prefix(std::string_view bytes) {
  static const auto best = has_avx512() ? &ascii_prefix_avx512
                           : has_avx2() ? &ascii_prefix_avx2
                                        : &portable::ascii_prefix;
  return best(bytes);
}

std::size_t valid_utf8_prefix(std::string_view bytes) {
  static const auto best = has_avx2() ? &valid_utf8_prefix_avx2 : &portable::valid_utf8_prefix;
  return best(bytes);
}

std::size_t count_controls(std::string_view bytes) {
  static const auto best = has_avx512() ? &count_controls_avx512
                           : has_avx2() ? &count_controls_avx2
                                        : &portable::count_controls;
  return best(bytes);
}

#else

std::size_t count_controls(std::string_view bytes) {
  return portable::count_controls(bytes);
}
std::size_t find_bytes(std::string_view text, std::string_view needle, std::size_t from) {
  return portable::find_bytes(text, needle, from);
}
std::size_t ascii_prefix(std::string_view bytes) {
  return portable::ascii_prefix(bytes);
}
std::size_t valid_utf8_prefix(std::string_view bytes) {
  return portable::valid_utf8_prefix(bytes);
}
#endif

}  // namespace dislodge::base
