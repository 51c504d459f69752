#pragma once
// A cheaper form of a pattern for the confirming search. RE2 unrolls counted repetitions: "[a-z]{10,1000}" is
// a thousand states, and two of them in a row make each byte of a match cost thousands of steps. Without the
// upper bound they are two states. The relaxed pattern captures what each such repetition took, so that the
// bounds can be checked afterwards: where all hold, the match is the one that the rule's own pattern gives
// (its ways of matching are a part of the relaxed ones, in the same order of preference); where one does not,
// the rule's own must be asked.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::secret {

struct RelaxedPattern {
  std::string pattern;
  int group = 0;               // where the original group went
  int groups = 0;              // capture groups in all
  std::vector<int> originals;  // where each original group went, from group 1 on
  struct Bound {
    int group = 0;
    std::size_t most = 0;  // bytes
  };
  std::vector<Bound> bounds;  // empty: the pattern is the original
};

RelaxedPattern relax(std::string_view pattern, int group);

// Where a character class that begins at `at` ends, or npos.
std::size_t class_end(std::string_view pattern, std::size_t at);

}  // namespace dislodge::secret
