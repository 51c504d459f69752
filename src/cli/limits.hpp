#pragma once
// Commands that read evidence into a case, under limits that somebody set ("NAME=NUMBER" each,
// base/limit_names.hpp): these are in the options already, and the case keeps them.

#include <string>
#include <vector>

#include "cli/commands.hpp"

namespace dislodge::cli {

int run_add(const AddArguments &arguments, const std::vector<std::string> &limits);
int run_investigate(const CaseOptions &arguments, const std::vector<std::string> &limits);

}  // namespace dislodge::cli
