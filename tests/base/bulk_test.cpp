#include "base/bulk.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/encode.hpp"

namespace dislodge::base {
namespace {

TEST(Bulk, finds_a_needle_wherever_it_lies) {
  for (std::size_t size = 3; size < 300; ++size) {
    std::string text(size, 'F');
    for (std::size_t place = 0; place + 3 <= size; place += 1 + size / 17) {
      std::string held = text;
      held.replace(place, 3, "\n--");
      EXPECT_EQ(find_bytes(held, "\n--"), place);
      EXPECT_EQ(find_bytes(held, "\n--", place), place);
      EXPECT_EQ(find_bytes(held, "\n--", place + 1), std::string_view::npos);
    }
    EXPECT_EQ(find_bytes(text, "\n--"), std::string_view::npos);
  }
  EXPECT_EQ(find_bytes("ab", "abc"), std::string_view::npos);
  EXPECT_EQ(find_bytes("abc", "bc", 7), std::string_view::npos);
}

TEST(Bulk, agrees_with_the_portable_loops_on_random_text) {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 500, '\0');
    for (char &c : text) c = "\n-Fab "[random() % 6];
    const std::size_t from = random() % (text.size() + 3);
    for (const std::string_view needle : {"\n--", "\nFrom ", "--", "ab", " a", "\n \n"})
      EXPECT_EQ(find_bytes(text, needle, from), portable::find_bytes(text, needle, from));
    if (!text.empty()) text[random() % text.size()] = '\xE4';
    EXPECT_EQ(ascii_prefix(text), portable::ascii_prefix(text));
  }
}

TEST(Bulk, valid_utf8_prefix_agrees_with_the_portable_loop) {
  std::mt19937 random(12);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    const std::size_t size = random() % 300;
    while (text.size() < size) {
      switch (random() % 5) {
        case 0:
          text.append(random() % 70, 'x');
          break;
        case 1:
          append_utf8(text, 0x80 + random() % 0x780);
          break;
        case 2:
          append_utf8(text, 0x10000 + random() % 0x100000);
          break;
        default:
          append_utf8(text, 0x800 + random() % 0xF800);
      }
    }
    EXPECT_EQ(valid_utf8_prefix(text), text.size());
    if (text.empty()) continue;
    // One damaged byte, a cut, or a byte lost.
    const std::size_t place = random() % text.size();
    if (round % 3 == 0)
      text[place] = static_cast<char>(random());
    else if (round % 3 == 1)
      text.resize(place);
    else
      text.erase(place, 1);
    EXPECT_EQ(valid_utf8_prefix(text), portable::valid_utf8_prefix(text)) << round;
  }
}

TEST(Bulk, count_controls_agrees_with_the_portable_loop) {
  std::string all;
  for (unsigned c = 0; c < 0x100; ++c) all += static_cast<char>(c);
  EXPECT_EQ(count_controls(all), 32u - 7 - 1 + 1);  // 0x07 to 0x0D and escape are none, 0x7F is one
  std::mt19937 random(13);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % (round % 100 == 0 ? 40000 : 300), 'x');
    for (char &c : text) c = static_cast<char>(random() % (round % 2 == 0 ? 256 : 40));
    std::size_t count = 0;
    for (const char c : text) count += count_controls({&c, 1});
    EXPECT_EQ(count_controls(text), count);
    EXPECT_EQ(portable::count_controls(text), count);
  }
}

TEST(Bulk, refuses_every_bad_pair_and_triple_of_utf8) {
  const std::string before(70, 'x');
  for (unsigned first = 0x80; first < 0x100; ++first)
    for (unsigned second = 0; second < 0x100; second += 1)
      for (const unsigned third : {0x41u, 0x80u, 0xBFu, 0xC2u}) {
        std::string text = before;
        text += static_cast<char>(first);
        text += static_cast<char>(second);
        text += static_cast<char>(third);
        text += '\x80';
        text += before;
        ASSERT_EQ(valid_utf8_prefix(text), portable::valid_utf8_prefix(text)) << first << ' ' << second;
      }
}

}  // namespace
}  // namespace dislodge::base
