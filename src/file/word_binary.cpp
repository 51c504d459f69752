// Word 97 and later ([MS-DOC]): the file information block names the piece table, the pieces name the text.

#include <algorithm>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "evidence/zip_directory.hpp"
#include "file/office_binary.hpp"

namespace dislodge::file {
namespace {

using evidence::le16;
using evidence::le32;

constexpr std::uint16_t kWordMagic = 0xA5EC;
constexpr std::size_t kFlags = 0x0A;
constexpr std::uint16_t kEncrypted = 0x0100;
constexpr std::uint16_t kTable1 = 0x0200;
constexpr std::size_t kClx = 0x01A2;        // of fcClx, lcbClx in the block of Word 97
constexpr std::uint16_t kComplex = 0x0004;  // fast-saved: of Word 6 and 95 only such a document has pieces
constexpr std::size_t kOldText = 0x18;      // fcMin, fcMac: text of Word 6 and 95, without pieces
constexpr std::size_t kOldClx =
    0x0160;  // as kClx, in the block of Word 6 and 95; it is in the document stream
constexpr std::size_t kLanguage = 0x06;    // lid: of the Word that wrote it
constexpr std::size_t kCharset = 0x14;     // chse: 256 for the Macintosh's, of Word 6
constexpr std::uint16_t kWord97 = 0x00C1;  // nFib

// What Word puts among the text: marks of fields, cells, pictures, notes.
void add_character(char32_t c, ExtractedText &out) {
  switch (c) {
    case 0x0D:  // paragraph
    case 0x0B:  // line
    case 0x0C:  // page or section
    case 0x0E:  // column
      out.line();
      return;
    case 0x07:  // cell or row
    case 0x09:
      out.add('\t');
      return;
    case 0x13:  // begin, middle and end of a field: code and result are both text
    case 0x14:
    case 0x15:
      if (!out.after_blank()) out.add(' ');
      return;
    case 0x1E:
      out.add('-');
      return;
    case 0xA0:
      out.add(' ');
      return;
    default:
      break;
  }
  if (c < 0x20 || c == 0x1F) return;
  std::string utf8;
  base::append_utf8(utf8, c);
  out.add(utf8);
}

void add_wide(std::string_view bytes, ExtractedText &out) {
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    char32_t unit = le16(bytes, at);
    if (unit >= 0xD800 && unit < 0xDC00 && at + 3 < bytes.size()) {
      const char32_t low = le16(bytes, at + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        at += 2;
      }
    }
    if (unit >= 0xD800 && unit < 0xE000) unit = 0xFFFD;
    add_character(unit, out);
  }
}

// Eight bits a character, with Word's control characters. From Word 97 on that is windows-1252 always.
void add_narrow(std::string_view bytes, std::string_view charset, ExtractedText &out) {
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t end = at;
    while (end < bytes.size() && static_cast<unsigned char>(bytes[end]) >= 0x80) {
      // In a double-byte charset the second byte may be a letter.
      const auto next = end + 1 < bytes.size() ? static_cast<unsigned char>(bytes[end + 1]) : 0u;
      end += charset.starts_with("windows") || charset == "macintosh" || next < 0x30 ? 1 : 2;
    }
    end = std::min(end, bytes.size());
    if (end == at) {
      add_character(static_cast<unsigned char>(bytes[at++]), out);
      continue;
    }
    const auto utf8 = evidence::to_utf8(bytes.substr(at, end - at), charset);
    std::string_view rest = utf8.view();
    // A fixed blank is a blank, as in wide text.
    for (std::size_t blank = 0; (blank = rest.find("\xC2\xA0")) != std::string_view::npos;) {
      out.add(rest.substr(0, blank));
      out.add(' ');
      rest.remove_prefix(blank + 2);
    }
    out.add(rest);
    at = end;
  }
}

// What Word 6 and 95 wrote eight bits in: the Macintosh's charset, else that of the language of Windows
// ([MS-LCID], by primary language).
std::string_view old_charset(std::string_view document) {
  if (le16(document, kCharset) == 256) return "macintosh";
  const std::uint16_t language = le16(document, kLanguage);
  switch (language & 0x3FF) {
    case 0x19:  // Russian
    case 0x02:  // Bulgarian
    case 0x22:  // Ukrainian
    case 0x23:  // Belarusian
    case 0x2F:  // Macedonian
      return "windows-1251";
    case 0x05:  // Czech
    case 0x0E:  // Hungarian
    case 0x15:  // Polish
    case 0x18:  // Romanian
    case 0x1B:  // Slovak
    case 0x1C:  // Albanian
    case 0x24:  // Slovenian
      return "windows-1250";
    case 0x1A:  // Croatian; Serbian in Cyrillic
      return language == 0x0C1A ? "windows-1251" : "windows-1250";
    case 0x08:
      return "windows-1253";
    case 0x1F:
      return "windows-1254";
    case 0x0D:
      return "windows-1255";
    case 0x01:
      return "windows-1256";
    case 0x25:
    case 0x26:
    case 0x27:
      return "windows-1257";
    case 0x2A:
      return "windows-1258";
    case 0x1E:
      return "windows-874";
    case 0x11:
      return "shift_jis";
    case 0x12:
      return "euc-kr";
    case 0x04:
      return language == 0x0804 || language == 0x1004 ? "gbk" : "big5";
    default:
      return "windows-1252";
  }
}

