#include "file/xml_text.hpp"

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "evidence/html_text.hpp"
#include "file/row_layout.hpp"

namespace dislodge::file {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == kNone ? name : name.substr(colon + 1);
}

bool one_of(std::string_view word, std::string_view words) {
  for (std::size_t at = words.find(word); at != kNone; at = words.find(word, at + 1))
    if ((at == 0 || words[at - 1] == ' ') &&
        (at + word.size() == words.size() || words[at + word.size()] == ' '))
      return true;
  return false;
}

// Elements that lie within a line of text.
constexpr std::string_view kInline =
    "t r a span hyperlink ins del moveTo moveFrom smartTag fldSimple sdt sdtContent rPr pPr tcPr trPr "
    "instrText delText "
    "delInstrText proofErr rPh phoneticPr rt ruby rubyBase s v is f fld ln solidFill noFill ext extLst "
    "bookmarkStart "
    "bookmarkEnd dir bdo cNvPr nvSpPr";
constexpr std::string_view kLineBreaks = "br cr line-break lastRenderedPageBreak";
constexpr std::string_view kTabs = "tab ptab tc c table-cell";

// Attributes whose values say nothing, however long: identity of a revision, a style, a namespace, a place.
constexpr std::string_view kEmptyAttributes =
    "Type type t ContentType PartName nsid tmpl Extension id Id paraId textId uri Requires Ignorable ref r "
    "spans style-name "
    "name-asian "
    "durableId guid uid shapeid spid ShapeID style coordsize path o:spt gfxdata typeface panose themeColor "
    "lastClr srgbClr space lang prst font-name font-family formatCode dyDescent";

struct Attribute {
  std::string_view name;  // without prefix
  std::string_view value;
};

struct Tag {
  std::string_view name;  // without prefix
  bool end = false;
  bool empty = false;  // <x/>
  std::vector<Attribute> attributes;
};

// Walks XML and calls back for text and tags. Broken XML is read as far as it goes: every "<" begins a tag up
// to ">".
template <typename OnText, typename OnTag>
void walk(std::string_view xml, OnText &&on_text, OnTag &&on_tag) {
  std::size_t at = 0;
  Tag tag;
  while (at < xml.size()) {
    const std::size_t open = xml.find('<', at);
    if (open != at) on_text(xml.substr(at, open == kNone ? kNone : open - at), true);
    if (open == kNone) return;
    const std::string_view rest = xml.substr(open);
    if (rest.starts_with("<![CDATA[")) {
      const std::size_t end = rest.find("]]>");
      on_text(rest.substr(9, end == kNone ? kNone : end - 9), false);
      at = end == kNone ? xml.size() : open + end + 3;
      continue;
    }
    if (rest.starts_with("<!--")) {
      const std::size_t end = rest.find("-->");
      on_text(rest.substr(4, end == kNone ? kNone : end - 4),
              false);  // what was commented out counts as well
      at = end == kNone ? xml.size() : open + end + 3;
      continue;
    }
    if (rest.starts_with("<?") || rest.starts_with("<!")) {
      const std::size_t end = xml.find('>', open);
      at = end == kNone ? xml.size() : end + 1;
      continue;
    }
    tag.attributes.clear();
    tag.end = rest.starts_with("</");
    tag.empty = false;
    std::size_t i = open + (tag.end ? 2 : 1);
    const std::size_t name = i;
    while (i < xml.size() && !is_blank(xml[i]) && xml[i] != '>' && xml[i] != '/') ++i;
    tag.name = local_name(xml.substr(name, i - name));
    while (i < xml.size() && xml[i] != '>') {
      if (is_blank(xml[i])) {
        ++i;
        continue;
      }
      if (xml[i] == '/') {
        tag.empty = true;
        ++i;
        continue;
      }
      const std::size_t key = i;
      while (i < xml.size() && xml[i] != '=' && xml[i] != '>' && !is_blank(xml[i])) ++i;
      const std::string_view key_text = xml.substr(key, i - key);
      while (i < xml.size() && is_blank(xml[i])) ++i;
      if (i >= xml.size() || xml[i] != '=') continue;
      ++i;
      while (i < xml.size() && is_blank(xml[i])) ++i;
      if (i >= xml.size() || (xml[i] != '"' && xml[i] != '\'')) continue;
      const std::size_t value = i + 1;
      std::size_t end = xml.find(xml[i], value);
      if (end == kNone) end = xml.size();
      tag.empty = false;
      if (!key_text.starts_with("xmlns"))
        tag.attributes.push_back({local_name(key_text), xml.substr(value, end - value)});
      i = std::min(end + 1, xml.size());
    }
    at = i < xml.size() ? i + 1 : xml.size();
    on_tag(static_cast<const Tag &>(tag));
  }
}

