#pragma once
// The head of a bundle (Documentation/gitformat-bundle): capabilities, prerequisites, references, then a
// pack.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "repo/object.hpp"

namespace dislodge::repo {

struct BundleHead {
  int version = 2;
  HashKind kind = HashKind::sha1;
  std::string_view filter;              // a partial bundle: objects were left out by this filter
  std::vector<ObjectId> prerequisites;  // commits that the receiver has to have already
  std::uint64_t references = 0;
  std::uint64_t pack = 0;  // offset of the pack
};

base::Result<BundleHead> read_bundle_head(std::string_view bundle);

}  // namespace dislodge::repo
