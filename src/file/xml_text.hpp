#pragma once
// The text of the XML parts of an office document: a flat walk over tags, no tree, no entities of its own
// (external ones are never followed). Text runs are joined within a paragraph, so that a word which the
// editor cut into several runs is whole again; paragraphs, cells and line breaks end it. Values of attributes
// that people or programs fill in (links, connections, fields, descriptions, variables) follow their
// paragraph, each on a line.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "file/document.hpp"

namespace dislodge::file {

// The shared strings of a workbook: cells hold an index into them.
struct SharedStrings {
  std::vector<std::string> strings;
  std::vector<bool> used;
  std::uint64_t bytes = 0;
  std::uint64_t repeated = 0;  // bytes of strings that were shown again
  bool complete = true;        // false: there were more than the limit allows
};

// Reads xl/sharedStrings.xml; gives up (not complete) behind `limit` bytes of strings.
void read_shared_strings(std::string_view xml, std::uint64_t limit, SharedStrings &strings);

// Appends the text of one XML part (UTF-8 or UTF-16). With `strings`, cells of type "s" are replaced by
// theirs.
void append_xml_text(std::string_view xml, ExtractedText &out, SharedStrings *strings);

}  // namespace dislodge::file
