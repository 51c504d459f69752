#include "reach/seen_reading.hpp"

#include <algorithm>
#include <utility>

namespace dislodge::reach {

void add_unknown_resource(identity::Facts &facts, identity::Resource resource) {
  const auto at =
      std::lower_bound(facts.resources.begin(), facts.resources.end(), resource.id,
                       [](const identity::Resource &one, const std::string &id) { return one.id < id; });
  if (at == facts.resources.end() || at->id != resource.id) facts.resources.insert(at, std::move(resource));
}

}  // namespace dislodge::reach
