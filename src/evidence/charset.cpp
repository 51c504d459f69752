#include "evidence/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>

#include "base/encode.hpp"
#include "evidence/charset_tables.hpp"

namespace dislodge::evidence {
namespace {

using charset_tables::Table;

// Length of the ASCII run at the start.
std::size_t ascii_prefix(std::string_view bytes) {
  std::size_t at = 0;
  while (at + 8 <= bytes.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    word &= 0x8080808080808080ull;
    if (word != 0) return at + static_cast<std::size_t>(std::countr_zero(word)) / 8;
    at += 8;
  }
  while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) ++at;
  return at;
}

// Length of the valid UTF-8 sequence at the start, 0 where there is none (RFC 3629 section 4).
std::size_t sequence_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned>(static_cast<unsigned char>(bytes[i])) : 0u;
  };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
  const unsigned lead = at(0);
  if (bytes.empty()) return 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (lead == 0xE0 && at(1) < 0xA0) return 0;
    if (lead == 0xED && at(1) > 0x9F) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (lead == 0xF0 && at(1) < 0x90) return 0;
    if (lead == 0xF4 && at(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

// Grows the text and its map together.
class Builder {
 public:
  explicit Builder(std::size_t size) { text_.reserve(size + size / 8 + 16); }
  void copy(std::string_view bytes, std::size_t source) {
    if (bytes.empty()) return;
    map_.add(text_.size(), source);
    text_ += bytes;
  }
  void code_point(std::uint32_t c, std::size_t source) {
    map_.add(text_.size(), source);
    base::append_utf8(text_, c);
  }
  // `source` is the size of the source, so that the end of the text leads to its end.
  Utf8Text take(std::size_t source) {
    map_.add(text_.size(), source);
    return Utf8Text::owned(std::move(text_), std::move(map_));
  }

 private:
  std::string text_;
  base::OffsetMap map_;
};

Utf8Text from_table(std::string_view bytes, const Table &table) {
  Builder out(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t plain = ascii_prefix(bytes.substr(at));
    out.copy(bytes.substr(at, plain), at);
    at += plain;
    while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) >= 0x80) {
      out.code_point(table[static_cast<unsigned char>(bytes[at]) - 0x80], at);
      ++at;
    }
  }
  return out.take(bytes.size());
}

// Valid sequences stay, every other byte is read as windows-1252: text pasted together from both is common.
Utf8Text from_mixed(std::string_view bytes, std::size_t valid) {
  Builder out(bytes.size());
  out.copy(bytes.substr(0, valid), 0);
  for (std::size_t at = valid; at < bytes.size();) {
    const std::size_t length = valid_utf8_prefix(bytes.substr(at));
    out.copy(bytes.substr(at, length), at);
    at += length;
    if (at < bytes.size()) {
      out.code_point(charset_tables::kWindows1252[static_cast<unsigned char>(bytes[at]) - 0x80], at);
      ++at;
    }
  }
  return out.take(bytes.size());
}

Utf8Text from_utf16(std::string_view bytes, bool big) {
  Builder out(bytes.size() / 2);
  const auto unit = [&](std::size_t at) -> std::uint32_t {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return big ? static_cast<std::uint32_t>(first << 8 | second)
               : static_cast<std::uint32_t>(second << 8 | first);
  };
  std::size_t at = 0;
  if (bytes.size() >= 2 && unit(0) == 0xFEFF) at = 2;
  while (at + 2 <= bytes.size()) {
    const std::uint32_t first = unit(at);
    if (first >= 0xD800 && first < 0xDC00 && at + 4 <= bytes.size()) {
      const std::uint32_t second = unit(at + 2);
      if (second >= 0xDC00 && second < 0xE000) {
        out.code_point(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), at);
        at += 4;
        continue;
      }
    }
    out.code_point(first, at);
    at += 2;
  }
  if (at < bytes.size()) out.copy("\xEF\xBF\xBD", at);  // half a unit at the end
  return out.take(bytes.size());
}

