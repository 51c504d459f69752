#pragma once
// A pack as a list of entries. Where the index beside it holds (repo/pack_index.hpp) it says where they are;
// it may be missing, old or lie, and a bundle has none: then the pack is read from its start, and every entry
// inflated once to find where it ends. Where an entry is damaged,
// the next sound one behind it is searched for, so that a fault costs what it hit and not the rest of the
// pack.
//
//   Pack pack(bytes, HashKind::sha1, limits);
//   if (pack.valid()) PackWalk(pack, ...).run(...);          // repo/pack_walk.hpp
//
// Memory: 44 bytes an object. Time: the inflation of the pack.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "evidence/inflate.hpp"
#include "evidence/ledger.hpp"
#include "repo/pack_format.hpp"
#include "repo/pack_index.hpp"

namespace dislodge::repo {

inline constexpr std::uint32_t kNoEntry = UINT32_MAX;

enum class EntryState : std::uint8_t {
  pending,
  done,
  damaged,    // its data or its delta breaks the format
  too_large,  // passes object_bytes_max, or memory
  too_deep,   // passes delta_chain_max
};

struct PackEntry {
  std::uint64_t offset = 0;       // of its head in the pack
  std::uint32_t packed = 0;       // bytes, head included; saturated
  std::uint32_t size = 0;         // unpacked, of the object or the delta
  std::uint32_t base = kNoEntry;  // entry that a delta stands on; of a kRefDelta known once it is resolved
  std::uint32_t first_child = kNoEntry;  // offset deltas on this entry, the one with most descendants last
  std::uint32_t next_sibling = kNoEntry;
  std::uint32_t weight = 1;            // entries that stand on it, itself included
  std::uint8_t head = 0;               // bytes before the compressed data
  std::uint8_t kind = 0;               // as stored: an ObjectType, kOfsDelta or kRefDelta
  std::uint32_t row = 0;               // of the index, where there is one
  ObjectType type = ObjectType::none;  // of the object, once resolved
  EntryState state = EntryState::pending;
};

struct PackDamage {
  std::uint64_t begin = 0;  // bytes of the pack that belong to no entry
  std::uint64_t end = 0;
  evidence::LedgerState state = evidence::LedgerState::damaged;
  std::string reason;
};

class Pack {
 public:
  // `index`: the bytes of the index beside it, borrowed; may be empty or wrong.
  Pack(std::string_view bytes, HashKind kind, const base::Limits &limits, std::string_view index = {});

  bool valid() const { return valid_; }  // it has a header
  HashKind kind() const { return kind_; }
  std::string_view bytes() const { return bytes_; }
  const std::vector<PackEntry> &entries() const { return entries_; }
  std::vector<PackEntry> &entries() { return entries_; }
  const std::vector<PackDamage> &damage() const { return damage_; }
  std::uint64_t end() const { return end_; }  // behind the trailer; more may follow in a bundle
  bool checksum_holds() const { return checksum_holds_; }
  std::uint32_t declared_objects() const { return declared_; }
  std::string_view data_of(const PackEntry &entry) const {
    const std::size_t at = static_cast<std::size_t>(entry.offset) + entry.head;
    return bytes_.substr(at, entry.packed - entry.head);
  }
  ObjectId base_id_of(const PackEntry &entry) const;  // of a kRefDelta
  // Whether the index holds, and what it says that an entry's id is. Nobody has hashed it.
  bool indexed() const { return index_.has_value(); }
  ObjectId claimed_id(const PackEntry &entry) const { return index_->id(entry.row); }

 private:
  bool read_index(std::string_view index);
  bool read_entry(std::uint64_t &at);
  bool add_entry(std::uint64_t at, const EntryHead &head, std::uint64_t packed);
  bool skip_damage(std::uint64_t &at);
  std::uint64_t entry_before(std::uint64_t data, std::uint64_t from, std::uint64_t size,
                             EntryHead &head) const;
  bool trailer_at(std::uint64_t at);
  void link_deltas();

  std::string_view bytes_;
  HashKind kind_;
  const base::Limits &limits_;
  evidence::Inflater inflater_;
  ObjectBuffer scratch_;
  std::vector<PackEntry> entries_;
  std::vector<PackDamage> damage_;
  std::optional<PackIndex> index_;
  std::uint64_t end_ = 0;
  std::uint64_t searched_ = 0;  // bytes unpacked in search of entries
  std::uint32_t declared_ = 0;
  bool valid_ = false;
  bool checksum_holds_ = false;
};

}  // namespace dislodge::repo
