#include "secret/decode_view.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/ascii.hpp"
#include "base/encode.hpp"
#include "evidence/inflate.hpp"
#include "secret/anchor.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kLineMin =
    44;  // a line of wrapped base64: 48, 64 or 76 characters, or what a quote mark leaves

constexpr const CharacterTable &kLetters = kRunLetters;
static_assert(kEncodedRunMin == kLongRun, "the matcher finds the runs");
bool is_letter64(char c) {
  return static_cast<unsigned char>(c) < kLetters.size() && kLetters[static_cast<unsigned char>(c)] != 0;
}

// Where the run goes on after a line break, or npos.
std::size_t next_line(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '\r') ++at;
  if (at >= text.size() || text[at] != '\n') return std::string_view::npos;
  ++at;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '>')) ++at;
  return at < text.size() && is_letter64(text[at]) ? at : std::string_view::npos;
}

// What a byte adds to two counts: in the lower half that of printable ones, in the upper that of high ones.
constexpr std::array<std::uint64_t, 256> kReadable = [] {
  std::array<std::uint64_t, 256> adds{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool printable = (c >= 0x20 && c != 0x7F) || c == '\n' || c == '\r' || c == '\t';
    adds[c] = (printable ? 1u : 0u) | static_cast<std::uint64_t>(c >= 0x80) << 32;
  }
  return adds;
}();

bool is_readable(std::string_view bytes) {
  if (bytes.size() < kEncodedRunMin / 2) return false;
  std::uint64_t counts = 0;
  for (const char c : bytes) counts += kReadable[static_cast<unsigned char>(c)];
  const std::uint64_t printable = counts & UINT32_MAX, high = counts >> 32;
  if (printable * 100 < bytes.size() * 97) return false;
  // Random bytes are half printable if high bytes count: they must form UTF-8, or be few.
  return high * 20 < bytes.size() || base::valid_utf8(bytes);
}

// The value of a base64 letter in either alphabet; 255 for all else.
constexpr std::array<std::uint8_t, 256> kValues64 = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(255);
  std::uint8_t value = 0;
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
    values[static_cast<unsigned char>(c)] = value++;
  values['-'] = 62;
  values['_'] = 63;
  return values;
}();

// What the letters of a run say, whatever stands between its lines; a stray letter at its end says nothing.
std::string decoded_letters(std::string_view run) {
  std::string bytes(run.size() / 4 * 3 + 3, '\0');
  char *to = bytes.data();
  const auto value = [](char c) -> std::uint32_t { return kValues64[static_cast<unsigned char>(c)]; };
  std::uint32_t group = 0;
  int count = 0;
  const char *at = run.data();
  const char *const end = at + run.size();
  while (at != end) {
    while (count == 0 && end - at >= 4) {
      const std::uint32_t a = value(at[0]), b = value(at[1]), c = value(at[2]), d = value(at[3]);
      if ((a | b | c | d) > 63) break;
      group = a << 18 | b << 12 | c << 6 | d;
      to[0] = static_cast<char>(group >> 16);
      to[1] = static_cast<char>(group >> 8);
      to[2] = static_cast<char>(group);
      to += 3;
      at += 4;
    }
    if (at == end) break;
    const std::uint32_t one = value(*at++);
    if (one > 63) continue;
    group = group << 6 | one;
    if (++count < 4) continue;
    *to++ = static_cast<char>(group >> 16);
    *to++ = static_cast<char>(group >> 8);
    *to++ = static_cast<char>(group);
    count = 0;
  }
  if (count == 2) *to++ = static_cast<char>(group >> 4);
  if (count == 3) {
    *to++ = static_cast<char>(group >> 10);
    *to++ = static_cast<char>(group >> 2);
  }
  bytes.resize(static_cast<std::size_t>(to - bytes.data()));
  return bytes;
}

// UTF-16, little-endian, as Windows writes it: every second byte of ASCII text is zero.
bool looks_utf16(std::string_view bytes) {
  if (bytes.size() < 16 || bytes.size() % 2 != 0) return false;
  std::size_t zeros = 0;
  for (std::size_t i = 1; i < bytes.size(); i += 2) zeros += bytes[i] == '\0' ? 1 : 0;
  return zeros * 10 >= bytes.size() / 2 * 8;
}