Utf8Text from_utf32(std::string_view bytes, bool big) {
  Builder out(bytes.size() / 4);
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t c = 0;
    for (std::size_t i = 0; i < 4; ++i)
      c = c << 8 | static_cast<unsigned char>(bytes[at + (big ? i : 3 - i)]);
    if (at == 0 && c == 0xFEFF) continue;
    out.code_point(c, at);
  }
  return out.take(bytes.size());
}

// How a multi-byte charset steps from character to character, so that ASCII between them keeps its place.
enum class Stepping : std::uint8_t { high_bytes, lead_two, shift_jis, gb18030, euc_jp, iso_2022, utf7 };

// Length of the stretch at the start that has to go through iconv as one.
std::size_t stretch_length(std::string_view bytes, Stepping stepping) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  std::size_t at = 0;
  if (stepping == Stepping::iso_2022) {
    // From an escape to the return to ASCII or JIS-Roman, or to the line's end, where the state is reset.
    while (at < bytes.size() && bytes[at] != '\n') {
      if (bytes[at] == '\x1B' && at > 0 &&
          (bytes.substr(at, 3) == "\x1B(B" || bytes.substr(at, 3) == "\x1B(J"))
        return at + 3;
      ++at;
    }
    return at;
  }
  if (stepping == Stepping::utf7) {
    ++at;
    while (at < bytes.size() && (std::isalnum(byte(at)) || bytes[at] == '+' || bytes[at] == '/')) ++at;
    return at < bytes.size() && bytes[at] == '-' ? at + 1 : at;
  }
  while (at < bytes.size() && byte(at) >= 0x80) {
    std::size_t step = 1;
    switch (stepping) {
      case Stepping::lead_two:
        step = 2;
        break;
      case Stepping::shift_jis:
        step = byte(at) >= 0xA0 && byte(at) <= 0xDF ? 1 : 2;
        break;
      case Stepping::gb18030:
        step = at + 1 < bytes.size() && byte(at + 1) >= '0' && byte(at + 1) <= '9' ? 4 : 2;
        break;
      case Stepping::euc_jp:
        step = byte(at) == 0x8F ? 3 : 2;
        break;
      default:
        break;
    }
    // A character whose second byte is a control or blank is broken: never swallow a line end for it.
    if (step > 1 && at + 1 < bytes.size() && byte(at + 1) <= 0x20) step = 1;
    at = std::min(at + step, bytes.size());
  }
  return at;
}

class Converter {
 public:
  explicit Converter(const std::string &charset) : handle_(iconv_open("UTF-8", charset.c_str())) {}
  ~Converter() {
    if (usable()) iconv_close(handle_);
  }
  Converter(const Converter &) = delete;
  Converter &operator=(const Converter &) = delete;
  bool usable() const { return handle_ != reinterpret_cast<iconv_t>(-1); }  // iconv_open(3)

  // Appends `bytes` to `out`; bytes that do not convert become U+FFFD one by one.
  void append(std::string_view bytes, std::string &out) {
    iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    std::string input(bytes);  // iconv wants a writable pointer
    char *in = input.data();
    std::size_t left = input.size();
    std::array<char, 4096> buffer;
    while (true) {
      char *target = buffer.data();
      std::size_t room = buffer.size();
      const bool flushing = left == 0;
      const std::size_t done = flushing ? iconv(handle_, nullptr, nullptr, &target, &room)
                                        : iconv(handle_, &in, &left, &target, &room);
      const int error = done == static_cast<std::size_t>(-1) ? errno : 0;
      out.append(buffer.data(), static_cast<std::size_t>(target - buffer.data()));
      if (flushing) return;
      if (error == 0 || error == E2BIG) continue;
      base::append_utf8(out, 0xFFFD);
      ++in;
      --left;
    }
  }

 private:
  iconv_t handle_;
};

// iconv_open costs far more than a short conversion, so handles are kept, one a thread and charset. The
// number of names is bounded because names come from the evidence.
Converter *converter_for(const std::string &charset) {
  thread_local std::map<std::string, std::unique_ptr<Converter>> open;
  const auto found = open.find(charset);
  if (found != open.end()) return found->second->usable() ? found->second.get() : nullptr;
  if (open.size() >= 64) open.clear();
  auto &made = open[charset];
  made = std::make_unique<Converter>(charset);
  return made->usable() ? made.get() : nullptr;
}