std::string decoded(std::string_view text, bool entities) {
  if (!entities || text.find('&') == kNone) return std::string(text);
  return evidence::decode_entities(text);
}

// Text between tags that only lays out the XML.
bool is_layout(std::string_view text) {
  return text.find('\n') != kNone && std::all_of(text.begin(), text.end(), is_blank);
}

// Elements whose `val` people fill in; elsewhere it is a word of the format unless it looks like more than
// that.
constexpr std::string_view kFilledIn =
    "alias tag default docVar listItem statusText helpText entryMacro exitMacro";

bool is_format_word(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

bool says_something(std::string_view element, const Attribute &attribute) {
  if (attribute.value.size() < 6 || attribute.name.starts_with("rsid") ||
      attribute.name.starts_with("schema"))
    return false;
  if (one_of(attribute.name, kEmptyAttributes)) return false;
  if (attribute.name == "Target" && attribute.value.find(':') == kNone)
    return false;  // a part of the document
  if (attribute.name == "val" && is_format_word(attribute.value) && !one_of(element, kFilledIn)) return false;
  return !attribute.value.starts_with("http://schemas.") && !attribute.value.starts_with("urn:");
}

// A1 is 1, AB7 is 28; 0 where it names no cell.
std::uint32_t column_of(std::string_view cell) {
  std::uint32_t column = 0;
  for (std::size_t i = 0; i < cell.size() && i < 3 && cell[i] >= 'A' && cell[i] <= 'Z'; ++i)
    column = column * 26 + static_cast<std::uint32_t>(cell[i] - 'A' + 1);
  return column;
}

// How things look, as trees of elements: none of them ends a line, and none is text.
constexpr std::string_view kLooks =
    "rPr pPr tcPr trPr tblPr tblPrEx tblGrid endParaRPr bodyPr lstStyle table-properties";
constexpr std::string_view kRows = "tr row table-row";
constexpr std::string_view kCells = "tc table-cell covered-table-cell";

class PartText {
 public:
  PartText(ExtractedText &out, SharedStrings *strings) : out_(out), strings_(strings), layout_(out) {}

  void text(std::string_view text, bool entities) {
    if (is_layout(text)) return;
    if (in_formula_) {
      later(decoded(text, entities));
      return;
    }
    layout_.before_text();
    if (cell_is_shared_ && in_value_) {
      shared(text);
      return;
    }
    out_.add(decoded(text, entities));
  }

  void tag(const Tag &tag) {
    if (!tag.end) {
      attributes(tag);
      begin(tag);
    }
    if (tag.end && tag.name == "v") in_value_ = false;
    // How a run looks (colours, highlights, effects) may stand in the middle of a word.
    if (looks_.empty()) {
      if (!tag.end && !tag.empty && one_of(tag.name, kLooks)) looks_ = tag.name;
    } else if (tag.end ? tag.name == looks_ : one_of(tag.name, "t p tc tr")) {
      looks_ = {};
    }
    if (!looks_.empty()) return;
    if (tag.name == "f" && layout_.in_row()) in_formula_ = !tag.end && !tag.empty;
    if (!tag.end && !tag.empty) return;
    if (tag.end && layout_.in_row() && one_of(tag.name, kRows)) {
      layout_.row_ends();  // attributes wait for the end of the table: its rows stand together
    } else if (layout_.in_row() && (one_of(tag.name, kCells) || tag.name == "c")) {
      layout_.cell_ends();
    } else if (one_of(tag.name, kTabs)) {
      if (!out_.at_line_start()) out_.add('\t');
    } else if (one_of(tag.name, kLineBreaks) && tag.empty) {
      out_.line();
    } else if (tag.empty) {
      if (tag.name == "s" && !tag.end) out_.add(' ');  // OpenDocument's blank
    } else if (layout_.in_cell()) {
      if (!one_of(tag.name, kInline)) layout_.paragraph_ends();
    } else if (!one_of(tag.name, kInline)) {
      out_.line();
      flush_attributes();
    }
  }

  void finish() {
    out_.line();
    flush_attributes();
  }

 private:
  void begin(const Tag &tag) {
    if (one_of(tag.name, "tbl table sheetData")) {
      layout_.table_begins();
    } else if (one_of(tag.name, kRows)) {
      in_formula_ = false;
      if (!tag.empty) layout_.row_begins();
    } else if (one_of(tag.name, kCells)) {
      layout_.cell_begins();
    } else if (tag.name == "c") {
      cell_is_shared_ = false;
      std::uint32_t column = 0;
      for (const Attribute &attribute : tag.attributes) {
        if (attribute.name == "t" && attribute.value == "s") cell_is_shared_ = strings_ != nullptr;
        if (attribute.name == "r") column = column_of(attribute.value);
      }
      layout_.cell_begins(column);
    } else if (tag.name == "v") {
      in_value_ = !tag.empty;
    }
  }

  void shared(std::string_view text) {
    std::size_t index = 0;
    for (const char c : text) {
      if (c < '0' || c > '9' || index > strings_->strings.size()) {
        out_.add(text);
        return;
      }
      index = index * 10 + static_cast<std::size_t>(c - '0');
    }
    if (index >= strings_->strings.size()) {
      out_.add(text);
      return;
    }
    out_.add(strings_->strings[index]);
    strings_->used[index] = true;
  }

  void attributes(const Tag &tag) {
    std::string_view name;
    std::string_view value;
    for (const Attribute &attribute : tag.attributes) {
      if (attribute.name == "name") name = attribute.value;
      if (attribute.name == "val" || attribute.name == "value") value = attribute.value;
    }
    // A document variable or property: its name says what the value is.
    if (!name.empty() && !value.empty()) later(decoded(name, true) + " = " + decoded(value, true));
    for (const Attribute &attribute : tag.attributes)
      if (says_something(tag.name, attribute) && !(attribute.value.data() == value.data() && !name.empty()))
        later(decoded(attribute.value, true));
  }

  void later(std::string line) {
    pending_bytes_ += line.size();
    pending_.push_back(std::move(line));
    if (pending_bytes_ > (1u << 20)) {
      out_.line();
      flush_attributes();
    }
  }

  void flush_attributes() {
    for (const std::string &line : pending_) {
      out_.add(line);
      out_.line();
    }
    pending_.clear();
    pending_bytes_ = 0;
  }

  ExtractedText &out_;
  SharedStrings *strings_;
  RowLayout layout_;
  std::string_view looks_;  // the element that is being passed, with all that is in it
  bool in_formula_ = false;
  std::vector<std::string> pending_;
  std::size_t pending_bytes_ = 0;
  bool cell_is_shared_ = false;
  bool in_value_ = false;
};

}  // namespace

