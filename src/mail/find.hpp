#pragma once
// Searching in mail: see base/bulk.hpp.

#include "base/bulk.hpp"

namespace dislodge::mail {

using base::find_bytes;

}  // namespace dislodge::mail