Utf8Text from_iconv(std::string_view bytes, Converter &converter, Stepping stepping) {
  std::string text;
  text.reserve(bytes.size() * 2);
  base::OffsetMap map;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t plain = 0;
    if (stepping == Stepping::iso_2022 || stepping == Stepping::utf7) {
      const std::size_t shift = bytes.find(stepping == Stepping::utf7 ? '+' : '\x1B', at);
      plain = (shift == std::string_view::npos ? bytes.size() : shift) - at;
    } else {
      plain = ascii_prefix(bytes.substr(at));
    }
    if (plain > 0) {
      map.add(text.size(), at);
      // In 7-bit charsets a high byte is foreign: it is kept as windows-1252 would read it.
      const std::string_view run = bytes.substr(at, plain);
      if (ascii_prefix(run) == run.size()) {
        text += run;
      } else {
        for (std::size_t i = 0; i < run.size(); ++i) {
          const auto c = static_cast<unsigned char>(run[i]);
          map.add(text.size(), at + i);
          base::append_utf8(text, c < 0x80 ? c : charset_tables::kWindows1252[c - 0x80]);
        }
      }
      at += plain;
    }
    if (at >= bytes.size()) break;
    std::size_t length = std::max<std::size_t>(1, stretch_length(bytes.substr(at), stepping));
    map.add(text.size(), at);
    converter.append(bytes.substr(at, length), text);
    at += length;
  }
  map.add(text.size(), bytes.size());
  return Utf8Text::owned(std::move(text), std::move(map));
}

struct Named {
  std::string_view name;
  const Table *table;
};
constexpr std::array kTables = {
    Named{"iso-8859-15", &charset_tables::kIso8859_15},
    Named{"iso8859-15", &charset_tables::kIso8859_15},
    Named{"latin-9", &charset_tables::kIso8859_15},
    Named{"latin9", &charset_tables::kIso8859_15},
    Named{"iso-8859-2", &charset_tables::kIso8859_2},
    Named{"iso8859-2", &charset_tables::kIso8859_2},
    Named{"latin2", &charset_tables::kIso8859_2},
    Named{"windows-1250", &charset_tables::kWindows1250},
    Named{"cp1250", &charset_tables::kWindows1250},
    Named{"windows-1251", &charset_tables::kWindows1251},
    Named{"cp1251", &charset_tables::kWindows1251},
    Named{"koi8-r", &charset_tables::kKoi8R},
    Named{"koi8r", &charset_tables::kKoi8R},
    Named{"windows-1252", &charset_tables::kWindows1252},
    Named{"cp1252", &charset_tables::kWindows1252},
    Named{"iso-8859-1", &charset_tables::kWindows1252},
    Named{"iso8859-1", &charset_tables::kWindows1252},
    Named{"iso_8859-1", &charset_tables::kWindows1252},
    Named{"latin1", &charset_tables::kWindows1252},
    Named{"latin-1", &charset_tables::kWindows1252},
    Named{"l1", &charset_tables::kWindows1252},
};

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// Declared names that mean "not known", and those that ASCII-compatible text is checked for as UTF-8 first.
bool is_unknown(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kUnknown = {
      "",        "us-ascii",     "ascii",   "ansi_x3.4-1968",  "utf-8",     "utf8",     "unicode-1-1-utf-8",
      "unknown", "unknown-8bit", "default", "default_charset", "x-unknown", "iso-8859", "8bit"};
  return std::find(kUnknown.begin(), kUnknown.end(), name) != kUnknown.end();
}

