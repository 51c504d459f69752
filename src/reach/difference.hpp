#pragma once
// What an "if" changes: two solutions side by side, thing by thing.

#include <string>
#include <vector>

#include "reach/reach.hpp"

namespace dislodge::reach {

struct Difference {
  std::string id, type, name;
  base::IntervalSet before, after;
  // "gained" where it was not held at all, "earlier", "longer", "lost", "later", "shorter"; of several the
  // first.
  std::string change;
};

// Things (principals, resources, secrets) that are held at other times in the second, by (type, id). The two
// may be of different programs: things are matched by id.
std::vector<Difference> differences(const Program &program, const Solution &before, const Program &other,
                                    const Solution &after);

// Grows by one fact: the intruder read the resource over the interval. A usage error names what is no
// resource.
base::Result<EdgeSpec> reading(const Program &program, std::string_view resource, base::Interval interval);

}  // namespace dislodge::reach
