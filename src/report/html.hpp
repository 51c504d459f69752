#pragma once
// The report as one HTML file for reading offline and on paper: no script, no link to anywhere, nothing
// fetched, and a content policy that would refuse it. Each sentence is a numbered statement with its grade,
// evidence and limits (report/statements.hpp). Text from evidence stays text.

#include <string>
#include <string_view>

#include "engine/picture.hpp"

namespace dislodge::report {

std::string html_escaped(std::string_view text);
std::string html(const engine::Picture &picture);

}  // namespace dislodge::report
