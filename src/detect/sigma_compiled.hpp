#pragma once
// A Sigma rule once its fields are found and its values are patterns: what sigma_matcher.cpp evaluates and
// sigma_guards.cpp looks at.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/sigma_pattern.hpp"
#include "detect/sigma_rule.hpp"

namespace dislodge::detect {

struct CompiledItem {
  std::uint32_t field = 0;  // index of its plan
  bool keyword = false, all = false, negated = false;
  bool exists = false, wanted = true;             // |exists
  std::optional<std::uint32_t> other;             // |fieldref
  Modifier reference = Modifier::all;             // contains, startswith, endswith; else equality
  std::vector<std::vector<SigmaPattern>> values;  // OR (or AND) of ORs
};

// Of a selection: any of its maps, of each map all items.
using CompiledSelection = std::vector<std::vector<CompiledItem>>;

struct CompiledRule {
  std::uint32_t sources = 0;  // a bit a source
  std::vector<CompiledSelection> selections;
  std::vector<std::pair<std::string, std::uint32_t>> kept;  // for correlations: name, field
  std::vector<std::string_view> channels, event_ids;        // of Windows
  std::uint32_t channel_field = 0, event_id_field = 0;
};

}  // namespace dislodge::detect
