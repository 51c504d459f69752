#include "evidence/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>

#include "base/bulk.hpp"
#include "base/encode.hpp"
#include "evidence/charset_asian.hpp"
#include "evidence/charset_builder.hpp"
#include "evidence/charset_data.hpp"
#include "evidence/charset_guess.hpp"
#include "evidence/charset_names.hpp"
#include "evidence/charset_tables.hpp"

namespace dislodge::evidence {
namespace {

using charset_names::Charset;
using charset_names::Stepping;
using charset_tables::Table;

using base::ascii_prefix;

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// The upper half of a charset as UTF-8: three bytes at most, and how many.
struct Utf8Half {
  const Table *table = nullptr;
  std::array<std::array<char, 4>, 128> bytes{};
};
const Utf8Half &utf8_half(const Table &table) {
  static thread_local std::array<Utf8Half, 16> known;  // a mailbox has a few charsets
  Utf8Half &half = known[reinterpret_cast<std::uintptr_t>(&table) / sizeof(Table) % known.size()];
  if (half.table != &table) {
    half.table = &table;
    for (std::size_t i = 0; i < table.size(); ++i) {
      std::string one;
      base::append_utf8(one, table[i]);
      half.bytes[i] = {one[0], one.size() > 1 ? one[1] : '\0', one.size() > 2 ? one[2] : '\0',
                       static_cast<char>(one.size())};
    }
  }
  return half;
}

template <bool kMapped>
void from_table(std::string_view bytes, const Table &table, TextBuilder<kMapped> &out) {
  const Utf8Half &half = utf8_half(table);
  for (std::size_t at = 0; at < bytes.size();) {
    at += out.copy_ascii(bytes, at);
    char *to = out.position();
    for (; at < bytes.size() && static_cast<signed char>(bytes[at]) < 0; ++at) {
      const std::array<char, 4> &character = half.bytes[static_cast<unsigned char>(bytes[at]) & 0x7F];
      out.mark(to, at);
      std::memcpy(to, character.data(), 4);
      to += character[3];
    }
    out.moved(to);
  }
}

// Valid sequences stay, every other byte is read as windows-1252: text pasted together from both is common.
template <bool kMapped>
void from_mixed(std::string_view bytes, std::size_t valid, TextBuilder<kMapped> &out) {
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
}

template <bool kMapped>
void from_utf16(std::string_view bytes, bool big, TextBuilder<kMapped> &out) {
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
}

template <bool kMapped>
void from_utf32(std::string_view bytes, bool big, TextBuilder<kMapped> &out) {
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t c = 0;
    for (std::size_t i = 0; i < 4; ++i)
      c = c << 8 | static_cast<unsigned char>(bytes[at + (big ? i : 3 - i)]);
    if (at == 0 && c == 0xFEFF) continue;
    out.code_point(c, at);
  }
}

template <bool kMapped>
void from_ebcdic(std::string_view bytes, const charset_names::Ebcdic &ebcdic, TextBuilder<kMapped> &out) {
  constexpr std::uint32_t kNextLine = 0x85;  // how z/OS ends a line
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const std::uint32_t c = ebcdic.characters[static_cast<unsigned char>(bytes[at])];
    out.code_point(c == kNextLine ? '\n' : c, at);
  }
}

