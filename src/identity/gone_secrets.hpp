#pragma once
// Secrets that are gone: what a binding opens ends with the account, and a client secret of Entra that no
// listing of its application's credentials has any more ends with the record that shows it taken away, at
// the latest when the application was listed without it.
//
//   end_gone_secrets(secrets, events, disabled, listed, facts);   // after bind_secrets()
//
// A record of a change to the credentials of an application names all that were left after it (KeyDescription
// of "Update application - Certificates and secrets management"); Graph and AzureHound list the first three
// characters of each that is there (learn.microsoft.com/graph/api/resources/passwordcredential). So a secret
// that begins like none of those left was among those that were taken away.

#include <vector>

#include "identity/disabled.hpp"
#include "identity/fact.hpp"
#include "identity/secret_fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

// `facts` must be settled, `disabled` be that of the same events and facts. Touches bindings alone: those of
// a deleted account, and those to an application that no listed credential of it fits. A secret of which no
// place is dated may be younger than any listing: its binding stays as it is.
void end_gone_secrets(const std::vector<SecretFact> &secrets, const log::EventTable &events,
                      const std::vector<Disabled> &disabled, const ListingTime &listed, Facts &facts);

}  // namespace dislodge::identity
