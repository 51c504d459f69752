#pragma once
// Tables keyed by object ids, sized for tens of millions: open addressing, no allocation an entry. Ids are
// hashes, so their bits are the hash value.

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "repo/object.hpp"

namespace dislodge::repo {

// A set of ids by their first 128 bits, 16 bytes a slot. Two different objects with the same 128 bits cost an
// attacker 2^64 hashes to make; SHA-1 itself is weaker than that.
class IdSet {
 public:
  // False if it was there already.
  bool insert(const ObjectId &id) {
    if ((count_ + 1) * 3 > slots_.size() * 2) grow();
    Key key = key_of(id);
    for (std::size_t at = key.first & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == key) return false;
      if (slots_[at] == Key{}) {
        slots_[at] = key;
        ++count_;
        return true;
      }
    }
  }
  bool contains(const ObjectId &id) const {
    if (slots_.empty()) return false;
    const Key key = key_of(id);
    for (std::size_t at = key.first & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == key) return true;
      if (slots_[at] == Key{}) return false;
    }
  }
  std::size_t size() const { return count_; }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;
  static Key key_of(const ObjectId &id) {
    Key key;
    std::memcpy(&key.first, id.bytes.data(), 8);
    std::memcpy(&key.second, id.bytes.data() + 8, 8);
    if (key == Key{}) key.second = 1;  // all zero marks a free slot
    return key;
  }
  void grow() {
    std::vector<Key> old(slots_.empty() ? 1024 : slots_.size() * 2);
    old.swap(slots_);
    for (const Key &key : old) {
      if (key == Key{}) continue;
      std::size_t at = key.first & (slots_.size() - 1);
      while (slots_[at] != Key{}) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = key;
    }
  }
  std::vector<Key> slots_;
  std::size_t count_ = 0;
};

// Numbers ids by their first 64 bits, in order of first mention: 0, 1, 2 ...
class IdNumbers {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::uint32_t number(std::uint64_t prefix) {
    if ((count_ + 1) * 3 > slots_.size() * 2) grow();
    Slot &slot = slots_[place(prefix)];
    if (slot.number == kNone) slot = {prefix, count_++};
    return slot.number;
  }
  std::uint32_t find(std::uint64_t prefix) const {
    return slots_.empty() ? kNone : slots_[place(prefix)].number;
  }
  std::uint32_t size() const { return count_; }

 private:
  struct Slot {
    std::uint64_t prefix = 0;
    std::uint32_t number = kNone;
  };
  std::size_t place(std::uint64_t prefix) const {
    std::size_t at = prefix & (slots_.size() - 1);
    while (slots_[at].number != kNone && slots_[at].prefix != prefix) at = (at + 1) & (slots_.size() - 1);
    return at;
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 1024 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot &slot : old)
      if (slot.number != kNone) slots_[place(slot.prefix)] = slot;
  }
  std::vector<Slot> slots_;
  std::uint32_t count_ = 0;
};

}  // namespace dislodge::repo
