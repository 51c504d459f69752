#include "evidence/html_text.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <iterator>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/ascii.hpp"
#include "base/encode.hpp"
#include "evidence/html_entities.hpp"

namespace dislodge::evidence {
namespace {

using base::is_digit;
using base::is_letter;

constexpr std::size_t kNone = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

// What a tag does to the text.
enum : std::uint8_t {
  kBreaks = 1,
  kSkips = 2,
  kCell = 4,
  kPre = 8,
  kDiv = 16,
  kBlockquote = 32,
  kTerm = 64,         // a break before it only: what it names follows on the same line
  kDescription = 128  // a cell behind its term, a break after it
};

// A tag name in lower case, on the stack: names longer than any known one are cut.
struct TagName {
  alignas(8) std::array<char, 16> letters{};
  std::size_t size = 0;
  std::string_view view() const { return {letters.data(), size}; }
};

struct KnownTag {
  std::array<std::uint64_t, 2> name{};  // the letters of TagName
  std::uint8_t does = 0;
};
constexpr KnownTag known_tag(std::string_view name, std::uint8_t does) {
  KnownTag tag;
  for (std::size_t i = 0; i < name.size(); ++i)
    tag.name[i / 8] |= static_cast<std::uint64_t>(static_cast<unsigned char>(name[i])) << (i % 8 * 8);
  tag.does = does;
  return tag;
}
constexpr auto make_tags() {
  std::array tags = {known_tag("p", kBreaks), known_tag("br", kBreaks), known_tag("div", kBreaks | kDiv),
                     known_tag("tr", kBreaks), known_tag("li", kBreaks), known_tag("ul", kBreaks),
                     known_tag("ol", kBreaks), known_tag("dl", kBreaks), known_tag("dt", kTerm),
                     known_tag("dd", kDescription), known_tag("table", kBreaks), known_tag("tbody", kBreaks),
                     known_tag("thead", kBreaks), known_tag("h1", kBreaks), known_tag("h2", kBreaks),
                     known_tag("h3", kBreaks), known_tag("h4", kBreaks), known_tag("h5", kBreaks),
                     known_tag("h6", kBreaks), known_tag("hr", kBreaks),
                     known_tag("blockquote", kBreaks | kBlockquote), known_tag("pre", kBreaks | kPre),
                     known_tag("section", kBreaks), known_tag("article", kBreaks),
                     known_tag("header", kBreaks), known_tag("footer", kBreaks), known_tag("form", kBreaks),
                     known_tag("option", kBreaks), known_tag("title", kBreaks), known_tag("body", kBreaks),
                     known_tag("head", kBreaks), known_tag("html", kBreaks), known_tag("address", kBreaks),
                     known_tag("fieldset", kBreaks), known_tag("figure", kBreaks), known_tag("nav", kBreaks),
                     known_tag("main", kBreaks), known_tag("aside", kBreaks), known_tag("caption", kBreaks),
                     known_tag("textarea", kBreaks | kPre), known_tag("o:p", kBreaks),
                     // Their content is scanned in the source only.
                     known_tag("script", kSkips), known_tag("style", kSkips), known_tag("td", kCell),
                     known_tag("th", kCell)};
  return tags;
}
// Looked up by a hash of the first letters, with the next free slot where two fall together.
constexpr std::size_t kSlots = 256;
constexpr std::size_t slot_of(std::uint64_t first) {
  return static_cast<std::size_t>(first * 0x9E3779B97F4A7C15ull >> 56);
}
constexpr auto make_slots() {
  std::array<KnownTag, kSlots> slots{};
  for (const KnownTag &tag : make_tags()) {
    std::size_t slot = slot_of(tag.name[0]);
    while (slots[slot].does != 0) slot = (slot + 1) % kSlots;
    slots[slot] = tag;
  }
  return slots;
}
constexpr auto kTags = make_slots();

std::uint8_t effect_of(const TagName &tag) {
  const std::array<std::uint64_t, 2> name = std::bit_cast<std::array<std::uint64_t, 2>>(tag.letters);
  for (std::size_t slot = slot_of(name[0]); kTags[slot].does != 0; slot = (slot + 1) % kSlots)
    if (kTags[slot].name == name) return kTags[slot].does;
  return 0;
}

void blank_controls(char *text, std::size_t size) {
  std::size_t at = 0;
#if defined(__SSE2__)
  const __m128i blank = _mm_set1_epi8(' ');
  for (; at + 16 <= size; at += 16) {
    auto *const place = reinterpret_cast<__m128i *>(text + at);
    const __m128i bytes = _mm_loadu_si128(place);
    const __m128i ends = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r'))),
        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')));
    if (_mm_movemask_epi8(ends) != 0)
      _mm_storeu_si128(place, _mm_or_si128(_mm_andnot_si128(ends, bytes), _mm_and_si128(ends, blank)));
  }
#endif
  for (; at < size; ++at)
    if (text[at] == '\n' || text[at] == '\r' || text[at] == '\t') text[at] = ' ';
}

class Stripper {
 public:
  explicit Stripper(std::string_view source) : source_(source) { out_.text.reserve(source.size()); }

