#pragma once
// A message made of properties (from a PST, a .msg or TNEF) is turned into the bytes of an RFC 5322 message,
// and these are read like any other mail: one reader for structure, quotes, HTML, signatures and ciphertext.
// Nothing is encoded on the way: parts are binary, so that offsets in a part are offsets in the property.
//
// Sections: 1 is the body (1.1 plain and 1.2 HTML where both are there), then one section an attachment in
// the order given, then, as last one, a text of all other properties that hold text (contacts, tasks, custom
// forms). The header is that which the message came with, where it is kept; fields that it lacks are written
// from properties.

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "mail/mapi.hpp"

namespace dislodge::mail {

struct MapiMessage;

struct MapiAttachment {
  MapiBag bag;
  std::string data;                 // its bytes
  std::vector<MapiMessage> nested;  // none or one: an attached item
};

struct MapiMessage {
  MapiBag bag;
  std::vector<MapiBag> recipients;
  std::vector<MapiAttachment> attachments;
};

struct MapiWriting {
  std::string folder;                // written as X-Folder; empty: none
  const MapiNames *names = nullptr;  // of named properties
  const base::Limits *limits = nullptr;
};

// Sets the charset of the 8-bit strings of the message and its recipients from its code page. Readers call it
// once all properties are in.
void settle_charset(MapiMessage &message);

// Consumes the message's large values. `unread` receives one line for each value that could not be unpacked.
std::string rfc5322_of(MapiMessage &message, const MapiWriting &how, std::vector<std::string> &unread);

}  // namespace dislodge::mail
