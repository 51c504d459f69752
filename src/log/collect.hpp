#pragma once
// What to export from which system before it is lost: rules/collect, soonest to expire first.
//
//   DISLODGE_TRY_ASSIGN(const auto exports, load_exports(files));     // path and text of each TOML
//   for (const Export *one : still_missing(exports, coverage)) ...

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "log/coverage.hpp"

namespace dislodge::log {

struct Export {
  std::string id, system, title;
  std::string source;  // name of a Source, or "directory:" and a realm: no log, but who holds which right
  std::string event_class;  // empty: every class of the source
  int days = 0;             // kept at least so long; 0: kept only where it was sent elsewhere
  std::string kept, command, proves, cannot, caps, as_of;
  std::vector<std::string> sources;
};

// Sorted by days, then system and id. An error names file, entry and what is wrong.
base::Result<std::vector<Export>> load_exports(
    const std::vector<std::pair<std::string_view, std::string_view>> &files);

// Those of which the case holds no event, no declared collection and, of directories, no export of the realm.
std::vector<const Export *> still_missing(const std::vector<Export> &exports,
                                          const std::vector<Coverage> &held,
                                          const std::set<std::string> &directories = {});

// One JSON object, as `dislodge collect --json` prints it (docs/json.md).
std::string to_json(const Export &one);

// "after 30 days", "today", "was never kept unless it was sent elsewhere".
std::string when_lost(const Export &one);

}  // namespace dislodge::log
