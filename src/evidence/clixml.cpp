#include "evidence/clixml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"
#include "evidence/charset.hpp"

namespace dislodge::evidence {

namespace {

constexpr std::string_view kNamespace = "http://schemas.microsoft.com/powershell/2004/04";
constexpr std::string_view kSealedToWindows = "01000000d08c9ddf";  // DPAPI: version 1, its provider's id
constexpr std::size_t kHeadBytes = 1024;
constexpr std::size_t kEscapeBytes = 7;  // _x000D_

// A start or an end of an element. Everything else that XML has (comments, instructions) is passed by.
struct Tag {
  std::string_view name;
  std::string_view property;  // its attribute N
  bool ends = false;          // </name>
  bool empty = false;         // <name/>
};

class Tags {
 public:
  explicit Tags(std::string_view xml) : xml_(xml) {}
  std::size_t position() const { return at_; }
  // The text before the next tag, which is then the next. False where the XML is over or cut.
  bool next(Tag &tag, std::string_view &text) {
    const std::size_t begin = at_;
    while (true) {
      const std::size_t open = xml_.find('<', at_);
      if (open == std::string_view::npos) return false;
      if (xml_.substr(open, 4) == "<!--") {
        if (!pass(open, "-->")) return false;
        continue;
      }
      if (open + 1 < xml_.size() && (xml_[open + 1] == '?' || xml_[open + 1] == '!')) {
        if (!pass(open, ">")) return false;
        continue;
      }
      const std::size_t close = xml_.find('>', open);
      if (close == std::string_view::npos) return false;
      text = xml_.substr(begin, open - begin);
      read(xml_.substr(open + 1, close - open - 1), tag);
      at_ = close + 1;
      return true;
    }
  }

 private:
  bool pass(std::size_t open, std::string_view end) {
    const std::size_t found = xml_.find(end, open);
    if (found == std::string_view::npos) return false;
    at_ = found + end.size();
    return true;
  }
  static void read(std::string_view inside, Tag &tag) {
    tag = Tag();
    if (inside.starts_with('/')) {
      tag.ends = true;
      inside.remove_prefix(1);
    }
    if (inside.ends_with('/')) {
      tag.empty = true;
      inside.remove_suffix(1);
    }
    tag.name = inside.substr(0, inside.find_first_of(" \t\r\n"));
    const std::size_t property = inside.find(" N=\"");
    if (property == std::string_view::npos) return;
    const std::string_view rest = inside.substr(property + 4);
    tag.property = rest.substr(0, rest.find('"'));
  }

  std::string_view xml_;
  std::size_t at_ = 0;
};

// Text as it was before XML and PowerShell escaped it: &amp; and &#65;, _x000A_ (UTF-16, pairs among them).
std::string plain(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::uint32_t high = 0;  // the first half of a pair
  const auto add = [&](std::uint32_t unit) {
    if (unit >= 0xD800 && unit < 0xDC00) {
      high = unit;
      return;
    }
    if (high != 0 && unit >= 0xDC00 && unit < 0xE000)
      unit = 0x10000 + ((high - 0xD800) << 10) + unit - 0xDC00;
    high = 0;
    base::append_utf8(out, unit);
  };
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '_' && i + kEscapeBytes <= text.size() && text[i + 1] == 'x' && text[i + 6] == '_') {
      if (const auto bytes = base::from_hex(text.substr(i + 2, 4))) {
        add(static_cast<std::uint32_t>(static_cast<unsigned char>((*bytes)[0])) << 8 |
            static_cast<unsigned char>((*bytes)[1]));
        i += kEscapeBytes;
        continue;
      }
    }
    if (text[i] == '&') {
      constexpr std::pair<std::string_view, char> kNamed[] = {
          {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
      const auto *named = std::find_if(std::begin(kNamed), std::end(kNamed), [&](const auto &one) {
        return text.substr(i, one.first.size()) == one.first;
      });
      if (named != std::end(kNamed)) {
        out += named->second;
        i += named->first.size();
        continue;
      }
      const std::size_t end = text.find(';', i);
      if (text.substr(i, 2) == "&#" && end != std::string_view::npos && end - i < 12) {
        const bool hex = text[i + 2] == 'x';
        std::uint32_t code = 0;
        for (const char c : text.substr(i + (hex ? 3 : 2), end - i - (hex ? 3 : 2)))
          code =
              code * (hex ? 16 : 10) + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        base::append_utf8(out, code);
        i = end + 1;
        continue;
      }
    }
    out += text[i++];
  }
  return out;
}

struct Member;
struct Value {
  enum class Kind : std::uint8_t { nothing, text, literal, list, object };
  Kind kind = Kind::nothing;
  std::string text;  // of text; and of a literal, as JSON writes it
  std::vector<Value> items;
  std::vector<Member> members;
};
struct Member {
  std::string name;
  Value value;
};

void write_number(std::string_view text, base::JsonWriter &json) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size())
    json.value(number);
  else
    json.value(text);
}

