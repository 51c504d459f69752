#pragma once
// YAML 1.1 as a tree of scalars, lists and maps, for rule files that people exchange (Nosey Parker,
// Kingfisher, Titus, Sigma). Read by libyaml; anchors are resolved within a budget, so that a small file
// cannot grow into a large tree.
//
//   DISLODGE_TRY_ASSIGN(const auto documents, base::parse_yaml(text, "aws.yml"));
//   if (const YamlNode *rules = documents.front().find("rules")) for (const YamlNode &rule : rules->items)
//   ...

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dislodge::base {

struct YamlMember;

struct YamlNode {
  enum class Kind : std::uint8_t { scalar, list, map };
  Kind kind = Kind::scalar;
  bool quoted = false;              // a scalar in quotes or a block: never null, number or truth value
  std::uint32_t line = 0;           // 1-based
  std::string text;                 // of a scalar
  std::vector<YamlNode> items;      // of a list
  std::vector<YamlMember> members;  // of a map, in their order; keys are scalars

  const YamlNode *find(std::string_view key) const;  // null where there is none
  bool is_null() const;                              // a plain scalar "", "~" or "null"
  // The scalar's text under a key, or "" where there is none.
  std::string_view text_of(std::string_view key) const;
};

struct YamlMember {
  std::string key;
  YamlNode value;
};

// One tree a document. An error names `place`, the line and what libyaml says.
Result<std::vector<YamlNode>> parse_yaml(std::string_view text, std::string_view place);

inline constexpr std::size_t kYamlDepthMax = 64;
inline constexpr std::size_t kYamlNodesMax = 2'000'000;

}  // namespace dislodge::base
