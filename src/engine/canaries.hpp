#pragma once
// What nobody has reason to touch: accounts and resources that a case watches for as long as it lasts.
// verify() tells of any use of them.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "casefile/case.hpp"

namespace dislodge::engine {

// Canaries stay with the case once they were named, so that every later verify watches them: ids or names, as
// they were given. keep_canaries() adds to them (the name "none" forgets those before it) and writes the
// journal.
base::Result<std::vector<std::string>> kept_canaries(casefile::Case &the_case);
base::Result<void> keep_canaries(casefile::Case &the_case, const std::vector<std::string> &canaries);

}  // namespace dislodge::engine
