#pragma once
// Renders messages as RFC 5322 and MIME (RFC 2045-2047, 2231), and lists the items that a reader should find
// in them, with section numbers as in IMAP (RFC 3501 6.4.5).

#include <string>
#include <string_view>
#include <vector>

#include "drill/mail_model.hpp"

namespace dislodge::drill {

struct RenderedItem {
  std::string step;        // "1.2", or "2!/notes.txt" for an archive's member
  std::string bytes;       // after transfer decoding, before charset conversion
  bool extracted = false;  // text taken out of a document rather than the item's own bytes
};

// `eol` is the container's line end: LF in an mbox, CRLF in .eml files.
std::string render(const Message &message, std::string_view eol, std::vector<RenderedItem> *items = nullptr);

// For text parts in ISO-8859-1 and windows-1252.
std::string latin1(std::string_view utf8);
std::string html_escape(std::string_view text);
std::string mail_date(base::Time time, int zone_minutes);

Part text_part(std::string_view utf8, std::string_view charset = "us-ascii",
               Encoding encoding = Encoding::seven_bit);
Part html_part(std::string_view html_utf8, Encoding encoding = Encoding::quoted_printable);
Part multipart(std::string_view subtype, std::vector<Part> children);
Part attachment(std::string_view type, std::string_view file_name, std::string body,
                Encoding encoding = Encoding::base64);
Part nested_message(Message message);

}  // namespace dislodge::drill
