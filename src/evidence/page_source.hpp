#pragma once
// The name under which the source of a page goes to the scanner where its text does too (TextView::name).
// What stands between the tags is left to the text then: in the source it is cut at tags and spelled with
// entities.

#include <string_view>

namespace dislodge::evidence {

inline constexpr std::string_view kPageSource = "page-source.html";

}  // namespace dislodge::evidence
