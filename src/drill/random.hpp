#pragma once
// Random numbers of a drill: xoshiro256** (Blackman and Vigna) seeded from SHA-256 of seed and purpose, so
// that each part of a drill has its own stream and adding mail does not change the logs. Nothing of <random>
// is used: its distributions differ from library to library.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::drill {

class Random {
 public:
  Random(std::uint64_t seed, std::string_view purpose);

  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound);                   // 0 .. bound - 1, unbiased
  std::int64_t between(std::int64_t low, std::int64_t high);  // both ends included
  bool chance(unsigned percent) { return below(100) < percent; }

  template <typename List>
  const auto &pick(const List &list) {
    return list[static_cast<std::size_t>(below(std::size(list)))];
  }

  template <typename T>
  void shuffle(std::vector<T> &list) {
    for (std::size_t i = list.size(); i > 1; --i)
      std::swap(list[i - 1], list[static_cast<std::size_t>(below(i))]);
  }

  std::string bytes(std::size_t count);
  std::string text(std::size_t count, std::string_view alphabet);
  std::string hex(std::size_t digits) { return text(digits, "0123456789abcdef"); }
  std::string digits(std::size_t count);  // no leading zero
  std::string uuid();                     // version 4, lower case

 private:
  std::array<std::uint64_t, 4> state_{};
};

// Joins texts. The compiler may evaluate the operands of + and the arguments of a call in any order, and two
// draws in another order make another drill; in braces they are evaluated from left to right.
std::string cat(std::initializer_list<std::string_view> pieces);

inline constexpr std::string_view kBase62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace dislodge::drill
