#pragma once
// How a reader of a directory of any size stays within a worker's memory: it gives up what it has found so
// far.

#include <functional>

namespace dislodge::identity {

// Called by a reader between records, when what it has added is whole: whoever owns the facts may take them
// out and leave none. Facts encoded one behind the other decode as one.
using FactSpill = std::function<void()>;

}  // namespace dislodge::identity
