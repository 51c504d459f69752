#include "log/trace.hpp"

#include <algorithm>
#include <iterator>

namespace dislodge::log {

std::string program_of(std::string_view agent) {
  std::string out;
  out.reserve(agent.size());
  std::copy_if(agent.begin(), agent.end(), std::back_inserter(out),
               [](char c) { return c < '0' || c > '9'; });
  return out;
}

std::string_view half_of_address(std::string_view address) {
  const char separator = address.find(':') == std::string_view::npos ? '.' : ':';
  const std::size_t first = address.find(separator);
  return address.substr(0, first == std::string_view::npos ? first : address.find(separator, first + 1));
}

bool is_inside_address(std::string_view address) {
  for (const std::string_view begin : {"10.", "192.168.", "fc", "fd"})
    if (address.starts_with(begin))
      return begin.ends_with('.') || address.find(':') != std::string_view::npos;
  // 172.16.0.0/12
  if (!address.starts_with("172.") || address.size() < 7 || address[6] != '.') return false;
  const std::string_view second = address.substr(4, 2);
  return second >= "16" && second <= "31";
}

}  // namespace dislodge::log
