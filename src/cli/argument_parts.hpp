#pragma once
// What the files that turn argv into structs share. Includes CLI11, which is slow to compile.

#include <CLI/CLI.hpp>

#include "cli/claim.hpp"
#include "cli/commands.hpp"

namespace dislodge::cli {

void common(CLI::App &app, Common &to);             // what every command takes
void key_options(CLI::App &app, Common &to);        // how a case is opened
void case_options(CLI::App &app, CaseOptions &to);  // CASE, and both of the above
Common &ready(Common &arguments);                   // before a command runs

// The commands by which something leaves the case or comes from others. Their structs outlive the parsing;
// `code` is set by the one that ran.
struct DisclosureCommands {
  TipsArguments tips;
  ClaimArguments claim;
  StatementsArguments statements;
  PackageArguments package;
  LinkArguments link;
  NoticeArguments notice;
  ReconcileArguments reconcile;
  DutiesArguments duties;
};
void add_disclosure_commands(CLI::App &app, DisclosureCommands &commands, int &code);

}  // namespace dislodge::cli
