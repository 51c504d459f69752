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
    slots_ = std::move(other.slots_);
    blocks_ = std::move(other.blocks_);
    next_ = std::exchange(other.next_, nullptr);
    room_ = std::exchange(other.room_, 0);
    return *this;
  }

  StringId intern(std::string_view text) {
    const std::uint32_t hash = hash_of(text);
    if (strings_.size() * 2 >= slots_.size()) grow();
    std::size_t slot = hash & (slots_.size() - 1);
    for (; slots_[slot].id_plus_one != 0; slot = (slot + 1) & (slots_.size() - 1))
      if (slots_[slot].hash == hash && strings_[slots_[slot].id_plus_one - 1] == text)
        return slots_[slot].id_plus_one - 1;
    strings_.push_back(stored(text));
    slots_[slot] = {hash, static_cast<std::uint32_t>(strings_.size())};
    return static_cast<StringId>(strings_.size() - 1);
  }
  // The id of a string that is already there; 0 (the empty string) where it is not.
  StringId find(std::string_view text) const {
    if (slots_.empty()) return 0;
    const std::uint32_t hash = hash_of(text);
    for (std::size_t slot = hash & (slots_.size() - 1); slots_[slot].id_plus_one != 0;
         slot = (slot + 1) & (slots_.size() - 1))
      if (slots_[slot].hash == hash && strings_[slots_[slot].id_plus_one - 1] == text)
        return slots_[slot].id_plus_one - 1;
    return 0;
  }
  std::string_view text(StringId id) const { return strings_[id]; }
  std::size_t size() const { return strings_.size(); }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t id_plus_one = 0;  // 0: free
  };
  static constexpr std::size_t kBlockBytes = 64 << 10;

  // Eight bytes at a time, multiplied and folded.
  static std::uint32_t hash_of(std::string_view text) {
    std::uint64_t hash = 0x9E3779B97F4A7C15ull ^ (text.size() * 0xD6E8FEB86659FD93ull);
    const auto mix = [&](std::uint64_t word) {
      hash = (hash ^ word) * 0x9FB21C651E98DF25ull;
      hash ^= hash >> 32;
    };
    const char *at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; left -= 8, at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, 8);
      mix(word);
    }
    std::uint64_t tail = 0;
    for (std::size_t i = 0; i < left; ++i)
      tail |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
    mix(tail);
    return static_cast<std::uint32_t>(hash ^ (hash >> 29));
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
    std::vector<Slot> wider(slots_.empty() ? 16 : slots_.size() * 2);
    for (const Slot &old : slots_) {
      if (old.id_plus_one == 0) continue;
      std::size_t slot = old.hash & (wider.size() - 1);
      while (wider[slot].id_plus_one != 0) slot = (slot + 1) & (wider.size() - 1);
      wider[slot] = old;
    }
    slots_ = std::move(wider);
  }

  std::vector<std::string_view> strings_;
  std::vector<Slot> slots_;  // a power of two
  std::vector<std::unique_ptr<char[]>> blocks_;
  char *next_ = nullptr;
  std::size_t room_ = 0;
};

}  // namespace dislodge::base
