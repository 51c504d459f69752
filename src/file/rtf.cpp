// RTF 1.9.1. A flat walk over groups and control words, with the state that text needs kept in a stack.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/charset.hpp"
#include "evidence/code_pages.hpp"
#include "file/document.hpp"
#include "file/readers.hpp"

namespace dislodge::file {
namespace {

constexpr std::size_t kGroupsMax = 10'000;  // depth; Word writes fewer than twenty

enum class Destination : std::uint8_t { text, skip, hex, font_table };

struct Group {
  Destination destination = Destination::text;
  int unicode_skip = 1;  // \uc: characters that stand in for a \u
  int font = 0;
  bool apart = false;  // a destination whose text stands by itself
};

bool one_of(std::string_view word, std::string_view words) {
  for (std::size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1))
    if ((at == 0 || words[at - 1] == ' ') &&
        (at + word.size() == words.size() || words[at + word.size()] == ' '))
      return true;
  return false;
}

class RtfReader {
 public:
  RtfReader(const evidence::ItemView &item, evidence::RecordId within, evidence::Sink &sink)
      : item_(item), bytes_(item.bytes), within_(within), sink_(sink) {
    groups_.push_back({});
  }

  void run() {
    while (at_ < bytes_.size()) {
      const char c = bytes_[at_];
      if (c == '{') {
        open();
      } else if (c == '}') {
        close();
      } else if (c == '\\') {
        control();
      } else if (c == '\r' || c == '\n') {
        ++at_;
      } else {
        literal();
      }
    }
    flush_pending();
    end_hex();
    emit();
    if (too_deep_ > 0)
      sink_.unread({.bytes = 0,
                    .state = evidence::LedgerState::damaged,
                    .reason = fmt::format("{} groups nested deeper than {}", too_deep_, kGroupsMax),
                    .remedy = "open it in a word processor and save it anew",
                    .child = {},
                    .child_size = 0});
  }

 private:
  Group &group() { return groups_.back(); }

  void open() {
    flush_pending();
    ++at_;
    if (groups_.size() < kGroupsMax)
      groups_.push_back({group().destination, group().unicode_skip, group().font, false});
    else
      ++too_deep_;
    skip_left_ = 0;
  }

  void close() {
    flush_pending();
    ++at_;
    if (group().destination == Destination::hex &&
        (groups_.size() < 2 || groups_[groups_.size() - 2].destination != Destination::hex))
      end_hex();
    // A title, an author, a comment within the text is no part of the word that follows it.
    if (group().apart && !text_.empty() && text_.back() != '\n') put("\n", at_ - 1);
    if (groups_.size() > 1) groups_.pop_back();
    skip_left_ = 0;
  }

  void control() {
    const std::size_t begin = at_++;
    if (at_ >= bytes_.size()) return;
    const char c = bytes_[at_];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter) {
      ++at_;
      symbol(c, begin);
      return;
    }
    std::size_t end = at_;
    while (end < bytes_.size() && end - at_ < 32 &&
           ((bytes_[end] >= 'a' && bytes_[end] <= 'z') || (bytes_[end] >= 'A' && bytes_[end] <= 'Z')))
      ++end;
    const std::string_view word = bytes_.substr(at_, end - at_);
    bool has_number = false;
    bool negative = false;
    long number = 0;
    if (end < bytes_.size() && bytes_[end] == '-') negative = true, ++end;
    while (end < bytes_.size() && bytes_[end] >= '0' && bytes_[end] <= '9') {
      if (number < 1'000'000'000) number = number * 10 + (bytes_[end] - '0');
      has_number = true;
      ++end;
    }
    if (negative) number = -number;
    if (end < bytes_.size() && bytes_[end] == ' ') ++end;
    at_ = end;
    if (word != "u") flush_pending();
    control_word(word, has_number, number, begin);
  }

