#pragma once
// Whether a text is one of a few.

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace dislodge::base {

inline bool one_of(std::string_view text, std::initializer_list<std::string_view> texts) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

}  // namespace dislodge::base
