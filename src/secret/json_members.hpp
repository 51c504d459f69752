#pragma once
// The members of a JSON object's top level, as texts: enough for token headers and claims, key files and
// hints. Nesting is skipped without recursion; hostile input gives nothing.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dislodge::secret {

struct JsonMember {
  std::string name;   // unescaped
  std::string value;  // a string unescaped; numbers, true, false, null, objects and arrays as written
  bool is_string = false;
};

// Nothing unless `text` is one JSON object, with nothing after it but white space.
std::optional<std::vector<JsonMember>> json_members(std::string_view text);
// The value of a member, or "".
std::string_view member_of(const std::vector<JsonMember> &members, std::string_view name);

}  // namespace dislodge::secret
