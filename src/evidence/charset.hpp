#pragma once
// Bytes of any charset as UTF-8, with a map back to the byte that each character came from. Mail and files
// name their charset wrongly or not at all, so nothing here fails: what cannot be converted is read as
// windows-1252 byte by byte, and ASCII always comes through as it is.
//
//   Utf8Text text = to_utf8(bytes, "iso-8859-2");       // the charset as declared; "" where there is none
//   sink.text({.text = text.view(), .map = text.map(), .source = bytes, ...});
//
// Names and tables: WHATWG Encoding (iso-8859-1 and us-ascii are read as windows-1252). All charsets that
// mail is sent in have tables of their own, made in the build (charset_data.hpp): the worker that reads
// evidence has no files, where iconv keeps what it knows. What has none goes through iconv, outside the
// sandbox. Cost: ASCII and valid UTF-8 are checked at memory speed and borrowed, not copied; everything else
// costs one run of the map (16 bytes) per change between ASCII and non-ASCII, and UTF-16 one run a character,
// so callers cut large inputs into pieces (`kConversionPiece`).

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/bulk.hpp"
#include "base/offset_map.hpp"
#include "evidence/byte_shape.hpp"

namespace dislodge::evidence {

inline constexpr std::size_t kConversionPiece = 16u << 20;  // bytes converted at a time; keeps maps small

// UTF-8 text: borrowed from the source where the source already is UTF-8, else owned together with its map.
class Utf8Text {
 public:
  Utf8Text() = default;
  static Utf8Text borrowed(std::string_view source) {
    Utf8Text text;
    text.source_ = source;
    return text;
  }
  static Utf8Text owned(std::string converted, base::OffsetMap map) {
    Utf8Text text;
    text.converted_ = true;
    text.owned_ = std::move(converted);
    text.map_ = std::move(map);
    return text;
  }
  std::string_view view() const { return converted_ ? std::string_view(owned_) : source_; }
  // From text offsets to source offsets; null where they are the same.
  const base::OffsetMap *map() const { return converted_ && !map_.identity() ? &map_ : nullptr; }
  bool is_borrowed() const { return !converted_; }

 private:
  std::string_view source_;
  std::string owned_;
  base::OffsetMap map_;
  bool converted_ = false;
};

// The whole of `bytes` as UTF-8. `charset` is the declared name in any case, or empty: then a byte order
// mark, the zero bytes of UTF-16 and UTF-32, validity as UTF-8, or the letters of EBCDIC decide
// (byte_shape.hpp), else windows-1252. Borrows from `bytes` where
// it can.
Utf8Text to_utf8(std::string_view bytes, std::string_view charset = {});

// Whether `bytes` are other than their text in UTF-8, which then is appended to `out`. No map is made: who
// needs a place asks to_utf8() for it.
bool converted_to_utf8(std::string_view bytes, std::string_view charset, std::string &out);

// The same without a map, appended: for names, subjects and other text whose places nobody asks for.
void append_as_utf8(std::string &text, std::string_view bytes, std::string_view charset = {});

using base::valid_utf8_prefix;

// The map of text made from text: `second` leads from the final text (of `text_size` bytes) to a middle one,
// `first` from there to the source. Null stands for the identity.
base::OffsetMap compose_maps(const base::OffsetMap *first, const base::OffsetMap *second,
                             std::uint64_t text_size);

}  // namespace dislodge::evidence
