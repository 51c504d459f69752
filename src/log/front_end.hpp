#pragma once
// Front ends of Microsoft 365.

#include <string_view>

namespace dislodge::log {

// Whether an address is one: mail that is read through Graph, and calls of Microsoft's own services, show
// these, so they are nobody's place. Source:
// learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges.
bool is_front_end(std::string_view address);

}  // namespace dislodge::log
