#pragma once
// Files that leave the case: the report in Markdown and everything as JSON lines, in a folder of their own.
// Two rules hold for all of them: no value of a secret, and what identifies people is in clear, so the report
// says on its first page what it would give a thief.

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/picture.hpp"

namespace dislodge::report {

std::string markdown(const engine::Picture &picture);

// Names of the files written, relative to the folder.
base::Result<std::vector<std::string>> write_report(const engine::Picture &picture,
                                                    const std::filesystem::path &folder);

}  // namespace dislodge::report
