#include "secret/text_masks.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dislodge::secret {
namespace {

bool is_member(const CharacterTable &members, char c) {
  return static_cast<unsigned char>(c) < members.size() && members[static_cast<unsigned char>(c)] != 0;
}

std::vector<std::size_t> runs_plain(std::string_view text, const CharacterTable &members, std::size_t least) {
  std::vector<std::size_t> out;
  for (std::size_t from = 0; from + least <= text.size();) {
    // All of [from, from + least) must be members. Looking from its end, the last other byte says how far to
    // jump.
    std::size_t at = from + least;
    while (at > from && is_member(members, text[at - 1])) --at;
    if (at > from) {
      from = at;
      continue;
    }
    out.push_back(from);
    from += least;
    while (from < text.size() && is_member(members, text[from])) ++from;
  }
  return out;
}

void pairs_plain(std::string_view text, std::size_t from, unsigned char first, unsigned char second,
                 std::vector<std::size_t> &out) {
  for (std::size_t i = from; i + 1 < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) | 0x20) == first &&
        (static_cast<unsigned char>(text[i + 1]) | 0x20) == second)
      out.push_back(i);
}

}  // namespace

#if defined(__x86_64__)
namespace {

constexpr std::size_t kWord = 64;
#define DISLODGE_WIDE __attribute__((target("avx512f,avx512bw,avx512vbmi")))

struct Masks {
  std::uint64_t members = 0;
  std::uint64_t newlines = 0;
  std::uint64_t returns = 0;
};

// The last bytes of a text are looked at in a copy, filled up with zeros, which no table holds.
DISLODGE_WIDE inline __m512i load(std::string_view text, std::size_t at) {
  if (at + kWord <= text.size()) return _mm512_loadu_si512(text.data() + at);
  alignas(64) std::array<char, kWord> rest{};
  std::memcpy(rest.data(), text.data() + at, text.size() - at);
  return _mm512_load_si512(rest.data());
}

DISLODGE_WIDE inline std::uint64_t members_of(__m512i bytes, __m512i low, __m512i high) {
  const __m512i found = _mm512_permutex2var_epi8(low, bytes, high);
  return _mm512_test_epi8_mask(found, found) & ~_mm512_movepi8_mask(bytes);
}

// Whether `least` bits in a row are set: each is joined with its neighbours at one, two, four ... places.
bool has_run(std::uint64_t mask, std::size_t least) {
  std::size_t joined = 1;
  for (; joined * 2 <= least; joined *= 2) mask &= mask >> joined;
  return joined == least ? mask != 0 : (mask & mask >> (least - joined)) != 0;
}

// Of masks of 64 bytes each, one after the other: runs of at least `least` bits, which may reach over many.
class Runs {
 public:
  explicit Runs(std::size_t least) : least_(least) {}
  void add(std::uint64_t mask) {
    if (~mask == 0) {
      open_ += kWord;
      at_ += kWord;
      return;
    }
    const auto first = static_cast<std::size_t>(std::countr_one(mask));
    if (open_ + first >= least_) found_.push_back(at_ - open_);
    open_ = static_cast<std::size_t>(std::countl_one(mask));
    // Runs inside the word, which touch neither end of it.
    mask &= mask + 1;
    while (has_run(mask, least_)) {
      const auto begin = static_cast<std::size_t>(std::countr_zero(mask));
      const auto size = static_cast<std::size_t>(std::countr_one(mask >> begin));
      if (begin + size == kWord) break;
      if (size >= least_) found_.push_back(at_ + begin);
      mask &= mask + (1ull << begin);
    }
    at_ += kWord;
  }
  std::vector<std::size_t> take(std::size_t end) {
    if (open_ >= least_) found_.push_back(end - open_);  // only where the text ends with a whole word
    return std::move(found_);
  }

