#include "base/secure.hpp"
#include "cli/commands.hpp"

int main(int argc, char **argv) {
  // Before anything is read: no core dumps, no debugger, crypto ready.
  dislodge::base::harden_process();
  return dislodge::cli::run(argc, argv);
}
