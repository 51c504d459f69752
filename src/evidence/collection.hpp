#pragma once
// A declared collection: what the person who exported a piece of evidence says about it, in a small TOML
// beside it ("<name>.collection.toml", the same for a file and for a folder):
//
//   [collection]
//   source = "m365-audit"            # entra-signin, m365-audit, mailbox, repository, directory, ...
//   tenant = "GUID"
//   custodian = "helen.marsh@northwind.example"   # mailbox address, or repository as github.com/owner/name
//   collected_by = "..."   collected_at = 2025-11-10T08:00:00Z
//   from = ...   until = ...         # the range that was asked for
//   query = "..."                    # filters; empty: none
//   expected_rows = 12000            # what the source said it holds
//   complete = true
//
// Without one, coverage is inferred from content and never supports "excluded" (DESIGN: time, grades,
// coverage).

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace dislodge::evidence {

struct Collection {
  std::string source;
  std::string tenant;
  std::string custodian;
  std::string collected_by;
  std::string query;
  base::Time collected_at = base::kTimeMin;
  base::Time from = base::kTimeMin;
  base::Time until = base::kTimeMax;
  std::optional<std::uint64_t> expected_rows;
  bool complete = false;
};

inline constexpr std::string_view kCollectionSuffix = ".collection.toml";

// Parses the TOML; an error names file, line and what is wrong.
base::Result<Collection> parse_collection(std::string_view toml, std::string_view file);

}  // namespace dislodge::evidence
