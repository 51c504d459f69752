#include "mail/outlook_rtf.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "evidence/code_pages.hpp"
#include "evidence/zip_directory.hpp"

namespace dislodge::mail {
namespace {

constexpr std::uint32_t kCompressed = 0x75465A4C;    // "LZFu"
constexpr std::uint32_t kUncompressed = 0x414C454D;  // "MELA"
constexpr std::size_t kRing = 4096;
constexpr std::size_t kGroupsMax = 1000;  // nesting of RTF groups; Word itself stops far earlier

// What the ring holds before the first byte ([MS-OXRTFCP] 2.1.2.1).
constexpr std::string_view kPrefill =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    "\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

class Unwrapper {
 public:
  explicit Unwrapper(std::string_view rtf) : rtf_(rtf) {}

  std::optional<WrappedBody> run() {
    groups_.push_back({});
    while (at_ < rtf_.size()) {
      const char c = rtf_[at_];
      if (c == '{') {
        ++at_;
        open();
      } else if (c == '}') {
        ++at_;
        close();
      } else if (c == '\\') {
        control();
        // Without the mark in its first words it wraps nothing.
        if (!wraps_ && words_ > 10) return std::nullopt;
      } else {
        ++at_;
        if (c != '\r' && c != '\n' && c != '\0') put(c);
      }
    }
    flush();
    if (!wraps_) return std::nullopt;
    return WrappedBody{html_, std::move(out_)};
  }

 private:
  struct Group {
    bool ignored = false;  // a destination that is no text
    bool fonts = false;    // in the font table
    bool tag = false;      // \*\htmltag: text of it is HTML
    bool hidden = false;   // \htmlrtf: only for readers of RTF
    int unicode_skip = 1;
    int font = -1;
    bool star = false;  // the next word decides what the group is
  };

  Group &group() { return groups_.back(); }

  void open() {
    if (groups_.size() >= kGroupsMax) {
      ++too_deep_;
      return;
    }
    Group inner = group();
    inner.star = false;
    groups_.push_back(inner);
    skip_ = 0;
  }
  void close() {
    if (too_deep_ > 0) {
      --too_deep_;
      return;
    }
    if (groups_.size() > 1) groups_.pop_back();
    skip_ = 0;
  }

  bool shown() {
    const Group &now = group();
    return !now.ignored && !now.fonts && (now.tag || !now.hidden) && too_deep_ == 0;
  }

  void put(char c) {
    if (skip_ > 0) {
      --skip_;
      return;
    }
    if (!shown()) return;
    const std::string &charset = current_charset();
    if (charset != run_charset_) {
      flush();
      run_charset_ = charset;
    }
    run_ += c;
  }
  void put_text(std::string_view utf8) {
    if (!shown()) return;
    flush();
    out_ += utf8;
  }
  void flush() {
    if (!run_.empty()) out_ += evidence::to_utf8(run_, run_charset_).view();
    run_.clear();
  }
  const std::string &current_charset() {
    const auto font = fonts_.find(group().font);
    return font == fonts_.end() || font->second.empty() ? ansi_charset_ : font->second;
  }

  void control() {
    ++at_;
    if (at_ >= rtf_.size()) return;
    const char c = rtf_[at_];
    if ((c | 32) >= 'a' && (c | 32) <= 'z') {
      word();
      return;
    }
    ++at_;
    switch (c) {
      case '\'':
        if (at_ + 2 <= rtf_.size()) {
          if (const auto byte = base::from_hex(rtf_.substr(at_, 2))) put((*byte)[0]);
          at_ += 2;
        }
        break;
      case '*':
        group().star = true;
        break;
      case '~':
        put_text(group().tag || !html_ ? "\xC2\xA0" : "&nbsp;");
        break;
      case '_':
        put_text("\xC2\xAD");
        break;
      case '\r':
      case '\n':
        put_text("\r\n");
        break;
      case '\\':
      case '{':
      case '}':
        put(c);
        break;
      default:
        break;
    }
  }