void write(const Value &value, base::JsonWriter &json) {
  switch (value.kind) {
    case Value::Kind::nothing:
      return json.value(nullptr);
    case Value::Kind::text:
      return json.value(value.text);
    case Value::Kind::literal:
      if (value.text == "true" || value.text == "false") return json.value(value.text == "true");
      return write_number(value.text, json);
    case Value::Kind::list:
      return json.array([&] {
        for (const Value &one : value.items) write(one, json);
      });
    case Value::Kind::object:
      return json.object([&] {
        for (const auto &[name, one] : value.members) {
          json.key(name);
          write(one, json);
        }
      });
  }
}

class Objects {
 public:
  Objects(std::string_view xml, std::uint64_t bytes_max) : tags_(xml), bytes_max_(bytes_max) {}

  std::string lines;  // JSON
  std::uint64_t count = 0;
  std::size_t last_whole = 0;  // where in the XML the last whole object ends
  bool whole = false;          // the root was closed
  bool too_large = false;

  void read() {
    Tag tag;
    std::string_view text;
    while (tags_.next(tag, text)) {
      if (tag.name == "Objs") {
        whole = tag.ends || tag.empty;
        if (whole) return;
        continue;
      }
      if (tag.ends) continue;
      Value value;
      if (!read_value(tag, 0, value)) return;
      last_whole = tags_.position();
      if (value.kind == Value::Kind::list) {  // of -InputObject, which writes its list as one object
        for (const Value &one : value.items) add(one);
      } else {
        add(value);
      }
      if (too_large) return;
    }
  }

  std::uint64_t too_deep = 0;  // values
  std::uint64_t sealed = 0;    // secure strings that one Windows account can open
  std::string sealed_first;    // the property of the first

 private:
  void add(const Value &value) {
    base::JsonWriter json;
    write(value, json);
    const std::string line = json.take();
    if (lines.size() + line.size() + 1 > bytes_max_) {
      too_large = true;
      return;
    }
    lines += line;
    lines += '\n';
    ++count;
  }

  // The text of an element that has no others; false where the XML is cut.
  bool read_text(const Tag &tag, std::string &out) {
    if (tag.empty) return true;
    Tag end;
    std::string_view text;
    if (!tags_.next(end, text)) return false;
    out = plain(text);
    while (!(end.ends && end.name == tag.name))
      if (!tags_.next(end, text)) return false;
    return true;
  }

  // Passes an element and all in it.
  bool skip(const Tag &tag) {
    if (tag.empty) return true;
    Tag inner;
    std::string_view text;
    for (std::size_t open = 1; open > 0;) {
      if (!tags_.next(inner, text)) return false;
      if (inner.ends)
        --open;
      else if (!inner.empty)
        ++open;
    }
    return true;
  }

  // One whose start has just been read. The names of types are those of [MS-PSRP] 2.2.5.1.
  bool read_value(const Tag &tag, unsigned depth, Value &out) {
    const std::string_view type = tag.name;
    if (type == "Obj") return read_object(tag, depth, out);
    if (type == "Nil" || type == "Ref") return skip(tag);
    const std::string property = type == "SS" ? plain(tag.property) : std::string();
    if (!read_text(tag, out.text)) return false;
    constexpr std::string_view kLiterals[] = {"B", "I16", "I32", "I64", "U16", "U32", "U64", "By", "SB"};
    out.kind = std::find(std::begin(kLiterals), std::end(kLiterals), type) != std::end(kLiterals)
                   ? Value::Kind::literal
                   : Value::Kind::text;
    if (type == "SS") open_secure_string(property, out);
    return true;
  }

  void open_secure_string(const std::string &property, Value &out) {
    if (base::lower(out.text).starts_with(kSealedToWindows)) {
      if (sealed++ == 0) sealed_first = property;
      out = Value();
      return;
    }
    if (const auto bytes = base::from_hex(out.text); bytes && bytes->size() % 2 == 0) {
      out.text.clear();
      append_as_utf8(out.text, *bytes, "utf-16le");
    }
  }

  bool read_object(const Tag &tag, unsigned depth, Value &out) {
    if (depth >= kClixmlDepthMax) {
      ++too_deep;
      return skip(tag);
    }
    if (tag.empty) return true;
    Value bare;  // what the object is, where it is one value with a name
    std::string name;
    bool named = false, has_list = false;
    Tag inner;
    std::string_view text;
    while (true) {
      if (!tags_.next(inner, text)) return false;
      if (inner.ends) break;
      const std::string_view is = inner.name;
      if (is == "TN" || is == "TNRef") {
        if (!skip(inner)) return false;
      } else if (is == "ToString") {
        named = true;
        if (!read_text(inner, name)) return false;
      } else if (is == "Props" || is == "MS") {
        if (!read_members(inner, depth, out)) return false;
      } else if (is == "LST" || is == "IE" || is == "QUE" || is == "STK") {
        has_list = true;
        if (!read_items(inner, depth, out)) return false;
      } else if (is == "DCT") {
        if (!read_entries(inner, depth, out)) return false;
      } else if (!read_value(inner, depth + 1, bare)) {
        return false;
      }
    }
    if (has_list) {
      out.kind = Value::Kind::list;
    } else if (!out.members.empty()) {
      out.kind = Value::Kind::object;
    } else if (bare.kind != Value::Kind::nothing && !(named && bare.kind == Value::Kind::literal)) {
      out = std::move(bare);
    } else if (named) {
      out.kind = Value::Kind::text;
      out.text = std::move(name);
    } else {
      out = std::move(bare);
    }
    return true;
  }

