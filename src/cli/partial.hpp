#pragma once
// For commands that answer from a case without deriving its picture: what say_partial() of session.hpp says
// for the others.

#include "base/result.hpp"
#include "casefile/case.hpp"

namespace dislodge::cli {

base::Result<void> say_partial(casefile::Case &the_case);

}  // namespace dislodge::cli
