#pragma once
// How many random cases a test draws. Statistics need them all; a sanitizer sees a path once, and runs
// several times slower: it draws a quarter.
//
//   for (std::uint32_t seed : drawn({41u, 42u, 43u, 44u})) …      for (int i = 0; i < drawn(10'000); ++i) …

#include <cstddef>
#include <initializer_list>
#include <vector>

namespace dislodge::test {

#ifdef DISLODGE_SANITIZED_TESTS
inline constexpr std::size_t kDrawnPart = 4;
#else
inline constexpr std::size_t kDrawnPart = 1;
#endif

template <typename Number>
constexpr Number drawn(Number all) {
  return all < static_cast<Number>(kDrawnPart) ? all : all / static_cast<Number>(kDrawnPart);
}
template <typename Seed>
std::vector<Seed> drawn(std::initializer_list<Seed> seeds) {
  const std::size_t count = (seeds.size() + kDrawnPart - 1) / kDrawnPart;
  return {seeds.begin(), seeds.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace dislodge::test
