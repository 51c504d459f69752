#include "file/pdf_cff.hpp"

#include <algorithm>
#include <array>

#include "file/pdf_encodings.hpp"

namespace dislodge::file {
namespace {

constexpr std::size_t kGlyphsMax = 65'536;

std::uint32_t big(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value = value << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0u);
  return value;
}

// An INDEX: a count, the size of an offset, offsets from 1 on, the data (section 5).
struct Index {
  std::string_view bytes;  // from the index on
  std::size_t count = 0;
  std::size_t size = 0;  // of an offset
  std::size_t data = 0;  // where offset 0 would be

  static bool read(std::string_view program, std::size_t at, Index &out, std::size_t &end) {
    out = {};
    if (at + 2 > program.size()) return false;
    out.bytes = program.substr(at);
    out.count = big(out.bytes, 0, 2);
    end = at + 2;
    if (out.count == 0) return true;
    out.size = big(out.bytes, 2, 1);
    if (out.size < 1 || out.size > 4) return false;
    out.data = 3 + (out.count + 1) * out.size - 1;
    const std::uint32_t last = big(out.bytes, 3 + out.count * out.size, out.size);
    if (out.data > out.bytes.size() || last > out.bytes.size() - out.data) return false;
    end = at + out.data + last;
    return true;
  }
  std::string_view entry(std::size_t index) const {
    if (index >= count) return {};
    const std::uint32_t from = big(bytes, 3 + index * size, size);
    const std::uint32_t until = big(bytes, 3 + (index + 1) * size, size);
    if (from < 1 || until < from || until > bytes.size() - data) return {};
    return bytes.substr(data + from, until - from);
  }
};

// Of the top dictionary: the offsets that are asked for (section 9).
struct Top {
  std::uint32_t charset = 0, encoding = 0, glyphs = 0;
  bool keyed = false;  // by glyph numbers (CID)
};

Top read_top(std::string_view dictionary) {
  Top top;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < dictionary.size();) {
    const std::uint32_t b = big(dictionary, i, 1);
    if (b <= 21) {
      std::uint32_t op = b;
      ++i;
      if (b == 12) op = 1200 + big(dictionary, i++, 1);
      const auto offset = static_cast<std::uint32_t>(std::clamp<std::int64_t>(last, 0, UINT32_MAX));
      if (op == 15) top.charset = offset;
      if (op == 16) top.encoding = offset;
      if (op == 17) top.glyphs = offset;
      if (op == 1230) top.keyed = true;
      last = 0;
    } else if (b == 28) {
      last = static_cast<std::int16_t>(big(dictionary, i + 1, 2));
      i += 3;
    } else if (b == 29) {
      last = static_cast<std::int32_t>(big(dictionary, i + 1, 4));
      i += 5;
    } else if (b == 30) {  // a real number, two digits a byte, to a nibble of 15
      ++i;
      while (i < dictionary.size() && (big(dictionary, i, 1) & 15) != 15 && big(dictionary, i, 1) >> 4 != 15)
        ++i;
      ++i;
    } else if (b >= 32 && b <= 246) {
      last = static_cast<std::int64_t>(b) - 139;
      ++i;
    } else if (b >= 247 && b <= 254) {
      const auto low = static_cast<std::int64_t>(big(dictionary, i + 1, 1));
      last = b <= 250 ? (static_cast<std::int64_t>(b) - 247) * 256 + low + 108
                      : -(static_cast<std::int64_t>(b) - 251) * 256 - low - 108;
      i += 2;
    } else {
      ++i;
    }
  }
  return top;
}

// Standard strings 150 to 228 (appendix A); 1 to 149 are the standard encoding in the order of its codes.
constexpr std::array<char16_t, 79> kBehindStandard = {
    0x00B9, 0x00AC, 0x00B5, 0x2122, 0x00D0, 0x00BD, 0x00B1, 0x00DE, 0x00BC, 0x00F7, 0x00A6, 0x00B0,
    0x00FE, 0x00BE, 0x00B2, 0x00AE, 0x2212, 0x00F0, 0x00D7, 0x00B3, 0x00A9, 0x00C1, 0x00C2, 0x00C4,
    0x00C0, 0x00C5, 0x00C3, 0x00C7, 0x00C9, 0x00CA, 0x00CB, 0x00C8, 0x00CD, 0x00CE, 0x00CF, 0x00CC,
    0x00D1, 0x00D3, 0x00D4, 0x00D6, 0x00D2, 0x00D5, 0x0160, 0x00DA, 0x00DB, 0x00DC, 0x00D9, 0x00DD,
    0x0178, 0x017D, 0x00E1, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E3, 0x00E7, 0x00E9, 0x00EA, 0x00EB,
    0x00E8, 0x00ED, 0x00EE, 0x00EF, 0x00EC, 0x00F1, 0x00F3, 0x00F4, 0x00F6, 0x00F2, 0x00F5, 0x0161,
    0x00FA, 0x00FB, 0x00FC, 0x00F9, 0x00FD, 0x00FF, 0x017E};
