#include "evidence/charset_asian.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bulk.hpp"
#include "evidence/charset_data.hpp"
#include "evidence/charset_tables.hpp"

namespace dislodge::evidence {
namespace {

namespace data = charset_data;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
}

// One character: how many bytes it takes; 0 where there is none.
struct Character {
  std::uint32_t code_point = 0;
  unsigned size = 0;
};

Character pair(const std::uint16_t *table, std::string_view bytes, std::size_t at) {
  const std::uint16_t value = table[(byte_at(bytes, at) & 0x7F) << 8 | byte_at(bytes, at + 1)];
  return {value, value == 0 ? 0u : 2u};
}

std::uint32_t jis_x_0212(unsigned first, unsigned second) {
  if (first < 0xA1 || first > 0xFE || second < 0xA1 || second > 0xFE) return 0;
  return data::kJisX0212[(first - 0xA1) * 94 + second - 0xA1];
}

Character four_bytes_of_gb18030(std::string_view bytes, std::size_t at) {
  const unsigned a = byte_at(bytes, at);
  const unsigned b = byte_at(bytes, at + 1);
  const unsigned c = byte_at(bytes, at + 2);
  const unsigned d = byte_at(bytes, at + 3);
  if (a < 0x81 || b < 0x30 || b > 0x39 || c < 0x81 || c > 0xFE || d < 0x30 || d > 0x39) return {};
  const std::uint32_t linear = (((a - 0x81) * 10 + b - 0x30) * 126 + c - 0x81) * 10 + d - 0x30;
  if (linear >= 189000) {
    const std::uint32_t value = linear - 189000 + 0x10000;
    return value <= 0x10FFFF ? Character{value, 4} : Character{};
  }
  const auto *const end = data::kGb18030Runs + data::kGb18030RunCount;
  const auto *run =
      std::upper_bound(data::kGb18030Runs, end, linear,
                       [](std::uint32_t number, const data::GbRun &r) { return number < r.linear; });
  if (run == data::kGb18030Runs) return {};
  --run;
  if (run->code_point == 0 || linear >= 39420) return {};
  return {run->code_point + (linear - run->linear), 4};
}

template <Asian kCharset>
Character character(std::string_view bytes, std::size_t at) {
  const unsigned lead = byte_at(bytes, at);
  if constexpr (kCharset == Asian::shift_jis) {
    if (const std::uint16_t single = data::kCp932Singles[lead & 0x7F]; single != 0) return {single, 1};
    return pair(data::kCp932, bytes, at);
  } else if constexpr (kCharset == Asian::euc_jp) {
    if (lead == 0x8F) {
      const std::uint32_t value = jis_x_0212(byte_at(bytes, at + 1), byte_at(bytes, at + 2));
      return {value, value == 0 ? 0u : 3u};
    }
    return pair(data::kEucJp, bytes, at);
  } else if constexpr (kCharset == Asian::gb18030) {
    if (const Character two = pair(data::kGb18030, bytes, at); two.size != 0) return two;
    return four_bytes_of_gb18030(bytes, at);
  } else if constexpr (kCharset == Asian::big5) {
    return pair(data::kBig5, bytes, at);
  } else {
    return pair(data::kCp949, bytes, at);
  }
}

template <Asian kCharset, bool kMapped>
void convert(std::string_view bytes, TextBuilder<kMapped> &out) {
  for (std::size_t at = 0; at < bytes.size();) {
    at += out.copy_ascii(bytes, at);
    char *to = out.position();
    while (at < bytes.size() && byte_at(bytes, at) >= 0x80) {
      const Character next = character<kCharset>(bytes, at);
      // At the end the look-ups saw zeros in place of what is not there, and no character ends in a zero.
      out.mark(to, at);
      to = out.written(next.size == 0 ? 0xFFFD : next.code_point, to);
      at += std::max(1u, next.size);
    }
    out.moved(to);
  }
}

// ISO-2022-JP and its extensions (RFC 1468, RFC 2237): escapes switch sets, a line end switches back.
template <bool kMapped>
void convert_2022(std::string_view bytes, TextBuilder<kMapped> &out) {
  enum class Set : std::uint8_t { ascii, katakana, jis_x_0208, jis_x_0212 };
  Set set = Set::ascii;
  static constexpr std::array<std::pair<std::string_view, Set>, 8> kEscapes = {{{"\x1B(B", Set::ascii},
                                                                                {"\x1B(J", Set::ascii},
                                                                                {"\x1B(I", Set::katakana},
                                                                                {"\x1B$B", Set::jis_x_0208},
                                                                                {"\x1B$@", Set::jis_x_0208},
                                                                                {"\x1B$(D", Set::jis_x_0212},
                                                                                {"\x1B$(B", Set::jis_x_0208},
                                                                                {"\x1B&@", Set::jis_x_0208}}};
  for (std::size_t at = 0; at < bytes.size();) {
    const unsigned c = byte_at(bytes, at);
    if (c == 0x1B) {
      const std::string_view rest = bytes.substr(at, 4);
      const auto *const known = std::find_if(kEscapes.begin(), kEscapes.end(), [&](const auto &escape) {
        return rest.starts_with(escape.first);
      });
      if (known != kEscapes.end()) {
        set = known->second;
        at += known->first.size();
        continue;
      }
    }
    if (c == '\n' || c == '\r') set = Set::ascii;
    if (set == Set::ascii || c <= 0x20) {
      std::size_t end = at + 1;
      while (end < bytes.size() && bytes[end] != '\x1B' && byte_at(bytes, end) < 0x80 &&
             (set == Set::ascii || byte_at(bytes, end) <= 0x20) && bytes[end] != '\n')
        ++end;
      if (c < 0x80) {
        out.copy(bytes.substr(at, end - at), at);
        at = end;
      } else {  // foreign: kept as windows-1252 would read it
        out.code_point(charset_tables::kWindows1252[c - 0x80], at);
        ++at;
      }
      continue;
    }
    if (set == Set::katakana) {
      const bool known = c >= 0x21 && c <= 0x5F;
      out.code_point(known ? 0xFF61 + (c - 0x21) : c >= 0x80 ? 0xFFFDu : c, at);
      ++at;
      continue;
    }
    char *to = out.position();
    // Up to the next escape, line end or blank.
    while (at < bytes.size() && byte_at(bytes, at) > 0x20) {
      const unsigned first = byte_at(bytes, at);
      const unsigned second = byte_at(bytes, at + 1);
      std::uint32_t value = 0;
      if (first < 0x7F && second > 0x20 && second < 0x7F)
        value = set == Set::jis_x_0212 ? jis_x_0212(first | 0x80, second | 0x80)
                                       : data::kEucJp[first << 8 | second | 0x80];
      out.mark(to, at);
      to = out.written(value == 0 ? 0xFFFD : value, to);
      at += value == 0 ? 1 : 2;
    }
    out.moved(to);
  }
}

struct Named {
  std::string_view name;
  Asian charset;
};
constexpr std::array kNames = {
    Named{"iso-2022-jp", Asian::iso_2022_jp},
    Named{"iso-2022-jp-1", Asian::iso_2022_jp},
    Named{"iso-2022-jp-3", Asian::iso_2022_jp},
    Named{"iso-2022-jp-ms", Asian::iso_2022_jp},
    Named{"csiso2022jp", Asian::iso_2022_jp},
    Named{"cp50220", Asian::iso_2022_jp},
    Named{"shift_jis", Asian::shift_jis},
    Named{"shift-jis", Asian::shift_jis},
    Named{"sjis", Asian::shift_jis},
    Named{"x-sjis", Asian::shift_jis},
    Named{"ms_kanji", Asian::shift_jis},
    Named{"csshiftjis", Asian::shift_jis},
    Named{"windows-31j", Asian::shift_jis},
    Named{"cp932", Asian::shift_jis},
    Named{"cp943", Asian::shift_jis},
    Named{"ms932", Asian::shift_jis},
    Named{"euc-jp", Asian::euc_jp},
    Named{"eucjp", Asian::euc_jp},
    Named{"x-euc-jp", Asian::euc_jp},
    Named{"gb2312", Asian::gb18030},
    Named{"gb_2312-80", Asian::gb18030},
    Named{"gbk", Asian::gb18030},
    Named{"x-gbk", Asian::gb18030},
    Named{"gb18030", Asian::gb18030},
    Named{"cp936", Asian::gb18030},
    Named{"ms936", Asian::gb18030},
    Named{"euc-cn", Asian::gb18030},
    Named{"csgb2312", Asian::gb18030},
    Named{"big5", Asian::big5},
    Named{"big5-hkscs", Asian::big5},
    Named{"cn-big5", Asian::big5},
    Named{"x-x-big5", Asian::big5},
    Named{"csbig5", Asian::big5},
    Named{"cp950", Asian::big5},
    Named{"windows-950", Asian::big5},
    Named{"euc-kr", Asian::euc_kr},
    Named{"ks_c_5601-1987", Asian::euc_kr},
    Named{"ks_c_5601", Asian::euc_kr},
    Named{"ks_c_5601-1989", Asian::euc_kr},
    Named{"ksc5601", Asian::euc_kr},
    Named{"ksc_5601", Asian::euc_kr},
    Named{"cp949", Asian::euc_kr},
    Named{"windows-949", Asian::euc_kr},
    Named{"uhc", Asian::euc_kr},
    Named{"csks56011987", Asian::euc_kr},
};

}  // namespace

Asian asian_charset(std::string_view name) {
  const auto *const found =
      std::find_if(kNames.begin(), kNames.end(), [&](const Named &known) { return known.name == name; });
  return found == kNames.end() ? Asian::none : found->charset;
}

template <bool kMapped>
void from_asian(std::string_view bytes, Asian charset, TextBuilder<kMapped> &out) {
  switch (charset) {
    case Asian::shift_jis:
      return convert<Asian::shift_jis>(bytes, out);
    case Asian::euc_jp:
      return convert<Asian::euc_jp>(bytes, out);
    case Asian::iso_2022_jp:
      return convert_2022(bytes, out);
    case Asian::gb18030:
      return convert<Asian::gb18030>(bytes, out);
    case Asian::big5:
      return convert<Asian::big5>(bytes, out);
    case Asian::euc_kr:
      return convert<Asian::euc_kr>(bytes, out);
    case Asian::none:
      return;
  }
}

template void from_asian<true>(std::string_view, Asian, TextBuilder<true> &);
template void from_asian<false>(std::string_view, Asian, TextBuilder<false> &);

}  // namespace dislodge::evidence
