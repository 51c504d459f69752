#pragma once
// Why: the chain from evidence to a thing, least derivation first, the same every time.
//
//   DISLODGE_TRY_ASSIGN(const std::string text, why(reach, "principal:entra/…"));

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "reach/reach.hpp"

namespace dislodge::reach {

struct Step {
  LabelId label = kNone;
  NodeId node = 0;  // what is concluded
  EdgeId edge = kNone;
  base::Interval interval;          // over which
  std::vector<std::uint32_t> from;  // indexes of earlier steps
  std::string says;
  std::string evidence;  // item:line or log:line; empty where the step follows from its premises alone
};

// The proof of a label: each step after those that it stands on, shared ones once, the label itself last.
std::vector<Step> proof(const Program &program, const Solution &solution, LabelId label);

// The same without what only the machine needs, for rows and JSON.
std::vector<Because> because(const Program &program, const Solution &solution, LabelId label);

// The nodes that carry an id: a resource has its parts too. Least label over all of them; kNone where none
// holds.
LabelId first_label(const Program &program, const Solution &solution, NodeType type, std::string_view id);

// Of all their labels the one that ends last: why it is held now, or why it was at the end.
LabelId last_label(const Program &program, const Solution &solution, NodeType type, std::string_view id);

// Text for a person: at grade confirmed where that holds, and at grade possible where it says more: from
// earlier on, or for longer, as by a token that outlived the password. A usage
// error names what is not reached, or the ids that a shortened name could mean.
base::Result<std::string> why(const Reach &reach, std::string_view id);

}  // namespace dislodge::reach
