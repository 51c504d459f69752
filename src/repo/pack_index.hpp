#pragma once
// The index that git keeps beside a pack (gitformat-pack, version 2): where each object begins, a checksum
// over its packed bytes, and its id. Whoever made the evidence made the index too, so it is a claim: it is
// taken where its offsets divide the pack without a gap and every checksum holds, and what it calls an object
// is verified where that matters (object_store.cpp).

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "repo/object.hpp"

namespace dislodge::repo {

class PackIndex {
 public:
  struct Entry {
    std::uint64_t offset = 0;
    std::uint32_t row = 0;
  };
  // Nothing where the bytes are no index of just this pack, in every byte of it that it can vouch for.
  static std::optional<PackIndex> read(std::string_view index, std::string_view pack, HashKind kind);

  // In order of offset. The last object ends where the pack's trailer begins.
  const std::vector<Entry> &entries() const { return entries_; }
  void forget_entries() { entries_ = {}; }
  ObjectId id(std::uint32_t row) const;

 private:
  std::string_view ids_;
  HashKind kind_ = HashKind::sha1;
  std::vector<Entry> entries_;
};

}  // namespace dislodge::repo
