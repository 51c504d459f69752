#pragma once
// Administrators' roles of Okta, as listings have them: a role is a principal of its organisation, whose
// holders act as it. What a role may do to every account, group or application of the organisation is added
// when all listings have been read, since nobody below the two highest roles may touch an administrator.
// `kOktaRole` is the right of who holds one. Source: help.okta.com, standard administrator roles and
// permissions.

#include <string>
#include <string_view>
#include <vector>

#include "identity/fact.hpp"

namespace dislodge::identity {

inline constexpr std::string_view kOktaRole = "okta-role";

std::string okta_organisation(std::string_view host);  // principal:okta/acme.okta.com
// `type` as the API has it: SUPER_ADMIN, HELP_DESK_ADMIN ...
std::string okta_role_principal(std::string_view organisation, std::string_view type);
// Types of the roles that a log's text names: "Super administrator", "Group administrator (for Sales), Help
// Desk administrator"; what it names and nobody knows is given as it stands. The groups to which a role is
// limited are not read: it counts for all.
std::vector<std::string> okta_roles_in(std::string_view text);
std::string okta_role_name(std::string_view type);  // "Help Desk Administrator"; the type where unknown
// Roles that may only look are known, and open nothing.
bool is_known_okta_role(std::string_view type);

void link_okta_roles(const Facts &facts, std::vector<Grant> &made);

}  // namespace dislodge::identity
