#include "file/xml_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/encode.hpp"
#include "evidence/charset.hpp"
#include "evidence/html_text.hpp"
#include "file/row_layout.hpp"
#include "file/sheet_header.hpp"

namespace dislodge::file {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
// A string that every cell shows makes gigabytes of a small file: behind so many bytes of repeated strings,
// longer ones are only begun, since they were told whole before.
constexpr std::uint64_t kRepeatedMax = 16u << 20;
constexpr std::size_t kRepeatedStart = 256;
constexpr std::size_t kInstructionMax = 64u << 10;  // of one field

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == kNone ? name : name.substr(colon + 1);
}

// Elements that lie within a line of text.
constexpr std::string_view kInline =
    "t r a span hyperlink ins del moveTo moveFrom smartTag fldSimple sdt sdtContent rPr pPr tcPr trPr "
    "instrText delText "
    "delInstrText proofErr rPh phoneticPr rt ruby rubyBase s v is f fld ln solidFill noFill ext extLst "
    "bookmarkStart "
    "bookmarkEnd dir bdo cNvPr nvSpPr "
    "page-number page-count user-field-get placeholder sequence variable-set variable-get expression "
    "bookmark-ref "
    "reference-ref text-input hidden-text conditional-text database-display ruby-base sheet-name meta-field";
constexpr std::string_view kLineBreaks = "br cr line-break lastRenderedPageBreak";
constexpr std::string_view kTabs = "tab ptab tc c table-cell";

// Attributes whose values say nothing, however long: identity of a revision, a style, a namespace, a place.
constexpr std::string_view kEmptyAttributes =
    "Type type t ContentType PartName nsid tmpl Extension id Id paraId textId uri Requires Ignorable ref r "
    "spans style-name fldCharType "
    "name-asian "
    "durableId guid uid shapeid spid ShapeID style coordsize path o:spt gfxdata typeface panose themeColor "
    "lastClr srgbClr space lang prst font-name font-family formatCode dyDescent";

// How things look, as trees of elements: none of them ends a line, and none is text.
constexpr std::string_view kLooks =
    "rPr pPr tcPr trPr tblPr tblPrEx tblGrid endParaRPr bodyPr lstStyle table-properties";
constexpr std::string_view kRows = "tr row table-row";
constexpr std::string_view kCells = "tc table-cell covered-table-cell";

// Elements whose `val` people fill in; elsewhere it is a word of the format unless it looks like more than
// that.
constexpr std::string_view kFilledIn =
    "alias tag default docVar listItem statusText helpText entryMacro exitMacro";

// Where a table begins, and what ends the description of how things look though its own end is missing.
constexpr std::string_view kTables = "tbl table sheetData";
constexpr std::string_view kContent = "t p tc tr";

// In which of these lists a name stands.
enum Listed : std::uint16_t {
  kIsInline = 1 << 0,
  kIsLineBreak = 1 << 1,
  kIsTab = 1 << 2,
  kIsLooks = 1 << 3,
  kIsRow = 1 << 4,
  kIsCell = 1 << 5,
  kIsFilledIn = 1 << 6,
  kIsTable = 1 << 7,
  kIsContent = 1 << 8,
  kIsEmptyAttribute = 1 << 9,
};

// Every tag and attribute of a document is asked for here, so the lists are one table.
class Names {
 public:
  static const Names &known() {
    static const Names names;
    return names;
  }
  unsigned lists_of(std::string_view name) const {
    for (std::size_t at = hash(name);; ++at) {
      const Entry &entry = entries_[at % entries_.size()];
      if (entry.name == name || entry.name.empty()) return entry.lists;
    }
  }

 private:
  struct Entry {
    std::string_view name = {};
    unsigned lists = 0;
  };

