#include "secret/common_words.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

#include "base/encode.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kShortest = 3;
constexpr std::size_t kLongest = 13;
constexpr std::size_t kLooked = 128;

constexpr std::string_view kWords =
#include "secret/common_words.inc"
    ;

const std::unordered_set<std::string_view> &words() {
  static const std::unordered_set<std::string_view> kAll = [] {
    std::unordered_set<std::string_view> all;
    all.reserve(8192);
    std::string_view rest = kWords;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      if (end > 0) all.insert(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return all;
  }();
  return kAll;
}

}  // namespace

bool is_common_word(std::string_view lower_word) {
  return words().contains(lower_word);
}

double word_coverage(std::string_view value) {
  const std::string small = base::lower(value.substr(0, kLooked));
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  std::size_t letters = 0;
  double covered = 0;
  for (std::size_t at = 0; at < small.size();) {
    if (!is_lower(small[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < small.size() && is_lower(small[end])) ++end;
    // The best cover of this run of letters, from its end backwards.
    std::array<double, kLooked + 1> best{};
    const std::size_t size = end - at;
    for (std::size_t i = size; i-- > 0;) {
      best[i] = best[i + 1];
      for (std::size_t length = kShortest; length <= std::min(kLongest, size - i); ++length) {
        if (!is_common_word(std::string_view(small).substr(at + i, length))) continue;
        const double worth = length == kShortest && size > kShortest ? 1.5 : static_cast<double>(length);
        best[i] = std::max(best[i], worth + best[i + length]);
      }
    }
    letters += size;
    covered += best[0];
    at = end;
  }
  return letters == 0 ? 0 : covered / static_cast<double>(letters);
}

}  // namespace dislodge::secret
