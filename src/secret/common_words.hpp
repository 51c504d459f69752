#pragma once
// The commonest words of English and of source text, by which names and sentences are told from random
// values.

#include <string_view>

namespace dislodge::secret {

// Lower case; 3 to 13 letters.
bool is_common_word(std::string_view lower_word);

// How much of the value's ASCII letters is covered by common words, 0..1, at best; words of three letters
// count half, since random text holds some. A value without letters: 0. Only the first 128 bytes are looked
// at.
double word_coverage(std::string_view value);

}  // namespace dislodge::secret
