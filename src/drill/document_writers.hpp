#pragma once
// Small files that hang on mails: zip, docx, PDF, PNG. Each is valid for foreign readers and no more than
// that.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace dislodge::drill {

struct ZipMember {
  std::string path;
  std::string bytes;
};
// Members are deflated unless that makes them longer. Times are in MS-DOS form, as everywhere.
std::string write_zip(const std::vector<ZipMember> &members, base::Time modified);

// A document of paragraphs; a reader's text has one line a paragraph.
std::string write_docx(const std::vector<std::string> &paragraphs, base::Time modified);

// Pages of text lines in Helvetica, content streams compressed. Only ASCII.
std::string write_pdf(std::string_view title, const std::vector<std::vector<std::string>> &pages);

// A coloured gradient: a logo.
std::string write_png(unsigned width, unsigned height, unsigned hue);

}  // namespace dislodge::drill