Stepping stepping_of(std::string_view name) {
  if (starts_with(name, "iso-2022") || starts_with(name, "csiso2022")) return Stepping::iso_2022;
  if (name == "utf-7" || name == "unicode-1-1-utf-7") return Stepping::utf7;
  if (name.find("jis") != std::string_view::npos || name == "cp932" || name == "windows-31j")
    return Stepping::shift_jis;
  if (starts_with(name, "gb") || name == "cp936" || name == "x-gbk") return Stepping::gb18030;
  if (starts_with(name, "euc-jp")) return Stepping::euc_jp;
  if (starts_with(name, "big5") || starts_with(name, "euc-") || starts_with(name, "ks_c") ||
      name == "cp949" || name == "uhc" || name == "cp950" || name == "windows-949")
    return Stepping::lead_two;
  return Stepping::high_bytes;
}

// Names that mail uses and glibc does not know, or knows as something narrower than what is sent under them.
std::string iconv_name(const std::string &name) {
  static const std::map<std::string, std::string, std::less<>> kNames = {{"ks_c_5601-1987", "cp949"},
                                                                         {"ks_c_5601", "cp949"},
                                                                         {"euc-kr", "cp949"},
                                                                         {"gb2312", "gb18030"},
                                                                         {"gbk", "gb18030"},
                                                                         {"x-gbk", "gb18030"},
                                                                         {"shift_jis", "cp932"},
                                                                         {"shift-jis", "cp932"},
                                                                         {"sjis", "cp932"},
                                                                         {"x-sjis", "cp932"},
                                                                         {"windows-31j", "cp932"},
                                                                         {"windows-949", "cp949"},
                                                                         {"iso-2022-jp", "iso-2022-jp-3"},
                                                                         {"unicode-1-1-utf-7", "utf-7"},
                                                                         {"x-mac-roman", "macintosh"},
                                                                         {"macroman", "macintosh"},
                                                                         {"windows-874", "cp874"},
                                                                         {"iso-8859-8-i", "iso-8859-8"},
                                                                         {"iso-8859-11", "cp874"}};
  const auto found = kNames.find(name);
  return found == kNames.end() ? name : found->second;
}

}  // namespace

std::size_t valid_utf8_prefix(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    at += ascii_prefix(bytes.substr(at));
    while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) >= 0x80) {
      const std::size_t length = sequence_length(bytes.substr(at, 4));
      if (length == 0) return at;
      at += length;
    }
  }
  return at;
}

Utf16 utf16_of(std::string_view bytes) {
  if (starts_with(bytes, "\xFF\xFE") && bytes.substr(2, 2) != std::string_view("\0\0", 2))
    return Utf16::little;
  if (starts_with(bytes, "\xFE\xFF")) return Utf16::big;
  const std::string_view head = bytes.substr(0, 4096);
  if (head.size() < 8) return Utf16::none;
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < head.size(); ++i)
    if (head[i] == '\0') ++zeros[i % 2];
  // Text in Latin script has a zero in four of five units or more, and hardly any on the other side.
  const std::size_t units = head.size() / 2;
  if (zeros[1] * 2 > units && zeros[0] * 20 < units) return Utf16::little;
  if (zeros[0] * 2 > units && zeros[1] * 20 < units) return Utf16::big;
  return Utf16::none;
}

std::size_t piece_end(std::string_view bytes, std::size_t piece, Utf16 encoding) {
  if (bytes.size() <= piece) return bytes.size();
  const std::string_view head = bytes.substr(0, piece);
  if (encoding != Utf16::none) {
    const std::size_t floor = piece / 2;
    for (std::size_t at = piece & ~std::size_t{1}; at >= floor + 2; at -= 2) {
      const char first = head[at - 2];
      const char second = head[at - 1];
      if (encoding == Utf16::little ? first == '\n' && second == '\0' : first == '\0' && second == '\n')
        return at;
    }
    return piece & ~std::size_t{1};
  }
  const std::size_t line = head.rfind('\n');
  if (line != std::string_view::npos && line + 1 > piece / 2) return line + 1;
  std::size_t at = piece;
  while (at + 4 > piece && at > 1 && (static_cast<unsigned char>(bytes[at]) & 0xC0) == 0x80) --at;
  return at;
}