  Names() {
    add(kInline, kIsInline);
    add(kLineBreaks, kIsLineBreak);
    add(kTabs, kIsTab);
    add(kLooks, kIsLooks);
    add(kRows, kIsRow);
    add(kCells, kIsCell);
    add(kFilledIn, kIsFilledIn);
    add(kTables, kIsTable);
    add(kContent, kIsContent);
    add(kEmptyAttributes, kIsEmptyAttribute);
  }
  void add(std::string_view words, unsigned list) {
    while (!words.empty()) {
      const std::string_view word = words.substr(0, words.find(' '));
      words.remove_prefix(std::min(word.size() + 1, words.size()));
      std::size_t at = hash(word);
      while (!entries_[at % entries_.size()].name.empty() && entries_[at % entries_.size()].name != word)
        ++at;
      entries_[at % entries_.size()].name = word;
      entries_[at % entries_.size()].lists |= list;
    }
  }
  static std::size_t hash(std::string_view name) {
    if (name.empty()) return 0;
    const auto letter = [&](std::size_t at) {
      return static_cast<std::size_t>(static_cast<unsigned char>(name[at]));
    };
    return name.size() + letter(0) * 7 + letter(name.size() / 2) * 31 + letter(name.size() - 1) * 131;
  }

  std::array<Entry, 1024> entries_{};
};

struct Attribute {
  std::string_view name;  // without prefix
  std::string_view value;
};

