#pragma once
// What of a text is new. A history holds the same lines thousands of times: each version of a file repeats
// nearly all of the one before, in other packs, other paths and other repositories too. A text is cut at line
// ends that its own bytes choose (so a line put in moves no cut further down), and a part is known by the
// hash of itself and of kKnownContext bytes and more on either side. A known part is one in which, among just
// these bytes, nothing was found before; it needs no second look, whatever file it turns up in.
//
//   const std::vector<TextRange> &fresh = known.fresh(text, kind);   // where to look
//   known.tell(begin, end);   // something stands there, or depends on bytes further away: never known
//   known.learn();            // the rest of what was fresh is known now
//
// That holds if nothing that a scanner finds or does not find depends on bytes further away than the context;
// what does must be told. docs/decisions has the argument, tests/secret/known_text_test.cpp the proof by
// comparison. Memory: kKnownMax hashes of eight bytes, the oldest of a bucket give way, and to forget
// costs a look.
//
// The text before is kept, since the next version mostly shares its beginning and its end: the parts that lie
// there, and kKnownContext bytes on either side of them, are taken over without a look at their bytes.
//
// Hashes begin with a random number of the process, so that no text can be made to pass for another.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "secret/text_range.hpp"

namespace dislodge::secret {

inline constexpr std::size_t kKnownContext = 2048;        // bytes
inline constexpr std::size_t kKnownTextMin = 4096;        // a shorter text is as quickly looked at
inline constexpr std::size_t kKnownMax = 4u << 20;        // parts
inline constexpr std::size_t kKnownBeforeMax = 8u << 20;  // bytes of a text that is kept for the next

class KnownText {
 public:
  KnownText();
  // For tests: another seed, and fewer parts to hold (a power of two).
  explicit KnownText(std::uint64_t seed, std::size_t most = kKnownMax) : seed_(seed | 1), most_(most) {}

  // Cuts the text and gives the stretches of it that are not known, in order, each from line to line. `kind`
  // stands for all that the scanner heeds beside the text. The text needs to live only during the call.
  const std::vector<TextRange> &fresh(std::string_view text, std::uint64_t kind);
  void tell(std::size_t begin, std::size_t end);
  // Adds a stretch to what fresh() gave, whole parts of it; true where any was not there.
  bool widen(std::size_t begin, std::size_t end);
  // Tells of a stretch if it does not lie within one part.
  void tell_if_cut(std::size_t begin, std::size_t end);
  void learn();

 private:
  // What a text shares with the one before.
  struct Shared {
    std::size_t head = 0;  // bytes at its begin
    std::size_t tail = 0;  // and at its end, apart from those
  };
  Shared shared_with_before(std::string_view text, std::uint64_t kind) const;
  void keep_for_next(std::string_view text, std::uint64_t kind, const Shared &shared);
  void cut(std::string_view text, const Shared &shared);
  void join_fresh();
  std::uint64_t mixed(std::uint64_t a, std::uint64_t b) const;
  std::uint64_t hash_of(std::string_view bytes) const;
  std::size_t part_of(std::size_t at) const;
  bool contains(std::uint64_t key) const;
  void insert(std::uint64_t key);
  void grow();

  struct Part {
    std::size_t end = 0;  // it begins where the one before ends
    std::uint64_t hash = 0;
    std::uint64_t key = 0;  // with its context
    bool fresh = false;
    bool told = false;
    bool wanted = false;  // by widen()
    bool known = false;   // nothing stands in it
    bool taken = false;   // over from the text before, where it is known, with what stands around it
  };
  std::uint64_t seed_ = 1;
  std::size_t most_ = kKnownMax;
  std::vector<Part> parts_;
  std::vector<Part> parts_before_;
  std::string before_;  // the text before; empty: none is kept
  std::uint64_t kind_before_ = 0;
  std::vector<TextRange> fresh_;
  std::vector<std::uint64_t> slots_;  // 0: empty; a power of two of them
  std::size_t held_ = 0;
};

}  // namespace dislodge::secret
