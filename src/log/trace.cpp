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

}  // namespace dislodge::log
