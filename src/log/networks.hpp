#pragma once
// The networks (autonomous systems) that logs name beside addresses, where they say nothing: a collector that
// writes one and the same for every address, wherever it lies, has none to tell.
//
//   forget_uniform_networks(table);   // once all logs are in it

#include "log/event.hpp"

namespace dislodge::log {

// Takes the network from the events of each source all of whose addresses, in two or more halves of address
// space (log/trace.hpp), are said to lie in a single one. What then tells places apart is the address.
void forget_uniform_networks(EventTable &table);

}  // namespace dislodge::log
