#pragma once
// The readers of documents, one line each. All have the shape of a reader (evidence/item.hpp): text goes to
// sink.text(), what lies within to sink.child(), and what could not be read to sink.unread(), in bytes of the
// item. A file that is no part of a message gets a document record of its own; an attachment belongs to its
// message.

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"
#include "file/ocr.hpp"

namespace dislodge::file {

// Plain text, code, configuration, tables and whatever else is text: the whole of it, from any charset. A
// charset declared in the media type ("text/plain; charset=koi8-r") is believed where the bytes do not say
// otherwise.
base::Result<void> read_text(const evidence::ItemView &item, evidence::Sink &sink);

// HTML: the source, and the text as a reader sees it. Offsets of both count in the source.
base::Result<void> read_html(const evidence::ItemView &item, evidence::Sink &sink);

// Office Open XML and OpenDocument: the text of all XML parts in archive order as one extracted text
// (space `text`), headers, footers, comments, deleted text, fields, links, connections and properties
// included. Pictures, embedded files and macros are child items.
base::Result<void> read_ooxml(const evidence::ItemView &item, evidence::Sink &sink);

// PDF (ISO 32000-1): text of all pages and forms, annotations, metadata, scripts (space `text`); attachments
// and pictures are child items. Damaged files are searched for objects; encrypted ones are opened with the
// empty password or one of sink.unlock(), else told as encrypted.
base::Result<void> read_pdf(const evidence::ItemView &item, evidence::Sink &sink);

// RTF 1.9: text with offsets in the source; embedded objects and pictures are child items.
base::Result<void> read_rtf(const evidence::ItemView &item, evidence::Sink &sink);

// Compound files: Word, Excel and PowerPoint of Office 97-2003 with macros, properties, pictures and embedded
// objects; Office documents encrypted with a password, opened with one of sink.unlock(); streams of any other
// program as child items.
base::Result<void> read_ole(const evidence::ItemView &item, evidence::Sink &sink);

// SQLite databases: every table's text as "column: value", blobs as child items, and the strings of deleted
// records.
base::Result<void> read_sqlite(const evidence::ItemView &item, evidence::Sink &sink);

// HAR (HTTP archive 1.2): the JSON as it stands, and besides every header, cookie, query and form field as
// "name: value" and every body as it was sent, with offsets in the JSON; base64 bodies are child items.
bool recognises_har(std::string_view json);
base::Result<void> read_har(const evidence::ItemView &item, evidence::Sink &sink);

// What no reader knows: its strings in ASCII, UTF-8 and UTF-16 of both byte orders, with their offsets. The
// rest of its bytes is listed as unsupported, with what to do about that type.
base::Result<void> read_binary(const evidence::ItemView &item, evidence::Sink &sink);

// Pictures: metadata (PNG texts, JPEG comments, EXIF, XMP), and text and codes by OCR, in the text space and
// marked as such. `ocr`: null for none.
base::Result<void> read_image(const evidence::ItemView &item, evidence::Sink &sink, Ocr *ocr);
base::Result<void> read_image(const evidence::ItemView &item, evidence::Sink &sink);

}  // namespace dislodge::file
