#pragma once
// The path of decoders that leads to an item: root *('!/' step), as docs/json.md defines it.
//
//   exec.mbox!/17!/2!/conf/app.yml      message 17, MIME section 2, archive member
//
// The bytes % ! # ~ , controls and non-UTF-8 of a name are written %XX; the '#' and '~' that the grammar
// itself uses ("second member of a name": name#2, "decoded view": ~base64@120) are added after escaping.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::base {

std::string escape_step(std::string_view name);
std::string unescape_step(std::string_view step);

// parent + "!/" + step; the step must already be escaped.
std::string join_item(std::string_view parent, std::string_view step);
std::string decoded_view_step(std::string_view encoding, std::uint64_t offset);  // "~base64@120"

std::string_view item_root(std::string_view item);                // up to the first "!/"
std::string_view item_parent(std::string_view item);              // without the last step; empty for a root
std::vector<std::string_view> item_steps(std::string_view item);  // the root first

}  // namespace dislodge::base
