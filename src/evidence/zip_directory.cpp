#include "evidence/zip_directory.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace dislodge::evidence {

namespace {

constexpr std::string_view kLocal = "PK\x03\x04";
constexpr std::string_view kCentral = "PK\x01\x02";
constexpr std::string_view kEnd = "PK\x05\x06";
constexpr std::string_view kEnd64 = "PK\x06\x06";
constexpr std::string_view kLocator64 = "PK\x06\x07";
constexpr std::string_view kSignature = "PK\x05\x05";
constexpr std::string_view kArchiveExtra = "PK\x06\x08";
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLocator64Size = 20;

bool starts(std::string_view zip, std::uint64_t at, std::string_view signature) {
  return at <= zip.size() && zip.substr(static_cast<std::size_t>(at), signature.size()) == signature;
}

// The extra field is a list of (id, size, data). ZIP64 gives only those numbers whose places hold all ones.
void apply_extra(ZipEntry &entry, std::string_view extra, bool central) {
  while (extra.size() >= 4) {
    const std::uint16_t id = le16(extra, 0);
    const std::size_t size = std::min<std::size_t>(le16(extra, 2), extra.size() - 4);
    std::string_view data = extra.substr(4, size);
    extra.remove_prefix(4 + size);
    if (id == 0x0001) {
      const auto next = [&](std::uint64_t &field) {
        if (field != UINT32_MAX || data.size() < 8) return;
        field = le64(data, 0);
        data.remove_prefix(8);
      };
      next(entry.unpacked);
      next(entry.packed);
      if (central) next(entry.header);
    } else if (id == 0x9901 && data.size() >= 7) {  // WinZip AE-1, AE-2
      entry.aes_strength = static_cast<std::uint8_t>(data[4]);
      entry.method = le16(data, 5);
    } else if (id == 0x7075 && data.size() > 5 && data[0] == 1) {  // Info-ZIP Unicode path
      if (le32(data, 1) == base::crc32(entry.name)) entry.name = data.substr(5);
    }
  }
}

// The last end record whose comment fits into the file; one that ends exactly with the file is preferred.
std::optional<std::uint64_t> find_end_record(std::string_view zip) {
  if (zip.size() < kEndSize) return std::nullopt;
  const std::size_t lowest = zip.size() > kEndSize + 65'535 ? zip.size() - kEndSize - 65'535 : 0;
  std::optional<std::uint64_t> loose;
  for (std::size_t at = zip.size() - kEndSize + 1; at-- > lowest;) {
    if (zip[at] != 'P' || !starts(zip, at, kEnd)) continue;
    const std::uint64_t end = at + kEndSize + le16(zip, at + 20);
    if (end == zip.size()) return at;
    if (!loose && end < zip.size()) loose = at;
  }
  return loose;
}

}  // namespace

std::uint16_t le16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) |
                                    static_cast<unsigned char>(bytes[at + 1]) << 8);
}
std::uint32_t le32(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(le16(bytes, at)) | static_cast<std::uint32_t>(le16(bytes, at + 2)) << 16;
}
std::uint64_t le64(std::string_view bytes, std::size_t at) {
  return le32(bytes, at) | static_cast<std::uint64_t>(le32(bytes, at + 4)) << 32;
}

