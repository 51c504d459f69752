#pragma once
// Which domains seem to be one organisation: by the certificates and the signatures of the people who write
// from them. Each person votes once for each name: by certificate 3, by the Organization field or the company
// under their name 1, by the site under their name 1 (2 where that site is the other domain itself). A name
// leads a domain by a margin; two domains led by the same name, each by kGroupMargin or more and with votes
// of two people or of one certificate, are proposed as a group. Anybody can write any name under a mail, so a
// group is a proposal for a person to confirm and releases nothing by itself.

#include <string>
#include <vector>

#include "disclose/parties.hpp"

namespace dislodge::disclose {

inline constexpr double kGroupMargin =
    0.34;  // a third more than the next: twice as many, where there are two

// Sets `groups` of each party. Persons at mail providers and our own domains take no part.
void propose_groups(const std::vector<Correspondence> &mail, const identity::Ourselves &us,
                    std::vector<Party> &parties);

}  // namespace dislodge::disclose