void read_shared_strings(std::string_view xml, std::uint64_t limit, SharedStrings &strings) {
  const auto utf8 = evidence::to_utf8(xml);
  std::string current;
  bool inside = false;
  walk(
      utf8.view(),
      [&](std::string_view text, bool entities) {
        if (inside && !is_layout(text)) current += decoded(text, entities);
      },
      [&](const Tag &tag) {
        if (tag.name == "rPh" && inside) current += ' ';  // how the string is pronounced
        if (strings.bytes > limit) strings.complete = false;
        if (tag.name != "si" || !strings.complete) return;
        if (tag.end || tag.empty) {
          strings.bytes += current.size() + sizeof(std::string);
          strings.strings.push_back(std::move(current));
          current.clear();
          inside = false;
        } else {
          inside = true;
        }
      });
  strings.used.assign(strings.strings.size(), false);
}

void append_xml_text(std::string_view xml, ExtractedText &out, SharedStrings *strings) {
  // UTF-16 parts are allowed and rare; pieces keep the map of the conversion small, though none is kept here.
  const auto utf8 = evidence::to_utf8(xml);
  PartText part(out, strings);
  walk(
      utf8.view(), [&](std::string_view text, bool entities) { part.text(text, entities); },
      [&](const Tag &tag) { part.tag(tag); });
  part.finish();
}

}  // namespace dislodge::file