  bool read_members(const Tag &tag, unsigned depth, Value &out) {
    if (tag.empty) return true;
    Tag inner;
    std::string_view text;
    while (tags_.next(inner, text)) {
      if (inner.ends) return true;
      std::string name = plain(inner.property);
      Value value;
      if (!read_value(inner, depth + 1, value)) return false;
      if (!name.empty()) out.members.push_back({std::move(name), std::move(value)});
    }
    return false;
  }

  bool read_items(const Tag &tag, unsigned depth, Value &out) {
    if (tag.empty) return true;
    Tag inner;
    std::string_view text;
    while (tags_.next(inner, text)) {
      if (inner.ends) return true;
      if (!read_value(inner, depth + 1, out.items.emplace_back())) return false;
    }
    return false;
  }

  // <En><S N="Key">department</S><S N="Value">legal</S></En>
  bool read_entries(const Tag &tag, unsigned depth, Value &out) {
    if (tag.empty) return true;
    Tag entry, inner;
    std::string_view text;
    while (tags_.next(entry, text)) {
      if (entry.ends) return true;
      if (entry.empty) continue;
      Value key, value;
      while (true) {
        if (!tags_.next(inner, text)) return false;
        if (inner.ends) break;
        if (!read_value(inner, depth + 1, inner.property == "Key" ? key : value)) return false;
      }
      out.members.push_back({std::move(key.text), std::move(value)});
    }
    return false;
  }

  Tags tags_;
  std::uint64_t bytes_max_;
};

// How long this text is in UTF-16, with its mark: a map of every letter would be several times the file.
std::uint64_t wide_bytes(std::string_view text) {
  std::uint64_t units = 1;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xC0) != 0x80 ? 1 : 0;
    units += byte >= 0xF0 ? 1 : 0;
  }
  return 2 * units;
}

}  // namespace

bool is_clixml(std::string_view bytes) {
  std::string head;
  append_as_utf8(head, bytes.substr(0, kHeadBytes));
  const std::size_t root = head.find("<Objs ");
  return root != std::string::npos && head.find(kNamespace, root) != std::string::npos &&
         (head.find('<') == root || head.compare(head.find('<'), 5, "<?xml") == 0);
}

base::Result<void> read_clixml(const ItemView &item, Sink &sink) {
  std::string converted;
  const bool wide = converted_to_utf8(item.bytes, {}, converted);
  const std::string_view xml = wide ? std::string_view(converted) : item.bytes;
  Objects objects(xml, sink.limits().member_bytes_max);
  objects.read();
  const auto tell = [&](std::uint64_t bytes, LedgerState state, std::string reason, std::string_view remedy) {
    sink.unread({.bytes = bytes,
                 .state = state,
                 .reason = std::move(reason),
                 .remedy = std::string(remedy),
                 .child = {},
                 .child_size = 0});
  };
  if (!objects.whole) {
    const std::uint64_t behind = std::min<std::uint64_t>(
        wide ? wide_bytes(xml.substr(0, objects.last_whole)) : objects.last_whole, item.bytes.size());
    tell(item.bytes.size() - behind, objects.too_large ? LedgerState::too_large : LedgerState::damaged,
         objects.too_large
             ? fmt::format("its objects are more than member_bytes_max ({}) as JSON; the first {} "
                           "are read",
                           sink.limits().member_bytes_max, objects.count)
             : fmt::format("PowerShell's XML breaks off behind byte {}; {} before it {} read", behind,
                           base::counted(objects.count, "object"), base::choice(objects.count, "is", "are")),
         objects.too_large ? "raise the limit with --limit and read it again" : "export it again");
  }
  if (objects.too_deep > 0)
    tell(0, LedgerState::too_deep,
         fmt::format("{} in more than {} others",
                     base::counted(objects.too_deep, "object lies", "objects lie"), kClixmlDepthMax),
         "export it with a smaller -Depth");
  if (objects.sealed > 0)
    tell(0, LedgerState::encrypted,
         fmt::format("{} sealed to one Windows account on one machine (DPAPI), the first as \"{}\"",
                     base::counted(objects.sealed, "password is", "passwords are"), objects.sealed_first),
         "ask whose account it was; whoever ran code as that account could open it");
  if (objects.lines.empty()) return {};
  const std::string path = base::join_item(item.path, "objects.jsonl");
  ItemView child;
  child.path = path;
  child.bytes = objects.lines;
  child.name = "objects.jsonl";
  child.depth = item.depth + 1;
  child.within = item.within;
  sink.child(child);
  return {};
}

}  // namespace dislodge::evidence
