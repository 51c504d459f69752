#pragma once
// Values that are assigned to a name which says that they are secret: `db_password = "..."` in source,
// configuration, markup, command lines, calls, headers and query strings of any language.
//
// The matcher reports the words that such names are made of. From each, a reader finds the whole name, how a
// value is tied to it and where the value begins and ends (assignment_reader.cpp); name, value and line are
// described by features (assignment_features.hpp), and a logistic model weighs them (assignment_model.hpp,
// trained by bench/accuracy/train.cpp). All look at a bounded neighbourhood and are deterministic.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "secret/text_range.hpp"

namespace dislodge::secret {

struct TriggerHit;

// Words that names of secrets hold; Hyperscan, caseless, each ends where the word ends.
std::span<const char *const> assignment_triggers();

// What the name speaks of.
enum class NameClass : std::uint8_t { password, secret, token, key, auth, credential };

// How the value is tied to the name.
enum class Tie : std::uint8_t {
  equals,     // x = v, x := v
  colon,      // x: v
  arrow,      // 'x' => v, x -> v
  compare,    // x == v
  comma,      // "x", "v"
  call,       // setX("v")
  element,    // <x>v</x>
  attribute,  // name="x" value="v"
  option,     // --x v
  query,      // ?x=v
  blank,      // PASSWORD 'v', requirepass v
  count
};

struct AssignmentCandidate {
  std::size_t begin = 0;  // the value
  std::size_t end = 0;
  std::size_t name_begin = 0;
  std::size_t name_end = 0;
  NameClass name = NameClass::password;
  Tie tie = Tie::equals;
  char quote = '\0';          // what encloses the value; '\0': nothing
  bool escaped = false;       // the quotes are escaped: a text within a text
  bool name_quoted = false;   // the name is a text itself: a member of JSON, an argument
  bool wrapped = false;       // []byte("v"), Buffer.from('v')
  bool fallback = false;      // the default beside a variable: getenv("X", "v"), ${X:-v}
  double confidence = 0;      // 0..1
  std::size_t looked_to = 0;  // where the reader looked furthest for the value, if that was far
};

// Whether a value may be tied to a name that has a trigger word ending at `end`. Looks at a few bytes, so
// that most words that are no names cost nothing more.
bool may_assign(std::string_view text, std::size_t end);

// Appends the candidates after the hits, sorted by begin, one a place, with their confidence. `item` is the
// item path, of which the file's ending counts. `first_trigger` is the number of this list's first trigger
// among those of the matcher. Names whose value was looked for further away than kAssignmentNear are added to
// `far`, found or not.
void find_assignments(std::string_view text, std::string_view item, std::span<const TriggerHit> hits,
                      std::uint32_t first_trigger, std::vector<AssignmentCandidate> &out,
                      std::vector<TextRange> *far = nullptr);
inline constexpr std::size_t kAssignmentNear = 1024;  // bytes

// The candidate that a trigger word which ends at `end` leads to: false where there is none. Its confidence
// is not set.
bool read_assignment(std::string_view text, std::size_t end, AssignmentCandidate &out);

inline constexpr double kAssignmentThreshold = 0.5;
inline constexpr double kAssignmentFloor = 0.1;  // below, a candidate is not worth listing as rejected

}  // namespace dislodge::secret
