#include "evidence/code_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dislodge::evidence {

std::string charset_of_codepage(std::int64_t codepage) {
  if (codepage >= 1250 && codepage <= 1258) return fmt::format("windows-{}", codepage);
  if (codepage >= 28591 && codepage <= 28605) return fmt::format("iso-8859-{}", codepage - 28590);
  switch (codepage) {
    case 437:
    case 737:
    case 775:
    case 850:
    case 852:
    case 855:
    case 857:
    case 860:
    case 861:
    case 862:
    case 863:
    case 864:
    case 865:
    case 866:
    case 869:
      return fmt::format("ibm{}", codepage);
    case 874:
      return "windows-874";
    case 932:
      return "shift_jis";
    case 936:
    case 51936:
      return "gb18030";  // what is sent as GBK or GB 2312 is a part of it
    case 949:
    case 51949:
    case 1361:
      return codepage == 1361 ? "johab" : "cp949";  // EUC-KR is a part of it
    case 950:
      return "big5";
    case 10000:
      return "macintosh";
    case 10007:
      return "mac-cyrillic";
    case 10017:
      return "mac-uk";
    case 10029:
      return "mac-centraleurope";
    case 1200:
      return "utf-16le";
    case 1201:
      return "utf-16be";
    case 20127:
      return "us-ascii";
    case 20866:
      return "koi8-r";
    case 20932:
    case 51932:
      return "euc-jp";
    case 21866:
      return "koi8-u";
    case 38598:
      return "iso-8859-8";
    case 50220:
    case 50221:
    case 50222:
      return "iso-2022-jp";
    case 50225:
      return "iso-2022-kr";
    case 52936:
      return "hz-gb-2312";
    case 54936:
      return "gb18030";
    case 65000:
      return "utf-7";
    case 65001:
      return "utf-8";
    default:
      return {};
  }
}

std::string charset_of_rtf_font(std::int64_t fcharset) {
  switch (fcharset) {
    case 77:
      return charset_of_codepage(10000);
    case 128:
      return charset_of_codepage(932);
    case 129:
      return charset_of_codepage(949);
    case 130:
      return charset_of_codepage(1361);
    case 134:
      return charset_of_codepage(936);
    case 136:
      return charset_of_codepage(950);
    case 161:
      return charset_of_codepage(1253);
    case 162:
      return charset_of_codepage(1254);
    case 163:
      return charset_of_codepage(1258);
    case 177:
      return charset_of_codepage(1255);
    case 178:
      return charset_of_codepage(1256);
    case 186:
      return charset_of_codepage(1257);
    case 204:
      return charset_of_codepage(1251);
    case 222:
      return charset_of_codepage(874);
    case 238:
      return charset_of_codepage(1250);
    case 254:
      return charset_of_codepage(437);
    case 255:
      return charset_of_codepage(850);
    default:
      return {};
  }
}

std::uint32_t rtf_character(std::string_view word) {
  struct Named {
    std::string_view word;
    std::uint32_t character;
  };
  static constexpr std::array kWords = {
      Named{"lquote", 0x2018},    Named{"rquote", 0x2019},  Named{"ldblquote", 0x201C},
      Named{"rdblquote", 0x201D}, Named{"bullet", 0x2022},  Named{"endash", 0x2013},
      Named{"emdash", 0x2014},    Named{"enspace", 0x2002}, Named{"emspace", 0x2003},
      Named{"qmspace", 0x2005},   Named{"zwj", 0x200D},     Named{"zwnj", 0x200C},
      Named{"ltrmark", 0x200E},   Named{"rtlmark", 0x200F}, Named{"tab", '\t'},
      Named{"cell", '\t'},        Named{"nestcell", '\t'},  Named{"par", '\n'},
      Named{"line", '\n'},        Named{"row", '\n'},       Named{"nestrow", '\n'},
      Named{"page", '\n'},        Named{"sect", '\n'},      Named{"column", '\n'},
  };
  const auto found =
      std::find_if(kWords.begin(), kWords.end(), [&](const Named &named) { return named.word == word; });
  return found == kWords.end() ? 0 : found->character;
}

}  // namespace dislodge::evidence
