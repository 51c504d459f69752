#pragma once
// The head of an HTML file that is read offline and on paper: no script, nothing fetched, and a content
// policy that would refuse it.

#include <string>
#include <string_view>

namespace dislodge::report {

// Up to and with <body>.
std::string page_head(std::string_view title);

}  // namespace dislodge::report
