#pragma once
// What others say, beside what the evidence has of it: `dislodge tips`.

#include <string>

#include "engine/picture.hpp"

namespace dislodge::report {

std::string tips_text(const engine::Picture &picture);
std::string tips_json(const engine::Picture &picture);

}  // namespace dislodge::report
