#pragma once
// What the readers of one MAPI message (.msg, TNEF) share: it is read in place of its item, and what could
// not be read is told.

#include <string>
#include <vector>

#include "evidence/item.hpp"
#include "evidence/sink.hpp"
#include "mail/mapi_message.hpp"

namespace dislodge::mail {

// What went wrong on the way, in words.
struct MapiProblems {
  std::vector<std::string> damaged;
  std::vector<std::string> linked;  // attachments that are only links
};

// Turns the message into RFC 5322 and reads that under the item's own path.
void read_in_place(const evidence::ItemView &item, MapiMessage &message, const MapiNames &names,
                   MapiProblems &problems, evidence::Sink &sink);

// Rows `path!/~missing@N` for the problems.
void tell_problems(std::string_view path, const MapiProblems &problems, evidence::Sink &sink);

// "a.txt", as the attachment calls itself.
std::string attachment_name(const MapiBag &bag);
// Adds to `problems.linked` what is kept elsewhere. Call it for an attachment without content.
void note_link(const MapiBag &bag, MapiProblems &problems);

}  // namespace dislodge::mail
