#include "secret/text_places.hpp"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dislodge::secret {
namespace {

std::uint64_t count_newlines(std::string_view bytes) {
  std::uint64_t count = 0;
  std::size_t at = 0;
#if defined(__SSE2__)
  constexpr std::size_t kLane = sizeof(__m128i);
  constexpr std::size_t kRounds = 255;  // until a byte of the sums is full
  const __m128i newline = _mm_set1_epi8('\n');
  while (at + kLane <= bytes.size()) {
    const std::size_t stop = at + std::min((bytes.size() - at) / kLane, kRounds) * kLane;
    __m128i sums = _mm_setzero_si128();
    for (; at < stop; at += kLane) {
      const auto *from = reinterpret_cast<const __m128i *>(bytes.data() + at);
      sums = _mm_sub_epi8(sums, _mm_cmpeq_epi8(_mm_loadu_si128(from), newline));
    }
    const __m128i halves = _mm_sad_epu8(sums, _mm_setzero_si128());
    count += static_cast<std::uint64_t>(_mm_cvtsi128_si64(halves)) +
             static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(halves, halves)));
  }
#endif
  return count + static_cast<std::uint64_t>(
                     std::count(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), '\n'));
}

}  // namespace

void LineCounter::find(std::uint64_t offset, std::uint64_t &line, std::uint64_t &column) {
  const std::size_t target = std::min<std::size_t>(offset, bytes_.size());
  if (target < line_begin_) {
    counted_ = line_begin_ = 0;
    line_ = 1;
  }
  if (target > counted_) {
    const std::string_view passed = bytes_.substr(counted_, target - counted_);
    if (const std::uint64_t lines = count_newlines(passed); lines != 0) {
      line_ += lines;
      line_begin_ = counted_ + passed.rfind('\n') + 1;
    }
    counted_ = target;
  }
  line = line_;
  column = target - line_begin_ + 1;
}

QuoteDepth::QuoteDepth(const std::vector<evidence::QuotedSpan> *spans) {
  if (spans == nullptr) return;
  spans_ = *spans;
  std::stable_sort(spans_.begin(), spans_.end(),
                   [](const auto &a, const auto &b) { return a.begin < b.begin; });
}

std::uint32_t QuoteDepth::at(std::size_t offset) {
  for (; next_ < spans_.size() && spans_[next_].begin <= offset; ++next_) open_.push_back(spans_[next_]);
  std::erase_if(open_, [offset](const auto &span) { return span.end <= offset; });
  std::uint32_t depth = 0;
  for (const auto &span : open_) depth = std::max(depth, span.depth);
  return depth;
}

// In UTF-16 and UTF-32 a character takes two or four bytes, of which the map says where they begin; elsewhere
// what stands before the next character may be markup, and one byte ends it. What tells them apart is the
// zero byte that every such unit of a value has.
std::uint64_t item_end(const evidence::TextView &view, std::size_t end) {
  if (view.map == nullptr) return end;
  std::size_t begin = end - 1;
  while (begin > 0 && (static_cast<unsigned char>(view.text[begin]) & 0xC0) == 0x80) --begin;
  const std::uint64_t from = view.map->source_of(begin);
  const std::uint64_t next = view.map->source_of(end);
  if ((next == from + 2 || next == from + 4) && next <= view.source.size() &&
      view.source.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(next - from)).find('\0') !=
          std::string_view::npos)
    return next;
  // A character that an escape stands for ends with it: "%5F", "\x5f", "\u005f", "=5F".
  if (from < view.source.size() && next > from + 2 && next <= from + 6 &&
      view.text[begin] != view.source[static_cast<std::size_t>(from)] &&
      std::string_view("%\\=").find(view.source[static_cast<std::size_t>(from)]) != std::string_view::npos)
    return next;
  return view.map->source_of(end - 1) + 1;
}

}  // namespace dislodge::secret
