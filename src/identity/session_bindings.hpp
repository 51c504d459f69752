#pragma once
// Stolen session cookies, joined by value to the sessions that logs number: the log of who signed in and the
// HAR file that was sent to a supplier's help desk name one session. Nobody's cookie is in clear here: what
// is compared are fingerprints.
//
//   bind_sessions(secrets, events, [&](std::string_view id) { return "secret:" + keys.fingerprint(id); },
//                 facts, unbound);

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/bindings.hpp"
#include "identity/fact.hpp"
#include "identity/secret_fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

inline constexpr std::string_view kSessionCookie = "session-cookie";  // the kind of secret, and the slot

// `secret_id`: the id that a secret of this value has. Adds a binding for each cookie whose session a log
// has, to the account of that session, from its first event on; takes these off `unbound`. Settles the facts
// where there is any.
void bind_sessions(const std::vector<SecretFact> &secrets, const log::EventTable &events,
                   const std::function<std::string(std::string_view)> &secret_id, Facts &facts,
                   std::vector<Unbound> &unbound);

}  // namespace dislodge::identity
