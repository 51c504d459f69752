#pragma once
// Text for a terminal: tables of each reading command, and the summary that investigate and demo print.

#include <string>
#include <vector>

#include "engine/picture.hpp"

namespace dislodge::report {

// Columns padded to their widest cell; what is longer than `cell_max` is cut with an ellipsis.
std::string table(const std::vector<std::string> &heads, const std::vector<std::vector<std::string>> &rows,
                  std::size_t cell_max = 60);

std::string secrets_text(const engine::Picture &picture);
std::string detections_text(const engine::Picture &picture);
std::string sessions_text(const engine::Picture &picture);
std::string coverage_text(const engine::Picture &picture);
std::string ledger_text(const engine::Picture &picture, bool unread_only);
std::string reach_text(const engine::Picture &picture);
std::string plan_text(const engine::Picture &picture, const evict::Plan &plan);
std::string parties_text(const engine::Picture &picture);
std::string status_text(const engine::Picture &picture);
std::string timeline_text(const engine::Picture &picture);

// The six questions and their answers in under 38 lines.
std::string summary(const engine::Picture &picture);

std::string bytes_text(std::uint64_t bytes);  // "3.4 MB"

}  // namespace dislodge::report