// UTF-7 (RFC 2152): "+" and base64 of UTF-16 up to "-" or what is no base64. A "+" that nothing follows
// stays.
template <bool kMapped>
void from_utf7(std::string_view bytes, TextBuilder<kMapped> &out) {
  const auto value = [](char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const auto c = static_cast<unsigned char>(bytes[at]);
    if (c != '+') {  // in 7-bit charsets a high byte is foreign: it is kept as windows-1252 would read it
      out.code_point(c < 0x80 ? c : charset_tables::kWindows1252[c - 0x80], at);
      ++at;
      continue;
    }
    const std::size_t begin = at++;
    std::uint32_t bits = 0;
    unsigned count = 0;
    std::uint32_t high = 0;
    for (int digit = 0; at < bytes.size() && (digit = value(bytes[at])) >= 0; ++at) {
      bits = bits << 6 | static_cast<std::uint32_t>(digit);
      count += 6;
      if (count < 16) continue;
      count -= 16;
      const std::uint32_t unit = bits >> count & 0xFFFF;
      bits &= (1u << count) - 1;
      if (unit >= 0xD800 && unit < 0xDC00) {
        high = unit;
      } else if (unit >= 0xDC00 && unit < 0xE000 && high != 0) {
        out.code_point(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00), begin);
        high = 0;
      } else {
        out.code_point(unit, begin);
        high = 0;
      }
    }
    const bool closed = at < bytes.size() && bytes[at] == '-';
    if (at == begin + 1) out.code_point('+', begin);
    if (closed) ++at;
  }
}

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
  while (at < bytes.size() && byte(at) >= 0x80) {
    std::size_t step = stepping == Stepping::lead_two ? 2 : 1;
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

constexpr std::size_t kIconvGrowth = 12;

template <bool kMapped>
void from_table_at(std::string_view run, std::size_t at, TextBuilder<kMapped> &out) {
  for (std::size_t i = 0; i < run.size(); ++i) {
    const auto c = static_cast<unsigned char>(run[i]);
    out.code_point(c < 0x80 ? c : charset_tables::kWindows1252[c - 0x80], at + i);
  }
}

template <bool kMapped>
void from_iconv(std::string_view bytes, Converter &converter, Stepping stepping, TextBuilder<kMapped> &out) {
  std::string converted;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t plain = 0;
    if (stepping == Stepping::iso_2022)
      plain = std::min(bytes.find('\x1B', at), bytes.size()) - at;
    else
      plain = ascii_prefix(bytes.substr(at));
    if (plain > 0) {
      // In 7-bit charsets a high byte is foreign: it is kept as windows-1252 would read it.
      const std::string_view run = bytes.substr(at, plain);
      if (ascii_prefix(run) == run.size())
        out.copy(run, at);
      else
        from_table_at(run, at, out);
      at += plain;
    }
    if (at >= bytes.size()) break;
    const std::size_t length = std::max<std::size_t>(1, stretch_length(bytes.substr(at), stepping));
    converted.clear();
    // One byte may become several characters; more than this no charset makes of it.
    converter.append(bytes.substr(at, length), converted);
    out.copy(std::string_view(converted).substr(0, length * kIconvGrowth), at);
    at += length;
  }
}

// What is to be done with bytes of a charset.
struct Plan {
  enum class How : std::uint8_t { borrow, mixed, utf16, utf32, table, ebcdic, asian, utf7, iconv };
  How how = How::borrow;
  bool big = false;
  std::size_t valid = 0;
  const Charset *charset = nullptr;
  const charset_names::Ebcdic *ebcdic = nullptr;
  Converter *converter = nullptr;
};

// Where escapes of ISO-2022-JP are looked for in text that does not say what it is.
constexpr std::size_t kEscapeSample = 64u << 10;

// Letters of EBCDIC are no UTF-8: text in it is not valid for longer than a few signs and blanks are.
constexpr std::size_t kEbcdicValidMax = 64;

// Printable throughout, with blanks between its words.
bool reads_like_ascii(std::string_view bytes) {
  const std::string_view sample = bytes.substr(0, 4096);
  std::size_t blanks = 0;
  for (const char c : sample) {
    if (static_cast<unsigned char>(c) >= 0x7F || (c < ' ' && c != '\t' && c != '\r' && c != '\n'))
      return false;
    blanks += c == ' ' || c == '\n';
  }
  return sample.size() >= 16 && blanks * 20 >= sample.size();
}

