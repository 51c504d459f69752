#pragma once
// The case file at rest: SQLite's files are encrypted below SQLite, so that subjects, owners, paths and the
// plan are no map for a thief (docs/decisions/0002-sealing-the-case-file.md compares the ways).
//
// An SQLite VFS that stands on the default one and enciphers the database and its write-ahead log in sectors
// with AES-256-XTS (IEEE 1619, as disk encryption does): the tweak is the sector number, the two files have
// two keys. XTS hides content, it does not prove integrity: that is the journal's business. The -shm file
// holds page numbers only and stays as it is. Sectors of zeros that SQLite never wrote read as zeros.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secure.hpp"

namespace dislodge::casefile {

inline constexpr std::size_t kStorageKeyBytes = 128;  // two XTS keys of 64 bytes

// Registers the VFS once and hands it the key for files opened from now on by this process. One key at a
// time: a process works on one case. Returns the VFS's name for sqlite3_open_v2.
base::Result<std::string> register_encrypted_storage(std::string_view key);

}  // namespace dislodge::casefile