constexpr std::uint32_t kStandardStrings = 391;

char32_t standard_character(std::uint32_t string) {
  static const std::vector<char16_t> kInOrder = [] {
    std::vector<char16_t> order{0};  // .notdef
    for (const std::uint16_t character : kStandardEncoding)
      if (character != 0) order.push_back(static_cast<char16_t>(character));
    return order;
  }();
  if (string < 150) return string < kInOrder.size() ? kInOrder[string] : 0;
  // Of the expert glyphs those that stand in running text: figures of old style, ligatures, small capitals.
  if (string >= 239 && string <= 248) return U'0' + (string - 239);
  if (string == 266) return 0xFB00;
  if (string == 267 || string == 268) return 0xFB03 + (string - 267);
  if (string >= 274 && string <= 299) return U'a' + (string - 274);
  return string - 150 < kBehindStandard.size() ? kBehindStandard[string - 150] : 0;
}

// The string of each glyph (section 13).
std::vector<std::uint32_t> read_charset(std::string_view program, std::uint32_t at, std::size_t glyphs) {
  std::vector<std::uint32_t> strings{0};
  if (at <= 2) {  // a charset that every reader knows; of the expert ones no text is told
    for (std::uint32_t i = 1; i < glyphs && i < 229 && at == 0; ++i) strings.push_back(i);
    return strings;
  }
  const std::uint32_t format = big(program, at++, 1);
  while (strings.size() < glyphs && at < program.size()) {
    const std::uint32_t first = big(program, at, 2);
    at += 2;
    std::uint32_t more = 0;
    if (format == 1) more = big(program, at++, 1);
    if (format == 2) {
      more = big(program, at, 2);
      at += 2;
    }
    if (format > 2) break;
    for (std::uint32_t i = 0; i <= more && strings.size() < glyphs; ++i) strings.push_back(first + i);
  }
  return strings;
}

// The CFF table of an OpenType file; other programs as they are.
std::string_view bare(std::string_view program) {
  if (!program.starts_with("OTTO")) return program;
  const std::uint32_t tables = big(program, 4, 2);
  for (std::uint32_t i = 0; i < tables && 12 + 16 * (i + 1) <= program.size(); ++i) {
    if (program.substr(12 + 16 * i, 4) != "CFF ") continue;
    const std::uint32_t offset = big(program, 12 + 16 * i + 8, 4);
    return offset < program.size() ? program.substr(offset) : std::string_view{};
  }
  return {};
}

}  // namespace

std::vector<CffCode> cff_encoding(std::string_view program) {
  program = bare(program);
  Index names;
  Index tops;
  Index strings;
  std::size_t at = big(program, 2, 1);
  if (program.size() < 4 || program[0] != 1 || !Index::read(program, at, names, at) ||
      !Index::read(program, at, tops, at) || !Index::read(program, at, strings, at))
    return {};
  const Top top = read_top(tops.entry(0));
  Index glyphs;
  std::size_t end = 0;
  if (top.keyed || top.encoding <= 1 || top.encoding >= program.size() ||
      !Index::read(program, top.glyphs, glyphs, end))
    return {};
  const std::vector<std::uint32_t> charset =
      read_charset(program, top.charset, std::min(glyphs.count, kGlyphsMax));
  std::vector<CffCode> codes;
  const auto add = [&](std::uint32_t code, std::uint32_t string) {
    CffCode one;
    one.code = static_cast<std::uint8_t>(code);
    if (string < kStandardStrings)
      one.character = standard_character(string);
    else
      one.name = strings.entry(string - kStandardStrings);
    if (one.character != 0 || !one.name.empty()) codes.push_back(one);
  };
  at = top.encoding;
  const std::uint32_t format = big(program, at, 1);
  const std::uint32_t count = big(program, at + 1, 1);
  at += 2;
  std::size_t glyph = 1;
  for (std::uint32_t i = 0; i < count && at < program.size(); ++i) {
    const std::uint32_t first = big(program, at++, 1);
    const std::uint32_t more = (format & 0x7F) == 1 ? big(program, at++, 1) : 0;
    for (std::uint32_t k = 0; k <= more && first + k < 256 && glyph < charset.size(); ++k)
      add(first + k, charset[glyph++]);
  }
  if ((format & 0x80) != 0) {  // further codes of glyphs that have one
    const std::uint32_t further = big(program, at++, 1);
    for (std::uint32_t i = 0; i < further && at + 3 <= program.size(); ++i, at += 3)
      add(big(program, at, 1), big(program, at + 1, 2));
  }
  return codes;
}

}  // namespace dislodge::file