 private:
  std::size_t least_;
  std::size_t at_ = 0;
  std::size_t open_ = 0;  // bits of the run that reaches to `at_`
  std::vector<std::size_t> found_;
};

void add_places(std::uint64_t mask, std::size_t at, std::vector<std::size_t> &out) {
  for (; mask != 0; mask &= mask - 1) out.push_back(at + static_cast<std::size_t>(std::countr_zero(mask)));
}

DISLODGE_WIDE std::vector<std::size_t> runs_wide(std::string_view text, const CharacterTable &members,
                                                 std::size_t least) {
  Runs runs(least);
  const __m512i low = _mm512_loadu_si512(members.data());
  const __m512i high = _mm512_loadu_si512(members.data() + kWord);
  for (std::size_t at = 0; at < text.size(); at += kWord) runs.add(members_of(load(text, at), low, high));
  return runs.take(text.size());
}

DISLODGE_WIDE std::vector<std::size_t> pairs_wide(std::string_view text, unsigned char first,
                                                  unsigned char second) {
  std::vector<std::size_t> out;
  const __m512i fold = _mm512_set1_epi8(0x20);
  const __m512i one = _mm512_set1_epi8(static_cast<char>(first));
  const __m512i two = _mm512_set1_epi8(static_cast<char>(second));
  std::uint64_t carried = 0;  // whether the word before ended with the first of them
  for (std::size_t at = 0; at < text.size(); at += kWord) {
    const __m512i bytes = _mm512_or_si512(load(text, at), fold);
    const std::uint64_t firsts = _mm512_cmpeq_epi8_mask(bytes, one);
    const std::uint64_t ends = _mm512_cmpeq_epi8_mask(bytes, two) & (firsts << 1 | carried);
    carried = firsts >> 63;
    add_places(ends, at - 1, out);
  }
  return out;
}

#define DISLODGE_HALF __attribute__((target("avx2")))
constexpr std::size_t kHalf = sizeof(__m256i);

DISLODGE_HALF inline __m256i load_half(const char *from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from));
}

// A set of ASCII characters as two tables of 16 bytes: by the lower half of a byte, which upper halves are in
// with it; and the upper halves as bits. An index of 128 and more gives nothing.
struct HalfTables {
  alignas(16) std::array<std::uint8_t, 16> lower{};
  alignas(16) std::array<std::uint8_t, 16> upper{};
  explicit HalfTables(const CharacterTable &members) {
    for (std::size_t c = 0; c < members.size(); ++c)
      if (members[c] != 0) lower[c % 16] = static_cast<std::uint8_t>(lower[c % 16] | 1u << (c / 16));
    for (std::size_t i = 0; i < 8; ++i) upper[i] = static_cast<std::uint8_t>(1u << i);
  }
};

DISLODGE_HALF inline __m256i twice(const std::array<std::uint8_t, 16> &table) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i *>(table.data())));
}

// The bytes of 32 that are no members.
DISLODGE_HALF inline std::uint32_t others_of(const char *from, __m256i lower, __m256i upper) {
  const __m256i bytes = load_half(from);
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
  const __m256i found = _mm256_and_si256(_mm256_shuffle_epi8(lower, bytes), _mm256_shuffle_epi8(upper, high));
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(found, _mm256_setzero_si256())));
}

DISLODGE_HALF std::vector<std::size_t> runs_half(std::string_view text, const CharacterTable &members,
                                                 std::size_t least) {
  Runs runs(least);
  const HalfTables tables(members);
  const __m256i lower = twice(tables.lower);
  const __m256i upper = twice(tables.upper);
  for (std::size_t at = 0; at < text.size(); at += kWord) {
    alignas(32) std::array<char, kWord> rest{};
    const char *from = text.data() + at;
    if (at + kWord > text.size()) {
      std::memcpy(rest.data(), from, text.size() - at);
      from = rest.data();
    }
    const std::uint64_t second = others_of(from + kHalf, lower, upper);
    runs.add(~(others_of(from, lower, upper) | second << kHalf));
  }
  return runs.take(text.size());
}

DISLODGE_HALF std::vector<std::size_t> pairs_half(std::string_view text, unsigned char first,
                                                  unsigned char second) {
  std::vector<std::size_t> out;
  const __m256i fold = _mm256_set1_epi8(0x20);
  const __m256i one = _mm256_set1_epi8(static_cast<char>(first));
  const __m256i two = _mm256_set1_epi8(static_cast<char>(second));
  std::size_t at = 0;
  for (; at + kHalf < text.size(); at += kHalf) {
    const __m256i firsts = _mm256_cmpeq_epi8(_mm256_or_si256(load_half(text.data() + at), fold), one);
    const __m256i seconds = _mm256_cmpeq_epi8(_mm256_or_si256(load_half(text.data() + at + 1), fold), two);
    add_places(static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_and_si256(firsts, seconds))), at, out);
  }
  pairs_plain(text, at, first, second, out);
  return out;
}