  HtmlText run() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == '<') {
        markup();
      } else if (c == '&') {
        entity();
      } else {
        plain();
      }
    }
    flush_attributes();
    while (!quotes_.empty()) close_quote();
    std::sort(spans_.begin(), spans_.end(), [](const QuotedSpan &a, const QuotedSpan &b) {
      return a.begin != b.begin ? a.begin < b.begin : a.depth < b.depth;
    });
    flatten();
    return std::move(out_);
  }

 private:
  struct OpenQuote {
    std::size_t begin;
    std::uint32_t div_depth;  // of the div that it is, 0 for a blockquote
    bool block;
    std::uint32_t adds;  // 0: already counted by the one around it
  };

  void plain() {
    const std::size_t rest = source_.size() - at_;
    const char *from = source_.data() + at_;
    std::size_t length = rest;
    if (const void *tag = std::memchr(from, '<', rest))
      length = static_cast<std::size_t>(static_cast<const char *>(tag) - from);
    if (const void *amp = std::memchr(from, '&', length))
      length = static_cast<std::size_t>(static_cast<const char *>(amp) - from);
    const std::size_t start = out_.text.size();
    append_visible({from, length});
    // Outside <pre> a line end is a blank: same length, so the map holds.
    if (pre_ == 0) blank_controls(out_.text.data() + start, out_.text.size() - start);
  }

  // What is written without soft hyphens and blanks of no width, which mail programs put into long words.
  void append_visible(std::string_view text) {
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const void *high = std::memchr(text.data() + i, 0xE2, text.size() - i);
      if (high == nullptr) break;
      i = static_cast<std::size_t>(static_cast<const char *>(high) - text.data());
      const std::string_view mark = text.substr(i, 3);
      if (mark != "\xE2\x80\x8B" && mark != "\xE2\x81\xA0") continue;
      append_piece(text.substr(from, i - from));
      at_ += mark.size();
      from = i + mark.size();
      i = from - 1;
    }
    append_piece(text.substr(from));
  }

  void append_piece(std::string_view text) {
    if (text.empty()) return;
    out_.map.add(out_.text.size(), at_);
    out_.text += text;
    at_ += text.size();
  }

  void entity() {
    std::size_t length = 0;
    const std::uint32_t c = entity_at(source_.substr(at_, 40), length);
    out_.map.add(out_.text.size(), at_);
    if (c == 0) {
      out_.text += '&';
      ++at_;
      return;
    }
    if (c == 0xA0) {
      out_.text += ' ';
    } else if (c != 0xAD && c != 0x200B) {  // soft hyphen and zero-width blank split words for the eye only
      base::append_utf8(out_.text, c);
    }
    at_ += length;
  }

  void line_break() {
    if (!out_.text.empty() && out_.text.back() != '\n') {
      out_.map.add(out_.text.size(), at_);
      out_.text += '\n';
    }
    flush_attributes();
  }

  void flush_attributes() {
    if (attributes_.empty()) return;
    for (const auto &[offset, value] : attributes_) {
      if (!out_.text.empty() && out_.text.back() != '\n') out_.text += '\n';
      decode_attribute(offset, value);
      out_.text += '\n';
    }
    attributes_.clear();
  }

  void decode_attribute(std::size_t offset, std::string_view value) {
    for (std::size_t i = 0; i < value.size();) {
      const std::size_t amp = value.find('&', i);
      const std::size_t end = amp == kNone ? value.size() : amp;
      if (end > i) {
        out_.map.add(out_.text.size(), offset + i);
        out_.text += value.substr(i, end - i);
      }
      if (amp == kNone) return;
      std::size_t length = 0;
      const std::uint32_t c = entity_at(value.substr(amp, 40), length);
      out_.map.add(out_.text.size(), offset + amp);
      if (c == 0) {
        out_.text += '&';
        i = amp + 1;
      } else {
        base::append_utf8(out_.text, c);
        i = amp + length;
      }
    }
  }

  void markup() {
    const std::string_view rest = source_.substr(at_);
    const char second = rest.size() > 1 ? rest[1] : '\0';
    if (rest.starts_with("<!--")) {
      const std::size_t end = no_comment_ends_ ? kNone : rest.find("-->", 4);
      // Conditional comments of Outlook hold markup, not text. An unclosed comment ends with its tag: hiding
      // the rest of a page behind one must not work.
      if (end != kNone) {
        at_ += end + 3;
        return;
      }
      no_comment_ends_ = true;  // nor does any later one: searching again for each would be quadratic
      skip_to_tag_end(4);
      return;
    }
    if (second == '!' || second == '?') {
      skip_to_tag_end(2);
      return;
    }
    if (second == '/' && rest.size() > 2 && is_letter(rest[2])) {
      const TagName name = tag_name(at_ + 2);
      skip_to_tag_end(2);
      end_tag(effect_of(name));
      return;
    }
    if (is_letter(second)) {
      start_tag();
      return;
    }
    out_.map.add(out_.text.size(), at_);  // a bare "<"
    out_.text += '<';
    ++at_;
  }

  void skip_to_tag_end(std::size_t from) {
    const std::size_t end = source_.find('>', at_ + from);
    at_ = end == kNone ? source_.size() : end + 1;
  }

  TagName tag_name(std::size_t at) const {
    TagName name;
    while (at < source_.size() && name.size < name.letters.size()) {
      const char c = source_[at++];
      if (!is_letter(c) && !is_digit(c) && c != ':') break;
      name.letters[name.size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
    }
    return name;
  }

  void start_tag() {
    const TagName name = tag_name(at_ + 1);
    const std::uint8_t does = effect_of(name);
    const std::size_t tag_start = at_;
    if ((does & (kBreaks | kTerm)) != 0) line_break();
    bool reply_marker = false;
    bool gmail = false;
    at_ = tag_start + 1 + name.size;
    while (at_ < source_.size() && !is_blank(source_[at_]) && source_[at_] != '>' && source_[at_] != '/')
      ++at_;
    // Attributes, with the quoting rules of browsers: a ">" within quotes does not end the tag.
    while (at_ < source_.size() && source_[at_] != '>') {
      if (is_blank(source_[at_]) || source_[at_] == '/') {
        ++at_;
        continue;
      }
      const std::size_t key_start = at_;
      while (at_ < source_.size() && !is_blank(source_[at_]) && source_[at_] != '=' && source_[at_] != '>')
        ++at_;
      const std::string_view key = source_.substr(key_start, at_ - key_start);
      while (at_ < source_.size() && is_blank(source_[at_])) ++at_;
      if (at_ >= source_.size() || source_[at_] != '=') {
        if (at_ == key_start) ++at_;
        continue;
      }
      ++at_;
      while (at_ < source_.size() && is_blank(source_[at_])) ++at_;
      std::size_t value_start = at_;
      std::size_t value_end = at_;
      if (at_ < source_.size() && (source_[at_] == '"' || source_[at_] == '\'')) {
        value_start = at_ + 1;
        value_end = source_.find(source_[at_], value_start);
        if (value_end == kNone) {  // an unclosed quote: the value ends with the tag
          value_end = std::min(source_.find('>', value_start), source_.size());
          at_ = value_end;
        } else {
          at_ = value_end + 1;
        }
      } else {
        while (at_ < source_.size() && !is_blank(source_[at_]) && source_[at_] != '>') ++at_;
        value_end = at_;
      }
      const std::string_view value = source_.substr(value_start, value_end - value_start);
      if (value.find('&') != kNone) attributes_.emplace_back(value_start, value);
      if ((key.size() == 5 || key.size() == 2) && value.size() < 400 &&
          (base::equal_ignoring_case(key, "class") || base::equal_ignoring_case(key, "id"))) {
        gmail = gmail || value.find("gmail_quote") != kNone || value.find("yahoo_quoted") != kNone ||
                value.find("protonmail_quote") != kNone || value.find("moz-cite-prefix") != kNone;
        reply_marker = reply_marker || value.find("divRplyFwdMsg") != kNone || value == "appendonsend" ||
                       value.find("mail-editor-reference-message-container") != kNone;
      }
    }
    if (at_ < source_.size()) ++at_;
    if (does != 0 || reply_marker) open(does, gmail, reply_marker);
    if ((does & kSkips) != 0)
      skip_content(name.view());
    else if ((does & (kCell | kDescription)) != 0)
      cell();
    else if ((does & kPre) != 0)
      ++pre_;
  }

  void cell() {
    if (out_.text.empty() || out_.text.back() == '\n') return;
    out_.map.add(out_.text.size(), at_);
    out_.text += '\t';
  }

  void open(std::uint8_t does, bool gmail, bool reply_marker) {
    if ((does & kDiv) != 0) ++div_depth_;
    if (reply_marker) {  // everything behind it is the message replied to
      quotes_.push_back({out_.text.size(), 0, false, 1});
    } else if ((does & kBlockquote) != 0) {
      const bool counted = gmail && !quotes_.empty() && !quotes_.back().block && quotes_.back().adds == 1;
      quotes_.push_back({out_.text.size(), 0, true, counted ? 0u : 1u});
    } else if (gmail && (does & kDiv) != 0) {
      quotes_.push_back({out_.text.size(), div_depth_, false, 1});
    }
    // Depth is data for attribution: beyond this it says nothing more, and the stack stays small.
    if (quotes_.size() > kQuotesMax) quotes_.pop_back();
  }

  void end_tag(std::uint8_t does) {
    if (does == 0) return;
    if ((does & (kBreaks | kDescription)) != 0) line_break();
    if ((does & kPre) != 0 && pre_ > 0) --pre_;
    if ((does & kBlockquote) != 0) {
      const auto last =
          std::find_if(quotes_.rbegin(), quotes_.rend(), [](const OpenQuote &q) { return q.block; });
      if (last != quotes_.rend()) {
        const auto keep = static_cast<std::size_t>(quotes_.rend() - last) - 1;
        while (quotes_.size() > keep) close_quote();
      }
    }
    if ((does & kDiv) != 0 && div_depth_ > 0) {
      if (!quotes_.empty() && quotes_.back().div_depth == div_depth_) close_quote();
      --div_depth_;
    }
  }

  void close_quote() {
    std::uint32_t depth = 0;
    for (const OpenQuote &quote : quotes_) depth += quote.adds;
    const OpenQuote closed = quotes_.back();
    quotes_.pop_back();
    if (out_.text.size() > closed.begin) spans_.push_back({closed.begin, out_.text.size(), depth});
  }

  // Nested spans become neighbours, each with the greatest depth there.
  void flatten() {
    std::vector<QuotedSpan> open;
    std::size_t at = 0;
    const auto emit = [&](std::size_t until) {
      while (!open.empty() && at < until) {
        const std::size_t end = std::min<std::size_t>(open.back().end, until);
        if (end > at) {
          auto &quoted = out_.quoted;
          if (!quoted.empty() && quoted.back().end == at && quoted.back().depth == open.back().depth)
            quoted.back().end = end;
          else
            quoted.push_back({at, end, open.back().depth});
          at = end;
        }
        if (open.back().end <= at) open.pop_back();
      }
    };
    for (const QuotedSpan &span : spans_) {
      emit(span.begin);
      at = std::max<std::size_t>(at, span.begin);
      while (!open.empty() && open.back().end <= at) open.pop_back();
      open.push_back(span);
    }
    emit(out_.text.size());
  }

  void skip_content(std::string_view tag) {
    while (at_ < source_.size()) {
      const std::size_t end = source_.find("</", at_);
      if (end == kNone) {
        at_ = source_.size();
        return;
      }
      at_ = end;
      if (tag_name(end + 2).view() == tag) {
        skip_to_tag_end(2);
        return;
      }
      at_ = end + 2;
    }
  }

  static constexpr std::size_t kQuotesMax = 200;
  std::string_view source_;
  std::size_t at_ = 0;
  std::uint32_t pre_ = 0;
  std::uint32_t div_depth_ = 0;
  bool no_comment_ends_ = false;
  std::vector<std::pair<std::size_t, std::string_view>> attributes_;  // values with entities, not yet written
  std::vector<OpenQuote> quotes_;
  std::vector<QuotedSpan> spans_;
  HtmlText out_;
};

}  // namespace