Plan plan_of(std::string_view bytes, std::string_view declared) {
  using Kind = Charset::Kind;
  using How = Plan::How;
  if (bytes.empty()) return {};
  const Charset &charset = charset_names::charset_of(declared);
  const auto guessed = [&]() -> std::optional<Plan> {
    const std::string_view name = guess_charset(bytes);
    if (name.empty()) return std::nullopt;
    const Charset &found = charset_names::charset_of(name);
    if (found.kind == Kind::asian) return Plan{.how = How::asian, .charset = &found};
    if (found.kind == Kind::single) return Plan{.how = How::table, .charset = &found};
    return std::nullopt;
  };
  const auto as_utf8 = [&]() -> Plan {
    const std::size_t valid = valid_utf8_prefix(bytes);
    if (valid == bytes.size()) {
      // Japanese in seven bits; terminals' escapes are other ones.
      if (bytes.substr(0, kEscapeSample).find("\x1B$") != std::string_view::npos)
        if (const auto japanese = guessed()) return *japanese;
      return {};
    }
    if (valid < kEbcdicValidMax && looks_like_ebcdic(bytes))
      return {.how = How::ebcdic, .ebcdic = &charset_names::usual_ebcdic()};
    if (const auto other = guessed()) return *other;
    return {.how = How::mixed, .valid = valid};
  };
  if (charset.kind == Kind::unknown || charset.kind == Kind::utf16) {
    const bool zeros = std::memchr(bytes.data(), '\0', std::min<std::size_t>(bytes.size(), 4096)) != nullptr;
    if (zeros || starts_with(bytes, "\xFF\xFE") || starts_with(bytes, "\xFE\xFF")) {
      const Wide wide = wide_of(bytes);
      if (is_utf32(wide)) return {.how = How::utf32, .big = wide == Wide::utf32_big};
      if (wide != Wide::none) return {.how = How::utf16, .big = wide == Wide::utf16_big};
      if (charset.kind == Kind::utf16) return {.how = How::utf16, .big = !charset.little};
    }
    const Plan plan = as_utf8();
    // "utf-16le" and "utf-16be" are said by files that hold nothing else: two of their letters may look like
    // four of ASCII. Only what reads like a text in ASCII is taken for one whose sender did not know.
    const bool sure = charset.name == "utf-16le" || charset.name == "utf-16be";
    if (charset.kind == Kind::utf16 && (plan.how == How::mixed || (sure && !reads_like_ascii(bytes))))
      return {.how = How::utf16, .big = !charset.little};
    return plan;
  }
  if (charset.kind == Kind::utf32)
    return {.how = How::utf32, .big = !charset.little && !starts_with(bytes, "\xFF\xFE")};
  if (charset.kind == Kind::ebcdic) return {.how = How::ebcdic, .ebcdic = charset.ebcdic};
  // ASCII is the same in all charsets below, apart from those that shift within 7 bits.
  const bool ascii = ascii_prefix(bytes) == bytes.size();
  if (ascii) {
    const bool shifts = charset.kind == Kind::utf7 ? bytes.find('+') != std::string_view::npos
                        : charset.asian == Asian::iso_2022_jp || charset.stepping == Stepping::iso_2022
                            ? bytes.find('\x1B') != std::string_view::npos
                            : charset.name == "hz-gb-2312";
    if (!shifts) return {};
  }
  if (charset.kind == Kind::single || charset.kind == Kind::asian) {
    // UTF-8 under another name, and other scripts under the name of Latin-1, are common.
    if (is_utf8_after_all(bytes)) return {};
    const bool seven_bits =
        charset.asian == Asian::iso_2022_jp && !ascii && bytes.find('\x1B') == std::string_view::npos;
    if (charset.table == &charset_tables::kWindows1252 || seven_bits)
      if (const auto other = guessed()) return *other;
  }
  switch (charset.kind) {
    case Kind::single:
      return {.how = How::table, .charset = &charset};
    case Kind::asian:
      return {.how = How::asian, .charset = &charset};
    case Kind::utf7:
      return {.how = How::utf7};
    case Kind::iconv:
      if (Converter *converter = converter_for(charset.name))
        return {.how = How::iconv, .charset = &charset, .converter = converter};
      return as_utf8();
    default:
      return as_utf8();
  }
}

std::size_t room_for(const Plan &plan, std::size_t size) {
  switch (plan.how) {
    case Plan::How::asian:
      return asian_room(size);
    case Plan::How::utf16:
      return size / 2 * 3 + 8;
    case Plan::How::iconv:
      return size * kIconvGrowth;
    default:
      return size * 3 + 8;
  }
}

template <bool kMapped>
void convert(std::string_view bytes, const Plan &plan, TextBuilder<kMapped> &out) {
  switch (plan.how) {
    case Plan::How::borrow:
      break;
    case Plan::How::mixed:
      from_mixed(bytes, plan.valid, out);
      break;
    case Plan::How::utf16:
      from_utf16(bytes, plan.big, out);
      break;
    case Plan::How::utf32:
      from_utf32(bytes, plan.big, out);
      break;
    case Plan::How::table:
      from_table(bytes, *plan.charset->table, out);
      break;
    case Plan::How::ebcdic:
      from_ebcdic(bytes, *plan.ebcdic, out);
      break;
    case Plan::How::asian:
      from_asian(bytes, plan.charset->asian, out);
      break;
    case Plan::How::utf7:
      from_utf7(bytes, out);
      break;
    case Plan::How::iconv:
      from_iconv(bytes, *plan.converter, plan.charset->stepping, out);
      break;
  }
  out.finish(bytes.size());
}

}  // namespace

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
  const Plan plan = plan_of(bytes, charset);
  if (plan.how == Plan::How::borrow) return Utf8Text::borrowed(bytes);
  TextBuilder<true> out(room_for(plan, bytes.size()));
  convert(bytes, plan, out);
  return Utf8Text::owned(std::string(out.view()), out.take_map());
}

bool converted_to_utf8(std::string_view bytes, std::string_view charset, std::string &text) {
  const Plan plan = plan_of(bytes, charset);
  if (plan.how == Plan::How::borrow) return false;
  TextBuilder<false> out(room_for(plan, bytes.size()));
  convert(bytes, plan, out);
  text += out.view();
  return true;
}

void append_as_utf8(std::string &text, std::string_view bytes, std::string_view charset) {
  if (!converted_to_utf8(bytes, charset, text)) text += bytes;
}

}  // namespace dislodge::evidence
