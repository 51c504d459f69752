#pragma once
// Words around numbers, so that no sentence says "1 messages".
//
//   counted(1, "mailbox", "mailboxes") == "1 mailbox";   counted(3, "secret") == "3 secrets"

#include <concepts>
#include <string>
#include <string_view>

namespace dislodge::base {

// `many` left out: `one` with an s.
template <std::integral Number>
std::string counted(Number number, std::string_view one, std::string_view many = {}) {
  std::string text = std::to_string(number);
  text += ' ';
  if (number == 1) return text += one;
  text += many.empty() ? one : many;
  if (many.empty()) text += 's';
  return text;
}
// The word alone: choice(n, "is", "are").
template <std::integral Number>
constexpr std::string_view choice(Number number, std::string_view one, std::string_view many) {
  return number == 1 ? one : many;
}

}  // namespace dislodge::base
