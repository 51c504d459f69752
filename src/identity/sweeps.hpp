#pragma once
// What bounds the use of credentials: sweeps that end what was set or issued before, and policies by which a
// secret does not suffice.

#include <string>
#include <vector>

#include "base/intervals.hpp"
#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

// From this time on, what was set in a slot, or issued of a class of token, before it is dead: a password
// changed, sessions revoked.
struct Sweep {
  std::string principal;
  std::string what;  // a slot, or "session:" and a class of token ("session:refresh")
  base::Time time;
  std::string evidence;
  bool by_themselves = false;  // the account did it: where the intruder acts as it, that may be their doing
};

// A policy in evidence by which a credential in a slot does not suffice. It counts at grade possible only
// where it holds on every protocol and the factor resists phishing.
struct Requirement {
  std::string principal;
  std::string slot;  // the credential that needs company; empty: any
  std::string
      factor;  // id of the device, mailbox or key that is needed besides; empty: one that nobody holds
  base::Interval valid;
  bool every_protocol = false;
  bool resists_phishing = false;
  std::string evidence;
};

// From audit events: passwords set anew, sessions revoked. From directories: the time since which a user's
// sessions count (signInSessionsValidFromDateTime). Nothing is swept at a guest, whose sessions are its home
// tenant's (learn.microsoft.com/entra/identity/users/users-revoke-access). `facts` must be settled. By
// principal, what and time.
std::vector<Sweep> sweeps_of(const log::EventTable &events, const Facts &facts);

}  // namespace dislodge::identity
