#include "file/strings.hpp"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/encode.hpp"
#include "evidence/charset.hpp"

namespace dislodge::file {
namespace {

constexpr std::size_t kFlush = 4u << 20;

bool printable(unsigned char c) {
  return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\r' || c == '\n';
}

#if defined(__x86_64__)
constexpr std::size_t kStep = 61;  // of 64 bytes: what begins in the last three is judged with the next
constexpr std::uint64_t kStepMask = (1ull << kStep) - 1;

// Most of a compressed picture holds no string. From `from`, where nothing is open, the first place at which
// one of `shortest` characters may begin, or from where it has to be looked for byte by byte: behind a byte
// that is in no string. Bytes of at least as many characters in a row that are ASCII or have the shape of
// UTF-8, or three of UTF-16 in a row, make a place worth looking at.
__attribute__((target("avx2,bmi,lzcnt"))) std::size_t skip_to_string(std::string_view bytes, std::size_t from,
                                                                     std::size_t shortest) {
  const char *const data = bytes.data();
  const auto mask = [](__m256i low, __m256i high) __attribute__((target("avx2,bmi,lzcnt"))) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(low))) |
           static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(high))) << 32;
  };
  std::size_t run = 0;  // bytes before `at` that may be of a string still open
  std::uint64_t carry = 0;
  std::size_t at = from;
  for (; at + 64 <= bytes.size(); at += kStep) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(data + at));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(data + at + 32));
    // Signed: bytes from 0x80 on are below zero.
    const auto above = [&](char limit) __attribute__((target("avx2,bmi,lzcnt"))) {
      const __m256i wall = _mm256_set1_epi8(limit);
      return mask(_mm256_cmpgt_epi8(low, wall), _mm256_cmpgt_epi8(high, wall));
    };
    const auto equal = [&](char c) __attribute__((target("avx2,bmi,lzcnt"))) {
      const __m256i same = _mm256_set1_epi8(c);
      return mask(_mm256_cmpeq_epi8(low, same), _mm256_cmpeq_epi8(high, same));
    };
    const std::uint64_t upper = mask(low, high);  // 0x80 and above
    const std::uint64_t zeros = equal(0);
    const std::uint64_t ascii = (above(0x1F) & ~equal(0x7F)) | equal('\t') | equal('\n') | equal('\r');
    const std::uint64_t from_c0 = upper & above(static_cast<char>(0xBF));
    const std::uint64_t tails = upper & ~from_c0;
    const std::uint64_t from_e0 = upper & above(static_cast<char>(0xDF));
    const std::uint64_t from_f0 = upper & above(static_cast<char>(0xEF));
    const std::uint64_t twos = from_c0 & ~from_e0 & tails >> 1;
    const std::uint64_t threes = from_e0 & ~from_f0 & tails >> 1 & tails >> 2;
    const std::uint64_t fours = from_f0 & tails >> 1 & tails >> 2 & tails >> 3;
    const std::uint64_t begun = (ascii | twos | threes | fours) & kStepMask;
    const std::uint64_t second = (twos | threes | fours) & kStepMask;
    const std::uint64_t third = (threes | fours) & kStepMask;
    const std::uint64_t fourth = fours & kStepMask;
    const std::uint64_t covered = begun | second << 1 | third << 2 | fourth << 3 | carry;
    carry = covered >> kStep;
    const std::uint64_t text = covered & kStepMask;

    // UTF-16 in Latin script: a letter and a zero, thrice.
    const std::uint64_t letters = ascii | (upper & above(static_cast<char>(0x9F)));
    std::uint64_t little = letters & zeros >> 1;
    little &= little >> 2 & little >> 4;
    std::uint64_t big = zeros & letters >> 1;
    big &= big >> 2 & big >> 4;
    std::size_t found = bytes.size();
    if ((little | big) != 0) {
      std::size_t place = at + static_cast<std::size_t>(std::countr_zero(little | big));
      while (place > from) {
        const auto before = static_cast<unsigned char>(data[place - 1]);
        if (before != 0 && before < 0x80 && !printable(before)) break;
        --place;
      }
      found = place;
    }

    const auto leading = static_cast<std::size_t>(std::countr_one(text));
    if (run + leading >= shortest) return std::min(found, at - run);
    std::uint64_t runs = text;
    for (std::size_t length = 1; length < shortest && runs != 0;) {
      const std::size_t step = std::min(length, shortest - length);
      runs &= runs >> step;
      length += step;
    }
    if (runs != 0) found = std::min(found, at + static_cast<std::size_t>(std::countr_zero(runs)));
    if (found != bytes.size()) return found;
    const auto trailing = static_cast<std::size_t>(std::countl_one(text << (64 - kStep)));
    run = trailing >= kStep ? run + kStep : trailing;
  }
  return at - run;
}
#endif

