#pragma once
// TOML 1.0 of rule files and declarations, by toml++. That library reports by exception only; here a document
// that does not parse is a value that names file and line, as every other bad input is.
//
//   DISLODGE_TRY_ASSIGN(const toml::table document, base::parse_toml(file.text, file.path));

#include <toml++/toml.h>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dislodge::base {

// An error (usage) says "place:line: what is wrong". Inline, so that stages without rules need not link
// toml++.
inline Result<toml::table> parse_toml(std::string_view text, std::string_view place) {
  try {
    return toml::parse(text, place);
  } catch (const toml::parse_error &error) {
    return fail(ErrorKind::usage, std::string(place) + ":" + std::to_string(error.source().begin.line) +
                                      ": " + std::string(error.description()));
  }
}

}  // namespace dislodge::base
