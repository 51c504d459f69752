#include "evidence/charset_guess.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "base/bulk.hpp"

namespace dislodge::evidence {
namespace {

constexpr std::size_t kSampleMax = 64u << 10;
constexpr std::size_t kHighMin = 6;  // bytes over 0x7F, below which nothing is plain

// A set of bytes.
class Bytes {
 public:
  constexpr Bytes(std::initializer_list<unsigned> members) {
    for (const unsigned member : members) words_[member / 64] |= std::uint64_t{1} << member % 64;
  }
  constexpr bool has(unsigned byte) const { return (words_[byte / 64] >> byte % 64 & 1) != 0; }

 private:
  std::array<std::uint64_t, 4> words_{};
};

// A stretch of bytes over 0x7F.
struct Run {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// How text outside of ASCII lies in its bytes. What is looked at is these stretches: in most text they are a
// small part.
struct Shape {
  std::array<std::uint32_t, 256> count{};  // of bytes over 0x7F
  std::size_t high = 0;                    // bytes over 0x7F
  std::size_t runs = 0;                    // stretches of them
  std::size_t odd = 0;                     // of an odd length

  // The share of the bytes over 0x7F that are among these.
  double share(const Bytes &of) const {
    std::size_t found = 0;
    for (unsigned c = 0x80; c < 0x100; ++c)
      if (of.has(c)) found += count[c];
    return static_cast<double>(found) / static_cast<double>(high);
  }
  std::size_t of(unsigned first, unsigned last) const {
    std::size_t found = 0;
    for (unsigned c = first; c <= last; ++c) found += count[c];
    return found;
  }
  double share(unsigned first, unsigned last) const {
    return static_cast<double>(of(first, last)) / static_cast<double>(high);
  }
};

// The stretches, in one look at all bytes, eight at a time; valid until the thread's next call.
const std::vector<Run> &runs_of(std::string_view sample) {
  static thread_local std::vector<Run> runs;
  runs.clear();
  bool within = false;
  const auto turn = [&](std::size_t at) {
    if (within)
      runs.back().end = static_cast<std::uint32_t>(at);
    else
      runs.push_back({static_cast<std::uint32_t>(at), 0});
    within = !within;
  };
  std::size_t at = 0;
  for (; at + 8 <= sample.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, sample.data() + at, 8);
    word &= 0x8080808080808080ull;
    if (word == (within ? 0x8080808080808080ull : 0)) continue;
    // Where a byte differs from the one before it.
    for (std::uint64_t turns = word ^ (word << 8 | (within ? 0x80 : 0)); turns != 0; turns &= turns - 1)
      turn(at + static_cast<std::size_t>(std::countr_zero(turns)) / 8);
  }
  for (; at < sample.size(); ++at)
    if ((static_cast<unsigned char>(sample[at]) >= 0x80) != within) turn(at);
  if (within) turn(sample.size());
  return runs;
}

Shape shape_of(std::string_view sample, const std::vector<Run> &runs) {
  Shape shape;
  shape.runs = runs.size();
  for (const Run run : runs) {
    shape.high += run.end - run.begin;
    shape.odd += (run.end - run.begin) % 2;
    for (std::size_t at = run.begin; at < run.end; ++at)
      ++shape.count[static_cast<unsigned char>(sample[at])];
  }
  return shape;
}

// Controls that no text has: whether more than one byte in a hundred is one.
bool has_controls(std::string_view sample) {
  std::size_t controls = base::count_controls(sample);
  // That takes bell, backspace and the vertical tab for text, which are rare enough to be looked for.
  for (const char c : {'\x07', '\x08', '\x0B'})
    if (std::memchr(sample.data(), c, sample.size()) != nullptr)
      controls += static_cast<std::size_t>(std::count(sample.begin(), sample.end(), c));
  return controls * 100 > sample.size();
}

// ---- two bytes a character

// What a reader of a charset of two bytes a character finds.
struct Pairs {
  std::size_t all = 0;
  std::size_t broken = 0;
  std::size_t usual = 0;    // in the rows that a text's letters are in
  std::size_t kana = 0;     // hiragana and katakana
  std::size_t hangul = 0;   // EUC: in the rows of hangul
  std::size_t letters = 0;  // EUC: in the rows of hangul and of hanzi
  std::size_t low = 0;      // with a second byte below 0x80
  std::size_t korean = 0;   // the most frequent syllables
  std::size_t chinese = 0;  // the most frequent hanzi

