#pragma once
// What is packed into the values of calendars and address cards and is no text as it stands: attachments,
// pictures and keys in base64 (RFC 5545 section 3.8.1.1, vCard 2.1 and 3.0), data: URIs (RFC 6350), quoted-
// printable text (vCard 2.1) and descriptions in HTML (Outlook's X-ALT-DESC). The lines as such are read by
// who asks (calendar.hpp, message.cpp); this gives what they hold as items of their own.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

bool is_calendar_type(std::string_view media_type);  // text/calendar, text/vcard and their older names

struct CalendarValue {
  enum class Form : std::uint8_t { base64, percent, quoted_printable, html };
  Form form = Form::base64;
  std::size_t begin = 0;  // of the encoded value, folds included
  std::size_t end = 0;
  std::string name;        // as X-FILENAME and its like say; UTF-8
  std::string media_type;  // as declared; empty where it is not
};

// In order of their places, at most `most` of them.
std::vector<CalendarValue> find_calendar_values(std::string_view bytes, std::size_t most);

// Hands each over as a child of the item at `path`, decoded.
void emit_calendar_values(std::string_view bytes, std::string_view path, std::uint32_t depth,
                          evidence::RecordId within, evidence::Sink &sink);

}  // namespace dislodge::mail
