#pragma once
// Rights that logs outside of Entra show given and taken: a member of a GitHub or GitLab project, team or
// organisation, a deploy key, a policy or group of AWS, a role, group or application of Okta, a group or role
// of Google, a group of Active Directory. What the intruder, or whoever they act as, was given is reached
// from then on; what was taken ends, also where a listing knows of it.
//
//   add_given_elsewhere(events, facts);   // before link_facts(); settles facts
//
// Whoever was seen to clone a repository may read it, though nobody knows since when.
//
// The kinds are those of listings of the same systems where there are such (rules/rights), so that a row of a
// listing and an event about one thing become one right. Who got a right is no principal of `facts` for it:
// only groups, teams, keys and organisations are added.

#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

void add_given_elsewhere(const log::EventTable &events, Facts &facts);

}  // namespace dislodge::identity
