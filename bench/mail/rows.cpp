#include <fmt/format.h>

#include "mail/tables.hpp"

namespace dislodge::bench {

void print_head() {
  fmt::print("{:<44} {:>9} {:>9} {:>6} {:>7}  {}\n", "measure", "value", "bar", "unit", "ratio", "");
}

int row(std::string_view what, double value, double bar, std::string_view unit, std::string_view note) {
  if (bar == 0) {
    fmt::print("{:<44} {:>9.2f} {:>9} {:>6} {:>7}  {}\n", what, value, "-", unit, "-", note);
    return 0;
  }
  fmt::print("{:<44} {:>9.2f} {:>9.2f} {:>6} {:>7.2f}  {}{}\n", what, value, bar, unit, value / bar,
             value < bar ? "MISSED; " : "", note);
  std::fflush(stdout);
  return value < bar ? 1 : 0;
}

}  // namespace dislodge::bench
