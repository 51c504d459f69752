#pragma once
// Gates: whether what stands beside an anchor (secret/anchor.hpp) can be the rest of a match. The word "key"
// is an anchor of a hundred rules, and stands everywhere; "pagerduty" in front and twenty letters of a token
// behind it do not. A gate reads away from the anchor, a byte at a time, until the bytes are such as the
// pattern cannot have (mostly at once) or the pattern is through.
//
// Each side of an anchor is an automaton of the pattern's pieces on that side, nearest first. Assertions are
// taken to hold, and a piece that may come any of many times may come without end: a gate says "may" where
// the pattern says no, and never the other way. The automaton is made deterministic as far as texts need it.
//
//   std::string program = gate_program(rest, backwards);      where the rules are compiled; "": lets all pass
//   Gate gate(program);                                       one a thread
//   gate.may_follow(text, end_of_anchor, ahead);  gate.may_precede(text, begin_of_anchor, back);

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "secret/pattern_tree.hpp"

namespace dislodge::secret {

// What a pattern has on one side of a piece of it, nearest first. The nodes belong to the pattern's tree.
struct PatternRest {
  const PatternNode *node = nullptr;
  bool copies = false;  // of a repeat: further copies of its child, perhaps none
  std::shared_ptr<const PatternRest> next;
};

// The automaton as bytes; "" where it would let everything pass, or is too large to be of use.
std::string gate_program(const PatternRest *rest, bool backwards);

// What may stand right beside the anchor, asked before the gate itself. `edge`: the beginning of the text.
struct GateFirst {
  ByteSet bytes;
  bool edge = false;
};
GateFirst gate_first(std::string_view program);

class Gate {
 public:
  explicit Gate(std::string_view program);

  // Whether a match may go on from `at`, within `most` bytes.
  bool may_follow(std::string_view text, std::size_t at, std::size_t most);
  // The same of what stands before `at`.
  bool may_precede(std::string_view text, std::size_t at, std::size_t most);

 private:
  using State = std::vector<std::uint16_t>;  // positions of the pattern that were reached
  static constexpr std::uint16_t kUnknown = 0;
  static constexpr std::uint16_t kDead = 1;
  static constexpr std::uint16_t kThrough = 2;
  static constexpr std::uint16_t kFirstState = 3;
  static constexpr std::size_t kStatesMax = 4096;  // with more of them all may pass
  static constexpr std::size_t kEdge = 256;        // a symbol behind the bytes

  std::uint16_t step(std::uint16_t state, std::size_t symbol) {
    const std::size_t place = static_cast<std::size_t>(state - kFirstState) * class_count_;
    const std::uint16_t number = next_.data()[place + classes_.data()[symbol]];
    return number != kUnknown ? number : learn(state, symbol);
  }
  std::uint16_t learn(std::uint16_t state, std::size_t symbol);

  std::array<std::uint8_t, kEdge + 1> classes_{};
  std::size_t class_count_ = 0;
  bool many_classes_ = false;
  std::vector<std::uint16_t> set_of_;  // by position
  std::vector<ByteSet> sets_;
  std::vector<bool> last_;  // by position: the pattern is through
  std::vector<std::vector<std::uint16_t>> follow_;
  std::vector<const State *> states_;
  std::map<State, std::uint16_t> numbers_;
  std::vector<std::uint16_t> next_;  // states times classes
};

}  // namespace dislodge::secret
