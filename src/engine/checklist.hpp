#pragma once
// Checklists for a war room, out and back in. CSV has a head line; columns may come back in any order, and
// only action_id, state, who, evidence and at are read, beside those that say which action it is. Markdown is
// GitHub's task list, one section a wave.

#include <string>
#include <string_view>
#include <vector>

#include "engine/planning.hpp"

namespace dislodge::engine {

std::string checklist_csv(const evict::Plan &plan);
std::string checklist_markdown(const evict::Plan &plan);
// The ticks of a checklist whose state differs from the plan's, in the file's order. Either format, as people
// and their spreadsheets and editors leave it; an error names file and line.
base::Result<std::vector<Tick>> ticks_of_checklist(const evict::Plan &plan, std::string_view text,
                                                   std::string_view file);

}  // namespace dislodge::engine
