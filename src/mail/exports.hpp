#pragma once
// Conversations that were exported as JSON: Slack, Teams (Graph chatMessage), Graph and Gmail API messages,
// tickets and CRM notes. Such exports differ in names, not in shape: an object that has a text, and an author
// or a time, is a message, wherever it stands. Each becomes a record with its author, audience and time; the
// text that is scanned is its JSON with the escapes of its strings undone, with offsets in the file, so that
// every byte is read once and belongs to the innermost message around it. Text in HTML is scanned as text
// too. Values in base64 (contentBytes, raw, data) are child items `export.json!/N!/attachment-K`.
//
// A message's path is `export.json!/N`, N from 1 in file order.

#include <string_view>

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

// JSON in UTF-8 whose first megabyte holds a message with text, author and time.
bool recognises_export(std::string_view bytes);

// Linear, without recursion; a cut file gives the messages before the cut.
base::Result<void> read_export(const evidence::ItemView &item, evidence::Sink &sink);

}  // namespace dislodge::mail
