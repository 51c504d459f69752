#include "evidence/rar_headers.hpp"

#include <algorithm>

#include "evidence/zip_directory.hpp"

namespace dislodge::evidence {

namespace {

constexpr std::string_view kRar4("Rar!\x1A\x07\x00", 7);
constexpr std::string_view kRar5("Rar!\x1A\x07\x01\x00", 8);
constexpr std::size_t kMembersMax = 100'000;

// Seven bits a byte, lowest first. False at the end of the bytes.
bool take_number(std::string_view &bytes, std::uint64_t &value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto c = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{c & 0x7Fu} << shift;
    if ((c & 0x80) == 0) return true;
  }
  return false;
}

void walk_4(std::string_view rar, RarHeaders &out) {
  std::uint64_t at = kRar4.size();
  while (rar.size() - at >= 7 && out.members.size() < kMembersMax) {
    const std::string_view block = rar.substr(static_cast<std::size_t>(at));
    const auto type = static_cast<unsigned char>(block[2]);
    const std::uint16_t flags = le16(block, 3);
    const std::uint64_t head = le16(block, 5);
    if (head < 7 || head > block.size() || type < 0x72 || type > 0x7B) return;
    std::uint64_t data = 0;
    if (type == 0x73) {
      out.volume = (flags & 0x0001) != 0;
      if ((flags & 0x0080) != 0) {
        out.headers_encrypted = true;
        return;
      }
    } else if (type == 0x74 && head >= 32) {
      RarMember member;
      member.packed = le32(block, 7);
      member.unpacked = le32(block, 11);
      const std::size_t name = le16(block, 26);
      std::size_t name_at = 32;
      if ((flags & 0x0100) != 0 && head >= 40) {
        member.packed |= std::uint64_t{le32(block, 32)} << 32;
        member.unpacked |= std::uint64_t{le32(block, 36)} << 32;
        name_at = 40;
      }
      member.encrypted = (flags & 0x0004) != 0;
      if (name_at + name <= head) member.name = std::string(block.substr(name_at, name));
      // A Unicode name has its ASCII form first.
      member.name = member.name.substr(0, member.name.find('\0'));
      std::replace(member.name.begin(), member.name.end(), '\\', '/');
      data = member.packed;
      if ((flags & 0x00E0) != 0x00E0) out.members.push_back(std::move(member));  // not a folder
    } else if ((flags & 0x8000) != 0 && head >= 11) {
      data = le32(block, 7);
    }
    if (data > rar.size() - at - head) {
      out.end = rar.size();
      return;
    }
    at += head + data;
    out.end = at;
    if (type == 0x7B) return;
  }
}

void walk_5(std::string_view rar, RarHeaders &out) {
  std::uint64_t at = kRar5.size();
  while (rar.size() - at >= 7 && out.members.size() < kMembersMax) {
    std::string_view rest = rar.substr(static_cast<std::size_t>(at) + 4);  // behind the CRC
    std::uint64_t size = 0;
    if (!take_number(rest, size) || size == 0 || size > rest.size()) return;
    const std::uint64_t body_end = rar.size() - rest.size() + size;
    std::string_view body = rest.substr(0, static_cast<std::size_t>(size));
    std::uint64_t type = 0;
    std::uint64_t flags = 0;
    std::uint64_t extra = 0;
    std::uint64_t data = 0;
    if (!take_number(body, type) || !take_number(body, flags)) return;
    if ((flags & 1) != 0 && !take_number(body, extra)) return;
    if ((flags & 2) != 0 && !take_number(body, data)) return;
    if (type == 4) {
      out.headers_encrypted = true;
      return;
    }
    if (type == 1) {
      std::uint64_t archive_flags = 0;
      if (take_number(body, archive_flags)) out.volume = (archive_flags & 1) != 0;
    } else if (type == 2) {
      RarMember member;
      member.packed = data;
      std::uint64_t file_flags = 0;
      std::uint64_t skipped = 0;
      std::uint64_t name = 0;
      bool whole = take_number(body, file_flags) && take_number(body, member.unpacked) &&
                   take_number(body, skipped);   // attributes
      for (const std::uint64_t flag : {2u, 4u})  // time, CRC
        if (whole && (file_flags & flag) != 0) {
          whole = body.size() >= 4;
          body.remove_prefix(std::min<std::size_t>(4, body.size()));
        }
      whole = whole && take_number(body, skipped) && take_number(body, skipped) && take_number(body, name) &&
              name <= body.size();
      if (whole) member.name = std::string(body.substr(0, static_cast<std::size_t>(name)));
      std::string_view records =
          extra <= size ? rest.substr(static_cast<std::size_t>(size - extra), static_cast<std::size_t>(extra))
                        : std::string_view();
      std::uint64_t length = 0;
      while (take_number(records, length) && length > 0 && length <= records.size()) {
        std::string_view record = records.substr(0, static_cast<std::size_t>(length));
        records.remove_prefix(static_cast<std::size_t>(length));
        std::uint64_t kind = 0;
        if (take_number(record, kind) && kind == 1) member.encrypted = true;
      }
      if ((file_flags & 1) == 0) out.members.push_back(std::move(member));
    }
    if (data > rar.size() - body_end) {
      out.end = rar.size();
      return;
    }
    at = body_end + data;
    out.end = at;
    if (type == 5) return;
  }
}

}  // namespace

RarHeaders read_rar_headers(std::string_view rar) {
  RarHeaders out;
  if (rar.starts_with(kRar5))
    walk_5(rar, out);
  else if (rar.starts_with(kRar4))
    walk_4(rar, out);
  return out;
}

}  // namespace dislodge::evidence
