#include "repo/pack_index.hpp"

#include <libdeflate.h>

#include <algorithm>

#include "repo/pack_format.hpp"

namespace dislodge::repo {

using namespace std::string_view_literals;

namespace {

constexpr std::size_t kHead =
    8 + 256 * 4;  // signature, version, and how many ids begin with each byte or a lower one

std::uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace

std::optional<PackIndex> PackIndex::read(std::string_view index, std::string_view pack, HashKind kind) {
  const std::size_t hash = hash_size(kind);
  const auto header = read_pack_header(pack);
  if (!header || !index.starts_with("\377tOc\0\0\0\2"sv) || pack.size() < kPackHeader + hash)
    return std::nullopt;
  const std::size_t count = header->objects;
  if (count == 0 || count > pack.size() / 4) return std::nullopt;
  const std::size_t checksums = kHead + count * hash;
  const std::size_t offsets = checksums + count * 4;
  const std::size_t far_offsets = offsets + count * 4;
  if (index.size() < far_offsets + 2 * hash || (index.size() - far_offsets - 2 * hash) % 8 != 0)
    return std::nullopt;
  const std::size_t far_count = (index.size() - far_offsets - 2 * hash) / 8;
  if (big_endian(index, kHead - 4, 4) != count) return std::nullopt;
  if (index.substr(index.size() - 2 * hash, hash) != pack.substr(pack.size() - hash)) return std::nullopt;

  PackIndex out;
  out.kind_ = kind;
  out.ids_ = index.substr(kHead, count * hash);
  out.entries_.reserve(count);
  for (std::uint32_t row = 0; row < count; ++row) {
    std::uint64_t offset = big_endian(index, offsets + std::size_t{row} * 4, 4);
    if ((offset & 0x80000000u) != 0) {
      const std::uint64_t far = offset & 0x7FFFFFFFu;
      if (far >= far_count) return std::nullopt;
      offset = big_endian(index, far_offsets + static_cast<std::size_t>(far) * 8, 8);
    }
    out.entries_.push_back({offset, row});
  }
  std::sort(out.entries_.begin(), out.entries_.end(),
            [](const Entry &a, const Entry &b) { return a.offset < b.offset; });
  std::uint64_t at = kPackHeader;
  const std::uint64_t end = pack.size() - hash;
  for (std::size_t i = 0; i < count; ++i) {
    const Entry &entry = out.entries_[i];
    const std::uint64_t next = i + 1 < count ? out.entries_[i + 1].offset : end;
    if (entry.offset != at || next <= at || next > end) return std::nullopt;
    const std::string_view packed =
        pack.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(next - at));
    if (libdeflate_crc32(0, packed.data(), packed.size()) !=
        big_endian(index, checksums + std::size_t{entry.row} * 4, 4))
      return std::nullopt;
    at = next;
  }
  return out;
}

ObjectId PackIndex::id(std::uint32_t row) const {
  return object_id_of(ids_.substr(std::size_t{row} * hash_size(kind_), hash_size(kind_)), kind_);
}

}  // namespace dislodge::repo
