#include "file/pdf_font.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "file/pdf_cff.hpp"
#include "file/pdf_encodings.hpp"

namespace dislodge::file {
namespace {

using Kind = PdfValue::Kind;

constexpr std::size_t kMapMax = 200'000;  // entries of one CMap; Unicode's planes in use have fewer

// Widths of Helvetica and Times for codes 32 to 126 (Adobe's font metrics), for files that leave them out.
constexpr std::array<std::uint16_t, 95> kHelvetica = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584};
constexpr std::array<std::uint16_t, 95> kTimes = {
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500,
    500, 500, 500, 500, 500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611,
    556, 722, 722, 333, 389, 722, 611, 889, 722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722,
    722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500,
    278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480, 200, 480, 541};

std::uint32_t hex_number(std::string_view text) {
  std::uint32_t value = 0;
  for (const char c : text) {
    int digit = -1;
    if (c >= '0' && c <= '9')
      digit = c - '0';
    else if ((c | 32) >= 'a' && (c | 32) <= 'f')
      digit = (c | 32) - 'a' + 10;
    if (digit < 0) return 0;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return value;
}

// A glyph name as text: Adobe's list, "uni00E4", "u1F600", "a.alt", "f_i"; empty where it says nothing.
std::string text_of_glyph(std::string_view raw) {
  const std::string name = pdf_name(raw);
  std::string out;
  std::string_view rest = std::string_view(name).substr(0, name.find('.'));
  while (!rest.empty()) {
    const std::size_t cut = rest.find('_');
    const std::string_view part = rest.substr(0, cut);
    rest = cut == std::string_view::npos ? std::string_view{} : rest.substr(cut + 1);
    const auto *const found =
        std::lower_bound(std::begin(kGlyphNames), std::end(kGlyphNames), part,
                         [](const GlyphName &g, std::string_view n) { return g.name < n; });
    if (found != std::end(kGlyphNames) && found->name == part) {
      base::append_utf8(out, found->code_point);
    } else if (part.size() >= 7 && part.starts_with("uni")) {
      base::append_utf8(out, hex_number(part.substr(3, 4)));
    } else if (part.size() >= 5 && part.size() <= 7 && part.front() == 'u' &&
               hex_number(part.substr(1)) != 0) {
      base::append_utf8(out, hex_number(part.substr(1)));
    } else {
      return {};
    }
  }
  return out;
}

std::uint32_t code_of(std::string_view bytes) {
  std::uint32_t code = 0;
  for (const char c : bytes.substr(0, 4)) code = code << 8 | static_cast<unsigned char>(c);
  return code;
}

// UTF-16BE of a CMap as UTF-8.
std::string utf16_text(std::string_view bytes) {
  if (bytes.size() == 1) bytes = {};  // some writers give one byte: handled by the caller
  return std::string(evidence::to_utf8(bytes, "utf-16be").view());
}

std::string target_text(const PdfValue &value) {
  if (value.is(Kind::name)) return text_of_glyph(value.raw);
  const std::string bytes = pdf_string_bytes(value);
  if (bytes.size() == 1) {
    std::string out;
    base::append_utf8(out, static_cast<unsigned char>(bytes[0]));
    return out;
  }
  // to_utf8 would drop a byte order mark and guess at short strings, so units are decoded here.
  std::string out;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t unit = code_of(std::string_view(bytes).substr(i, 2));
    if (unit >= 0xD800 && unit < 0xDC00 && i + 3 < bytes.size()) {
      const std::uint32_t low = code_of(std::string_view(bytes).substr(i + 2, 2));
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    if (unit != 0) base::append_utf8(out, unit);
  }
  return out;
}

// The text with its last character raised by `step`: how a range of a CMap goes on.
std::string raised(const PdfValue &value, std::uint32_t step) {
  std::string bytes = pdf_string_bytes(value);
  for (std::size_t i = bytes.size(); i-- > 0 && step > 0;) {
    const std::uint32_t sum = static_cast<unsigned char>(bytes[i]) + step;
    bytes[i] = static_cast<char>(sum);
    step = sum >> 8;
  }
  PdfValue out;
  out.kind = Kind::string;
  const std::string literal = "<" + [&] {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string hex;
    for (const char c : bytes) {
      hex += kDigits[static_cast<unsigned char>(c) >> 4];
      hex += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return hex;
  }() + ">";
  out.raw = literal;
  return target_text(out);
}

struct Predefined {
  std::string_view part;  // of the CMap's name
  std::string_view charset;
};
constexpr std::array kPredefined = {
    Predefined{"UCS2", "utf-16be"}, Predefined{"UTF16", "utf-16be"}, Predefined{"RKSJ", "cp932"},
    Predefined{"GBK", "gb18030"},   Predefined{"GB-EUC", "gb18030"}, Predefined{"GBpc", "gb18030"},
    Predefined{"B5", "big5"},       Predefined{"KSC", "cp949"},      Predefined{"EUC-", "euc-jp"}};

constexpr std::string_view kSevenBitJis = "jis";

std::string euc_jp_text(std::uint32_t code) {
  const char bytes[] = {static_cast<char>(code >> 8), static_cast<char>(code)};
  return std::string(evidence::to_utf8(std::string_view(bytes, 2), "euc-jp").view());
}

// A character of Adobe-Japan1 by its number: the collection holds JIS X 0208 in the order of that standard's
// rows, with gaps left out (Adobe Technical Note 5078).
std::string japan1_text(std::uint32_t cid) {
  struct Stretch {
    std::uint32_t first, last, row, cell;  // row and cell of the first, from 1
  };
  static constexpr std::array<Stretch, 11> kStretches = {{{633, 726, 1, 1},
                                                          {727, 740, 2, 1},
                                                          {780, 789, 3, 16},
                                                          {790, 815, 3, 33},
                                                          {816, 841, 3, 65},
                                                          {842, 924, 4, 1},
                                                          {925, 1010, 5, 1},
                                                          {1059, 1091, 7, 1},
                                                          {1092, 1124, 7, 49},
                                                          {1125, 4089, 16, 1},
                                                          {4090, 7477, 48, 1}}};
  for (const Stretch &one : kStretches) {
    if (cid < one.first || cid > one.last) continue;
    const std::uint32_t at = (one.row - 1) * 94 + one.cell - 1 + cid - one.first;
    return euc_jp_text((at / 94 + 0xA1) << 8 | (at % 94 + 0xA1));
  }
  // Half as wide, and as they stand in vertical lines.
  static constexpr std::u16string_view kVertical =
      u"、。￣＿ー—‐〜‖｜…‥（）〔〕［］｛｝〈〉《》「」『』【】＝ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵ"
      u"ヶ";
  std::string out;
  if (cid >= 231 && cid <= 324)
    base::append_utf8(out, cid == 291 ? 0xA5 : cid - 231 + ' ');
  else if (cid >= 327 && cid <= 389)
    base::append_utf8(out, cid - 327 + 0xFF61);
  else if (cid >= 7887 && cid < 7887 + kVertical.size())
    base::append_utf8(out, kVertical[cid - 7887]);
  return out;
}

}  // namespace

// The encoding that an embedded Type 1 font brings, in the clear part of its program: "dup 58 /period put";
// or that of its compact form.
void PdfFont::built_in(PdfDocument &document, const PdfValue &descriptor) {
  if (const PdfValue *compact = descriptor.find("FontFile3")) {
    const PdfObject *program = document.object_of(*compact);
    if (program == nullptr || !program->has_stream) return;
    const std::string decoded = document.decode(*program).bytes;
    for (const CffCode &code : cff_encoding(decoded)) {
      std::string text;
      if (code.character != 0)
        base::append_utf8(text, code.character);
      else
        text = text_of_glyph(code.name);
      if (!text.empty()) characters_[code.code] = std::move(text);
    }
    return;
  }
  const PdfValue *reference = descriptor.find("FontFile");
  const PdfObject *program = reference == nullptr ? nullptr : document.object_of(*reference);
  if (program == nullptr || !program->has_stream) return;
  const std::string decoded = document.decode(*program).bytes;
  const std::size_t clear_end = std::min<std::size_t>(decoded.find("eexec"), 64 << 10);
  const std::string_view clear = std::string_view(decoded).substr(0, clear_end);
  const std::size_t at = clear.find("/Encoding");
  if (at == std::string_view::npos) return;
  PdfLexer lexer(clear, at);
  PdfValue value;
  PdfValue before;
  while (lexer.next(value, false) && !value.is_keyword("def") && !value.is_keyword("readonly")) {
    if (value.is(Kind::name) && before.is(Kind::number) && before.number >= 0 && before.number < 256) {
      std::string text = text_of_glyph(value.raw);
      if (!text.empty()) characters_[static_cast<std::uint32_t>(before.number)] = std::move(text);
    }
    before = value;
  }
}

PdfFont::PdfFont() {
  encoding_ = kStandardEncoding;
}

PdfFont::PdfFont(PdfDocument &document, const PdfValue &dictionary) {
  composite_ = document.get(dictionary, "Subtype").is_name("Type0");
  if (composite_)
    composite(document, dictionary);
  else
    simple(document, dictionary);
  to_unicode(document, dictionary);
}

void PdfFont::simple(PdfDocument &document, const PdfValue &dictionary) {
  const PdfValue &base_font = document.get(dictionary, "BaseFont");
  const std::string name = base_font.is(Kind::name) ? base::lower(pdf_name(base_font.raw)) : std::string();
  const PdfValue &descriptor = document.get(dictionary, "FontDescriptor");
  const PdfValue &flags = document.get(descriptor, "Flags");
  const bool symbolic =
      flags.is(Kind::number) && (static_cast<std::uint32_t>(std::clamp(flags.number, 0.0, 4e9)) & 4) != 0;
  encoding_ = document.get(dictionary, "Subtype").is_name("TrueType") || symbolic ? kWinAnsiEncoding
                                                                                  : kStandardEncoding;
  const PdfValue &encoding = document.get(dictionary, "Encoding");
  if (!encoding.is(Kind::name) && document.get(encoding, "BaseEncoding").is(Kind::null))
    built_in(document, descriptor);
  const auto base_encoding = [&](const PdfValue &which) {
    if (which.is_name("WinAnsiEncoding"))
      encoding_ = kWinAnsiEncoding;
    else if (which.is_name("MacRomanEncoding"))
      encoding_ = kMacRomanEncoding;
    else if (which.is_name("StandardEncoding"))
      encoding_ = kStandardEncoding;
    else if (which.is_name("PDFDocEncoding"))
      encoding_ = kPdfDocEncoding;
  };
  base_encoding(encoding);
  if (encoding.is(Kind::dictionary)) {
    base_encoding(document.get(encoding, "BaseEncoding"));
    std::uint32_t code = 0;
    for (const PdfValue &entry : document.get(encoding, "Differences").items) {
      const PdfValue &value = document.resolve(entry);
      if (value.is(Kind::number)) {
        code = value.number >= 0 && value.number < 256 ? static_cast<std::uint32_t>(value.number) : 256;
      } else if (value.is(Kind::name) && code < 256) {
        std::string text = text_of_glyph(value.raw);
        if (!text.empty()) characters_[code] = std::move(text);
        ++code;
      }
    }
  }
  const PdfValue &widths = document.get(dictionary, "Widths");
  const PdfValue &first = document.get(dictionary, "FirstChar");
  // Type 3 widths are in glyph space; its matrix says how much that is.
  double scale = 1;
  if (document.get(dictionary, "Subtype").is_name("Type3")) {
    const PdfValue &matrix = document.get(dictionary, "FontMatrix");
    if (matrix.is(Kind::array) && !matrix.items.empty())
      scale = document.resolve(matrix.items[0]).number * 1000;
    // How high its glyphs are for each unit of the font's size: 1 in all other fonts.
    const PdfValue &box = document.get(dictionary, "FontBBox");
    if (matrix.is(Kind::array) && matrix.items.size() == 6 && box.is(Kind::array) && box.items.size() == 4) {
      const double height = (document.resolve(box.items[3]).number - document.resolve(box.items[1]).number) *
                            std::abs(document.resolve(matrix.items[3]).number);
      if (std::isfinite(height) && height > 0) height_ = height;
    }
  }
  if (widths.is(Kind::array)) {
    double all = 0;
    double count = 0;
    std::uint32_t code = first.is(Kind::number) && first.number >= 0 && first.number < 256
                             ? static_cast<std::uint32_t>(first.number)
                             : 0;
    for (const PdfValue &width : widths.items) {
      if (code > 255) break;
      const double wide = document.resolve(width).number * scale;
      widths_[code++] = static_cast<float>(wide);
      all += std::max(wide, 0.0);
      count += wide > 0;
    }
    // Fonts of bitmaps often name no box. Letters are about half as wide as the font is high.
    if (count > 0 && std::isfinite(all) && scale != 1 && height_ < all / count / 1000)
      height_ = 2 * all / count / 1000;
    const PdfValue &missing = document.get(descriptor, "MissingWidth");
    default_width_ = missing.is(Kind::number) ? static_cast<float>(missing.number) : 0;
  } else if (name.find("courier") != std::string::npos) {
    default_width_ = 600;
  } else {
    const auto &metrics = name.find("times") != std::string::npos ? kTimes : kHelvetica;
    for (std::uint32_t i = 0; i < metrics.size(); ++i) widths_[32 + i] = metrics[i];
  }
}

void PdfFont::composite(PdfDocument &document, const PdfValue &dictionary) {
  default_width_ = 1000;
  const PdfValue &encoding = document.get(dictionary, "Encoding");
  if (encoding.is(Kind::name)) {
    vertical_ = encoding.raw.ends_with("-V");
    identity_ = encoding.raw.starts_with("Identity");
    // "H", "V", "78-H", "Add-V": codes of JIS X 0208 with seven bits.
    if (encoding.raw == "H" || encoding.raw == "V" || encoding.raw.starts_with("78-") ||
        encoding.raw.starts_with("Add-"))
      charset_ = kSevenBitJis;
    for (const Predefined &known : kPredefined)
      if (charset_.empty() && !identity_ && encoding.raw.find(known.part) != std::string_view::npos)
        charset_ = known.charset;
  } else {
    // An embedded CMap: where it is a copy of a predefined one its name says what the codes are, else they
    // are of two bytes, and ToUnicode must tell their characters.
    const PdfValue &name = document.get(encoding, "CMapName");
    for (const Predefined &known : kPredefined)
      if (charset_.empty() && name.is(Kind::name) && name.raw.find(known.part) != std::string_view::npos)
        charset_ = known.charset;
    vertical_ =
        document.get(encoding, "WMode").is(Kind::number) && document.get(encoding, "WMode").number == 1;
    identity_ = charset_.empty();
  }
  const PdfValue &descendants = document.get(dictionary, "DescendantFonts");
  if (!descendants.is(Kind::array) || descendants.items.empty()) return;
  const PdfValue &font = document.resolve(descendants.items[0]);
  const PdfValue &ordering = document.get(document.get(font, "CIDSystemInfo"), "Ordering");
  // Encrypted under the number of the object that the string stands in.
  const PdfObject *owner = document.object_of(descendants.items[0]);
  if (owner == nullptr && dictionary.find("DescendantFonts") != nullptr)
    owner = document.object_of(*dictionary.find("DescendantFonts"));
  if (const PdfValue *info = font.find("CIDSystemInfo"))
    if (const PdfObject *own = document.object_of(*info)) owner = own;
  const std::string collection = !ordering.is(Kind::string) ? std::string()
                                 : owner == nullptr         ? pdf_string_bytes(ordering)
                                                            : document.string_bytes(*owner, ordering);
  const PdfValue &descriptor = document.get(font, "FontDescriptor");
  if (collection == "Japan1")
    glyphs_ = Glyphs::japan1;
  else if (collection == "GB1" || collection == "CNS1" || collection == "Korea1")
    glyphs_ = Glyphs::asian;
  else if (document.get(font, "CIDToGIDMap").is(Kind::dictionary) ||
           (descriptor.is(Kind::dictionary) && descriptor.find("FontFile2") == nullptr &&
            descriptor.find("FontFile3") == nullptr))
    // A map leads from what the codes are to glyphs, and where no font is embedded its glyphs cannot be
    // counted: both are written by programs whose codes are characters.
    glyphs_ = Glyphs::unicode;
  const PdfValue &width = document.get(font, "DW");
  if (width.is(Kind::number)) default_width_ = static_cast<float>(width.number);
  const PdfValue &list = document.get(font, "W");
  // "first [w w w]" or "first last w".
  for (std::size_t i = 0; i + 1 < list.items.size() && widths_.size() < kMapMax;) {
    const PdfValue &first = document.resolve(list.items[i]);
    const PdfValue &second = document.resolve(list.items[i + 1]);
    if (!first.is(Kind::number) || first.number < 0 || first.number > 65535) break;
    auto code = static_cast<std::uint32_t>(first.number);
    if (second.is(Kind::array)) {
      for (const PdfValue &w : second.items) widths_[code++] = static_cast<float>(document.resolve(w).number);
      i += 2;
    } else {
      if (i + 2 >= list.items.size() || !second.is(Kind::number) || second.number > 65535) break;
      const auto w = static_cast<float>(document.resolve(list.items[i + 2]).number);
      for (; code <= second.number && widths_.size() < kMapMax; ++code) widths_[code] = w;
      i += 3;
    }
  }
}

void PdfFont::set_code(std::uint32_t code, std::string text) {
  if (characters_.size() < kMapMax && !text.empty()) characters_[code] = std::move(text);
}

void PdfFont::to_unicode(PdfDocument &document, const PdfValue &dictionary) {
  const PdfValue *reference = dictionary.find("ToUnicode");
  if (reference == nullptr) return;
  const PdfObject *stream = document.object_of(*reference);
  if (stream == nullptr || !stream->has_stream) return;
  const std::string data = document.decode(*stream).bytes;
  std::uint64_t budget = 2'000'000;
  PdfLexer lexer(data, 0, &budget);
  std::vector<PdfValue> operands;
  PdfValue value;
  while (lexer.next(value, false)) {
    if (!value.is(Kind::keyword)) {
      operands.push_back(std::move(value));
      if (operands.size() > 4 * kMapMax) break;
      continue;
    }
    // "endbfchar4 beginbfrange": some writers leave out the blank.
    if (value.raw.starts_with("endcodespacerange")) {
      for (std::size_t i = 0; i + 1 < operands.size() && ranges_.size() < 100; i += 2) {
        const std::string low = pdf_string_bytes(operands[i]);
        const std::string high = pdf_string_bytes(operands[i + 1]);
        if (!low.empty() && low.size() <= 4 && low.size() == high.size())
          ranges_.push_back({code_of(low), code_of(high), low.size()});
      }
    } else if (value.raw.starts_with("endbfchar")) {
      for (std::size_t i = 0; i + 1 < operands.size(); i += 2)
        set_code(code_of(pdf_string_bytes(operands[i])), target_text(operands[i + 1]));
      has_map_ = true;
    } else if (value.raw.starts_with("endbfrange")) {
      for (std::size_t i = 0; i + 2 < operands.size(); i += 3) {
        const std::uint32_t low = code_of(pdf_string_bytes(operands[i]));
        const std::uint32_t high = code_of(pdf_string_bytes(operands[i + 1]));
        const PdfValue &target = operands[i + 2];
        if (high < low || high - low > 65535) continue;
        for (std::uint32_t code = low; code <= high && characters_.size() < kMapMax; ++code) {
          if (target.is(Kind::array)) {
            if (code - low >= target.items.size()) break;
            set_code(code, target_text(target.items[code - low]));
          } else {
            set_code(code, raised(target, code - low));
          }
        }
      }
      has_map_ = true;
    }
    // "12 beginbfchar" and the like start a new list.
    operands.clear();
  }
}

PdfGlyph PdfFont::read(std::string_view &string) {
  PdfGlyph glyph;
  std::size_t length = 1;
  if (composite_) {
    length = 2;
    if (!charset_.empty() && charset_ != "utf-16be" && charset_ != kSevenBitJis) {
      const auto first = static_cast<unsigned char>(string[0]);
      const bool katakana = charset_ == "cp932" && first >= 0xA0 && first <= 0xDF;
      length = first < 0x80 || katakana ? 1 : 2;
    } else if (charset_.empty()) {
      for (const Range &range : ranges_) {
        if (range.length > string.size()) continue;
        const std::uint32_t code = code_of(string.substr(0, range.length));
        if (code >= range.low && code <= range.high) {
          length = range.length;
          break;
        }
      }
    }
  }
  length = std::min(length, string.size());
  const std::string_view bytes = string.substr(0, length);
  const std::uint32_t code = code_of(bytes);
  string.remove_prefix(length);
  glyph.blank = length == 1 && code == 32;
  const auto width = widths_.find(code);
  glyph.width = width == widths_.end() ? default_width_ : width->second;
  const auto found = characters_.find(code);
  if (found != characters_.end()) {
    glyph.text = found->second;
    return glyph;
  }
  scratch_.clear();
  if (!composite_) {
    if (encoding_[code & 255] != 0)
      base::append_utf8(scratch_, encoding_[code & 255]);
    else
      glyph.known = code < 32;
  } else if (!charset_.empty()) {
    if (charset_ == kSevenBitJis)
      scratch_ = euc_jp_text(code | 0x8080);
    else
      scratch_ =
          charset_ == "utf-16be" ? utf16_text(bytes) : std::string(evidence::to_utf8(bytes, charset_).view());
  } else if (has_map_ && glyphs_ == Glyphs::unknown) {
    // What a font's map leaves out is no character.
  } else if (glyphs_ == Glyphs::japan1 || glyphs_ == Glyphs::asian) {
    if (code >= 1 && code <= 94)
      scratch_ += static_cast<char>(code + 31);
    else if (glyphs_ == Glyphs::japan1)
      scratch_ = japan1_text(code);
    glyph.known = !scratch_.empty();
  } else if (glyphs_ == Glyphs::unicode && code >= 32) {
    base::append_utf8(scratch_, code);
  } else {
    // Glyph numbers without a map. Fonts that kept their order have the ASCII characters from 3 on.
    glyph.known = false;
    if (code >= 3 && code <= 97) scratch_ += static_cast<char>(code + 29);
  }
  glyph.text = scratch_;
  return glyph;
}

}  // namespace dislodge::file