  bool sound() const { return all >= 3 && broken * 50 <= all; }
};

// The forty most frequent syllables of Korean and characters of Chinese, in the bytes that EUC has for them.
constexpr std::array<std::uint16_t, 40> kKorean = {
    0xC0CC, 0xB4D9, 0xB4C2, 0xC0C7, 0xBFA1, 0xB0A1, 0xC0BB, 0xB8A6, 0xC0BA, 0xB0ED,
    0xC7CF, 0xC1F6, 0xC7D1, 0xB7CE, 0xB1E2, 0xBBE7, 0xBCAD, 0xC0CE, 0xB5B5, 0xBEEE,
    0xBDC3, 0xB4EB, 0xC0DA, 0xC1A4, 0xB1D7, 0xB3AA, 0xB8AE, 0xBEC6, 0xBDBA, 0xC0FC,
    0xBCF6, 0xC0D6, 0xC0CF, 0xC7D8, 0xBAB8, 0xBBF3, 0xC1A6, 0xC0E5, 0xB4CF, 0xBDC0};
constexpr std::array<std::uint16_t, 40> kChinese = {
    0xB5C4, 0xD2BB, 0xCAC7, 0xB2BB, 0xC1CB, 0xD4DA, 0xC8CB, 0xD3D0, 0xCED2, 0xCBFB,
    0xD5E2, 0xB8F6, 0xC3C7, 0xD6D0, 0xC0B4, 0xC9CF, 0xB4F3, 0xCEAA, 0xBACD, 0xB9FA,
    0xB5D8, 0xB5BD, 0xD2D4, 0xCBB5, 0xCAB1, 0xD2AA, 0xBECD, 0xB3F6, 0xBBE1, 0xBFC9,
    0xC4E3, 0xB6D4, 0xC9FA, 0xC4DC, 0xB9AB, 0xCBBE, 0xB7A2, 0xD3C3, 0xB7BD, 0xC7EB};

// Characters of a sample in two bytes: those that is_single(lead) says to stand alone and those that are no
// pair are counted, count(pairs, lead, trail) is asked of the others. The second byte may be one of ASCII.
template <typename IsSingle, typename IsPair, typename Count>
Pairs pairs_of(std::string_view sample, const std::vector<Run> &runs, IsSingle &&is_single, IsPair &&is_pair,
               Count &&count) {
  Pairs pairs;
  for (const Run run : runs) {
    for (std::size_t at = run.begin; at < run.end; ++at) {
      const auto lead = static_cast<unsigned char>(sample[at]);
      ++pairs.all;
      if (is_single(lead)) continue;
      const unsigned trail = at + 1 < sample.size() ? static_cast<unsigned char>(sample[at + 1]) : 0u;
      if (!is_pair(lead, trail)) {
        pairs.broken += at + 1 < sample.size();  // a sample may end within a character
        continue;
      }
      ++at;
      count(pairs, lead, trail);
    }
  }
  return pairs;
}

bool never_single(unsigned) {
  return false;
}

Pairs euc_pairs(std::string_view sample, const std::vector<Run> &runs) {
  return pairs_of(
      sample, runs, never_single,
      [](unsigned lead, unsigned trail) {
        return lead >= 0xA1 && lead != 0xFF && trail >= 0xA1 && trail != 0xFF;
      },
      [](Pairs &pairs, unsigned lead, unsigned trail) {
        const auto both = static_cast<std::uint16_t>(lead << 8 | trail);
        pairs.kana += lead == 0xA4 || lead == 0xA5;
        pairs.hangul += lead >= 0xB0 && lead <= 0xC8;
        pairs.letters += lead >= 0xB0;
        pairs.usual += lead >= 0xB0 && lead <= 0xD7;
        pairs.korean += std::find(kKorean.begin(), kKorean.end(), both) != kKorean.end();
        pairs.chinese += std::find(kChinese.begin(), kChinese.end(), both) != kChinese.end();
      });
}

Pairs shift_jis_pairs(std::string_view sample, const std::vector<Run> &runs) {
  return pairs_of(
      sample, runs, [](unsigned lead) { return lead >= 0xA1 && lead <= 0xDF; },  // half-width katakana
      [](unsigned lead, unsigned trail) {
        const bool is_lead = (lead >= 0x81 && lead <= 0x9F) || (lead >= 0xE0 && lead <= 0xFC);
        return is_lead && trail >= 0x40 && trail != 0x7F && trail <= 0xFC;
      },
      [](Pairs &pairs, unsigned lead, unsigned trail) {
        const bool kana = (lead == 0x82 && trail >= 0x9F && trail <= 0xF1) || (lead == 0x83 && trail <= 0x96);
        pairs.kana += kana;
        pairs.usual += kana || lead == 0x81 || (lead >= 0x88 && lead <= 0x97);
      });
}

Pairs big5_pairs(std::string_view sample, const std::vector<Run> &runs) {
  const auto is_low = [](unsigned trail) { return trail >= 0x40 && trail <= 0x7E; };
  return pairs_of(
      sample, runs, never_single,
      [&](unsigned lead, unsigned trail) {
        return lead >= 0xA1 && lead <= 0xF9 && (is_low(trail) || (trail >= 0xA1 && trail != 0xFF));
      },
      [&](Pairs &pairs, unsigned lead, unsigned trail) {
        pairs.low += is_low(trail);
        pairs.usual += (lead >= 0xA4 && lead <= 0xC6) || lead == 0xA1;
      });
}

// Most of `part` in `all`: percent.
bool at_least(std::size_t part, std::size_t all, unsigned percent) {
  return part * 100 >= all * percent;
}

std::string_view east_asian(const Shape &shape, std::string_view sample, const std::vector<Run> &runs) {
  // In Latin text bytes over 0x7F stand alone between letters; characters of two are in even stretches.
  if (at_least(shape.runs - shape.odd, shape.runs, 90)) {
    const Pairs euc = euc_pairs(sample, runs);
    if (euc.sound()) {
      if (at_least(euc.kana, euc.all, 15)) return "euc-jp";
      const bool korean = at_least(euc.hangul, euc.letters, 92) && euc.korean * 2 > euc.chinese * 3;
      if (korean && euc.letters >= 3 && at_least(euc.korean, euc.letters, 15)) return "euc-kr";
      if (euc.letters >= 4 && at_least(euc.usual, euc.letters, 85) && at_least(euc.chinese, euc.letters, 4))
        return "gb18030";
    }
  }
  // There is a character for every two bytes over 0x7F at least: it is worth a look only where so many of
  // them can be the first of a usual one.
  const auto can_be = [&](std::size_t firsts) { return at_least(firsts, (shape.high + 1) / 2, 75); };
  if (can_be(shape.of(0x81, 0x83) + shape.of(0x88, 0x97))) {
    const Pairs shift_jis = shift_jis_pairs(sample, runs);
    if (shift_jis.sound() && at_least(shift_jis.usual, shift_jis.all, 75) &&
        at_least(shift_jis.kana, shift_jis.all, 15))
      return "shift_jis";
  }
  if (can_be(shape.of(0xA1, 0xA1) + shape.of(0xA4, 0xC6))) {
    const Pairs big5 = big5_pairs(sample, runs);
    if (big5.sound() && big5.all >= 5 && at_least(big5.usual, big5.all, 75) &&
        at_least(big5.low, big5.all, 20) && !at_least(big5.low, big5.all, 75))
      return "big5";
  }
  return {};
}

// ---- one byte a letter, in scripts other than the Latin

// The letters that are half of a text and more, in the bytes of each charset; and what no text in it has.
struct Script {
  std::string_view charset;
  Bytes frequent;
  double share;          // at least this much of the bytes over 0x7F are among the frequent
  unsigned first, last;  // where its letters lie: nearly all bytes over 0x7F
};
const std::array<Script, 7> kScripts = {{
    // o e a i n t s r v l k
    {"windows-1251", {0xEE, 0xE5, 0xE0, 0xE8, 0xED, 0xF2, 0xF1, 0xF0, 0xE2, 0xEB, 0xEA}, 0.55, 0xC0, 0xFF},
    {"koi8-r", {0xCF, 0xC5, 0xC1, 0xC9, 0xCE, 0xD4, 0xD3, 0xD2, 0xD7, 0xCC, 0xCB}, 0.55, 0xC0, 0xFF},
    {"ibm866", {0xAE, 0xA5, 0xA0, 0xA8, 0xAD, 0xE2, 0xE1, 0xE0, 0xA2, 0xAB, 0xAA}, 0.55, 0x80, 0xEF},
    // alpha omicron iota epsilon tau sigma nu eta and those with an accent
    {"iso-8859-7",
     {0xE1, 0xEF, 0xE9, 0xE5, 0xF4, 0xF3, 0xED, 0xE7, 0xF2, 0xDC, 0xDD, 0xDE, 0xDF, 0xFC, 0xFD, 0xF0, 0xEA,
      0xF1},
     0.72,
     0xB6,
     0xFE},
    {"windows-1255",
     {0xE9, 0xE5, 0xE4, 0xEC, 0xE0, 0xF8, 0xFA, 0xE1, 0xEE, 0xF9, 0xED, 0xF0},
     0.72,
     0xE0,
     0xFA},
    {"windows-1256",
     {0xC7, 0xE1, 0xED, 0xE3, 0xE6, 0xE4, 0xD1, 0xCA, 0xC8, 0xC9, 0xDA, 0xE5, 0xCF, 0xD3},
     0.72,
     0xC1,
     0xED},
    {"cp874",
     {0xD2, 0xB9, 0xC3, 0xCD, 0xA1, 0xE0, 0xA7, 0xC1, 0xC2, 0xC5, 0xC7,
      0xB4, 0xB7, 0xB5, 0xCA, 0xE9, 0xE8, 0xD1, 0xD5, 0xD4, 0xE1, 0xA4},
     0.68,
     0xA1,
     0xFB},
}};

std::string_view other_script(const Shape &shape) {
  if (shape.high < 2 * shape.runs) return {};  // letters beside letters
  std::string_view best;
  double lead = 0;
  for (const Script &script : kScripts) {
    if (shape.share(script.first, script.last) < 0.93) continue;
    const double over = shape.share(script.frequent) - script.share;
    if (over < 0 || over <= lead) continue;
    best = script.charset;
    lead = over;
  }
  // Capitals of one Cyrillic charset are small letters of the other.
  if (best == "windows-1251" && shape.share(0xC0, 0xDF) > 0.6) return {};
  if (best == "koi8-r" && shape.share(0xE0, 0xFF) > 0.6) return {};
  return best;
}

// ---- Latin letters that windows-1252 lacks, within words

std::string_view other_latin(const Shape &shape, std::string_view sample, const std::vector<Run> &runs) {
  if (shape.high < 10) return {};
  std::array<std::uint32_t, 256> within{};  // behind or before a letter of ASCII
  std::size_t all = 0;
  const auto letter = [&](std::size_t at) {
    const char c = at < sample.size() ? static_cast<char>(sample[at] | 0x20) : ' ';
    return c >= 'a' && c <= 'z';
  };
  // Only the ends of a stretch can have such a neighbour.
  for (const Run run : runs) {
    const bool before = run.begin > 0 && letter(run.begin - 1);
    const bool behind = letter(run.end);
    const bool single = run.end - run.begin == 1;
    if (before || (single && behind)) {
      ++within[static_cast<unsigned char>(sample[run.begin])];
      ++all;
    }
    if (behind && !single) {
      ++within[static_cast<unsigned char>(sample[run.end - 1])];
      ++all;
    }
  }
  if (all < 10) return {};
  const auto share = [&](std::initializer_list<unsigned> of) {
    std::size_t found = 0;
    for (const unsigned c : of) found += within[c];
    return static_cast<double>(found) / static_cast<double>(all);
  };
  // Turkish: the i without a dot, which is a y with an accent elsewhere, and hardly ever there.
  if (share({0xFD}) >= 0.2 && share({0xFE, 0xF0, 0xFC, 0xE7}) >= 0.15) return "windows-1254";
  // Polish l with a stroke, which elsewhere is the three of a power: no letter.
  if (share({0xB3}) >= 0.08 && share({0xEA, 0xF3, 0xBF, 0xB9, 0xB1}) >= 0.2)
    return share({0xB1, 0xB6}) > share({0xB9, 0x9C}) ? "iso-8859-2" : "windows-1250";
  // Czech e and r with a hook.
  if (share({0xEC}) >= 0.06 && share({0xF8}) >= 0.03 && share({0xED}) >= 0.08 && share({0xE1}) >= 0.05)
    return share({0xB9, 0xBE, 0xBB}) > share({0x9A, 0x9E, 0x9D}) ? "iso-8859-2" : "windows-1250";
  return {};
}

bool shifts_to_japanese(std::string_view sample) {
  for (std::size_t at = sample.find("\x1B$"); at != std::string_view::npos;
       at = sample.find("\x1B$", at + 1)) {
    const std::string_view rest = sample.substr(at + 2);
    if (!rest.starts_with('B') && !rest.starts_with('@')) continue;
    // An escape of a terminal does not lead back to ASCII in the same line, after pairs.
    const std::size_t back = rest.find("\x1B(");
    if (back != std::string_view::npos && back % 2 == 1 && rest.find('\n') > back) return true;
  }
  return false;
}

// UTF-8 into which a few bytes of something else were pasted, or in which some were lost.
bool mostly_utf8(const Shape &shape, std::string_view sample, const std::vector<Run> &runs) {
  // Each sequence has a byte that no other begins with: where these are few, most bytes are alone.
  if (3 * shape.of(0x80, 0xBF) < shape.high) return false;
  std::size_t sequences = 0;
  std::size_t broken = 0;
  for (const Run run : runs) {
    for (std::size_t at = run.begin; at < run.end;) {
      const std::size_t length =
          base::utf8_sequence(sample.substr(at, std::min<std::size_t>(4, run.end - at)));
      sequences += length > 0;
      broken += length == 0;
      at += std::max<std::size_t>(length, 1);
    }
  }
  return sequences >= broken;
}

}  // namespace

std::string_view guess_charset(std::string_view bytes) {
  const std::string_view sample = bytes.substr(0, kSampleMax);
  if (sample.empty()) return {};
  const std::vector<Run> &runs = runs_of(sample);
  std::size_t high = 0;
  for (const Run run : runs) high += run.end - run.begin;
  if (high > 0 && high < kHighMin) return {};
  if (has_controls(sample)) return {};  // no text
  if (high == 0) return shifts_to_japanese(sample) ? std::string_view("iso-2022-jp") : std::string_view();
  const Shape shape = shape_of(sample, runs);
  if (mostly_utf8(shape, sample, runs)) return {};
  const std::string_view script = other_script(shape);
  const std::string_view asian = east_asian(shape, sample, runs);
  // Letters of one byte are in stretches of any length: where all are even, and there are some, it is pairs.
  if (!asian.empty() && (script.empty() || (asian.starts_with("euc") && shape.odd == 0 && shape.runs >= 4) ||
                         asian == "shift_jis"))
    return asian;
  if (!script.empty()) return script;
  return other_latin(shape, sample, runs);
}

bool is_utf8_after_all(std::string_view bytes) {
  const std::string_view rest = bytes.substr(base::ascii_prefix(bytes));
  // The first character decides of most that it is none.
  if (rest.empty() || base::utf8_sequence(rest) == 0 || base::valid_utf8_prefix(rest) < rest.size())
    return false;
  std::size_t sequences = 0;
  std::size_t long_ones = 0;
  for (const char byte : rest.substr(0, kSampleMax)) {
    const auto c = static_cast<unsigned char>(byte);
    sequences += c >= 0xC0;
    long_ones += c >= 0xE0;
  }
  return sequences >= 3 || long_ones >= 2;
}

}  // namespace dislodge::evidence
