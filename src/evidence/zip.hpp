#pragma once
// zip archives (PKWARE APPNOTE 6.3.10): own reader, because what responders get is often cut, patched or
// hostile. Members are taken from the central directory (ZIP64 included) and then, wherever the directory
// leaves bytes unexplained or is itself missing, from the local headers: a member that the directory hides is
// read too.
//
//   read_zip(item, sink);                                   // every member to sink.child(), every byte
//   accounted for_each_member(bytes, limits, [&](const ZipMember &m) { if (m.name == "word/document.xml")
//   ...; return true; });
//
// Unpacked: stored, deflate, deflate64, zstd, bzip2, LZMA, xz, PPMd; other methods are reported, not read.
// Members encrypted by ZipCrypto or WinZip AES are opened with the passwords given, else reported. Limits:
// members_max, member_bytes_max, archive_bytes_max, expansion_ratio_max after expansion_grace_bytes, the
// ratio taken against distinct archive bytes, so that overlapping members (quine-like bombs) do not raise it.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "evidence/sink.hpp"

namespace dislodge::evidence {

enum class ZipPart : std::uint8_t {
  member,   // a file of the archive
  gap,      // bytes of the archive that belong to no member and no header: `name` is empty
  comment,  // of the archive or of a member: text that people write, passwords among it
  rest,     // stands for all further members once a limit is reached: only packed_size, state, reason, remedy
};

// Borrowed: valid during the call only.
struct ZipMember {
  ZipPart part = ZipPart::member;
  std::string_view name;     // as stored, any bytes; empty is possible
  std::string_view step;     // `name` escaped and made unique in the archive ("a.txt#2"), as a path's step
  std::string_view bytes;    // unpacked; with read_in_part what could be unpacked; empty where nothing could
  std::uint64_t offset = 0;  // of its first packed byte in the archive
  std::uint64_t packed_size = 0;    // archive bytes that it occupies and no earlier part did
  std::uint64_t unread_size = 0;    // of packed_size, how many bytes could not be decoded
  std::uint64_t declared_size = 0;  // unpacked size as the headers say; may lie
  LedgerState state = LedgerState::read;
  std::string_view reason;  // empty when read whole and as declared
  std::string_view remedy;
};

// What of a member that was not read whole is told. `path`: its own where nothing of it could be produced.
Unread unread_of(const ZipMember &member, std::string path = {});

// Calls `each` for every part, until it returns false. Folders (names ending in '/' without data) are left
// out. Error `damaged` where there is neither a directory nor a local header.
// `unlock`: passwords for encrypted members; null: none.
base::Result<void> for_each_member(std::string_view zip_bytes, const base::Limits &limits,
                                   const std::function<bool(const ZipMember &)> &each,
                                   const Unlock *unlock = nullptr);

// Reads an item of type zip: members become children, comments text, gaps children ("~gap@OFFSET").
base::Result<void> read_zip(const ItemView &item, Sink &sink);

}  // namespace dislodge::evidence
