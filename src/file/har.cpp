// HTTP archives (HAR 1.2), as browsers save them for support cases: session cookies and tokens lie in headers
// as {"name": ..., "value": ...}, and bodies in escaped strings, where no pattern finds them as they stood.

#include <algorithm>
#include <optional>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/recognise.hpp"
#include "file/document.hpp"
#include "file/readers.hpp"

namespace dislodge::file {
namespace {

constexpr std::size_t kNestingMax = 1000;
constexpr std::size_t kFlush = 4u << 20;

// A string between its quotes, where it lies.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Text put together from JSON strings, with where each byte came from.
class Unescaped {
 public:
  explicit Unescaped(std::string_view json) : json_(json) {}
  void add(std::string_view literal, std::size_t source) {
    map_.add(text_.size(), source);
    text_ += literal;
  }
  void add(Span span) {
    std::size_t at = span.begin;
    map_.add(text_.size(), at);
    while (at < span.end) {
      const std::size_t slash = std::min(json_.substr(0, span.end).find('\\', at), span.end);
      text_ += json_.substr(at, slash - at);
      if (slash + 1 >= span.end) break;
      at = slash + 2;
      map_.add(text_.size(), slash);
      escape(json_[slash + 1], at, span.end);
      map_.add(text_.size(), at);
    }
  }
  const std::string &text() const { return text_; }
  const base::OffsetMap &map() const { return map_; }
  void clear() {
    text_.clear();
    map_ = {};
  }

 private:
  void escape(char c, std::size_t &at, std::size_t end) {
    static constexpr std::string_view kFrom = "nrtbf";
    static constexpr std::string_view kTo = "\n\r\t\b\f";
    if (const std::size_t which = kFrom.find(c); which != std::string_view::npos) {
      text_ += kTo[which];
    } else if (c != 'u') {
      text_ += c;
    } else {
      char32_t point = unit(at, end);
      if (point >= 0xD800 && point < 0xDC00 && json_.substr(at, 2) == "\\u") {
        std::size_t behind = at + 2;
        const char32_t low = unit(behind, end);
        if (low >= 0xDC00 && low < 0xE000) {
          point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
          at = behind;
        }
      }
      base::append_utf8(text_, point >= 0xD800 && point < 0xE000 ? 0xFFFD : point);
    }
  }
  char32_t unit(std::size_t &at, std::size_t end) const {
    char32_t value = 0;
    for (int i = 0; i < 4 && at < end; ++i, ++at) {
      const char c = json_[at];
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return 0xFFFD;
      value = value << 4 | static_cast<char32_t>(digit);
    }
    return value;
  }

  std::string_view json_;
  std::string text_;
  base::OffsetMap map_;
};

class HarReader {
 public:
  HarReader(const evidence::ItemView &item, evidence::RecordId within, evidence::Sink &sink)
      : item_(item), json_(item.bytes), within_(within), sink_(sink), out_(json_) {}

  void run() {
    std::size_t at = 0;
    std::optional<Span> key;
    while (at < json_.size()) {
      const char c = json_[at];
      if (c == '"') {
        const Span string = read_string(at);
        std::size_t next = at;
        while (next < json_.size() && static_cast<unsigned char>(json_[next]) <= ' ') ++next;
        if (next < json_.size() && json_[next] == ':') {
          key = string;
          at = next + 1;
        } else {
          if (key && !frames_.empty()) value(*key, string);
          key.reset();
        }
        continue;
      }
      if (c == '{' || c == '[') {
        if (frames_.size() < kNestingMax)
          frames_.push_back({});
        else
          ++beyond_;
        key.reset();
      } else if (c == '}' || c == ']') {
        if (beyond_ > 0)
          --beyond_;
        else if (!frames_.empty())
          close();
      } else if (c == ',') {
        key.reset();
      }
      ++at;
    }
    while (!frames_.empty()) close();  // cut short
    flush();
  }

 private:
  struct Frame {
    std::optional<Span> name, value, text, encoding, media_type;
  };

