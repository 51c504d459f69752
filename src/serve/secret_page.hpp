#pragma once
// All that is known of one secret, for its page: whose it is, whom it opens and by what evidence, who used
// it, where it lies with what stands around it (masked), since when the intruder could know it, and what the
// plan does to it.

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/picture.hpp"

namespace dislodge::serve {

// Masked text by item and offset, as engine/store.hpp keeps it.
using Contexts = std::map<std::pair<std::string, std::uint64_t>, std::string>;
inline constexpr std::size_t kPlacesShown = 100, kUsesShown = 50;

// {"schema":1,"id":...,"kind":...,"mask":...,"length":...,"owner":...,"owner_why":...,"bindings":[...],"uses":[...],
//  "places":[{"item":...,"line":...,"subject":...,"people":[...],"before":...,"after":...}],"places_total":n,...}
// A usage error where the case has no such secret.
base::Result<std::string> secret_json(const engine::Picture &picture, std::string_view id,
                                      const Contexts &contexts);

}  // namespace dislodge::serve
