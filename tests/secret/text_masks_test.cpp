// The quick ways must say what a look at each byte says.
#include "secret/text_masks.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace dislodge::secret {
namespace {

constexpr CharacterTable kMembers = character_table("abcdefghijklmnopqrstuvwxyz0123456789_");

bool is_member(char c) {
  return static_cast<unsigned char>(c) < kMembers.size() && kMembers[static_cast<unsigned char>(c)] != 0;
}

std::string made(std::mt19937 &random) {
  std::string text;
  const std::size_t wanted = random() % 700;
  while (text.size() < wanted) {
    switch (random() % 5) {
      case 0:
        text += std::string(random() % 150, static_cast<char>('a' + random() % 26));
        break;
      case 1:
        text += std::string(10 + random() % 5, 'x') + (random() % 2 == 0 ? "\r\n" : "\n");
        break;
      case 2:
        text += "\xC3\xA4 ";
        break;
      case 3:
        text += "\n";
        break;
      default:
        text += std::string(1 + random() % 30, ' ') + "word";
    }
  }
  if (random() % 4 == 0) text.resize(text.size() / 64 * 64);
  return text;
}

TEST(TextMasks, FindsRuns) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = made(random);
    const std::size_t least = 1 + random() % 64;
    std::vector<std::size_t> slow;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = at;
      while (end < text.size() && is_member(text[end])) ++end;
      if (end - at >= least) slow.push_back(at);
      at = end + 1;
    }
    ASSERT_EQ(find_runs(text, kMembers, least), slow) << least << " in " << text;
  }
}

TEST(TextMasks, FindsPairs) {
  std::mt19937 random(6);
  for (int round = 0; round < 2000; ++round) {
    std::string text = made(random);
    for (int i = 0; i < 8 && !text.empty(); ++i)
      text.replace(random() % text.size(), 2, random() % 2 == 0 ? "pW" : "Pw");
    std::vector<std::size_t> slow;
    for (std::size_t at = 0; at + 1 < text.size(); ++at)
      if ((text[at] | 0x20) == 'p' && (text[at + 1] | 0x20) == 'w') slow.push_back(at);
    ASSERT_EQ(find_pairs(text, 'p', 'w'), slow) << text;
  }
}

TEST(TextMasks, FindsLineEnds) {
  if (!wide_masks()) GTEST_SKIP() << "this processor has no AVX-512 VBMI";
  std::mt19937 random(4);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = made(random);
    std::vector<std::size_t> slow;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] != '\n') continue;
      const auto filled = [&](std::size_t end) {
        if (end < 12) return false;
        for (std::size_t i = end - 12; i < end; ++i)
          if (!is_member(text[i])) return false;
        return true;
      };
      if (filled(at) || (at > 0 && text[at - 1] == '\r' && filled(at - 1))) slow.push_back(at);
    }
    ASSERT_EQ(find_line_ends(text, kMembers), slow) << text;
  }
}

TEST(TextMasks, FindsBytesWhereASearchDoes) {
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = made(random);
    const std::size_t begin = text.empty() ? 0 : random() % text.size();
    std::string what = text.substr(begin, random() % 30);
    if (random() % 3 == 0 && !what.empty()) what[random() % what.size()] = 'q';
    for (std::size_t from = 0;; ++from) {
      const std::size_t slow = text.find(what, from);
      ASSERT_EQ(find_bytes(text, what, from), slow) << text << "\n" << what;
      if (slow == std::string::npos) break;
      from = slow;
    }
  }
}

}  // namespace
}  // namespace dislodge::secret
