#pragma once
// Strings as 32-bit ids: an event or a graph edge holds ids, and equal strings have equal ids. Id 0 is "".
// Not thread-safe. Views stay valid as long as the pool.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dislodge::base {

using StringId = std::uint32_t;

class StringPool {
 public:
  StringPool() { intern(""); }
  StringPool(const StringPool &) = delete;
  StringPool &operator=(const StringPool &) = delete;
  StringPool(StringPool &&) = default;
  StringPool &operator=(StringPool &&) = default;

  StringId intern(std::string_view text) {
    const auto found = ids_.find(text);
    if (found != ids_.end()) return found->second;
    strings_.emplace_back(text);
    const auto id = static_cast<StringId>(strings_.size() - 1);
    ids_.emplace(strings_.back(), id);
    return id;
  }
  // The id of a string that is already there; 0 (the empty string) where it is not.
  StringId find(std::string_view text) const {
    const auto found = ids_.find(text);
    return found == ids_.end() ? 0 : found->second;
  }
  std::string_view text(StringId id) const { return strings_[id]; }
  std::size_t size() const { return strings_.size(); }

 private:
  std::deque<std::string> strings_;  // a deque never moves its elements, so the views in ids_ hold
  std::unordered_map<std::string_view, StringId> ids_;
};

}  // namespace dislodge::base
