#pragma once
// The TOML files of rules/ as they were when the binary was built, sorted by path.
// The product needs no files beside it; a folder given with --rules takes their place.

#include <span>
#include <string_view>

namespace dislodge::base {

struct EmbeddedRule {
  std::string_view path;  // "rules/secrets/github.toml"
  std::string_view text;
};

std::span<const EmbeddedRule> embedded_rules();

}  // namespace dislodge::base
