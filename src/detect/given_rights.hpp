#pragma once
// Rights that an event gives to somebody whom its target does not name: members of a policy of Google Cloud,
// the principal in the request of an Azure role assignment, a stranger let into an organisation.

#include <string>
#include <vector>

#include "detect/detection.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

// Each member that a SetIamPolicy added: a right on it, a stranger let in ("member"), or something opened to
// everybody ("sharing", on the project).
std::vector<Planted> bindings_given(const View &view, const log::Event &event);

// Who got which role of Azure over what; elevateAccess gives its actor one over everything.
std::vector<Planted> azure_role_given(const View &view, const log::Event &event);

// "member" where nobody knew the account before the event, neither a listing nor a log: whoever it is came by
// the intruder. "right" where it was there before.
std::string member_or_right(const View &view, const std::string &bearer, const log::Event &event);

}  // namespace dislodge::detect
