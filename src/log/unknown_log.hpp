#pragma once
// Whether bytes that no reader of logs knows are a log all the same: line after line has a date, a time of
// day and a network address, as logs of gateways, firewalls, proxies, web servers and consoles have. Such a
// file is read for secrets, but its events are not known, and that must be said: what is not seen did not
// therefore not happen.

#include <string_view>

namespace dislodge::log {

// Looks at the first lines only. At least three of four of them, a heading apart, must be lines of a log.
bool looks_like_log(std::string_view bytes);

}  // namespace dislodge::log
