// Lines and columns must be those that a walk over every byte counts, in whatever order they are asked for.
#include "secret/text_places.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace dislodge::secret {
namespace {

TEST(LineCounter, CountsWhatAWalkCounts) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    const std::size_t size = random() % (round % 20 == 0 ? 20000 : 200);
    const unsigned rarity = 1 + random() % 40;
    while (text.size() < size) text += random() % rarity == 0 ? '\n' : 'x';
    LineCounter counter(text);
    std::size_t at = 0;
    for (int asked = 0; asked < 40; ++asked) {
      // Mostly on, sometimes back, and once beyond the end.
      at = random() % 4 == 0 ? random() % (text.size() + 1) : std::min(text.size(), at + random() % 60);
      const std::size_t target = asked == 39 ? text.size() + 5 : at;
      std::uint64_t line = 1;
      std::uint64_t column = 1;
      for (std::size_t i = 0; i < std::min(target, text.size()); ++i) {
        column = text[i] == '\n' ? 1 : column + 1;
        line += text[i] == '\n' ? 1 : 0;
      }
      std::uint64_t found_line = 0;
      std::uint64_t found_column = 0;
      counter.find(target, found_line, found_column);
      ASSERT_EQ(found_line, line);
      ASSERT_EQ(found_column, column);
    }
  }
}

}  // namespace
}  // namespace dislodge::secret
