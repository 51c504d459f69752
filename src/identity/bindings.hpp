#pragma once
// Which secret opens whom, and where secrets lie. A binding has its evidence and a strength:
//   1.0  the same key: certificate thumbprint, SSH fingerprint, key id
//   0.9  an Entra client secret whose first three characters and shape match one listed credential only
//   0.8  user name and password side by side, the name being a full address or qualified by its domain
//   0.6  the only account of that short name in the directories, or one of several credentials with that hint
// Where a short name fits several accounts there is no binding, and the reason is listed.

#include <string>
#include <vector>

#include "identity/fact.hpp"
#include "identity/secret_fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

struct Unbound {
  std::string secret;
  std::string why;  // "the name "svc" fits 3 accounts"
};

// Adds bindings, presences, and principals for accounts that no directory lists
// (principal:account/user@domain, principal:aws/ACCOUNT/akia..., principal:key/ssh...). Settles. `events`,
// where given, tell the id of an account that only a log knows. Gives the secrets that open nobody we know,
// with the reason, sorted by secret.
std::vector<Unbound> bind_secrets(const std::vector<SecretFact> &secrets, Facts &facts,
                                  const log::EventTable *events = nullptr);

}  // namespace dislodge::identity
