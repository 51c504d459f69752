#pragma once
// Which bytes of a container have been accounted for. Ranges that touch or overlap are joined, so a byte is
// counted once however many members claim it.

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace dislodge::evidence {

class ByteRanges {
 public:
  // Adds [begin, end) and returns how many of its bytes were not in the set before.
  std::uint64_t add(std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) return 0;
    std::uint64_t fresh = end - begin;
    auto it = ranges_.upper_bound(begin);
    if (it != ranges_.begin() && std::prev(it)->second >= begin) --it;
    std::uint64_t from = begin;
    std::uint64_t until = end;
    while (it != ranges_.end() && it->first <= end) {
      const std::uint64_t overlap_begin = std::max(begin, it->first);
      const std::uint64_t overlap_end = std::min(end, it->second);
      if (overlap_begin < overlap_end) fresh -= overlap_end - overlap_begin;
      from = std::min(from, it->first);
      until = std::max(until, it->second);
      it = ranges_.erase(it);
    }
    ranges_.emplace_hint(it, from, until);
    return fresh;
  }

  // The ranges of [0, size) that are not in the set, in order.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> gaps(std::uint64_t size) const {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> out;
    std::uint64_t at = 0;
    for (const auto &[begin, end] : ranges_) {
      if (begin >= size) break;
      if (begin > at) out.emplace_back(at, begin);
      at = std::max(at, end);
    }
    if (at < size) out.emplace_back(at, size);
    return out;
  }

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  // begin -> end
};

}  // namespace dislodge::evidence
