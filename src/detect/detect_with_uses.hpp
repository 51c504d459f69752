#pragma once
// detect(), once the uses of stolen secrets are known. What was done in sessions that those give to the
// intruder is told as theirs by every pass, as sessions() does: one question, one answer.
//
//   std::vector<Detection> found = detect(table, facts, options);
//   const std::vector<Detection> uses = detect_secret_use(table, facts, found, known_since, options);
//   found = detect_with_uses(table, facts, uses, options);  // and `uses` beside them

#include <vector>

#include "detect/detect.hpp"

namespace dislodge::detect {

// `uses` themselves are not in the answer.
std::vector<Detection> detect_with_uses(const log::EventTable &table, const identity::Facts &facts,
                                        const std::vector<Detection> &uses, const DetectOptions &options);

}  // namespace dislodge::detect
