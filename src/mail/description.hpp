#pragma once
// What a message's header says of it, as a record: ids, subject, people, times, folder.

#include <cstddef>
#include <string_view>

#include "evidence/record.hpp"
#include "mail/headers.hpp"

namespace dislodge::mail {

// `item` is the message's path, `file` that of what holds it, whose folders count where the header names
// none. At most `most` people and references.
evidence::Record describe_message(const HeaderBlock &headers, std::string_view item, std::string_view file,
                                  std::size_t most);

}  // namespace dislodge::mail
