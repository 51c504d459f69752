#pragma once
// What `dislodge --version` says, and what shards and inventories of other machines must agree with.

#include <string_view>

namespace dislodge::engine {

inline constexpr std::string_view kProgramVersion = "0.1.0";

}  // namespace dislodge::engine