struct Tag {
  std::string_view name;  // without prefix
  bool end = false;
  bool empty = false;  // <x/>
  unsigned is = 0;     // Listed
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
    const bool special = rest.size() > 1 && (rest[1] == '!' || rest[1] == '?');
    if (special && rest.starts_with("<![CDATA[")) {
      const std::size_t end = rest.find("]]>");
      on_text(rest.substr(9, end == kNone ? kNone : end - 9), false);
      at = end == kNone ? xml.size() : open + end + 3;
      continue;
    }
    if (special && rest.starts_with("<!--")) {
      const std::size_t end = rest.find("-->");
      on_text(rest.substr(4, end == kNone ? kNone : end - 4),
              false);  // what was commented out counts as well
      at = end == kNone ? xml.size() : open + end + 3;
      continue;
    }
    if (special) {
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
    tag.is = Names::known().lists_of(tag.name);
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

bool is_format_word(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

bool says_something(const Tag &element, const Attribute &attribute) {
  if (attribute.value.size() < 6 || attribute.name.starts_with("rsid") ||
      attribute.name.starts_with("schema"))
    return false;
  if ((Names::known().lists_of(attribute.name) & kIsEmptyAttribute) != 0) return false;
  if (attribute.name == "Target" && attribute.value.find(':') == kNone)
    return false;  // a part of the document
  if (attribute.name == "val" && is_format_word(attribute.value) && (element.is & kIsFilledIn) == 0)
    return false;
  return !attribute.value.starts_with("http://schemas.") && !attribute.value.starts_with("urn:");
}

// A1 is 1, AB7 is 28; 0 where it names no cell.
std::uint32_t column_of(std::string_view cell) {
  std::uint32_t column = 0;
  for (std::size_t i = 0; i < cell.size() && i < 3 && cell[i] >= 'A' && cell[i] <= 'Z'; ++i)
    column = column * 26 + static_cast<std::uint32_t>(cell[i] - 'A' + 1);
  return column;
}

class PartText {
 public:
  // `blanks_count`: a line end and what indents the next one are a blank, as OpenDocument has it.
  PartText(ExtractedText &out, SharedStrings *strings, bool blanks_count)
      : out_(out), strings_(strings), layout_(out), blanks_count_(blanks_count) {}

  void text(std::string_view text, bool entities) {
    if (is_layout(text)) {
      blank_ = blank_ || (blanks_count_ && in_paragraph_);
      return;
    }
    if (std::exchange(blank_, false) && !out_.at_line_start()) out_.add(' ');
    if (in_formula_) {
      later(decoded(text, entities));
      return;
    }
    if (in_instruction_) {
      if (instruction_.size() < kInstructionMax) instruction_ += decoded(text, entities);
      return;
    }
    layout_.before_text();
    if (cell_is_shared_ && in_value_) {
      shared(text);
      return;
    }
    if (in_sheet_header_)
      out_.add(without_header_codes(decoded(text, entities)));
    else if (!entities || text.find('&') == kNone)
      out_.add(text);
    else
      out_.add(evidence::decode_entities(text));
  }

  void tag(const Tag &tag) {
    if (tag.name == "p" || tag.name == "h") {
      in_paragraph_ = !tag.end && !tag.empty;
      blank_ = false;
    }
    if (!tag.end) {
      attributes(tag);
      begin(tag);
    }
    if (tag.end && tag.name == "v") in_value_ = false;
    if (tag.end) in_sheet_header_ = false;
    // How a run looks (colours, highlights, effects) may stand in the middle of a word.
    if (looks_.empty()) {
      if (!tag.end && !tag.empty && (tag.is & kIsLooks) != 0) looks_ = tag.name;
    } else if (tag.end ? tag.name == looks_ : (tag.is & kIsContent) != 0) {
      looks_ = {};
    }
    if (!looks_.empty()) return;
    // What a field of Word does stands before what it shows, and between the words around it.
    if (tag.name == "instrText" || tag.name == "delInstrText") {
      in_instruction_ = !tag.end && !tag.empty;
      return;
    }
    if (tag.name == "fldChar") instruction_ends();
    if (tag.name == "f" && layout_.in_row()) in_formula_ = !tag.end && !tag.empty;
    if (!tag.end && !tag.empty) return;
    if (tag.end && layout_.in_row() && (tag.is & kIsRow) != 0) {
      layout_.row_ends();  // attributes wait for the end of the table: its rows stand together
    } else if (layout_.in_row() && ((tag.is & kIsCell) != 0 || tag.name == "c")) {
      layout_.cell_ends();
    } else if ((tag.is & kIsTab) != 0) {
      if (!out_.at_line_start()) out_.add('\t');
    } else if ((tag.is & kIsLineBreak) != 0 && tag.empty) {
      out_.line();
    } else if (tag.empty) {
      if (tag.name == "s" && !tag.end) out_.add(' ');  // OpenDocument's blank
    } else if (layout_.in_cell()) {
      if ((tag.is & kIsInline) == 0) layout_.paragraph_ends();
    } else if ((tag.is & kIsInline) == 0) {
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
    // OpenDocument has notes and comments where they are anchored, between the letters of a paragraph.
    if (!tag.empty && (tag.name == "annotation" || tag.name == "note")) {
      if (layout_.in_cell())
        layout_.paragraph_ends();
      else if (!layout_.in_row())
        out_.line();
    }
    if ((tag.is & kIsTable) != 0) {
      layout_.table_begins();
    } else if ((tag.is & kIsRow) != 0) {
      in_formula_ = false;
      if (!tag.empty) layout_.row_begins();
    } else if ((tag.is & kIsCell) != 0) {
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
    } else {
      in_sheet_header_ = !tag.empty && is_sheet_header(tag.name);
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
    const std::string_view string = strings_->strings[index];
    if (strings_->used[index] && string.size() > kRepeatedStart) {
      if (strings_->repeated > kRepeatedMax) {
        out_.add(string.substr(0, evidence::valid_utf8_prefix(string.substr(0, kRepeatedStart))));
        return;
      }
      strings_->repeated += string.size();
    }
    out_.add(string);
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
      if (says_something(tag, attribute) && !(attribute.value.data() == value.data() && !name.empty()))
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

  void instruction_ends() {
    if (!instruction_.empty()) later(std::exchange(instruction_, {}));
  }

  void flush_attributes() {
    instruction_ends();
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
  bool blanks_count_ = false;
  bool in_paragraph_ = false;
  bool blank_ = false;  // one that comes before the next text of the paragraph
  bool in_formula_ = false;
  bool in_instruction_ = false;
  std::string instruction_;
  std::vector<std::string> pending_;
  std::size_t pending_bytes_ = 0;
  bool cell_is_shared_ = false;
  bool in_value_ = false;
  bool in_sheet_header_ = false;
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
  constexpr std::string_view kOpenDocument = "urn:oasis:names:tc:opendocument";
  PartText part(out, strings, utf8.view().substr(0, 8192).find(kOpenDocument) != kNone);
  walk(
      utf8.view(), [&](std::string_view text, bool entities) { part.text(text, entities); },
      [&](const Tag &tag) { part.tag(tag); });
  part.finish();
}

}  // namespace dislodge::file