std::optional<ZipDirectory> read_zip_directory(std::string_view zip, std::size_t entries_max) {
  const auto end_at = find_end_record(zip);
  if (!end_at) return std::nullopt;
  const auto at = static_cast<std::size_t>(*end_at);
  ZipDirectory directory;
  directory.split = le16(zip, at + 4) != 0 && le16(zip, at + 4) != 0xFFFF;
  directory.declared = le16(zip, at + 10);
  std::uint64_t size = le32(zip, at + 12);
  std::uint64_t offset = le32(zip, at + 16);
  directory.tail_begin = at;
  directory.tail_end = at + kEndSize + le16(zip, at + 20);
  directory.comment = zip.substr(at + kEndSize, le16(zip, at + 20));
  if (at >= kLocator64Size && starts(zip, at - kLocator64Size, kLocator64)) {
    const std::size_t locator = at - kLocator64Size;
    directory.tail_begin = locator;
    // Where bytes were put before the archive its offsets are short; the record then stands right before.
    for (const std::uint64_t record : {le64(zip, locator + 8), std::uint64_t{locator} - kEnd64Size}) {
      if (record > zip.size() || zip.size() - record < kEnd64Size || !starts(zip, record, kEnd64)) continue;
      const auto r = static_cast<std::size_t>(record);
      directory.declared = le64(zip, r + 32);
      size = le64(zip, r + 40);
      offset = le64(zip, r + 48);
      directory.tail_begin = std::min<std::uint64_t>(r, locator);
      break;
    }
  }
  // The directory ends where the end records begin; that says more than the declared offset, which is wrong
  // in self-extracting archives.
  std::uint64_t begin = size <= directory.tail_begin ? directory.tail_begin - size : offset;
  if (!starts(zip, begin, kCentral)) begin = offset;
  if (!starts(zip, begin, kCentral)) {
    if (directory.declared != 0) return std::nullopt;
    begin = directory.tail_begin;  // an empty archive is its end record
  }
  const std::uint64_t shift = begin > offset ? begin - offset : 0;
  directory.begin = directory.end = begin;
  while (directory.entries.size() < entries_max) {
    const auto head = static_cast<std::size_t>(directory.end);
    if (head >= directory.tail_begin || !starts(zip, head, kCentral) || zip.size() - head < kCentralSize)
      break;
    ZipEntry entry;
    entry.flags = le16(zip, head + 8);
    entry.method = le16(zip, head + 10);
    entry.time = le16(zip, head + 12);
    entry.crc = le32(zip, head + 16);
    entry.packed = le32(zip, head + 20);
    entry.unpacked = le32(zip, head + 24);
    entry.disk = le16(zip, head + 34);
    entry.header = le32(zip, head + 42);
    const std::size_t name = le16(zip, head + 28);
    const std::size_t extra = le16(zip, head + 30);
    const std::size_t comment = le16(zip, head + 32);
    if (zip.size() - head < kCentralSize + name + extra + comment) break;
    entry.name = zip.substr(head + kCentralSize, name);
    apply_extra(entry, zip.substr(head + kCentralSize + name, extra), true);
    entry.comment = zip.substr(head + kCentralSize + name + extra, comment);
    if (!starts(zip, entry.header, kLocal) || (shift != 0 && starts(zip, entry.header + shift, kLocal)))
      entry.header += shift;
    directory.entries.push_back(entry);
    directory.end += kCentralSize + name + extra + comment;
  }
  directory.complete =
      directory.entries.size() == directory.declared ||
      (directory.declared == (directory.entries.size() & 0xFFFF) && directory.end == directory.tail_begin);
  return directory;
}

std::optional<LocalHeader> read_local_header(std::string_view zip, std::uint64_t offset) {
  if (!starts(zip, offset, kLocal) || zip.size() - offset < kLocalSize) return std::nullopt;
  const auto at = static_cast<std::size_t>(offset);
  const std::size_t name = le16(zip, at + 26);
  const std::size_t extra = le16(zip, at + 28);
  if (zip.size() - at < kLocalSize + name + extra) return std::nullopt;
  LocalHeader header;
  header.entry.flags = le16(zip, at + 6);
  header.entry.method = le16(zip, at + 8);
  header.entry.time = le16(zip, at + 10);
  header.entry.crc = le32(zip, at + 14);
  header.entry.packed = le32(zip, at + 18);
  header.entry.unpacked = le32(zip, at + 22);
  header.entry.name = zip.substr(at + kLocalSize, name);
  header.entry.header = offset;
  apply_extra(header.entry, zip.substr(at + kLocalSize + name, extra), false);
  header.data = at + kLocalSize + name + extra;
  return header;
}

bool plausible(const LocalHeader &header) {
  const ZipEntry &entry = header.entry;
  const bool known_method = entry.method <= 20 || (entry.method >= 93 && entry.method <= 99);
  return known_method && !entry.name.empty() && entry.name.size() <= 4096 && (entry.flags & 0xC000) == 0 &&
         entry.name.find('\0') == std::string_view::npos;
}

std::uint64_t structure_length(std::string_view zip, std::uint64_t offset) {
  const auto at = static_cast<std::size_t>(offset);
  const std::size_t left = zip.size() - at;
  std::uint64_t length = 0;
  if (starts(zip, at, kCentral) && left >= kCentralSize)
    length = kCentralSize + le16(zip, at + 28) + le16(zip, at + 30) + le16(zip, at + 32);
  else if (starts(zip, at, kEnd) && left >= kEndSize)
    length = kEndSize;  // its comment is text, and shown as a gap
  else if (starts(zip, at, kEnd64) && left >= 12)
    length = le64(zip, at + 4) <= 1024 ? 12 + le64(zip, at + 4) : kEnd64Size;
  else if (starts(zip, at, kLocator64))
    length = kLocator64Size;
  else if (starts(zip, at, kSignature) && left >= 6)
    length = 6 + le16(zip, at + 4);
  else if (starts(zip, at, kArchiveExtra))
    length = 8;
  return std::min<std::uint64_t>(length, left);
}

}  // namespace dislodge::evidence
