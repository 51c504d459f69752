#pragma once
// Sentences in quotes: the text of a chat message in JSON, a cell of CSV, a message in a log. Around them
// stands what makes source of a text, and their line breaks are written as escapes; in them people write as
// they do anywhere.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::secret {

struct QuotedSentence {
  std::size_t begin = 0;  // inside the quotes, in the text around
  std::size_t end = 0;
  std::string text;  // without escapes
  std::vector<std::size_t>
      places;  // of each of its bytes, and of its end, in the text around; empty: it has no escapes

  std::size_t place(std::size_t at) const { return places.empty() ? begin + at : places[at]; }
  // Where a place of the text around lies in it.
  std::size_t at(std::size_t place) const;
};

// The double-quoted text of at least two words in which the place lies. Nothing where it lies in none, or in
// one that goes over the line or is longer than 16 KiB.
std::optional<QuotedSentence> quoted_sentence(std::string_view text, std::size_t place);

}  // namespace dislodge::secret
