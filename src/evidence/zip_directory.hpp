#pragma once
// The headers of a zip archive (PKWARE APPNOTE 4.3), read with bounds checks and without trust: central
// directory with its ZIP64 parts, and local headers. evidence/zip.cpp reads members by them; the recogniser
// asks for names.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::evidence {

// Little-endian numbers of a header; the caller has checked the bounds.
std::uint16_t le16(std::string_view bytes, std::size_t at);
std::uint32_t le32(std::string_view bytes, std::size_t at);
std::uint64_t le64(std::string_view bytes, std::size_t at);

struct ZipEntry {
  std::string_view name;     // the Unicode path field where it is valid, else as stored
  std::string_view comment;  // from the directory only
  std::uint16_t flags = 0;
  std::uint16_t method = 0;       // of the data: for WinZip AES the one within
  std::uint8_t aes_strength = 0;  // 1, 2, 3: AES-128, 192, 256; 0: no WinZip AES
  std::uint16_t time = 0;         // of last change, DOS format
  std::uint32_t crc = 0;
  std::uint64_t packed = 0;
  std::uint64_t unpacked = 0;
  std::uint64_t header = 0;  // offset of the local header in the file
  std::uint32_t disk = 0;

  bool encrypted() const { return (flags & 1) != 0 || aes_strength != 0; }
  bool has_descriptor() const { return (flags & 8) != 0; }  // sizes and CRC follow the data
};

struct ZipDirectory {
  std::vector<ZipEntry> entries;  // at most `entries_max`, in directory order
  std::uint64_t begin = 0;        // of the first central header
  std::uint64_t end = 0;          // behind the last central header that could be read
  std::uint64_t declared = 0;     // entries that the end record declares
  std::uint64_t tail_begin = 0;   // end records
  std::uint64_t tail_end = 0;     // behind the archive comment
  std::string_view comment;       // of the archive
  bool split = false;             // the end record belongs to a part other than the first
  bool complete = false;          // all of the directory could be read
};

// Nothing where there is no end record or no central header where it points.
std::optional<ZipDirectory> read_zip_directory(std::string_view zip, std::size_t entries_max);

// The local header at an offset; `data` is then the offset of the data behind it. Nothing where none is
// there.
struct LocalHeader {
  ZipEntry entry;
  std::uint64_t data = 0;
};
std::optional<LocalHeader> read_local_header(std::string_view zip, std::uint64_t at);

// Whether a local header found by chance looks like one that a program wrote.
bool plausible(const LocalHeader &header);

// Length of the directory header or end record at an offset, cut to the file; 0 where none is there.
std::uint64_t structure_length(std::string_view zip, std::uint64_t at);

}  // namespace dislodge::evidence
