#pragma once
// Which password opened what was encrypted. What lies in an archive is known only to who has its password
// too, so the readers say which one it was, and who reads the unit asks when a reader has come to something
// or is done. A matter of one thread; whoever does not ask loses nothing.
//
//   tell_opened(password, Opens::member);      // a reader: this member of the item; or all of the item
//   for (Opened &one : take_opened()) ...      // what was told since the last time

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::evidence {

enum class Opens : std::uint8_t { item, member };

struct Opened {
  std::string password;  // one of Unlock::passwords, or another spelling of it; to be wiped
  Opens what = Opens::item;
};

void tell_opened(std::string_view password, Opens what);
std::vector<Opened> take_opened();

}  // namespace dislodge::evidence