struct Piece {
  std::uint64_t begin = 0;  // in the document stream
  std::uint64_t characters = 0;
  bool narrow = false;
};

// The piece table (2.8.35, 2.9.177). False where it is not there.
bool read_pieces(std::string_view clx, bool all_narrow, std::vector<Piece> &pieces) {
  std::size_t at = 0;
  while (at + 3 <= clx.size() && clx[at] == '\x01') at += 3u + le16(clx, at + 1);
  if (at + 5 > clx.size() || clx[at] != '\x02') return false;
  const std::uint64_t size = std::min<std::uint64_t>(le32(clx, at + 1), clx.size() - at - 5);
  const std::string_view table = clx.substr(at + 5, static_cast<std::size_t>(size));
  if (table.size() < 16) return false;
  const std::size_t count = (table.size() - 4) / 12;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t from = le32(table, 4 * i);
    const std::uint32_t until = le32(table, 4 * i + 4);
    const std::uint32_t place = le32(table, 4 * (count + 1) + 8 * i + 2);
    if (until < from) continue;
    Piece piece;
    const bool compressed = (place & 0x40000000) != 0;
    piece.narrow = all_narrow || compressed;
    piece.begin = compressed && !all_narrow ? (place & 0x3FFFFFFF) / 2 : place & 0x3FFFFFFF;
    piece.characters = until - from;
    pieces.push_back(piece);
  }
  return !pieces.empty();
}

}  // namespace

OfficeText append_word(std::string_view document, std::string_view table_0, std::string_view table_1,
                       ExtractedText &out) {
  if (document.size() < 0x20) return OfficeText::damaged;
  const std::uint16_t flags = le16(document, kFlags);
  if ((flags & kEncrypted) != 0) return OfficeText::encrypted;
  const bool new_format = le16(document, 0) == kWordMagic && le16(document, 2) >= kWord97;
  std::vector<Piece> pieces;
  if (new_format && document.size() >= kClx + 8) {
    const std::string_view table = (flags & kTable1) != 0 ? table_1 : table_0;
    const std::uint64_t place = le32(document, kClx);
    const std::uint64_t size = le32(document, kClx + 4);
    if (place < table.size())
      read_pieces(table.substr(static_cast<std::size_t>(place),
                               static_cast<std::size_t>(std::min<std::uint64_t>(size, table.size() - place))),
                  false, pieces);
  } else if (!new_format && (flags & kComplex) != 0 && document.size() >= kOldClx + 8) {
    const std::uint64_t place = le32(document, kOldClx);
    const std::uint64_t size = le32(document, kOldClx + 4);
    if (place < document.size())
      read_pieces(
          document.substr(static_cast<std::size_t>(place),
                          static_cast<std::size_t>(std::min<std::uint64_t>(size, document.size() - place))),
          true, pieces);
  }
  const std::string_view charset = new_format ? "windows-1252" : old_charset(document);
  if (pieces.empty()) {
    // Word 6 and 95, or the table is lost: the text lies in one stretch.
    const std::uint64_t from = le32(document, kOldText);
    const std::uint64_t until = std::min<std::uint64_t>(le32(document, kOldText + 4), document.size());
    if (from >= until) return OfficeText::damaged;
    const std::string_view text =
        document.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(until - from));
    if (evidence::wide_of(text) == evidence::Wide::utf16_little)
      add_wide(text, out);
    else
      add_narrow(text, charset, out);
    out.line();
    return new_format ? OfficeText::cut : OfficeText::read;
  }
  bool cut = false;
  // Overlapping pieces would multiply the text: no more comes out than ten times what is there.
  std::uint64_t budget = document.size() * 10;
  for (const Piece &piece : pieces) {
    const std::uint64_t wanted = piece.narrow ? piece.characters : 2 * piece.characters;
    if (piece.begin >= document.size() || budget == 0) {
      cut = cut || wanted > 0;
      continue;
    }
    std::uint64_t size = std::min<std::uint64_t>(wanted, document.size() - piece.begin);
    size = std::min(size, budget);
    cut = cut || size < wanted;
    budget -= size;
    const std::string_view text =
        document.substr(static_cast<std::size_t>(piece.begin), static_cast<std::size_t>(size));
    piece.narrow ? add_narrow(text, charset, out) : add_wide(text, out);
  }
  out.line();
  return cut ? OfficeText::cut : OfficeText::read;
}

}  // namespace dislodge::file
