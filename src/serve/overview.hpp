#pragma once
// What the page opens with: the six questions of the report with their answers, each with its count, its
// grade where it has one, and the view that shows it; then what the answers rest on, the verdict and what it
// does not cover.

#include <string>

#include "engine/picture.hpp"

namespace dislodge::serve {

// One object: questions[{ask, answers[{says, count, grade, time, view}]}], rests_on[answers], clocks[{regime,
// name, status, running}], verdict{closed, says, does_not_cover[] (the first), does_not_cover_count},
// notes[], partial, percent. `view` is a place in the page.
std::string overview_json(const engine::Picture &picture);
// Evidence that the intruder could read and that was not handed in, a line each: resource, name, kind, why,
// since, opens.
std::string missing_json(const engine::Picture &picture);

// What the verdict does not cover, a line each: point.
std::string uncovered_json(const engine::Picture &picture);

}  // namespace dislodge::serve
