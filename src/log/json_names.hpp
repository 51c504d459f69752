#pragma once
// Names of members, and which follows which: the records of a log have the same names in the same order, so
// that a name is mostly known before it is read, and comparing it is all that is left to do. A guess that is
// wrong costs the comparison.
//
// A name is told apart by the name of the object in which it stands: "id" of a record and "id" of each of its
// policies are two.

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace dislodge::log {

class JsonNames {
 public:
  using Id = std::uint16_t;
  // Objects that have no name: a record, a text inside one, and what stands under a name that is not kept.
  static constexpr Id kRecord = 0, kInner = 1, kOther = 2;
  static constexpr Id kNone = 0;  // as a guess: there is none
  static constexpr std::size_t kBytes = 48;

  struct Name {
    char bytes[kBytes];  // quote, name, quote, colon; then zeroes
    std::uint32_t hash;  // of the name
    std::uint16_t bytes_used;
    Id parent;  // of the object
    Id next;    // what followed it in its object when it was last seen
    Id first;   // what came first in the object, or in those of the list, that it names
  };
  static_assert(sizeof(Name) <= 64);

  // To be called before a text is walked: forgets all when there is no room for more.
  void begin() {
    if (names_ == nullptr || count_ == kMost) clear();
  }
  Name &at(Id id) { return names_[id]; }

  // The name, which has no escapes, in the object `parent`; kOther where it is too long to be kept or there
  // is no room.
  Id find(Id parent, std::string_view name, std::uint32_t hash) {
    if (name.size() + 3 > kBytes) return kOther;
    std::size_t slot = (hash ^ parent * 0x9E3779B1u) % kSlots;
    for (; slots_[slot] != 0; slot = (slot + 1) % kSlots) {
      const Name &known = names_[slots_[slot]];
      if (known.hash == hash && known.parent == parent && known.bytes_used == name.size() + 3 &&
          std::memcmp(known.bytes + 1, name.data(), name.size()) == 0)
        return slots_[slot];
    }
    if (count_ == kMost) return kOther;
    const auto id = static_cast<Id>(count_++);
    slots_[slot] = id;
    Name &fresh = names_[id] = Name{};
    fresh.hash = hash;
    fresh.parent = parent;
    fresh.bytes_used = static_cast<std::uint16_t>(name.size() + 3);
    fresh.bytes[0] = '"';
    std::memcpy(fresh.bytes + 1, name.data(), name.size());
    std::memcpy(fresh.bytes + 1 + name.size(), "\":", 2);
    return id;
  }

 private:
  static constexpr std::size_t kMost = 1000;
  static constexpr std::size_t kSlots = 2048;

  void clear() {
    if (names_ == nullptr) names_ = std::make_unique_for_overwrite<Name[]>(kMost);
    slots_ = {};
    for (const Id id : {kRecord, kInner, kOther}) names_[id] = Name{};
    count_ = kOther + 1;
  }

  std::unique_ptr<Name[]> names_;
  std::array<Id, kSlots> slots_{};
  std::size_t count_ = 0;
};

}  // namespace dislodge::log