base::OffsetMap compose_maps(const base::OffsetMap *first, const base::OffsetMap *second,
                             std::uint64_t text_size) {
  if (second == nullptr || second->identity()) {
    if (first == nullptr) return {};
    if (first->identity() || first->runs().back().text <= text_size) return *first;
    // The second stage dropped the end of the text: runs beyond it belong to nothing.
    base::OffsetMap out;
    for (const auto &run : first->runs())
      if (run.text <= text_size) out.add(run.text, run.source);
    return out;
  }
  if (first == nullptr || first->identity()) return *second;
  base::OffsetMap out;
  const auto &outer = second->runs();
  const auto &inner = first->runs();
  for (std::size_t i = 0; i < outer.size(); ++i) {
    const std::uint64_t begin = outer[i].text;
    const std::uint64_t end = i + 1 < outer.size() ? outer[i + 1].text : text_size;
    const std::uint64_t middle = outer[i].source;
    auto next = std::upper_bound(inner.begin(), inner.end(), middle,
                                 [](std::uint64_t value, const auto &run) { return value < run.text; });
    // Within a run that grew in conversion, an offset may lead past the run's source: not past the next
    // one's.
    const std::uint64_t source = first->source_of(middle);
    out.add(begin, next == inner.end() ? source : std::min(source, next->source));
    for (; next != inner.end() && next->text - middle < end - begin; ++next)
      out.add(begin + (next->text - middle), next->source);
  }
  return out;
}

Utf8Text to_utf8(std::string_view bytes, std::string_view charset) {
  if (bytes.empty()) return Utf8Text::borrowed(bytes);
  const std::string name = base::lower(base::trim(charset));
  const bool wide_declared = starts_with(name, "utf-16") || starts_with(name, "utf16") ||
                             starts_with(name, "ucs-2") || name == "unicode";
  if (is_unknown(name) || wide_declared) {
    const bool zeros = std::memchr(bytes.data(), '\0', std::min<std::size_t>(bytes.size(), 4096)) != nullptr;
    if (zeros || starts_with(bytes, "\xFF\xFE") || starts_with(bytes, "\xFE\xFF")) {
      const Utf16 encoding = utf16_of(bytes);
      if (encoding != Utf16::none) return from_utf16(bytes, encoding == Utf16::big);
      if (wide_declared) return from_utf16(bytes, name.find("le") == std::string::npos);
    }
    const std::size_t valid = valid_utf8_prefix(bytes);
    if (valid == bytes.size()) return Utf8Text::borrowed(bytes);
    if (wide_declared) return from_utf16(bytes, name.find("le") == std::string::npos);
    return from_mixed(bytes, valid);
  }
  if (starts_with(name, "utf-32") || starts_with(name, "utf32"))
    return from_utf32(bytes, name.find("le") == std::string::npos && !starts_with(bytes, "\xFF\xFE"));
  const Stepping stepping = stepping_of(name);
  // ASCII is the same in all charsets below, apart from those that shift within 7 bits.
  const std::size_t ascii = ascii_prefix(bytes);
  if (ascii == bytes.size() &&
      (stepping != Stepping::iso_2022 || bytes.find('\x1B') == std::string_view::npos) &&
      (stepping != Stepping::utf7 || bytes.find('+') == std::string_view::npos) && name != "hz-gb-2312")
    return Utf8Text::borrowed(bytes);
  for (const Named &known : kTables)
    if (known.name == name) return from_table(bytes, *known.table);
  // Only names in the plain alphabet of the IANA registry reach iconv ("//TRANSLIT" and the like do not).
  const bool plain_name =
      name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == ':';
      });
  if (plain_name && !starts_with(name, "ucs") && !starts_with(name, "utf"))
    if (Converter *converter = converter_for(iconv_name(name)))
      return from_iconv(bytes, *converter, stepping);
  if (plain_name && stepping == Stepping::utf7)
    if (Converter *converter = converter_for("utf-7")) return from_iconv(bytes, *converter, stepping);
  const std::size_t valid = valid_utf8_prefix(bytes);
  if (valid == bytes.size()) return Utf8Text::borrowed(bytes);
  return from_mixed(bytes, valid);
}

}  // namespace dislodge::evidence
