#pragma once
// What is read first: logs and directories (small, and they say what was read and who administers), then the
// mail of those who hold keys (administrators, IT, support), then other mail, the newest of each first, then
// repositories, and pictures, which OCR reads slowly, last.

#include <filesystem>
#include <string_view>
#include <vector>

#include "casefile/case.hpp"
#include "engine/store.hpp"

namespace dislodge::engine {

// Order of reading of a piece of evidence, lower first. `path` is asked for its time of change: exports keep
// a message's own, and a mailbox that went on longest was written last.
int priority_of(const EvidenceRow &row, const std::filesystem::path &path);

// Of the units that wait, those of logs and directories.
base::Result<std::vector<UnitRow>> units_of_logs(casefile::Case &the_case);

// Once directories are read: mail that nothing but a directory says is an administrator's, by a role, a
// department or a title, goes ahead of other mail that is not read yet.
base::Result<void> put_administrators_first(casefile::Case &the_case);

// Whether one of the words of such people's names stands in a name by itself: "it-support@example.org",
// "export/admins.mbox".
bool names_role(std::string_view name);

}  // namespace dislodge::engine
