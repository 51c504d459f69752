#pragma once
// The text of Office 97-2003 documents, from the streams of their compound file (evidence/compound_file.hpp):
// Word ([MS-DOC]), Excel ([MS-XLS], and BIFF 5 of Excel 95), PowerPoint ([MS-PPT]), and the property sets
// that all of them carry ([MS-OLEPS]). Each takes bytes that may lie in any way and gives what text there is.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "file/document.hpp"

namespace dislodge::file {

enum class OfficeText : std::uint8_t {
  read,
  cut,        // the text ends before what the file declares
  damaged,    // no text can be found by the format's rules
  encrypted,  // by the format's own RC4 or XOR
};

// The main text, footnotes, headers, comments and text boxes, by the piece table.
OfficeText append_word(std::string_view document, std::string_view table_0, std::string_view table_1,
                       ExtractedText &out);

// Sheets row by row, cells separated by tabs; then notes, links, headers, connections, names. `rest` takes
// the payload of records that hold no text by the format, to be searched for strings.
OfficeText append_excel(std::string_view workbook, ExtractedText &out, std::string &rest);

// An object within a presentation: its storage, unpacked.
struct SlideObject {
  std::uint64_t offset = 0;  // of the record in the stream
  std::string bytes;
};
// Text of slides, notes, masters and links in the order of the stream, so that deleted slides are there too.
OfficeText append_powerpoint(std::string_view stream, std::uint64_t object_bytes_max, ExtractedText &out,
                             std::vector<SlideObject> &objects);

// "Author: ...", one a line.
void append_properties(std::string_view stream, ExtractedText &out);

}  // namespace dislodge::file
