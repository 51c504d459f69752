#include "repo/loose.hpp"

#include <algorithm>
#include <string>

namespace dislodge::repo {

using evidence::InflateEnd;
using evidence::LedgerState;

LooseObject read_loose(std::string_view packed, evidence::Inflater &inflater, ObjectHasher &hasher,
                       const base::Limits &limits) {
  constexpr std::uint64_t kHeadMax = 32;
  LooseObject object;
  const evidence::Inflated out = inflater.zlib(packed, 0, limits.object_bytes_max + kHeadMax);
  object.consumed = out.consumed;
  const std::size_t zero = out.bytes.substr(0, kHeadMax).find('\0');
  const std::size_t space = out.bytes.substr(0, kHeadMax).find(' ');
  if (zero == std::string_view::npos || space == std::string_view::npos || space > zero) return object;
  std::uint64_t size = 0;
  for (const char c : out.bytes.substr(space + 1, zero - space - 1)) {
    if (c < '0' || c > '9' || size > UINT64_MAX / 16) return object;
    size = size * 10 + static_cast<unsigned>(c - '0');
  }
  object.type = object_type_of(out.bytes.substr(0, space));
  object.bytes = out.bytes.substr(zero + 1);
  if (out.end == InflateEnd::limit) {
    object.state = LedgerState::too_large;
  } else if (out.end == InflateEnd::truncated) {
    object.state = LedgerState::read_in_part;
  } else if (out.end == InflateEnd::damaged || object.bytes.size() != size) {
    object.state = LedgerState::damaged;
  } else if (object.type != ObjectType::none) {
    object.id = hasher.id(object.type, object.bytes);
  }
  return object;
}

std::optional<ObjectId> loose_id_of(std::string_view name) {
  constexpr std::string_view kFolder = "objects/";
  if (!name.starts_with(kFolder)) return std::nullopt;
  name.remove_prefix(kFolder.size());
  if (name.size() < 4 || name[2] != '/') return std::nullopt;
  return object_id_of_hex(std::string(name.substr(0, 2)) + std::string(name.substr(3)));
}

}  // namespace dislodge::repo
