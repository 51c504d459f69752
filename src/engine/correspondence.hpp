#pragma once
// What disclosure needs of the picture: the messages that we hold, whether the intruder could read each or
// was seen to, and the organisations in them.

#include <vector>

#include "disclose/parties.hpp"
#include "engine/picture.hpp"

namespace dislodge::engine {

std::vector<disclose::Correspondence> correspondence_of(const Picture &picture);
identity::Ourselves ourselves_of(const Picture &picture);
// Addresses of legal staff, by directory (department, title) and by name of the mailbox (legal@, counsel@
// ...): their mail is held back from packages until a person has looked at it.
std::vector<std::string> legal_custodians(const Picture &picture);
std::vector<disclose::Party> parties_of(const Picture &picture);

// Addresses of mailboxes that the intruder has read or can read, in lower case and sorted: no notice goes by
// them, and nobody answers one there.
std::vector<std::string> mailboxes_they_read(const Picture &picture);

}  // namespace dislodge::engine
