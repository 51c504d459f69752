#pragma once
// A stretch of a text: bytes [begin, end).

#include <cstddef>

namespace dislodge::secret {

struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

}  // namespace dislodge::secret
