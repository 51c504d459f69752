#pragma once
// One value of a Sigma item, ready to compare: a literal with wildcards, a regular expression, a network, a
// number, or a part of a date.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "detect/sigma_rule.hpp"

namespace re2 {
class RE2;
}

namespace dislodge::detect {

// What the values of one set may come to once modifiers have multiplied them: base64offset makes three of
// one, windash six, and a short regular expression can compile to megabytes.
inline constexpr std::size_t kSigmaPatternBytesMax = 256u << 20;
inline constexpr std::size_t kSigmaItemBytesMax = 16u << 20;  // of one field of one rule

// A value of an event, as text, with what JSON said that it is.
struct FieldValue {
  std::string_view text;
  bool is_null = false;
};

class SigmaPattern {
 public:
  // Patterns of an item: each value under the item's modifiers. Several may come of one value (base64offset,
  // windash). Values are joined by OR, or by AND where `all` is among the modifiers: each inner list is one
  // value's alternatives. `room` is the memory that the set's patterns may still take, in bytes: what these
  // take is subtracted, and an item that passes it, or kSigmaItemBytesMax, is refused.
  static base::Result<std::vector<std::vector<SigmaPattern>>> of(const SigmaItem &item, std::size_t &room);

  bool matches(const FieldValue &value) const;
  // A run of at least `kWitnessMin` plain characters that is in every text that matches, in lower case; ""
  // where there is none. Only characters that JSON never escapes are in it.
  std::string witness() const;
  static constexpr std::size_t kWitnessMin = 4;

  bool is_null() const { return kind_ == Kind::null; }    // matches where nothing is
  bool is_empty() const { return kind_ == Kind::empty; }  // matches the empty text alone
  bool is_text() const { return kind_ == Kind::text; }
  // Matches its literal() and nothing else, but for the case of letters.
  bool is_whole() const;
  // The longest run of bytes that is in every text that matches, in lower case unless `cased` is asked for;
  // "" where none is known.
  std::string literal() const;

 private:
  enum class Kind : std::uint8_t { text, empty, null, regex, network, number, date };
  // Characters between two stars; ? stands for any one byte.
  struct Part {
    std::string bytes;  // lower case unless cased
    std::string wild;   // empty, or 1 where a byte is any
  };
  static SigmaPattern glob(const SigmaItem &item, std::string_view text, bool wild);
  static base::Result<SigmaPattern> special(const SigmaItem &item, const std::string &text);
  std::size_t bytes() const;  // of memory, about
  bool part_at(const Part &part, std::string_view text, std::size_t at) const;
  std::size_t find_part(const Part &part, std::string_view text, std::size_t from, std::size_t last) const;
  bool matches_text(std::string_view text) const;
  bool matches_number(std::string_view text) const;
  bool matches_network(std::string_view text) const;
  bool matches_date(std::string_view text) const;

  Kind kind_ = Kind::text;
  bool cased_ = false;
  std::vector<Part> parts_;  // stars stand between them
  bool open_begin_ = false, open_end_ = false;
  std::shared_ptr<re2::RE2> regex_;
  Modifier modifier_ = Modifier::contains;  // of numbers and dates
  double number_ = 0;
  std::string network_;  // 16 bytes, IPv4 mapped
  int prefix_ = 0;
};

// Case-insensitive for ASCII; what lies beyond compares as it is.
bool equal_folded(std::string_view text, std::string_view folded);

}  // namespace dislodge::detect