  void symbol(char c, std::size_t begin) {
    switch (c) {
      case '\'': {
        const auto byte = base::from_hex(bytes_.substr(at_, 2));
        if (!byte) return;
        at_ += 2;
        if (skip_left_ > 0) {
          --skip_left_;
          return;
        }
        if (group().destination != Destination::text) return;
        // Bytes of a multi-byte charset come one by one: they are gathered and converted together.
        pending_ += *byte;
        pending_at_.push_back(begin);
        return;
      }
      case '*':
        starred_ = true;
        return;
      case '\\':
      case '{':
      case '}':
        flush_pending();
        put(std::string_view(&bytes_[at_ - 1], 1), begin);
        return;
      case '~':
        flush_pending();
        put(" ", begin);
        return;
      case '_':
        flush_pending();
        put("-", begin);
        return;
      case '\n':
      case '\r':
        flush_pending();
        put("\n", begin);
        return;
      default:
        return;
    }
  }

  void control_word(std::string_view word, bool has_number, long number, std::size_t begin) {
    const bool starred = starred_;
    starred_ = false;
    if (word == "u" && has_number) {
      const auto unit = static_cast<std::uint32_t>(number < 0 ? number + 65536 : number) & 0xFFFF;
      flush_pending();
      skip_left_ = group().unicode_skip;
      if (unit >= 0xD800 && unit < 0xDC00) {
        high_surrogate_ = unit;
        return;
      }
      std::uint32_t c = unit;
      if (unit >= 0xDC00 && unit < 0xE000 && high_surrogate_ != 0)
        c = 0x10000 + ((high_surrogate_ - 0xD800) << 10) + (unit - 0xDC00);
      high_surrogate_ = 0;
      put_character(c, begin);
      return;
    }
    if (word == "bin" && number > 0) {
      const auto size = std::min<std::size_t>(static_cast<std::size_t>(number), bytes_.size() - at_);
      child(bytes_.substr(at_, size), fmt::format("~bin@{}", at_));
      at_ += size;
      return;
    }
    if (word == "uc")
      group().unicode_skip = static_cast<int>(std::clamp<long>(number, 0, 16));
    else if (word == "ansicpg")
      default_charset_ = evidence::charset_of_codepage(number);
    else if (word == "f")
      group().font = static_cast<int>(number);
    else if (word == "fcharset")
      fonts_[group().font] = evidence::charset_of_rtf_font(number);
    else if (const std::uint32_t character = evidence::rtf_character(word); character != 0)
      put_character(character, begin);
    else if (word == "pict" || word == "objdata")
      start_hex();
    else if (word == "fonttbl")
      group().destination = Destination::font_table;
    else if (one_of(word,
                    "colortbl stylesheet listtable listoverridetable rsidtbl themedata colorschememapping "
                    "latentstyles datastore xmlnstbl generator pnseclvl filetbl revtbl"))
      group().destination = Destination::skip;
    else if (word == "result" || word == "fldrslt" || one_of(word, kReadableStarred) ||
             (one_of(word, kApart) && group().destination == Destination::text)) {
      group().destination = Destination::text;
      if (one_of(word, kApart)) {
        if (!text_.empty() && text_.back() != '\n') put("\n", begin);
        group().apart = true;
      }
    } else if (starred &&
               (group().destination == Destination::text || group().destination == Destination::hex))
      group().destination = Destination::skip;
  }

  void put_character(std::uint32_t character, std::size_t begin) {
    std::string utf8;
    base::append_utf8(utf8, character);
    put(utf8, begin);
  }

  // Destinations behind \* that hold text people wrote.
  static constexpr std::string_view kReadableStarred =
      "fldinst annotation atnauthor atnid footnote bkmkstart shpinst shptxt sp sn sv userprops propname "
      "staticval "
      "docvar htmltag mhtmltag company operator author title subject keywords comment doccomm";

  // Of these and of the other destinations, what is no part of the sentence around it.
  static constexpr std::string_view kApart =
      "annotation atnauthor atnid footnote shptxt sv propname staticval docvar company operator author title "
      "subject keywords comment doccomm header headerl headerr headerf footer footerl footerr footerf ftnsep "
      "ftnsepc ftncn aftnsep aftnsepc aftncn bkmkstart bkmkend xe tc category manager hlinkbase";

