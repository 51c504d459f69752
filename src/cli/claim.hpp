#pragma once
// `dislodge claim`: whose a finding or a change is, by a named person's word.

#include "cli/commands.hpp"

namespace dislodge::cli {

struct ClaimArguments : CaseOptions {
  std::string thing, who, reason;
  bool ours = false, intruder = false, open = false;
};
int run_claim(const ClaimArguments &arguments);

}  // namespace dislodge::cli
