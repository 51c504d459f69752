#pragma once
// Dates that programs write where they have none: .NET's first and last (0001-01-01, 9999-12-31), the zeros
// of FILETIME, Excel, SQL and Unix. No log is older than 1971 or from after 2200.

#include <cstdint>

#include "base/time.hpp"

namespace dislodge::log {

constexpr bool stands_for_none(base::Time time) {
  constexpr std::int64_t k1971 = 31'536'000, k2200 = 7'258'118'400;  // seconds
  return time.us < k1971 * base::kSecond || time.us >= k2200 * base::kSecond;
}

}  // namespace dislodge::log
