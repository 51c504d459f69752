#pragma once
// Whose mailboxes were handed in, and which messages: what an event names is looked for here.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/picture.hpp"

namespace dislodge::engine {

// "<a@b>" and "a@b" are one id.
std::string bare_id(std::string_view id);

// Whose each piece of evidence is, in lower case: as somebody said, else as was inferred.
std::map<std::int64_t, std::string> custodians_of(const Picture &picture);

// Whose mailbox a message was in: that of its evidence; where that is not known, those to which its own
// header or the load file of its export says that it was delivered. One that is empty stands for no named
// mailbox.
std::vector<std::string> mailboxes_of(const StoredRecord &row,
                                      const std::map<std::int64_t, std::string> &custodians);

}  // namespace dislodge::engine
