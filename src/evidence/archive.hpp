#pragma once
// Archives that libarchive knows: 7z, rar, cab, iso, cpio, ar, lha, xar, rpm, and the streams bzip2, xz,
// lzma, lzip, lz4 and Unix compress. Members become children; nothing is written to disk. Run it in the
// sandbox: it is code of others, over hostile bytes.
//
// libarchive opens no encrypted 7z or rar, and calls an encrypted rar damaged: a 7z is decrypted before it
// comes to libarchive (seven_zip_crypt.hpp), and whether a rar is encrypted is read from its headers.
//
//   case ItemType::seven_zip: return evidence::read_archive(item, unit);

#include <memory>
#include <string>

#include "base/result.hpp"
#include "evidence/inflate.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"
#include "evidence/zip_directory.hpp"

namespace dislodge::evidence {

base::Result<void> read_archive(const ItemView &item, Sink &sink);

// Zip members packed by methods that are rare: bzip2 (12), LZMA (14), xz (95), PPMd (98).
class RareZipMethods {
 public:
  static bool knows(std::uint16_t method);
  // As Inflater::raw; the bytes are valid until the next call.
  Inflated unpack(const ZipEntry &entry, std::string_view packed, std::uint64_t cap);

 private:
  std::string buffer_;
};

}  // namespace dislodge::evidence
