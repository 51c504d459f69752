#pragma once
// Mail that Outlook for Mac exported (.olm): a zip in which each message is a file of XML under
// Accounts/ADDRESS/com.microsoft.__Messages/FOLDER/ or Local/com.microsoft.__Messages/FOLDER/, and
// attachments are files beside it in com.microsoft.__Attachments/. The zip is read as any other, so
// attachments are items of their own; this is the reader of the XML. Every message becomes a record with its
// people, times, ids and folder; its bodies are text, as HTML and as its reader sees it; the rest of the XML
// is text with its entities undone. All offsets lead into the file.
//
// A message's path is `message_00000.xml!/N`, N from 1 in file order.

#include <string_view>

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

// XML in UTF-8 that begins with <emails> and has fields of Outlook for Mac.
bool recognises_olm(std::string_view bytes);

// Linear, without recursion. A cut file gives what stands before the cut.
base::Result<void> read_olm(const evidence::ItemView &item, evidence::Sink &sink);

}  // namespace dislodge::mail
