#pragma once
// Strings as 32-bit ids: an event or a graph edge holds ids, and equal strings have equal ids. Id 0 is "".
// Not thread-safe. Views stay valid as long as the pool, also when it is moved.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace dislodge::base {

using StringId = std::uint32_t;

class StringPool {
 public:
  StringPool() { intern(""); }
  StringPool(const StringPool &) = delete;
  StringPool &operator=(const StringPool &) = delete;
  StringPool(StringPool &&other) noexcept { *this = std::move(other); }
  StringPool &operator=(StringPool &&other) noexcept {
    strings_ = std::move(other.strings_);
    tags_ = std::move(other.tags_);
    slots_ = std::move(other.slots_);
    blocks_ = std::move(other.blocks_);
    next_ = std::exchange(other.next_, nullptr);
    room_ = std::exchange(other.room_, 0);
    return *this;
  }

  StringId intern(std::string_view text) {
    const std::uint32_t hash = hash_of(text);
    if (strings_.size() * 2 >= slots_.size()) grow();
    const auto [slot, found] = place_of(text, hash);
    if (found) return slots_[slot].id;
    const auto id = static_cast<StringId>(strings_.size());
    strings_.push_back(stored(text));
    tags_[slot] = tag_of(hash);
    slots_[slot] = {hash, id};
    return id;
  }
  // The id of a string that is already there; 0 (the empty string) where it is not.
  StringId find(std::string_view text) const {
    if (slots_.empty()) return 0;
    const auto [slot, found] = place_of(text, hash_of(text));
    return found ? slots_[slot].id : 0;
  }
  std::string_view text(StringId id) const { return strings_[id]; }
  std::size_t size() const { return strings_.size(); }

 private:
  struct Slot {
    std::uint32_t hash;
    StringId id;
  };
  struct Place {
    std::size_t slot;
    bool found;
  };
  static constexpr std::size_t kBlockBytes = 64 << 10;

  // Seven bits that do not choose the slot. Most texts of a log are new: what tells that a slot is free, or
  // another's, is small enough to stay in the cache when the slots are not.
  static std::uint8_t tag_of(std::uint32_t hash) { return static_cast<std::uint8_t>(0x80 | hash >> 25); }

  // Where the text is, or where it goes.
  Place place_of(std::string_view text, std::uint32_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    const std::uint8_t tag = tag_of(hash);
    for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
      if (tags_[slot] == 0) return {slot, false};
      if (tags_[slot] == tag && slots_[slot].hash == hash && strings_[slots_[slot].id] == text)
        return {slot, true};
    }
  }

  // Sixteen bytes at a time, multiplied to 128 bits and folded.
  static std::uint32_t hash_of(std::string_view text) {
    constexpr std::uint64_t kOdd = 0xA0761D6478BD642Full, kOther = 0xE7037ED1A0B428DBull;
    const auto fold = [](std::uint64_t a, std::uint64_t b) {
      const auto product = static_cast<unsigned __int128>(a) * b;
      return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    const auto eight = [](const char *from) {
      std::uint64_t word = 0;
      std::memcpy(&word, from, 8);
      return word;
    };
    const char *const at = text.data();
    const std::size_t size = text.size();
    std::uint64_t hash = size * 0x9E3779B97F4A7C15ull;
    std::uint64_t a = 0, b = 0;
    if (size >= 16) {
      for (std::size_t i = 0; i + 16 < size; i += 16)
        hash = fold(eight(at + i) ^ kOdd, eight(at + i + 8) ^ hash);
      a = eight(at + size - 16);
      b = eight(at + size - 8);
    } else if (size >= 8) {
      a = eight(at);
      b = eight(at + size - 8);
    } else {
      for (std::size_t i = 0; i < size; ++i) a = a << 8 | static_cast<unsigned char>(at[i]);
    }
    hash = fold(a ^ kOdd, b ^ hash ^ kOther);
    return static_cast<std::uint32_t>(hash ^ hash >> 32);
  }

  std::string_view stored(std::string_view text) {
    if (text.empty()) return {"", 0};
    if (text.size() > room_) {
      const std::size_t bytes = text.size() > kBlockBytes / 4 ? text.size() : kBlockBytes;
      blocks_.push_back(std::make_unique<char[]>(bytes));
      if (bytes != kBlockBytes) {  // a long one has a block of its own; the open block stays open
        std::memcpy(blocks_.back().get(), text.data(), text.size());
        return {blocks_.back().get(), text.size()};
      }
      next_ = blocks_.back().get();
      room_ = bytes;
    }
    std::memcpy(next_, text.data(), text.size());
    const std::string_view kept(next_, text.size());
    next_ += text.size();
    room_ -= text.size();
    return kept;
  }

  void grow() {
    const std::size_t wider = slots_.empty() ? 16 : slots_.size() * 2;
    std::vector<std::uint8_t> tags(wider, 0);
    std::vector<Slot> slots(wider);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (tags_[i] == 0) continue;
      std::size_t slot = slots_[i].hash & (wider - 1);
      while (tags[slot] != 0) slot = (slot + 1) & (wider - 1);
      tags[slot] = tags_[i];
      slots[slot] = slots_[i];
    }
    tags_ = std::move(tags);
    slots_ = std::move(slots);
  }

  std::vector<std::string_view> strings_;
  std::vector<std::uint8_t> tags_;  // of the slots, a power of two; 0: free
  std::vector<Slot> slots_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char *next_ = nullptr;
  std::size_t room_ = 0;
};

}  // namespace dislodge::base
