#pragma once
// Which messages belong to one conversation, after J. Zawinski's "message threading": by References and
// In-Reply-To, also through messages that are not held, then by subject where a reply carries neither.

#include <string>
#include <vector>

#include "evidence/record.hpp"

namespace dislodge::mail {

// One key for each record, equal for equal conversations: the smallest id (bytewise) of the conversation, or
// "subject:..." where no message of it has any id. The result does not depend on the order of the records.
// Records that are no messages get an empty key.
std::vector<std::string> thread_keys(const std::vector<evidence::Record> &records);

// The subject without "Re:", "AW:", "Fwd:", "[list]" and the like, in lower case; `reply` is set where there
// was a mark of a reply.
std::string base_subject(std::string_view subject, bool &reply);

}  // namespace dislodge::mail
