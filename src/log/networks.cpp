#include "log/networks.hpp"

#include <map>
#include <set>
#include <string>

#include "log/trace.hpp"

namespace dislodge::log {

namespace {

struct Told {
  std::set<base::StringId> networks;  // two at most: more tell no more
  std::set<std::string> halves;       // likewise
};

}  // namespace

void forget_uniform_networks(EventTable &table) {
  std::map<Source, Told> sources;
  for (const Event &event : table.events) {
    if (event.network == 0 || event.address == 0) continue;
    Told &told = sources[event.source];
    if (told.networks.size() < 2) told.networks.insert(event.network);
    if (told.halves.size() < 2) told.halves.emplace(half_of_address(table.text(event.address)));
  }
  for (Event &event : table.events) {
    const auto told = sources.find(event.source);
    if (told != sources.end() && told->second.networks.size() == 1 && told->second.halves.size() > 1)
      event.network = 0;
  }
}

}  // namespace dislodge::log
