#pragma once
// Matcher: finds every match of every rule in one pass over the bytes.
//
// The pass looks for anchors (secret/anchor.hpp), short sequences of which every match of a rule holds one.
// Around an anchor a gate (secret/gate.hpp) reads on for as long as the bytes may be a match; where it lets
// them through, RE2 looks as far as the rule is wide for where the match and its groups lie. Patterns without
// anchors are one Hyperscan database over the whole text. The result equals what RE2 alone would find, rule
// by rule (tests/secret/matcher_test.cpp).
//
//   DISLODGE_TRY_ASSIGN(Matcher matcher, Matcher::open(rules, cache_folder));
//   DISLODGE_TRY_ASSIGN(Matcher::Scratch scratch, matcher.scratch());     one a thread
//   matcher.find(text, scratch, found);
//
// A Matcher is immutable and may be shared between threads and across fork.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "secret/rule.hpp"
#include "secret/text_range.hpp"

namespace dislodge::secret {

// A match of RuleSet::rules[rule]; offsets in the text.
struct RuleMatch {
  std::uint32_t rule = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t secret_begin = 0;
  std::size_t secret_end = 0;
};

// A word after which a password may stand (prose.hpp); `end` is the offset after it.
struct TriggerHit {
  std::uint32_t trigger = 0;
  std::size_t end = 0;
};

struct Matches {
  std::vector<RuleMatch> rules;      // sorted by rule, then begin; those of one rule do not overlap
  std::vector<TriggerHit> triggers;  // sorted by end
  std::vector<std::size_t> runs;     // where 40 letters of base64 and more in a row begin, in order
  // Places that may be part of a match which reaches kFarReach bytes and more away from them.
  std::vector<TextRange> far;
};

class Matcher {
 public:
  class Scratch;

  // Compiles the rules into bytes that load() takes. Takes seconds. An error names the rule that does not
  // compile.
  static base::Result<std::string> compile(const RuleSet &rules);
  // Whether one rule alone compiles; the error says why not.
  static base::Result<void> accepts(const Rule &rule);
  // Milliseconds. Refuses bytes that are damaged, of other rules, or made for another library or processor.
  static base::Result<Matcher> load(const RuleSet &rules, std::string_view compiled);
  // Loads from the cache file in `cache_folder`, or compiles and writes it there (mode 0600). With an empty
  // path nothing is cached. A cache that cannot be written is no error.
  static base::Result<Matcher> open(const RuleSet &rules, const std::filesystem::path &cache_folder);
  // The name that open() uses: it holds the digest of rules, library and processor.
  static std::string cache_name(const RuleSet &rules);

  Matcher(Matcher &&) noexcept;
  Matcher &operator=(Matcher &&) noexcept;
  ~Matcher();

  base::Result<Scratch> scratch() const;
  // Replaces what is in `found`.
  void find(std::string_view text, Scratch &scratch, Matches &found) const;
  // Looks for what stands in some stretches of the text, or reaches into them; they are in order, apart, and
  // begin and end with a line.
  void find(std::string_view text, std::span<const TextRange> where, Scratch &scratch, Matches &found) const;
  // Bytes that a match of the rule can span; kWidthMax for those without bound.
  std::size_t width_of(std::uint32_t rule) const;
  // A match longer than this is not looked for.
  static constexpr std::size_t kWidthMax = 64 << 10;
  static constexpr std::size_t kFarReach = 1984;

 private:
  struct State;
  explicit Matcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Working memory of one thread.
class Matcher::Scratch {
 public:
  Scratch(Scratch &&) noexcept;
  Scratch &operator=(Scratch &&) noexcept;
  ~Scratch();

 private:
  friend class Matcher;
  struct State;
  explicit Scratch(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dislodge::secret