// Finds strings and hands them over, each on a line of its own, with its place.
class Strings {
 public:
  Strings(const evidence::ItemView &item, std::string_view part, evidence::RecordId within,
          std::size_t shortest, evidence::Sink &sink, bool every_byte)
      : item_(item),
        part_(part),
        base_(static_cast<std::size_t>(part.data() - item.bytes.data())),
        within_(within),
        shortest_(shortest),
        sink_(sink),
        every_byte_(every_byte) {}

  // Returns how many bytes of the part are in strings.
  std::uint64_t run() {
    const std::string_view bytes = part_;
#if defined(__x86_64__)
    static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
    const bool fast = has_avx2 && !every_byte_;
#endif
    std::size_t at = 0;
    while (at < bytes.size()) {
#if defined(__x86_64__)
      if (fast) at = skip_to_string(bytes, at, std::min(shortest_, kStep));
      if (at >= bytes.size()) break;
#endif
      const auto c = static_cast<unsigned char>(bytes[at]);
      std::size_t used = 0;
      if (printable(c)) {
        if (at + 1 < bytes.size() && bytes[at + 1] == '\0') used = wide(at, false);
        if (used == 0) used = narrow(at);
      } else if (c == 0 && at + 1 < bytes.size() && printable(static_cast<unsigned char>(bytes[at + 1]))) {
        used = wide(at, true);
      } else if (c >= 0xC2) {
        used = narrow(at);
      }
      at += used == 0 ? 1 : used;
      if (text_.size() >= kFlush) flush();
    }
    flush();
    return covered_;
  }

 private:
  // ASCII and UTF-8. Returns the bytes used, also for a run too short to count, so that none is looked at
  // twice.
  std::size_t narrow(std::size_t begin) {
    const std::string_view bytes = part_;
    std::size_t at = begin;
    std::size_t characters = 0;
    while (at < bytes.size() && at - begin < kFlush) {
      const auto c = static_cast<unsigned char>(bytes[at]);
      if (printable(c)) {
        // UTF-16 text begins in the middle of what looks like a run.
        if (at > begin && at + 5 < bytes.size() && bytes[at + 1] == '\0' && bytes[at + 3] == '\0' &&
            bytes[at + 5] == '\0' && printable(static_cast<unsigned char>(bytes[at + 2])) &&
            printable(static_cast<unsigned char>(bytes[at + 4])))
          break;
        ++at;
      } else if (c >= 0xC2) {
        const std::size_t length = evidence::valid_utf8_prefix(bytes.substr(at, c >= 0xF0   ? 4
                                                                                : c >= 0xE0 ? 3
                                                                                            : 2));
        if (length < 2) break;
        at += length;
      } else {
        break;
      }
      ++characters;
    }
    if (characters >= shortest_) {
      put_start(begin);
      text_ += bytes.substr(begin, at - begin);
      covered_ += at - begin;
    }
    return at - begin;
  }

  // UTF-16 in Latin script. Returns 0 where there is no string long enough.
  std::size_t wide(std::size_t begin, bool big) {
    const std::string_view bytes = part_;
    std::size_t at = begin;
    while (at + 1 < bytes.size() && at - begin < kFlush) {
      const auto low = static_cast<unsigned char>(bytes[at + (big ? 1 : 0)]);
      const auto high = static_cast<unsigned char>(bytes[at + (big ? 0 : 1)]);
      if (high != 0 || (!printable(low) && low < 0xA0)) break;
      at += 2;
    }
    if ((at - begin) / 2 < shortest_) return 0;
    put_start(begin);
    for (std::size_t i = begin; i < at; i += 2) {
      map_.add(text_.size(), base_ + i);
      base::append_utf8(text_, static_cast<unsigned char>(bytes[i + (big ? 1 : 0)]));
    }
    covered_ += at - begin;
    return at - begin;
  }

  void put_start(std::size_t source) {
    if (!text_.empty()) text_ += '\n';
    map_.add(text_.size(), base_ + source);
  }

  void flush() {
    if (text_.empty()) return;
    evidence::TextView view;
    view.item = item_.path;
    view.text = text_;
    view.map = &map_;
    view.source = item_.bytes;
    view.within = within_;
    view.name = item_.name;
    sink_.text(view);
    text_.clear();
    map_ = {};
  }

  const evidence::ItemView &item_;
  std::string_view part_;
  std::size_t base_;  // where the part lies in the item
  evidence::RecordId within_;
  std::size_t shortest_;
  evidence::Sink &sink_;
  bool every_byte_;
  std::string text_;
  base::OffsetMap map_;
  std::uint64_t covered_ = 0;
};

}  // namespace

std::uint64_t emit_strings(const evidence::ItemView &item, std::string_view part, evidence::RecordId within,
                           std::size_t shortest, evidence::Sink &sink, bool every_byte) {
  return Strings(item, part, within, shortest, sink, every_byte).run();
}

}  // namespace dislodge::file
