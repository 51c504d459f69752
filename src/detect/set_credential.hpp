#pragma once
// Somebody was seen to set a credential. If the intruder could act as them at that time it is theirs, at
// grade possible, until somebody says whose it is. detect/left_behind.hpp finds them.

#include <cstdint>
#include <string>

#include "detect/detection.hpp"

namespace dislodge::detect {

struct SetCredential {
  std::string actor;  // who set it
  Planted set;
  std::uint32_t event = 0;    // index in the table
  std::string evidence = {};  // "log:line"
  std::string says = {};
};

}  // namespace dislodge::detect
