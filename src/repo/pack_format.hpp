#pragma once
// The bytes of a pack (Documentation/gitformat-pack): header, entry heads, delta instructions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "repo/object.hpp"

namespace dislodge::repo {

inline constexpr std::size_t kPackHeader = 12;
inline constexpr std::uint8_t kOfsDelta = 6;
inline constexpr std::uint8_t kRefDelta = 7;

struct PackHeader {
  std::uint32_t version = 0;  // 2 or 3
  std::uint32_t objects = 0;
};
std::optional<PackHeader> read_pack_header(std::string_view pack);

// What stands before an entry's compressed data.
struct EntryHead {
  std::uint8_t type = 0;          // 1..4 an ObjectType, kOfsDelta, kRefDelta
  std::uint64_t size = 0;         // unpacked, of the object or of the delta
  std::uint64_t base_offset = 0;  // of kOfsDelta: offset in the pack, before this entry
  ObjectId base_id;               // of kRefDelta
  std::size_t length = 0;         // bytes of the head
};
// Nothing where the bytes at `at` cannot be the head of an entry.
std::optional<EntryHead> read_entry_head(std::string_view pack, std::uint64_t at, HashKind kind);

// Sizes that a delta declares: of its base and of its result. Nothing where it is cut.
struct DeltaSizes {
  std::uint64_t base = 0;
  std::uint64_t result = 0;
  std::size_t length = 0;  // of both numbers: the instructions follow
};
std::optional<DeltaSizes> read_delta_sizes(std::string_view delta);

// Runs the instructions into `out`, which has sizes.result bytes. False unless base and result fit exactly.
bool apply_delta(std::string_view base, std::string_view delta, const DeltaSizes &sizes, char *out);

}  // namespace dislodge::repo
