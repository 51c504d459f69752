#pragma once
// Item: bytes within evidence, with the path of decoders that leads to them. The first arrow of the flow.
//
// A reader is   Result<void> read(const ItemView &item, Sink &sink)   It emits what it finds into the sink
// and never calls another reader: items within items go to sink.child(), and the engine finds their reader
// (engine/readers.cpp). Everything in an ItemView is borrowed and valid during the call only.

#include <cstdint>
#include <string_view>

#include "base/limits.hpp"

namespace dislodge::evidence {

// What the content is; the name alone never decides. `json` and `csv` are asked further: log/ and identity/
// each recognise their own.
enum class ItemType : std::uint8_t {
  unknown,
  empty,
  text,
  html,
  rtf,
  json,
  csv,
  xml,
  mbox,
  message,  // RFC 5322; also the files of a Maildir or an .eml folder
  zip,
  tar,
  gzip,
  bzip2,
  xz,
  zstd,
  seven_zip,
  rar,
  ooxml,
  odf,
  pdf,
  ole,  // ole: CFBF, as .doc .xls .msg
  pst,
  tnef,
  git_bundle,
  git_pack,
  git_index,
  git_loose,
  pem,
  key_store,
  certificate,  // key material (secret/)
  image,
  audio_video,
  sqlite,
  executable,
  archive,  // other containers: cab, iso, cpio, ar, lha, lzip, lz4, lzma, Unix compress
  evtx,
};
std::string_view name_of(ItemType type);

using RecordId = std::uint32_t;  // an index into the records of the unit being read
inline constexpr RecordId kNoRecord = UINT32_MAX;

struct ItemView {
  std::string_view path;  // "exec.mbox!/17!/2" (docs/json.md)
  std::string_view bytes;
  ItemType type = ItemType::unknown;  // unknown: the engine recognises it from the bytes
  std::string_view name;              // as the container declares it: for records, never used as a path
  std::string_view media_type;        // as declared, "application/pdf"; may lie
  std::uint32_t depth = 0;            // containers around it; 0 is the evidence itself
  RecordId within = kNoRecord;        // the message or document that it is part of
};

}  // namespace dislodge::evidence