  std::string_view view(Span span) const { return json_.substr(span.begin, span.end - span.begin); }

  Span read_string(std::size_t &at) const {
    Span span{at + 1, json_.size()};
    for (std::size_t i = at + 1; i < json_.size(); ++i) {
      if (json_[i] == '\\') {
        ++i;
      } else if (json_[i] == '"') {
        span.end = i;
        at = i + 1;
        return span;
      }
    }
    at = json_.size();
    return span;
  }

  void value(Span key, Span string) {
    Frame &frame = frames_.back();
    const std::string_view name = view(key);
    if (name == "name") frame.name = string;
    if (name == "value") frame.value = string;
    if (name == "text") frame.text = string;
    if (name == "encoding") frame.encoding = string;
    if (name == "mimeType") frame.media_type = string;
    if (name == "url") {
      out_.add("url: ", key.begin);
      out_.add(string);
      out_.add("\n", string.end);
    }
  }

  void close() {
    const Frame frame = frames_.back();
    frames_.pop_back();
    if (frame.name && frame.value) {
      out_.add(*frame.name);
      out_.add(": ", frame.name->end);
      out_.add(*frame.value);
      out_.add("\n", frame.value->end);
    }
    if (frame.text && frame.text->end > frame.text->begin) body(frame);
    if (out_.text().size() >= kFlush) flush();
  }

  void body(const Frame &frame) {
    const Span text = *frame.text;
    if (frame.encoding && view(*frame.encoding) == "base64") {
      if (const auto bytes = base::from_base64(view(text)); bytes && !bytes->empty()) {
        const std::string path = base::join_item(item_.path, base::decoded_view_step("base64", text.begin));
        const std::string media_type =
            frame.media_type ? std::string(view(*frame.media_type)) : std::string();
        evidence::ItemView child;
        child.path = path;
        child.bytes = *bytes;
        child.media_type = media_type;
        child.depth = item_.depth + 1;
        child.within = within_;
        sink_.child(child);
        return;
      }
    }
    // A text of its own: what stands before it is no context of it.
    flush();
    out_.add(text);
    flush();
  }

  void flush() {
    if (!out_.text().empty()) {
      const std::string text = base::to_valid_utf8(out_.text());
      evidence::TextView view;
      view.item = item_.path;
      view.text = text;
      // Broken UTF-8 that was repaired has other lengths; its places are then those of the whole.
      view.map = text.size() == out_.text().size() ? &out_.map() : nullptr;
      if (view.map == nullptr) view.space = evidence::Space::text;
      view.source = view.map != nullptr ? json_ : std::string_view();
      view.within = within_;
      view.name = item_.name;
      view.prose = false;
      sink_.text(view);
    }
    out_.clear();
  }

  const evidence::ItemView &item_;
  std::string_view json_;
  evidence::RecordId within_;
  evidence::Sink &sink_;
  Unescaped out_;
  std::vector<Frame> frames_;
  std::size_t beyond_ = 0;  // open brackets deeper than the limit
};

}  // namespace

bool recognises_har(std::string_view json) {
  const std::string_view head = json.substr(0, 8192);
  const std::size_t log = head.substr(0, 512).find("\"log\"");
  if (log == std::string_view::npos) return false;
  const bool first = head.substr(0, log).find_first_not_of("{ \t\r\n\xEF\xBB\xBF") == std::string_view::npos;
  return first && (head.find("\"creator\"") != std::string_view::npos ||
                   head.find("\"entries\"") != std::string_view::npos);
}

base::Result<void> read_har(const evidence::ItemView &item, evidence::Sink &sink) {
  evidence::ItemView inner = item;
  inner.within = record_of(item, sink);
  DISLODGE_TRY(read_text(inner, sink));
  if (evidence::text_encoding(item.bytes) == evidence::TextEncoding::utf8)
    HarReader(item, inner.within, sink).run();
  return {};
}

}  // namespace dislodge::file