  void word() {
    ++words_;
    const std::size_t begin = at_;
    while (at_ < rtf_.size() && (rtf_[at_] | 32) >= 'a' && (rtf_[at_] | 32) <= 'z' && at_ - begin < 32) ++at_;
    const std::string_view name = rtf_.substr(begin, at_ - begin);
    bool has_number = false;
    bool negative = false;
    long number = 0;
    if (at_ < rtf_.size() && rtf_[at_] == '-') {
      negative = true;
      ++at_;
    }
    while (at_ < rtf_.size() && rtf_[at_] >= '0' && rtf_[at_] <= '9') {
      if (number < 100'000'000) number = number * 10 + (rtf_[at_] - '0');
      has_number = true;
      ++at_;
    }
    if (negative) number = -number;
    if (at_ < rtf_.size() && rtf_[at_] == ' ') ++at_;
    const bool star = group().star;
    group().star = false;

    if (name == "fromhtml") {
      wraps_ = html_ = true;
    } else if (name == "fromtext") {
      wraps_ = true;
    } else if (name == "htmltag") {
      group().tag = true;
    } else if (name == "htmlrtf") {
      group().hidden = !has_number || number != 0;
    } else if (name == "ansicpg") {
      ansi_charset_ = evidence::charset_of_codepage(number);
    } else if (name == "fonttbl") {
      group().fonts = true;
    } else if (name == "f") {
      group().font = static_cast<int>(number);
    } else if (name == "fcharset") {
      if (group().fonts && fonts_.size() < 10'000)
        fonts_[group().font] = evidence::charset_of_rtf_font(number);
    } else if (name == "uc") {
      group().unicode_skip = static_cast<int>(std::clamp(number, 0l, 16l));
    } else if (name == "u") {
      std::uint32_t unit = static_cast<std::uint16_t>(number);
      if (unit >= 0xD800 && unit < 0xDC00) {
        high_ = unit;
      } else {
        if (unit >= 0xDC00 && unit < 0xE000 && high_ != 0)
          unit = 0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00);
        high_ = 0;
        std::string text;
        base::append_utf8(text, unit);
        put_text(text);
      }
      skip_ = group().unicode_skip;
    } else if (name == "bin") {
      at_ += std::min<std::size_t>(number > 0 ? static_cast<std::size_t>(number) : 0, rtf_.size() - at_);
    } else if (name == "colortbl" || name == "stylesheet" || name == "info" || name == "pict" ||
               name == "pntext" || name == "header" || name == "footer") {
      group().ignored = true;
    } else if (const std::uint32_t character = evidence::rtf_character(name); character != 0) {
      std::string text;
      if (character == '\n') text = '\r';  // Outlook's line ends
      base::append_utf8(text, character);
      put_text(text);
    } else if (star) {
      group().ignored = true;  // a destination that may be ignored, and is unknown here
    }
  }

  std::string_view rtf_;
  std::size_t at_ = 0;
  std::vector<Group> groups_;
  std::map<int, std::string> fonts_;
  std::string ansi_charset_ = "windows-1252";
  std::string out_;
  std::string run_;
  std::string run_charset_;
  std::uint64_t too_deep_ = 0;
  std::uint64_t words_ = 0;
  std::uint32_t high_ = 0;
  int skip_ = 0;
  bool wraps_ = false;
  bool html_ = false;
};

}  // namespace

std::optional<std::string> unpack_rtf(std::string_view packed, std::uint64_t most, bool &whole) {
  if (packed.size() < 16) return std::nullopt;
  const std::uint32_t raw_size = evidence::le32(packed, 4);
  const std::uint32_t kind = evidence::le32(packed, 8);
  // The first size counts from behind itself; padding behind it is no content.
  const std::uint64_t end = std::min<std::uint64_t>(packed.size(), evidence::le32(packed, 0) + 4ull);
  if (kind == kUncompressed) {
    const std::string_view body = packed.substr(16);
    if (body.size() < raw_size) whole = false;
    return std::string(body.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(raw_size, most))));
  }
  if (kind != kCompressed) return std::nullopt;
  std::string out;
  std::string ring(kRing, '\0');
  std::copy(kPrefill.begin(), kPrefill.end(), ring.begin());
  std::size_t write = kPrefill.size();
  const auto emit = [&](char c) {
    out += c;
    ring[write] = c;
    write = (write + 1) % kRing;
  };
  std::size_t at = 16;
  bool ended = false;
  while (at < end && !ended && out.size() < most) {
    const auto flags = static_cast<unsigned char>(packed[at++]);
    for (int bit = 0; bit < 8 && at < end && out.size() < most; ++bit) {
      if ((flags >> bit & 1) == 0) {
        emit(packed[at++]);
        continue;
      }
      if (at + 2 > end) {
        at = static_cast<std::size_t>(end);
        break;
      }
      const unsigned token = static_cast<unsigned char>(packed[at]) << 8 |
                             static_cast<unsigned>(static_cast<unsigned char>(packed[at + 1]));
      at += 2;
      std::size_t from = token >> 4;
      if (from == write) {  // the end mark
        ended = true;
        break;
      }
      for (unsigned i = 0; i < (token & 15) + 2; ++i) {
        emit(ring[from]);
        from = (from + 1) % kRing;
      }
    }
  }
  if (out.size() < raw_size) whole = false;
  return out;
}

std::optional<WrappedBody> unwrap_rtf(std::string_view rtf) {
  return Unwrapper(rtf).run();
}

}  // namespace dislodge::mail