std::uint32_t entity_at(std::string_view text, std::size_t &length) {
  length = 0;
  if (text.size() < 3 || text[0] != '&') return 0;
  if (text[1] == '#') {
    const bool hex = text[2] == 'x' || text[2] == 'X';
    std::size_t at = hex ? 3 : 2;
    const std::size_t first = at;
    std::uint32_t value = 0;
    for (; at < text.size() && at < first + 8; ++at) {
      const char c = text[at];
      const char folded = static_cast<char>(c | 32);
      std::uint32_t digit = 0;
      if (is_digit(c))
        digit = static_cast<std::uint32_t>(c - '0');
      else if (hex && folded >= 'a' && folded <= 'f')
        digit = static_cast<std::uint32_t>(folded - 'a' + 10);
      else
        break;
      value = value * (hex ? 16 : 10) + digit;
      if (value > 0x10FFFF) value = 0xFFFD;
    }
    if (at == first) return 0;
    if (at < text.size() && text[at] == ';') ++at;
    length = at;
    return value == 0 ? 0xFFFD : value;
  }
  std::size_t end = 1;
  while (end < text.size() && (is_letter(text[end]) || is_digit(text[end])) && end < 12) ++end;
  const std::string_view name = text.substr(1, end - 1);
  const bool closed = end < text.size() && text[end] == ';';
  if (closed) {
    const auto *const found =
        std::lower_bound(std::begin(kHtmlEntities), std::end(kHtmlEntities), name,
                         [](const HtmlEntity &e, std::string_view n) { return e.name < n; });
    if (found != std::end(kHtmlEntities) && found->name == name) {
      length = end + 1;
      return found->code_point;
    }
    return 0;
  }
  struct Short {
    std::string_view name;
    char c;
  };
  static constexpr std::array<Short, 4> kBare = {{{"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"amp", '&'}}};
  for (const Short &bare : kBare) {
    if (name == bare.name) {
      length = end;
      return static_cast<std::uint32_t>(bare.c);
    }
  }
  return 0;
}

std::string decode_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t amp = text.find('&');
    out += text.substr(0, amp);
    if (amp == kNone) break;
    text.remove_prefix(amp);
    std::size_t length = 0;
    if (const std::uint32_t c = entity_at(text.substr(0, 40), length)) {
      base::append_utf8(out, c);
      text.remove_prefix(length);
    } else {
      out += '&';
      text.remove_prefix(1);
    }
  }
  return out;
}

HtmlText html_text(std::string_view source) {
  return Stripper(source).run();
}

bool looks_like_html(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  bytes = base::trim(bytes.substr(0, 1024));
  while (bytes.starts_with("<!--")) {
    const std::size_t end = bytes.find("-->");
    if (end == kNone) return false;
    bytes = base::trim(bytes.substr(end + 3));
  }
  const std::string head = base::lower(bytes.substr(0, 64));
  for (const std::string_view start : {"<!doctype html", "<html", "<head", "<body", "<meta", "<title", "<div",
                                       "<p>", "<table", "<br", "<span", "<font", "<center", "<style"})
    if (head.starts_with(start)) return true;
  // XHTML has an XML declaration before its root.
  return head.starts_with("<?xml") && base::contains_ignoring_case(bytes, "<html");
}

}  // namespace dislodge::evidence