void convert_utf16(DecodedText &decoded) {
  for (std::size_t i = 0; i + 1 < decoded.bytes.size(); i += 2) {
    std::uint32_t unit = static_cast<unsigned char>(decoded.bytes[i]) |
                         std::uint32_t{static_cast<unsigned char>(decoded.bytes[i + 1])} << 8;
    const std::size_t from = i;
    if (unit >= 0xD800 && unit < 0xDC00 && i + 3 < decoded.bytes.size()) {
      const std::uint32_t low = static_cast<unsigned char>(decoded.bytes[i + 2]) |
                                std::uint32_t{static_cast<unsigned char>(decoded.bytes[i + 3])} << 8;
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    decoded.map.add(decoded.text.size(), from);
    base::append_utf8(decoded.text, unit);
  }
}

}  // namespace

std::vector<EncodedRun> find_base64_runs(std::string_view text) {
  return join_base64_runs(text, find_runs(text, kLetters, kEncodedRunMin));
}

std::vector<EncodedRun> join_base64_runs(std::string_view text, const std::vector<std::size_t> &begins) {
  std::vector<EncodedRun> runs;
  for (const std::size_t begin : begins) {
    if (!runs.empty() && begin < runs.back().end) continue;
    EncodedRun run{begin, begin + kEncodedRunMin};
    for (std::size_t line = begin;;) {
      while (run.end < text.size() && is_letter64(text[run.end])) ++run.end;
      if (run.end - line < kLineMin) break;
      const std::size_t next = next_line(text, run.end);
      if (next == std::string_view::npos) break;
      line = next;
      run.end = next;
    }
    while (run.end < text.size() && text[run.end] == '=') ++run.end;
    runs.push_back(run);
  }
  return runs;
}

namespace {

// What gzip or zlib packed, as far as it goes; the bytes themselves where neither did.
std::string unpacked(std::string bytes) {
  const std::string_view head = std::string_view(bytes).substr(0, 3);
  const bool gzip = head == "\x1f\x8b\x08" && bytes.size() > 18;
  const bool zlib =
      bytes.size() > 8 && head[0] == '\x78' &&
      (static_cast<unsigned char>(head[0]) << 8 | static_cast<unsigned char>(head[1])) % 31 == 0;
  if (!gzip && !zlib) return bytes;
  std::string_view packed = bytes;
  if (gzip) {  // RFC 1952: flags, then a name or a comment that end with a zero
    const auto flags = static_cast<unsigned char>(packed[3]);
    std::size_t at = 10;
    if ((flags & 4) != 0 && at + 2 <= packed.size())
      at += 2u + static_cast<unsigned char>(packed[at]) + (static_cast<unsigned char>(packed[at + 1]) << 8);
    for (const unsigned flag : {8u, 16u})
      if ((flags & flag) != 0) at = at < packed.size() ? packed.find('\0', at) + 1 : packed.size();
    if ((flags & 2) != 0) at += 2;
    if (at == 0 || at >= packed.size()) return bytes;
    packed.remove_prefix(at);
  }
  evidence::Inflater inflater;
  const evidence::Inflated out =
      gzip ? inflater.raw(packed, 0, kUnpackedMax) : inflater.zlib(packed, 0, kUnpackedMax);
  return out.bytes.empty() ? bytes : std::string(out.bytes);
}

std::optional<DecodedText> as_text(std::string bytes, std::string_view encoding) {
  DecodedText decoded;
  decoded.encoding = encoding;
  decoded.bytes = unpacked(std::move(bytes));
  if (looks_utf16(decoded.bytes)) {
    convert_utf16(decoded);
    if (!is_readable(decoded.text)) return std::nullopt;
    return decoded;
  }
  if (!is_readable(decoded.bytes)) return std::nullopt;
  return decoded;
}

}  // namespace

std::optional<DecodedText> decode_base64_run(std::string_view run) {
  return as_text(decoded_letters(run), "base64");
}

std::optional<DecodedText> decode_run(std::string_view run) {
  // The first bytes of a digest are seldom readable: they tell most runs apart.
  constexpr std::size_t kFirst = 16;
  if (run.size() >= kFirst && std::all_of(run.begin(), run.begin() + kFirst, base::is_hex_digit)) {
    std::string digits;
    for (const char c : run) {
      if (base::is_hex_digit(c))
        digits += c;
      else if (is_letter64(c))
        return decode_base64_run(run);
    }
    if (digits.size() % 2 != 0) digits.pop_back();
    if (const auto bytes = base::from_hex(digits))
      if (auto text = as_text(*bytes, "hex")) return text;
  }
  return decode_base64_run(run);
}

}  // namespace dislodge::secret
