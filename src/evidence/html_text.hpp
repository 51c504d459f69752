#pragma once
// The text of an HTML page or mail body, as a reader sees it, with a map back to the source: tags are gone,
// so `pass<b>word</b>` is one word, entities are decoded, block elements become line ends. A stripper, not a
// tree: linear time, no recursion, and nothing that a page may contain makes it fail. (MEASURED elsewhere: a
// tree costs a hundred times as much, and is needed for nothing here.)
//
//   HtmlText html = html_text(source);
//   sink.text({.text = html.text, .map = &html.map, .source = source, .quoted = &html.quoted, ...});
//
// The source itself is to be scanned as well: scripts, comments and attributes are not part of the text,
// except attribute values that hold entities (`href="...?a=1&amp;sig=..."`): those follow the block they
// stand in, decoded, on a line of their own.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/offset_map.hpp"
#include "evidence/record.hpp"

namespace dislodge::evidence {

struct HtmlText {
  std::string text;
  base::OffsetMap map;  // text offset -> offset in the source
  std::vector<QuotedSpan>
      quoted;  // blockquote, gmail_quote, Outlook's divRplyFwdMsg; in text offsets, ascending
};

// `source` must be UTF-8. Entities: HTML 4 and the ASCII ones of HTML 5, decimal and hexadecimal.
HtmlText html_text(std::string_view source);

// Decodes the entities of an attribute value or of XML text.
std::string decode_entities(std::string_view text);
// The character that an entity at the start of `text` ("&amp;...") stands for, 0 where it is none; `length`
// is set to the entity's length. Numeric ones need no semicolon, named ones do unless they are the five of
// XML.
std::uint32_t entity_at(std::string_view text, std::size_t &length);

// Whether the bytes begin like an HTML document or fragment.
bool looks_like_html(std::string_view bytes);

}  // namespace dislodge::evidence
