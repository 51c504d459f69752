#pragma once
// Cells that a spreadsheet would take for a formula (OWASP, CSV injection): =, +, - and @, tab and carriage
// return at the beginning, blanks before them not counted, and the full-width forms of the four, which
// spreadsheets set up for East Asian languages take for the same.

#include <string_view>

namespace dislodge::base {

bool begins_formula(std::string_view cell);

}  // namespace dislodge::base
