#include "secret/common_words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dislodge::secret {
namespace {

constexpr std::size_t kShortest = 3;
constexpr std::size_t kLongest = 13;
constexpr std::size_t kLooked = 128;

constexpr std::string_view kWords =
#include "secret/common_words.inc"
    ;

// A word of up to 13 letters as one number; 27^13 is less than 2^64.
constexpr std::uint64_t with_letter(std::uint64_t word, char c) {
  return word * 27 + static_cast<std::uint64_t>(c - 'a' + 1);
}

// Open addressing over the numbers of the words; and for every first three letters, how long their longest
// word is, which is 0 for most letters that were drawn at random.
class Words {
 public:
  Words() {
    std::string_view rest = kWords;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      if (end >= kShortest) add(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  std::size_t longest(std::string_view letters) const { return longest_[beginning(letters)]; }
  bool has(std::uint64_t word) const {
    for (std::size_t at = place(word);; at = (at + 1) % kPlaces) {
      if (places_[at] == word) return true;
      if (places_[at] == 0) return false;
    }
  }

 private:
  static constexpr std::size_t kPlaces = 1 << 15;  // four times the words

  static std::size_t place(std::uint64_t word) { return word * 0x9E3779B97F4A7C15u >> 49; }
  static std::size_t beginning(std::string_view letters) {
    return (static_cast<std::size_t>(letters[0] - 'a') * 26 + static_cast<std::size_t>(letters[1] - 'a')) *
               26 +
           static_cast<std::size_t>(letters[2] - 'a');
  }
  void add(std::string_view word) {
    std::uint64_t number = 0;
    for (const char c : word) number = with_letter(number, c);
    std::size_t at = place(number);
    while (places_[at] != 0) at = (at + 1) % kPlaces;
    places_[at] = number;
    std::uint8_t &longest = longest_[beginning(word)];
    longest = std::max(longest, static_cast<std::uint8_t>(word.size()));
  }

  std::vector<std::uint64_t> places_ = std::vector<std::uint64_t>(kPlaces);
  std::array<std::uint8_t, 26 * 26 * 26> longest_{};
};

const Words &words() {
  static const Words kAll;
  return kAll;
}

bool is_lower_letter(char c) {
  return c >= 'a' && c <= 'z';
}

}  // namespace

bool is_common_word(std::string_view lower_word) {
  if (lower_word.size() < kShortest || lower_word.size() > kLongest ||
      !std::all_of(lower_word.begin(), lower_word.end(), is_lower_letter))
    return false;
  std::uint64_t number = 0;
  for (const char c : lower_word) number = with_letter(number, c);
  return words().has(number);
}

double word_coverage(std::string_view value) {
  value = value.substr(0, kLooked);
  std::array<char, kLooked> small{};
  std::transform(value.begin(), value.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const Words &known = words();
  std::size_t letters = 0;
  double covered = 0;
  std::array<double, kLooked + 1> best{};
  for (std::size_t at = 0; at < value.size();) {
    if (!is_lower_letter(small[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < value.size() && is_lower_letter(small[end])) ++end;
    const std::size_t size = end - at;
    if (size < kShortest) {
      letters += size;
      at = end;
      continue;
    }
    // The best cover of this run of letters, from its end backwards.
    best[size] = 0;
    for (std::size_t i = size; i-- > 0;) {
      best[i] = best[i + 1];
      if (size - i < kShortest) continue;
      const char *from = small.data() + at + i;
      const std::size_t longest = std::min(size - i, known.longest({from, kShortest}));
      std::uint64_t number = 0;
      for (std::size_t length = 1; length <= longest; ++length) {
        number = with_letter(number, from[length - 1]);
        if (length < kShortest || !known.has(number)) continue;
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
