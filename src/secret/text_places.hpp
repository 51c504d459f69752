#pragma once
// Where an offset of a text lies: in which line and column, how deep in quotes, and where in the bytes of the
// item that the text was made from.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "evidence/record.hpp"

namespace dislodge::secret {

// Line and column, both from 1 and in bytes, of offsets that mostly rise: each byte is looked at once then.
class LineCounter {
 public:
  explicit LineCounter(std::string_view bytes) : bytes_(bytes) {}
  void find(std::uint64_t offset, std::uint64_t &line, std::uint64_t &column);

 private:
  std::string_view bytes_;
  std::size_t counted_ = 0;     // bytes
  std::size_t line_begin_ = 0;  // of the line in which they end
  std::uint64_t line_ = 1;
};

// How deep an offset is quoted; asked for offsets that rise.
class QuoteDepth {
 public:
  explicit QuoteDepth(const std::vector<evidence::QuotedSpan> *spans);
  std::uint32_t at(std::size_t offset);

 private:
  std::vector<evidence::QuotedSpan> spans_;
  std::vector<evidence::QuotedSpan> open_;
  std::size_t next_ = 0;
};

// Where in the item the last character before `end` ends; `end` is at least 1.
std::uint64_t item_end(const evidence::TextView &view, std::size_t end);

}  // namespace dislodge::secret
