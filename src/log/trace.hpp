#pragma once
// What whoever acts leaves in a record and is compared over weeks: the program without its version, the
// address without its last half.

#include <string>
#include <string_view>

namespace dislodge::log {

// A user agent without its digits: programs are updated every few weeks, and the numbers say nothing.
std::string program_of(std::string_view agent);

// The first half of an address (two numbers of IPv4, two groups of IPv6): providers give neighbours out anew.
// What is no address stays whole.
std::string_view half_of_address(std::string_view address);

// Within an organisation's own network, whose addresses are of its machines (RFC 1918; RFC 4193 of IPv6).
bool is_inside_address(std::string_view address);

}  // namespace dislodge::log
