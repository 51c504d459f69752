#pragma once
// Results of other scanners: SARIF 2.1.0 (OASIS), read for the places that it names. `scan --import-sarif`
// and tips use it; the writer stands in report/sarif.hpp.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dislodge::detect {

// A place that another scanner named.
struct SarifResult {
  std::string tool;
  std::string rule;
  std::string path;          // percent-decoded; relative or absolute, as the file says
  std::uint64_t line = 0;    // 1-based; 0: unknown
  std::uint64_t column = 0;  // likewise
  std::string message;
};

// The results of every run in a SARIF file. An error says why it is none.
base::Result<std::vector<SarifResult>> read_sarif(std::string_view text);

}  // namespace dislodge::detect
