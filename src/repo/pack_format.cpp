#include "repo/pack_format.hpp"

#include <cstring>

namespace dislodge::repo {

namespace {

std::uint32_t be32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

// Seven bits a byte, least significant first. False where it is cut or passes 64 bits.
bool read_size(std::string_view bytes, std::size_t &at, std::uint64_t &value) {
  value = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    if (at >= bytes.size()) return false;
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

std::optional<PackHeader> read_pack_header(std::string_view pack) {
  if (pack.size() < kPackHeader || !pack.starts_with("PACK")) return std::nullopt;
  const PackHeader header{be32(pack, 4), be32(pack, 8)};
  if (header.version != 2 && header.version != 3) return std::nullopt;
  return header;
}

std::optional<EntryHead> read_entry_head(std::string_view pack, std::uint64_t offset, HashKind kind) {
  if (offset >= pack.size()) return std::nullopt;
  const std::string_view bytes = pack.substr(static_cast<std::size_t>(offset));
  EntryHead head;
  std::size_t at = 0;
  auto byte = static_cast<unsigned char>(bytes[at++]);
  head.type = byte >> 4 & 7;
  head.size = byte & 15;
  for (unsigned shift = 4; byte >= 0x80; shift += 7) {
    if (at >= bytes.size() || shift > 56) return std::nullopt;
    byte = static_cast<unsigned char>(bytes[at++]);
    head.size |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
  }
  if (head.type == 0 || head.type == 5) return std::nullopt;
  if (head.type == kOfsDelta) {
    // Seven bits a byte, most significant first, each continuation adding one.
    if (at >= bytes.size()) return std::nullopt;
    byte = static_cast<unsigned char>(bytes[at++]);
    std::uint64_t back = byte & 0x7F;
    while (byte >= 0x80) {
      if (at >= bytes.size() || back >> 55 != 0) return std::nullopt;
      byte = static_cast<unsigned char>(bytes[at++]);
      back = (back + 1) << 7 | (byte & 0x7F);
    }
    if (back == 0 || back >= offset) return std::nullopt;
    head.base_offset = offset - back;
  } else if (head.type == kRefDelta) {
    if (bytes.size() - at < hash_size(kind)) return std::nullopt;
    head.base_id = object_id_of(bytes.substr(at, hash_size(kind)), kind);
    at += hash_size(kind);
  }
  head.length = at;
  return head;
}

std::optional<DeltaSizes> read_delta_sizes(std::string_view delta) {
  DeltaSizes sizes;
  if (!read_size(delta, sizes.length, sizes.base) || !read_size(delta, sizes.length, sizes.result))
    return std::nullopt;
  return sizes;
}

bool apply_delta(std::string_view base, std::string_view delta, const DeltaSizes &sizes, char *out) {
  if (base.size() != sizes.base) return false;
  const auto *at = reinterpret_cast<const unsigned char *>(delta.data()) + sizes.length;
  const auto *const end = reinterpret_cast<const unsigned char *>(delta.data()) + delta.size();
  std::uint64_t left = sizes.result;
  while (at < end) {
    const unsigned op = *at++;
    if ((op & 0x80) != 0) {
      std::uint64_t offset = 0;
      std::uint64_t size = 0;
      for (unsigned i = 0; i < 4; ++i) {
        if ((op >> i & 1) == 0) continue;
        if (at == end) return false;
        offset |= static_cast<std::uint64_t>(*at++) << (8 * i);
      }
      for (unsigned i = 0; i < 3; ++i) {
        if ((op >> (4 + i) & 1) == 0) continue;
        if (at == end) return false;
        size |= static_cast<std::uint64_t>(*at++) << (8 * i);
      }
      if (size == 0) size = 0x10000;
      if (size > left || offset > base.size() || size > base.size() - offset) return false;
      std::memcpy(out, base.data() + offset, static_cast<std::size_t>(size));
      out += size;
      left -= size;
    } else {
      if (op == 0 || op > left || op > static_cast<std::uint64_t>(end - at)) return false;
      std::memcpy(out, at, op);
      at += op;
      out += op;
      left -= op;
    }
  }
  return left == 0;
}

}  // namespace dislodge::repo
