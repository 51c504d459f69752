#pragma once
// Load files: the tables that lie beside exported mail and say of each item whose mailbox it came from, in
// which folder or under which labels it stood, and when it was sent. Known are those of Microsoft Purview
// (Export_load_file, Items and Results, as CSV) and of Google Vault (metadata as CSV, and as XML after EDRM).
// Each row becomes a record of its own; engine/load_files.hpp joins them to the messages, and says which
// messages a load file names that are not in the evidence. Rows that say that an item could not be exported
// are rows of the ledger.
//
// Names of fields: learn.microsoft.com/purview/ediscovery-document-metadata-fields,
// support.google.com/vault/answer/6099459.

#include <string_view>

#include "base/result.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

// The media type of such a record. Its fields: message_id, subject, sent, received, folder, `name` (the
// item's path in the export) and the custodian as a person in the role delivered_to.
inline constexpr std::string_view kLoadFileRow = "application/x-load-file-row";

bool recognises_load_file(std::string_view bytes);

// Gives the records; the text of the file is its caller's to read.
base::Result<void> read_load_file(const evidence::ItemView &item, evidence::Sink &sink);

}  // namespace dislodge::mail
