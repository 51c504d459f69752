#pragma once
// Certificate attacks of Active Directory, joined from what a directory export lists: templates, the
// authorities that publish them, who may enrol, and which authorities the domain believes. A part of
// link_facts().
//
// To enrol needs a right on the template and one on the authority, so each dangerous pair of the two is a
// principal "may be issued a certificate of T by C" behind the composite "adcs-enrol" (both halves), from
// which BloodHound's ADCSESC edge leads on.

#include <vector>

#include "identity/fact.hpp"

namespace dislodge::identity {

// `facts` must be settled. Adds to both lists; what they make has the same ids every time.
void link_certificates(const Facts &facts, std::vector<Principal> &principals, std::vector<Grant> &grants);

}  // namespace dislodge::identity
