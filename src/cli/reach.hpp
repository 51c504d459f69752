#pragma once
// `dislodge reach`: what the intruder could hold, and what would change if.

#include <string>
#include <vector>

#include "cli/commands.hpp"

namespace dislodge::cli {

struct ReachArguments : CaseOptions {
  std::vector<std::string> questions;  // without:ACTION, reads:RESOURCE@FROM..UNTIL, missing-log:SOURCE
  std::string at;                      // RFC 3339
  bool opengraph = false;
  bool unseen = false;  // credentials that could have been set without a trace
  bool doors = false;   // weak doors of the directories
  bool people = false;  // how many accounts within reach, of whom
  std::string picture;  // id of a thing, or "all": the page's drawing of it as JSON
};
int run_reach(const ReachArguments &arguments);

}  // namespace dislodge::cli
