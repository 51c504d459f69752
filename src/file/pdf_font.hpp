#pragma once
// What the codes of a PDF font mean: characters (ToUnicode CMap, encodings, glyph names) and how far each
// moves (ISO 32000-1 sections 9.6, 9.7, 9.10).

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "file/pdf_document.hpp"

namespace dislodge::file {

// One code of a shown string.
struct PdfGlyph {
  std::string_view text;  // UTF-8; empty where unknown. Valid until the next call of read()
  double width = 0;       // in thousandths of the font size
  bool blank = false;     // the single-byte code 32, to which word spacing applies
  bool known = true;      // whether the font says what character it is
};

class PdfFont {
 public:
  PdfFont();  // no font: codes as in the standard encoding
  PdfFont(PdfDocument &document, const PdfValue &dictionary);

  // Takes the next code from `string`, which must not be empty.
  PdfGlyph read(std::string_view &string);
  bool vertical() const { return vertical_; }
  // Height of its glyphs for each unit of the size at which they are shown.
  double height() const { return height_; }

 private:
  void simple(PdfDocument &document, const PdfValue &dictionary);
  void built_in(PdfDocument &document, const PdfValue &descriptor);
  void composite(PdfDocument &document, const PdfValue &dictionary);
  void to_unicode(PdfDocument &document, const PdfValue &dictionary);
  void set_code(std::uint32_t code, std::string text);

  bool composite_ = false;
  bool vertical_ = false;
  bool has_map_ = false;   // a ToUnicode CMap
  bool identity_ = false;  // codes are glyph numbers
  // What glyph numbers are, where no map says it.
  enum class Glyphs : std::uint8_t { unknown, unicode, japan1, asian };
  Glyphs glyphs_ = Glyphs::unknown;
  double height_ = 1;
  std::string_view charset_;  // of codes, for predefined CMaps: "utf-16be", "cp932"
  std::array<std::uint16_t, 256> encoding_{};
  std::unordered_map<std::uint32_t, std::string> characters_;
  std::unordered_map<std::uint32_t, float> widths_;
  float default_width_ = 500;
  // Lengths of codes by their ranges, for composite fonts.
  struct Range {
    std::uint32_t low;
    std::uint32_t high;
    std::size_t length;
  };
  std::vector<Range> ranges_;
  std::string scratch_;
};

}  // namespace dislodge::file
