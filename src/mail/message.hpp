#pragma once
// Reads a message (RFC 5322 and MIME) into a record, its texts and its attachments.
//
// Paths: the header block is text of the message's own item; a part is `message!/1.2` by its section number,
// a body without parts is section 1, the parts of a message nested at 2 are 2.1, 2.2, and its header is text
// of `message!/2`. Offsets of a text part count in its bytes after transfer decoding. HTML is scanned twice,
// as source and as text, with the same offsets for both. Attachments, and text parts that have a file name,
// are child items. What cannot be read (encrypted, kept elsewhere, too deep) is told to the sink in bytes of
// the message. An .emlx (Apple Mail) is a container of one message, `a.emlx!/1`.

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

// As media type of an item: a message taken from an mbox, in which lines that begin with "From " carry a ">".
inline constexpr std::string_view kMessageFromMbox = "message/rfc822; from-lines=quoted";

base::Result<void> read_message(const evidence::ItemView &item, evidence::Sink &sink);

// The fields of the record and the bodies, decoded and in UTF-8 as they were sent: without what is made for
// the scanner, that is the header and the stretches between parts as texts, the text of HTML, marks of
// quotes, files within a text and places. What other libraries of mail do, for measuring against them.
base::Result<void> decode_message(const evidence::ItemView &item, evidence::Sink &sink);

// The folder that a path names: of a Maildir, of Apple Mail, of an Enron-like tree, of a tree of .eml or .msg
// files, also within an archive; empty where it names none.
std::string folder_of_path(std::string_view item_path);

}  // namespace dislodge::mail
