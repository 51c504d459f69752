// What is skipped because it was seen before, and the proof that nothing else is: every version of a text is
// scanned whole and as a version, and both must say the same.
#include "secret/known_text.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/encode.hpp"
#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

std::size_t bytes_of(const std::vector<TextRange> &ranges) {
  std::size_t sum = 0;
  for (const TextRange &range : ranges) sum += range.end - range.begin;
  return sum;
}

std::string source_lines(std::mt19937_64 &random, std::size_t count) {
  constexpr std::array<std::string_view, 8> kWords = {"buffer", "queue", "index", "lock",
                                                      "page",   "inode", "timer", "frame"};
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view a = kWords[random() % 8], b = kWords[random() % 8];
    out += "  " + std::string(a) + "->" + std::string(b) + " = read_" + std::string(a) + "(" +
           std::to_string(random() % 4096) + ");\n";
  }
  return out;
}

TEST(KnownText, OnlyWhatIsNearAnEditIsFresh) {
  std::mt19937_64 random(7);
  KnownText known(1);
  const std::string text = source_lines(random, 4000);
  EXPECT_EQ(bytes_of(known.fresh(text, 0)), text.size());
  known.learn();
  EXPECT_TRUE(known.fresh(text, 0).empty());
  known.learn();

  std::string edited = text;
  edited.insert(text.find('\n', text.size() / 2) + 1, "one line more\n");
  const std::vector<TextRange> fresh = known.fresh(edited, 0);
  ASSERT_EQ(fresh.size(), 1u);
  EXPECT_LE(fresh[0].begin + kKnownContext, text.size() / 2);
  EXPECT_GE(fresh[0].end, text.size() / 2 + kKnownContext);
  EXPECT_LT(bytes_of(fresh), 8 * kKnownContext);
  EXPECT_EQ(edited[fresh[0].begin - 1], '\n');
  EXPECT_EQ(edited[fresh[0].end - 1], '\n');
  EXPECT_FALSE(known.fresh(text, 1).empty()) << "in another kind of file it means something else";
}

