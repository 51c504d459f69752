#include "log/event_xml.hpp"

#include <algorithm>
#include <vector>

#include "base/encode.hpp"
#include "evidence/html_text.hpp"
#include "log/event_node.hpp"

namespace dislodge::log {

namespace {

using evidence::LedgerState;

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kNodesMax = 20'000;    // elements of a record
constexpr std::size_t kAttributesMax = 256;  // of an element
constexpr std::size_t kRecordMax = 1 << 20;  // bytes: in binary an event is at most 64 KiB
constexpr std::size_t kDamagedMax = 10'000;  // of a file; each may look at kRecordMax in vain

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// One piece of markup: <name ...>, </name>, or what is neither.
struct Tag {
  enum class Kind : std::uint8_t { open, close, empty, other, broken };
  Kind kind = Kind::broken;
  std::string_view name;
  std::string_view attributes;  // the text between name and bracket
  std::string_view content;     // of a CDATA section
  std::size_t end = 0;          // offset behind it
};

// `at` is the offset of "<".
Tag tag_at(std::string_view bytes, std::size_t at) {
  Tag tag;
  const std::string_view rest = bytes.substr(at, kRecordMax);
  const auto until = [&](std::string_view closing, std::size_t skip) {
    const std::size_t end = rest.find(closing, skip);
    if (end == std::string_view::npos) return;
    tag.kind = Tag::Kind::other;
    tag.end = at + end + closing.size();
    tag.content = rest.substr(skip, end - skip);
  };
  if (rest.starts_with("<!--")) {
    until("-->", 4);
    tag.content = {};
    return tag;
  }
  if (rest.starts_with("<![CDATA[")) {
    until("]]>", 9);
    return tag;
  }
  if (rest.starts_with("<?") || rest.starts_with("<!")) {
    until(">", 2);
    tag.content = {};
    return tag;
  }
  // A bracket within quotes does not end the tag.
  std::size_t end = 1;
  char quote = 0;
  for (; end < rest.size(); ++end) {
    const char c = rest[end];
    if (quote != 0)
      quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '>' || c == '<')
      break;
  }
  if (end >= rest.size() || rest[end] != '>') return tag;
  tag.end = at + end + 1;
  std::string_view inside = rest.substr(1, end - 1);
  tag.kind = Tag::Kind::open;
  if (inside.starts_with('/')) {
    tag.kind = Tag::Kind::close;
    inside.remove_prefix(1);
  } else if (inside.ends_with('/')) {
    tag.kind = Tag::Kind::empty;
    inside.remove_suffix(1);
  }
  const std::size_t name_end =
      static_cast<std::size_t>(std::find_if(inside.begin(), inside.end(), is_blank) - inside.begin());
  tag.name = local_name(inside.substr(0, name_end));
  tag.attributes = inside.substr(name_end);
  if (tag.name.empty()) tag.kind = Tag::Kind::broken;
  return tag;
}

void read_attributes(std::string_view text, EventNode &node) {
  for (std::size_t at = 0; at < text.size() && node.attributes.size() < kAttributesMax;) {
    while (at < text.size() && is_blank(text[at])) ++at;
    const std::size_t equals = text.find('=', at);
    if (equals == std::string_view::npos) return;
    const std::string_view name = base::trim(text.substr(at, equals - at));
    std::size_t open = equals + 1;
    while (open < text.size() && is_blank(text[open])) ++open;
    if (open >= text.size() || (text[open] != '"' && text[open] != '\'')) return;
    const std::size_t close = text.find(text[open], open + 1);
    if (close == std::string_view::npos) return;
    if (name != "xmlns" && !name.starts_with("xmlns:"))
      node.attributes.emplace_back(name, evidence::decode_entities(text.substr(open + 1, close - open - 1)));
    at = close + 1;
  }
}

class EventXml {
 public:
  // Reads the event whose "<Event" stands at `begin`; the offset behind it, or 0 where it is damaged: then
  // `why` and `reached` say more.
  std::size_t read(std::string_view bytes, std::size_t begin) {
    nodes_.assign(1, {});
    std::vector<std::size_t> open = {0};
    std::vector<std::string_view> names;
    std::size_t at = begin;
    reached = begin;
    while (at < bytes.size()) {
      if (bytes[at] != '<') {
        std::size_t end = bytes.find('<', at);
        if (end == std::string_view::npos) end = bytes.size();
        nodes_[open.back()].text += evidence::decode_entities(bytes.substr(at, end - at));
        at = end;
        continue;
      }
      const Tag tag = tag_at(bytes, at);
      reached = at;
      why = "the event's XML is damaged";
      if (tag.kind == Tag::Kind::broken) return 0;
      if (tag.end - begin > kRecordMax) {
        why = "the event is longer than any that Windows writes";
        return 0;
      }
      switch (tag.kind) {
        case Tag::Kind::open:
        case Tag::Kind::empty: {
          if (tag.name == "Event" && names.size() > 1) {
            why = "the event is cut off: another begins within it";
            return 0;
          }
          if (nodes_.size() >= kNodesMax || names.size() >= kDepthMax) return 0;
          nodes_[open.back()].children.push_back(nodes_.size());
          nodes_.push_back({std::string(tag.name), {}, {}, {}});
          read_attributes(tag.attributes, nodes_.back());
          if (tag.kind == Tag::Kind::open) {
            open.push_back(nodes_.size() - 1);
            names.push_back(tag.name);
          }
          break;
        }
        case Tag::Kind::close:
          if (names.empty() || names.back() != tag.name) return 0;
          names.pop_back();
          open.pop_back();
          break;
        default:
          nodes_[open.back()].text += tag.content;
      }
      at = tag.end;
      if (names.empty()) return at;
    }
    reached = bytes.size();
    why = "the file ends in the middle of this event";
    return 0;
  }

