#include "secret/required_words.hpp"

#include <algorithm>
#include <optional>

namespace dislodge::secret {
namespace {

using Kind = PatternNode::Kind;

constexpr std::size_t kWordsMax = 48;   // of one requirement
constexpr std::size_t kWordMax = 12;    // bytes of a word; what follows is not asked
constexpr std::size_t kValuesMax = 4;   // of a set that is taken apart into words
constexpr std::size_t kTellingMin = 3;  // bytes of a word that does not stand everywhere

char folded(unsigned c) {
  return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

// The values of a set with case folded; nothing where they are too many.
std::optional<std::string> values_of(const ByteSet &set) {
  std::string out;
  if (set.count() > 2 * kValuesMax) return std::nullopt;
  for (unsigned c = 0; c < 256; ++c)
    if (set.has(static_cast<unsigned char>(c)) && out.find(folded(c)) == std::string::npos) out += folded(c);
  if (out.empty() || out.size() > kValuesMax) return std::nullopt;
  return out;
}

// All texts that a node may match, where they are few.
std::optional<RequiredWords> texts_of(const PatternNode &node) {
  switch (node.kind) {
    case Kind::set: {
      const auto values = values_of(node.set);
      if (!values) return std::nullopt;
      RequiredWords out;
      for (const char c : *values) out.emplace_back(1, c);
      return out;
    }
    case Kind::begin:
    case Kind::assertion:
      return RequiredWords{""};
    case Kind::either: {
      RequiredWords out;
      for (const PatternNode &child : node.children) {
        const auto texts = texts_of(child);
        if (!texts || out.size() + texts->size() > kWordsMax) return std::nullopt;
        out.insert(out.end(), texts->begin(), texts->end());
      }
      return out;
    }
    case Kind::repeat: {
      if (node.most != node.least && !(node.least == 0 && node.most == 1)) return std::nullopt;
      if (node.most > kWordMax) return std::nullopt;
      const auto texts = texts_of(node.children.front());
      if (!texts) return std::nullopt;
      RequiredWords out = {""};
      for (std::size_t i = 0; i < node.most; ++i) {
        RequiredWords longer;
        if (node.least == 0) longer.emplace_back();
        for (const std::string &a : out)
          for (const std::string &b : *texts) longer.push_back(a + b);
        if (longer.size() > kWordsMax) return std::nullopt;
        out = std::move(longer);
      }
      return out;
    }
    case Kind::concat: {
      RequiredWords out = {""};
      for (const PatternNode &child : node.children) {
        const auto texts = texts_of(child);
        if (!texts || out.size() * texts->size() > kWordsMax) return std::nullopt;
        RequiredWords longer;
        for (const std::string &a : out)
          for (const std::string &b : *texts) longer.push_back(a + b);
        out = std::move(longer);
      }
      return out;
    }
  }
  return std::nullopt;
}

std::size_t shortest(const RequiredWords &words) {
  std::size_t least = SIZE_MAX;
  for (const std::string &word : words) least = std::min(least, word.size());
  return least;
}

// Few long words tell more than many short ones.
bool better(const RequiredWords &a, const RequiredWords &b) {
  const std::size_t of_a = std::min(shortest(a), kWordMax);
  const std::size_t of_b = std::min(shortest(b), kWordMax);
  return of_a != of_b ? of_a > of_b : a.size() < b.size();
}

bool is_sign(char c) {
  return !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != ' ' && c != '\n' && c != '\r' &&
         c != '\t';
}

// A requirement is kept where its words are no letters that stand in every line.
void keep(RequiredWords words, std::vector<RequiredWords> &out) {
  for (std::string &word : words) word.resize(std::min(word.size(), kWordMax));
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  const bool tells = std::all_of(words.begin(), words.end(), [](const std::string &word) {
    return word.size() >= kTellingMin || std::any_of(word.begin(), word.end(), is_sign);
  });
  if (tells && !words.empty() && shortest(words) > 0) out.push_back(std::move(words));
}

void requirements(const PatternNode &node, std::vector<RequiredWords> &out) {
  switch (node.kind) {
    case Kind::begin:
    case Kind::assertion:
      return;
    case Kind::set:
      if (const auto texts = texts_of(node)) keep(*texts, out);
      return;
    case Kind::repeat:
      if (node.least > 0) requirements(node.children.front(), out);
      return;
    case Kind::either: {
      if (const auto texts = texts_of(node)) {
        keep(*texts, out);
        return;
      }
      // Of each branch the best of its own, all together.
      RequiredWords all;
      for (const PatternNode &child : node.children) {
        std::vector<RequiredWords> of_child;
        requirements(child, of_child);
        if (of_child.empty()) return;
        const RequiredWords &best = *std::min_element(of_child.begin(), of_child.end(), better);
        all.insert(all.end(), best.begin(), best.end());
      }
      if (all.size() <= kWordsMax) keep(std::move(all), out);
      return;
    }
    case Kind::concat: {
      RequiredWords now = {""};  // what the children up to here are, one after the other
      const auto flush = [&] {
        if (shortest(now) > 0) keep(now, out);
        now.assign(1, "");
      };
      for (const PatternNode &child : node.children) {
        const auto texts = texts_of(child);
        if (!texts) {
          flush();
          requirements(child, out);
          continue;
        }
        const bool optional = shortest(*texts) == 0 && texts->size() > 1;
        if (optional || now.size() * texts->size() > kWordsMax) flush();
        if (optional) continue;
        RequiredWords longer;
        for (const std::string &a : now)
          for (const std::string &b : *texts) longer.push_back(a + b);
        now = std::move(longer);
      }
      flush();
      return;
    }
  }
}

// Whether the word stands in every text that the anchor matches.
bool within(const std::string &word, const Anchor &anchor) {
  for (std::size_t from = 0; from + word.size() <= anchor.bytes.size(); ++from) {
    bool same = true;
    for (std::size_t i = 0; i < word.size() && same; ++i) {
      const auto values = values_of(anchor.bytes[from + i]);
      same = values && values->size() == 1 && values->front() == word[i];
    }
    if (same) return true;
  }
  return false;
}

}  // namespace

std::vector<RequiredWords> required_words(const PatternNode &tree, const Anchors &anchors) {
  std::vector<RequiredWords> all;
  requirements(tree, all);
  std::erase_if(all, [&](const RequiredWords &words) {
    return !anchors.list.empty() &&
           std::all_of(anchors.list.begin(), anchors.list.end(), [&](const Anchor &anchor) {
             return std::any_of(words.begin(), words.end(),
                                [&](const std::string &word) { return within(word, anchor); });
           });
  });
  std::stable_sort(all.begin(), all.end(), better);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.size() > kRequirementsMax) all.resize(kRequirementsMax);
  return all;
}

}  // namespace dislodge::secret
