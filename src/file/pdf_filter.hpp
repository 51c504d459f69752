#pragma once
// Stream filters of PDF (ISO 32000-1 section 7.4): Flate, LZW, ASCIIHex, ASCII85, RunLength, with predictors.
// Damaged data gives what could be decoded.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/inflate.hpp"

namespace dislodge::file {

struct PdfFilter {
  std::string_view name;  // "FlateDecode", or its abbreviation in inline images
  int predictor = 1;
  int colors = 1;
  int bits = 8;
  int columns = 1;
  bool early_change = true;
};

struct Filtered {
  std::string bytes;
  std::string_view stopped_at;  // name of the first filter that is not for text (DCTDecode), else empty
  bool damaged = false;
  bool limited = false;  // more than the cap would have come out
};

Filtered apply_filters(std::string_view raw, const std::vector<PdfFilter> &filters, std::uint64_t cap,
                       evidence::Inflater &inflater);

}  // namespace dislodge::file