  std::string json() const { return event_json(nodes_); }

  const char *why = "";
  std::size_t reached = 0;

 private:
  std::vector<EventNode> nodes_;
};

// The next "<Event" or "<prefix:Event" that is a tag of its own; npos at the end.
std::size_t next_event(std::string_view bytes, std::size_t from) {
  for (std::size_t at = bytes.find("Event", from); at != std::string_view::npos;
       at = bytes.find("Event", at + 1)) {
    const char after = at + 5 < bytes.size() ? bytes[at + 5] : '\0';
    if (!is_blank(after) && after != '>') continue;
    std::size_t before = at;
    while (before > from && bytes[before - 1] != '<' && bytes[before - 1] != '>' && at - before < 32 &&
           !is_blank(bytes[before - 1]) && bytes[before - 1] != '/')
      --before;
    if (before == 0 || bytes[before - 1] != '<' || before == from) continue;
    if (before != at && bytes[at - 1] != ':') continue;
    return before - 1;
  }
  return std::string_view::npos;
}

}  // namespace

bool is_event_xml(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  std::size_t at = 0;
  for (int tags = 0; tags < 16; ++tags) {
    while (at < head.size() && is_blank(head[at])) ++at;
    if (at >= head.size() || head[at] != '<') return false;
    const Tag tag = tag_at(head, at);
    if (tag.kind == Tag::Kind::open && tag.name == "Events")
      return next_event(head, at) != std::string_view::npos;
    if (tag.kind == Tag::Kind::open && tag.name == "Event") {
      const std::size_t next = head.find('<', tag.end);
      return next != std::string_view::npos && tag_at(head, next).name == "System";
    }
    if (tag.kind != Tag::Kind::other) return false;
    at = tag.end;
  }
  return false;
}

void read_event_xml(std::string_view bytes, const EvtxRecord &record, const BadSeen &bad) {
  LineCounter lines(bytes);
  EventXml xml;
  std::size_t damaged = 0;
  for (std::size_t at = next_event(bytes, 0); at != std::string_view::npos;) {
    const std::uint64_t line = lines.line_at(at);
    const std::size_t column = at - lines.line_start() + 1;
    if (const std::size_t end = xml.read(bytes, at); end != 0) {
      RecordSpan span;
      span.offset = at;
      span.length = end - at;
      span.line = line;
      span.column = static_cast<std::uint32_t>(std::min<std::size_t>(column, UINT32_MAX));
      record(span, xml.json());
      at = next_event(bytes, end);
      continue;
    }
    // What is lost reaches to where the next event begins.
    std::size_t next = next_event(bytes, std::max(xml.reached, at + 1));
    BadSpan span;
    span.offset = at;
    span.length = std::min(next, bytes.size()) - at;
    span.line = line;
    span.state = LedgerState::damaged;
    span.reason = xml.why;
    if (++damaged > kDamagedMax) {
      span.length = bytes.size() - at;
      span.reason = "too many events of the file are damaged";
      next = std::string_view::npos;
    }
    bad(span);
    at = next;
  }
}

}  // namespace dislodge::log