TEST(KnownText, WhatWasToldOfStaysFresh) {
  std::mt19937_64 random(7);
  KnownText known(1);
  const std::string text = source_lines(random, 4000);
  known.fresh(text, 0);
  known.tell(50'000, 50'010);
  known.learn();
  const std::vector<TextRange> fresh = known.fresh(text, 0);
  ASSERT_EQ(fresh.size(), 1u);
  EXPECT_LE(fresh[0].begin, 50'000u);
  EXPECT_GE(fresh[0].end, 50'010u);
}

// What is taken over from the version before may be more than its parts are known for by themselves, never
// what was told of, and never what is near a change.
TEST(KnownText, WhatIsTakenOverFromTheTextBeforeIsNeitherToldNorChanged) {
  constexpr std::string_view kMark = "<told>";
  std::mt19937_64 random(11);
  KnownText one(5), other(5);
  std::string text = source_lines(random, 900);
  const std::string another = source_lines(random, 300);
  const auto covers = [](const std::vector<TextRange> &ranges, std::size_t begin, std::size_t end) {
    std::size_t covered = 0;
    for (const TextRange &range : ranges)
      covered += std::max(begin, std::min(end, range.end)) - std::min(end, std::max(begin, range.begin));
    return covered == end - begin;
  };
  std::size_t less = 0;
  for (int round = 0; round < 600; ++round) {
    std::size_t from = 0, to = 0;  // what is new in this round
    const std::size_t at = random() % (text.size() + 1);
    const auto put_in = [&](std::size_t place, const std::string &lines) {
      text.insert(place, lines);
      from = place - std::min(place, kKnownContext);
      to = std::min(text.size(), place + lines.size() + kKnownContext);
    };
    std::string fresh_line = "  never seen " + std::to_string(round) + "\n";
    if (random() % 4 == 0) fresh_line += "a line " + std::string(kMark) + "\n";
    switch (random() % 7) {
      case 0:
        put_in(at, fresh_line + source_lines(random, random() % 40));
        break;
      case 1:
        put_in(0, fresh_line);
        break;
      case 2:
        put_in(text.size(), fresh_line + (random() % 2 == 0 ? "no end" : ""));
        break;
      case 3:
        text.erase(at, random() % 3000);
        break;
      case 4:
        text.resize(text.size() - std::min<std::size_t>(text.size(), random() % 200));
        break;
      default:  // the same again
        break;
    }
    if (text.size() < kKnownTextMin) text = source_lines(random, 900), from = to = 0;
    const std::uint64_t kind = round % 50 == 49 ? 1 : 0;
    const auto fresh = one.fresh(text, kind);
    other.fresh(another, 7);  // it has always read something else before
    other.learn();
    const auto looked_at = other.fresh(text, kind);
    less += bytes_of(fresh) < bytes_of(looked_at) ? 1 : 0;
    ASSERT_TRUE(covers(fresh, from, to)) << round;
    for (std::size_t mark = text.find(kMark); mark != std::string::npos; mark = text.find(kMark, mark + 1)) {
      ASSERT_TRUE(covers(fresh, mark, mark + kMark.size())) << round;
      one.tell(mark, mark + kMark.size());
      other.tell(mark, mark + kMark.size());
    }
    one.learn();
    other.learn();
  }
  EXPECT_GT(less, 50u);
}

TEST(KnownText, ForgetsWhenThereIsTooMuch) {
  std::mt19937_64 random(3);
  KnownText known(1, 4096);
  const std::string first = source_lines(random, 1000);
  known.fresh(first, 0);
  known.learn();
  // Far more parts than are held are told apart by nothing but a number.
  for (std::uint64_t kind = 1; kind < 1000; ++kind) {
    known.fresh(first, kind);
    known.learn();
  }
  EXPECT_FALSE(known.fresh(first, 0).empty());
}

// ------------------------------------------------------------------------------------------ scans compared

std::string letters(std::mt19937_64 &random, std::size_t count, std::string_view of) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += of[random() % of.size()];
  return out;
}
constexpr std::string_view kAlnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

// A piece of a file in which something may be found, or nearly.
std::string piece(std::mt19937_64 &random) {
  const std::string value = letters(random, 8 + random() % 24, kAlnum);
  switch (random() % 20) {
    case 0:
      return "aws_access_key_id = AKIA" + letters(random, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") +
             "\naws_secret_access_key = " + letters(random, 40, kAlnum) + "\n";
    case 1:
      return "DB_PASSWORD=\"" + value + "\"\n";
    case 2:
      return "the password for the build box is " + value + ", please change it\n";
    case 3: {
      std::string table = "host,user,password\n";
      for (std::size_t i = random() % 90; i-- > 0;)
        table += "srv" + std::to_string(i) + ",kim," + letters(random, 10, kAlnum) + "\n";
      return table;
    }
    case 4: {
      std::string key = "-----BEGIN RSA PRIVATE KEY-----\n";
      for (std::size_t i = 12 + random() % 60; i-- > 0;) key += letters(random, 64, kAlnum) + "\n";
      return random() % 3 == 0 ? key : key + "-----END RSA PRIVATE KEY-----\n";
    }
    case 5: {
      const std::string inner =
          "user = kim\npassword = " + value + "\n" + source_lines(random, random() % 80);
      const std::string packed = base::to_base64(inner);
      std::string out;
      for (std::size_t i = 0; i < packed.size(); i += 76) out += packed.substr(i, 76) + "\n";
      return out;
    }
    case 6:
      return "secret = '" + letters(random, random() % 5000, "abc def 123") + (random() % 2 ? "'\n" : "\n");
    case 7:
      return "token = `" + letters(random, random() % 7000, "abc def\n123") + (random() % 2 ? "`\n" : "\n");
    case 8:
      return "https://kim:" + value + "@git.corp.example/x.git\n";
    case 9:
      return "curl -u kim:" + value + " https://x.example/\nAuthorization: Bearer " +
             letters(random, 60, kAlnum) + "\n";
    case 10:
      return "INSERT INTO users (name, password) VALUES ('kim', '" + value + "');\n";
    case 11:
      return "password = " + value + "\n" + source_lines(random, random() % 30) + "login(" + value + ");\n";
    case 12:
      return "  the token of the deploy bot is the old one: ghp_" + letters(random, 14, kAlnum) + "7\n" +
             letters(random, 21, kAlnum) + "9 and so on\n";
    case 13:
      return letters(random, 300 + random() % 3000, "abcdefgh ijkl;,=\"") + " key=\"" + value + "\"" +
             letters(random, random() % 3000, "abcdefgh ijkl;,=\"") + "\n";
    case 14:
      return "password:\n\n" + value + "\n";
    case 15:
      return "eyJ" + base::to_base64(letters(random, 60, kAlnum)) + ".eyJ" +
             base::to_base64(letters(random, 200, kAlnum)) + "." + letters(random, 43, kAlnum) + "\n";
    default:
      return source_lines(random, 4 + random() % 60);
  }
}

std::string told(const Found &one) {
  const Sighting &s = one.sighting;
  std::string out = s.rule + " " + s.item + " " + std::to_string(s.offset) + "+" + std::to_string(s.length) +
                    " " + std::to_string(s.line) + ":" + std::to_string(s.column) + " " +
                    std::to_string(s.confidence) + " " + s.rejected + (s.latent ? " latent" : "") + " " +
                    std::to_string(std::hash<std::string>()(one.value)) + " " +
                    std::to_string(std::hash<std::string>()(one.context));
  for (const Hint &hint : s.hints)
    out += " " + std::to_string(static_cast<int>(hint.kind)) + "=" + hint.value;
  return out;
}

void compare(std::uint64_t seed, ScanOptions options) {
  std::mt19937_64 random(seed);
  auto whole = Scanner::make(test::rules(), test::matcher(), options);
  auto versions = Scanner::make(test::rules(), test::matcher(), options);
  ASSERT_TRUE(whole && versions);
  std::vector<std::string> pieces;
  for (int i = 0; i < 60; ++i) pieces.push_back(piece(random));
  std::size_t found = 0;
  for (int version = 0; version < 60; ++version) {
    std::string text;
    for (const std::string &one : pieces) text += one;
    test::Collector a, b;
    evidence::TextView view;
    const std::string item = "item" + std::to_string(version);
    view.item = item;
    view.text = text;
    EXPECT_EQ(whole->scan(view, a), versions->scan_version(view, b));
    found += a.all.size();
    ASSERT_EQ(a.all.size(), b.all.size()) << "seed " << seed << ", version " << version;
    for (std::size_t i = 0; i < a.all.size(); ++i)
      ASSERT_EQ(told(a.all[i]), told(b.all[i])) << "seed " << seed << ", version " << version;
    // The next version: pieces come, go, move, and change within.
    for (std::size_t edits = 1 + random() % 3; edits-- > 0;) {
      const std::size_t at = random() % pieces.size();
      switch (random() % 6) {
        case 0:
          pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(at), piece(random));
          break;
        case 1:
          if (pieces.size() > 20) pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(at));
          break;
        case 2:
          std::swap(pieces[at], pieces[random() % pieces.size()]);
          break;
        case 3:
          if (!pieces[at].empty()) pieces[at].erase(random() % pieces[at].size(), 1 + random() % 40);
          break;
        default:
          pieces[at].insert(
              random() % (pieces[at].size() + 1),
              random() % 2 ? letters(random, 1 + random() % 9, "\n\"'`=, |x7A") : std::string("\n"));
      }
    }
  }
  EXPECT_GT(found, 100u) << "there was something to find";
}

TEST(ScanVersion, FindsWhatAWholeScanFinds) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) compare(seed, {});
}

TEST(ScanVersion, TurnsDownWhatAWholeScanTurnsDown) {
  ScanOptions options;
  options.keep_rejected = true;
  options.allow_comments = true;
  for (std::uint64_t seed = 21; seed <= 22; ++seed) compare(seed, options);
}

}  // namespace
}  // namespace dislodge::secret
