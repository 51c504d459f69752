#pragma once
// The id of something that was closed with a password, as Presence::secret and Unlock::cipher and secret name
// it beside the ids of secrets: an encrypted archive that the intruder holds is no secret of anybody's, but
// once they know its password, what lies in it is known.

#include <string>
#include <string_view>

namespace dislodge::identity {

inline constexpr std::string_view kClosed = "closed:";

// `item`: its path; `key`: the password that opens it.
inline std::string closed_id(std::string_view item, std::string_view key) {
  return std::string(kClosed) + std::string(item) + " " + std::string(key);
}
inline bool is_closed(std::string_view id) {
  return id.starts_with(kClosed);
}
// "mail/alice.mbox!/3!/2", the item.
inline std::string_view item_of_closed(std::string_view id) {
  return id.substr(kClosed.size(), id.rfind(' ') - kClosed.size());
}

}  // namespace dislodge::identity
