#pragma once
// Office documents encrypted with a password ([MS-OFFCRYPTO]): a compound file with the streams
// EncryptionInfo and EncryptedPackage. Standard encryption (2.3.4.5, AES-ECB and SHA-1) and agile encryption
// (2.3.4.10, AES-CBC and SHA-1 to SHA-512). What comes out is the document's zip.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "evidence/unlock.hpp"

namespace dislodge::file {

// The document, decrypted with the first password that opens it; the one that Excel uses for documents that
// are read-only is always tried. `rounds_max`: of hashing, over all passwords (base/limits.hpp). Errors:
// `encrypted` where none opens it, `unsupported` for other schemes, `damaged`.
base::Result<std::string> decrypt_office(std::string_view encryption_info, std::string_view encrypted_package,
                                         const evidence::Unlock &unlock, std::uint64_t rounds_max);

}  // namespace dislodge::file