  void literal() {
    const std::size_t begin = at_;
    while (at_ < bytes_.size() && bytes_[at_] != '{' && bytes_[at_] != '}' && bytes_[at_] != '\\' &&
           bytes_[at_] != '\r' && bytes_[at_] != '\n')
      ++at_;
    std::string_view run = bytes_.substr(begin, at_ - begin);
    starred_ = false;
    if (group().destination == Destination::hex) {
      hex_ += run;
      return;
    }
    const std::size_t skipped = std::min<std::size_t>(run.size(), static_cast<std::size_t>(skip_left_));
    skip_left_ -= static_cast<int>(skipped);
    run.remove_prefix(skipped);
    if (run.empty()) return;
    flush_pending();
    if (group().destination != Destination::text) return;
    put(run, begin + skipped);
  }

  void flush_pending() {
    if (pending_.empty()) return;
    const auto font = fonts_.find(group().font);
    const std::string_view charset = font != fonts_.end() && !font->second.empty()
                                         ? std::string_view(font->second)
                                         : std::string_view(default_charset_);
    // Each character comes from escapes of its own: "\\'73\\'6b" is two of them in eight bytes.
    const auto utf8 = evidence::to_utf8(pending_, charset);
    const std::string_view text = utf8.view();
    for (std::size_t at = 0; at < text.size();) {
      std::size_t next = at + 1;
      while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
      const std::uint64_t source = utf8.map() == nullptr ? at : utf8.map()->source_of(at);
      put(text.substr(at, next - at), pending_at_[std::min<std::size_t>(source, pending_at_.size() - 1)]);
      at = next;
    }
    pending_.clear();
    pending_at_.clear();
  }

  void put(std::string_view utf8, std::size_t source) {
    if (group().destination != Destination::text) return;
    map_.add(text_.size(), source);
    // Raw bytes above 7 bits are wrong in RTF and occur.
    if (evidence::valid_utf8_prefix(utf8) == utf8.size())
      text_ += utf8;
    else
      text_ += evidence::to_utf8(utf8).view();
    if (text_.size() >= (8u << 20) && utf8 == "\n") emit();
  }

  void emit() {
    if (text_.empty()) return;
    evidence::TextView view;
    view.item = item_.path;
    view.text = text_;
    view.map = &map_;
    view.source = bytes_;
    view.within = within_;
    view.name = item_.name;
    sink_.text(view);
    text_.clear();
    map_ = {};
  }

  void start_hex() {
    end_hex();
    group().destination = Destination::hex;
    hex_at_ = at_;
  }

  void end_hex() {
    if (hex_.empty()) return;
    std::string bytes;
    bytes.reserve(hex_.size() / 2);
    int high = -1;
    for (const char c : hex_) {
      int value = -1;
      if (c >= '0' && c <= '9')
        value = c - '0';
      else if ((c | 32) >= 'a' && (c | 32) <= 'f')
        value = (c | 32) - 'a' + 10;
      if (value < 0) continue;
      if (high < 0) {
        high = value;
      } else {
        bytes += static_cast<char>(high << 4 | value);
        high = -1;
      }
    }
    hex_.clear();
    child(bytes, fmt::format("~hex@{}", hex_at_));
  }

  void child(std::string_view bytes, const std::string &step) {
    if (bytes.empty()) return;
    const std::string path = base::join_item(item_.path, step);
    evidence::ItemView view;
    view.path = path;
    view.bytes = bytes;
    view.depth = item_.depth + 1;
    view.within = within_;
    sink_.child(view);
  }

  const evidence::ItemView &item_;
  std::string_view bytes_;
  evidence::RecordId within_;
  evidence::Sink &sink_;
  std::size_t at_ = 0;
  std::vector<Group> groups_;
  std::map<int, std::string> fonts_;
  std::string default_charset_ = "windows-1252";
  bool starred_ = false;
  int skip_left_ = 0;
  std::uint32_t high_surrogate_ = 0;
  std::string pending_;                  // bytes of \'xx not yet converted
  std::vector<std::size_t> pending_at_;  // where each of them was written
  std::string hex_;                      // of the picture or object being read
  std::size_t hex_at_ = 0;
  std::uint64_t too_deep_ = 0;
  std::string text_;
  base::OffsetMap map_;
};

}  // namespace

base::Result<void> read_rtf(const evidence::ItemView &item, evidence::Sink &sink) {
  if (item.bytes.empty()) return {};
  RtfReader(item, record_of(item, sink), sink).run();
  return {};
}

}  // namespace dislodge::file
