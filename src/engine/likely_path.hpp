#pragma once
// How somebody may have come back in, by what the plan knows: an action that is open, failed or rolled back,
// or what one that is in effect leaves. For people, who look there first.

#include <string>
#include <string_view>

#include "engine/picture.hpp"

namespace dislodge::engine {

struct Shown {
  std::string principal;      // who was at work; may be empty
  base::Time by;              // when
  std::string_view key = {};  // the credential that was shown, where the log names it
  bool refused = false;       // the secret was tried and not accepted
};

// Where a key is named, what is about that key comes first. Of what actions in effect leave, what has run out
// by then, or what another action has ended since, is no path.
std::string likely_path(const Picture &picture, const Shown &shown);

}  // namespace dislodge::engine
