#pragma once
// Reads a PST or OST: every message that any node of the file names, in or out of the folder tree (deleted,
// recoverable, orphaned, associated items too), and what a search finds of messages whose nodes are lost.
//
// Each message is a child item `file!/NODE` (the node's id in hex), whose bytes are the message as RFC 5322
// (mail/mapi_message.hpp says how its sections are numbered). A message that no node names any more is
// `file!/~block@ID`, by the id of its first block. Damage costs what it hit: a broken attachment, a message
// without its recipients; each is told to the sink. Memory is that of the largest message.

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

base::Result<void> read_pst(const evidence::ItemView &item, evidence::Sink &sink);

}  // namespace dislodge::mail
