#pragma once
// --exposure-file: when the intruder could read which mailbox or folder, as a CSV manifest. The first line
// names the columns, in any order:
//
//   mailbox,from,until
//   alice@example.org,2023-11-27T00:00:00Z,2024-01-13
//   export/support,,2024-01-13
//
// `mailbox` (or `path`, `folder`) is a custodian's address or a path below the one that was added; `from` and
// `until` are RFC 3339 or dates, empty for open.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/intervals.hpp"
#include "base/result.hpp"

namespace dislodge::engine {

struct ExposureRule {
  std::string what;  // lower case
  base::Interval interval;
  std::size_t line = 0;
};

base::Result<std::vector<ExposureRule>> parse_exposure_file(std::string_view csv, std::string_view name);

// The rules for a piece of evidence: those of its custodian, else those with the longest path that leads to
// it, else those of an address that its file name holds. Several lines of one name are several times at which
// it could be read: whoever came twice. In the order of the file.
std::vector<const ExposureRule *> exposures_of(const std::vector<ExposureRule> &rules, std::string_view item,
                                               std::string_view custodian);

}  // namespace dislodge::engine