bool half_masks() {
  static const bool kHas = __builtin_cpu_supports("avx2") != 0;
  return kHas;
}

DISLODGE_WIDE std::vector<std::size_t> line_ends_wide(std::string_view text, const CharacterTable &members) {
  __extension__ using Two = unsigned __int128;
  std::vector<std::size_t> out;
  const __m512i low = _mm512_loadu_si512(members.data());
  const __m512i high = _mm512_loadu_si512(members.data() + kWord);
  const __m512i newline = _mm512_set1_epi8('\n');
  const __m512i carriage = _mm512_set1_epi8('\r');
  std::uint64_t members_before = 0;
  std::uint64_t returns_before = 0;
  for (std::size_t at = 0; at < text.size(); at += kWord) {
    const __m512i bytes = load(text, at);
    const std::uint64_t mask = members_of(bytes, low, high);
    const std::uint64_t returns = _mm512_cmpeq_epi8_mask(bytes, carriage);
    std::uint64_t ends = _mm512_cmpeq_epi8_mask(bytes, newline);
    if (ends != 0) {
      Two run = static_cast<Two>(mask) << kWord | members_before;
      run &= run << 1;
      run &= run << 2;
      run &= run << 4;
      run &= run << 4;  // twelve in a row end here
      const auto right_before = static_cast<std::uint64_t>(run << 1 >> kWord);
      const auto two_before = static_cast<std::uint64_t>(run << 2 >> kWord);
      ends &= right_before | (two_before & (returns << 1 | returns_before >> 63));
      for (; ends != 0; ends &= ends - 1)
        out.push_back(at + static_cast<std::size_t>(std::countr_zero(ends)));
    }
    members_before = mask;
    returns_before = returns;
  }
  return out;
}

}  // namespace

bool wide_masks() {
  static const bool kHas = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512vbmi");
  return kHas;
}

std::vector<std::size_t> find_line_ends(std::string_view text, const CharacterTable &members) {
  return line_ends_wide(text, members);
}

#else

bool wide_masks() {
  return false;
}
std::vector<std::size_t> find_line_ends(std::string_view, const CharacterTable &) {
  throw std::logic_error("no wide masks on this processor");
}

#endif

std::size_t find_bytes(std::string_view text, std::string_view what, std::size_t from) {
#if defined(__SSE2__)
  // Sixteen places at once at which the first and the last byte of it stand.
  constexpr std::size_t kPlaces = sizeof(__m128i);
  if (what.size() >= 2 && text.size() >= what.size()) {
    const __m128i first = _mm_set1_epi8(what.front());
    const __m128i last = _mm_set1_epi8(what.back());
    const std::size_t apart = what.size() - 1;
    for (; from + apart + kPlaces <= text.size(); from += kPlaces) {
      const char *at = text.data() + from;
      const __m128i firsts = _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i *>(at)), first);
      const __m128i lasts =
          _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i *>(at + apart)), last);
      auto both = static_cast<unsigned>(_mm_movemask_epi8(_mm_and_si128(firsts, lasts)));
      for (; both != 0; both &= both - 1) {
        const auto place = static_cast<std::size_t>(std::countr_zero(both));
        if (std::memcmp(at + place, what.data(), what.size()) == 0) return from + place;
      }
    }
  }
#endif
  return text.find(what, from);
}

std::vector<std::size_t> find_runs(std::string_view text, const CharacterTable &members, std::size_t least) {
#if defined(__x86_64__)
  if (wide_masks()) return runs_wide(text, members, least);
  if (half_masks()) return runs_half(text, members, least);
#endif
  return runs_plain(text, members, least);
}

std::vector<std::size_t> find_pairs(std::string_view text, unsigned char first, unsigned char second) {
#if defined(__x86_64__)
  if (wide_masks()) return pairs_wide(text, first, second);
  if (half_masks()) return pairs_half(text, first, second);
#endif
  std::vector<std::size_t> out;
  pairs_plain(text, 0, first, second, out);
  return out;
}

}  // namespace dislodge::secret
