#pragma once
// Tokens that a mail program cut at the end of a line: "eyJhbGci...\n> OiJSUzI1". The two halves are joined,
// so that the rules see what was sent. Base64 of many lines is no matter of this (decode_view.hpp).

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/offset_map.hpp"
#include "secret/text_range.hpp"

namespace dislodge::secret {

struct WrappedRun {
  std::size_t begin = 0;  // the lines around the cut, in the text
  std::size_t end = 0;
  std::size_t seam = 0;  // where the first half ends
};

// Places where a run of token characters may go on in the next line, behind quote marks or none. In order; at
// most kWrappedMax.
std::vector<WrappedRun> find_wrapped_runs(std::string_view text);
// Only those whose first line ends in one of the stretches, which are in order and begin and end with a line.
std::vector<WrappedRun> find_wrapped_runs(std::string_view text, std::span<const TextRange> where);

inline constexpr std::size_t kWrappedMax = 4096;  // of one text

struct JoinedText {
  std::string text;
  base::OffsetMap map;  // joined text to text
};

// The stretch without the line breaks and quote marks between halves; up to four lines are joined, the third
// and fourth only where the one before is full.
JoinedText join_wrapped(std::string_view text, const WrappedRun &run);

}  // namespace dislodge::secret
