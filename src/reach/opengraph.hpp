#pragma once
// Reach as BloodHound OpenGraph JSON (schema: SpecterOps, bloodhound-docs, opengraph/developer): nodes are
// what the intruder holds, edges are the steps of their proofs, so that a BloodHound shows since when each is
// reachable and by which evidence. No secret's value is in it, only kinds and masks.

#include <string>

#include "reach/reach.hpp"

namespace dislodge::reach {

std::string opengraph_json(const Reach &reach);

}  // namespace dislodge::reach
