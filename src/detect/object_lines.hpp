#pragma once
// Files of one JSON object a line that organisations hand each other: manifests of stolen messages, the
// messages of a package, links between cases. They come from outside: a line that is no object is named.
//
//   DISLODGE_TRY(each_object_line(text, "manifest", [&](std::size_t number, simdjson::dom::element row) {
//     ...; return base::Result<void>();
//   }));

#include <simdjson.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dislodge::detect {

// Calls `each` with the number of a line (1-based) and its object, until one fails. Empty lines are passed
// over. A usage error, "`what`, line N: is no JSON object", where a line is something else.
base::Result<void> each_object_line(
    std::string_view text, std::string_view what,
    const std::function<base::Result<void>(std::size_t number, simdjson::dom::element row)> &each);

// The text under a key; empty where there is none.
std::string text_of(simdjson::dom::element row, std::string_view key);

}  // namespace dislodge::detect
