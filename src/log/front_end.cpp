#include "log/front_end.hpp"

#include <algorithm>
#include <iterator>

namespace dislodge::log {

bool is_front_end(std::string_view address) {
  constexpr std::string_view kPrefixes[] = {
      "20.190.", "20.20.",  "20.231.",  "40.126.",  "40.92.",  "40.93.",     "40.104.", "40.105.",
      "40.107.", "52.96.",  "52.97.",   "52.98.",   "52.99.",  "52.100.",    "52.101.", "52.102.",
      "52.103.", "13.107.", "132.245.", "150.171.", "2603:10", "40.96.",     "40.97.",  "40.98.",
      "40.99.",  "40.100.", "40.101.",  "40.102.",  "40.103.", "2a01:111:f4"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return address.starts_with(prefix); });
}

}  // namespace dislodge::log
