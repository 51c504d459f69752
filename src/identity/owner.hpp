#pragma once
// Whose secret it is: the organisation, by its registrable domain, with the evidence for it. Evidence is
// weighed: the tenant or account inside the secret, the certificate's subject and the token's issuer count
// most, then host and URL beside it, then the user name's domain, then the other side of the correspondence.
// Free-mail domains never vote. A grouping never releases anything: the margin is kept, and a tie names
// nobody.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "identity/fact.hpp"
#include "identity/secret_fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

// The part of a host name that is registered: "mail.corp.example.co.uk" -> "example.co.uk". Lower case; ""
// for addresses, single labels and public suffixes themselves. By the Public Suffix List (libpsl, the part
// that registries keep) and the names under which providers give each customer one of their own
// (owner.cpp).
std::string registrable_domain(std::string_view host);
bool is_free_mail(std::string_view domain);  // gmail.com and its like
bool is_shared_service(
    std::string_view domain);  // github.com, amazonaws.com ...: names the service, not the owner

struct Ourselves {
  std::set<std::string, std::less<>> domains;               // registrable, lower case
  std::map<std::string, std::string, std::less<>> tenants;  // every known tenant id -> its domain
  // Names under which providers may serve us ("acme.okta.com" where acme.example is ours) -> that domain.
  std::map<std::string, std::string, std::less<>> served;
  std::string primary;  // the domain of ours with the most accounts; "" where nothing is known of us
  bool ours(std::string_view domain) const { return domains.count(domain) != 0 || served.count(domain) != 0; }
};
// Our organisation: verified domains of the collected tenants, the domains of custodians and, where `events`
// are given, those of most accounts in a log that only an organisation's own administrators can export (Okta,
// Google); with the names under which providers serve it: those that a listing of theirs says, and those that
// begin like a domain of ours.
Ourselves ourselves(const Facts &facts, const std::vector<std::string> &custodians,
                    const log::EventTable *events = nullptr);

// Fills `served` from the domains: providers serve an organisation under a name that it chose, mostly its
// own.
void add_served_names(Ourselves &us);

struct Vote {
  std::string organisation;
  double weight = 0;
  std::string why;
};
// All votes for a secret, heaviest first; equal organisations are added up.
std::vector<Vote> votes_for(const SecretFact &secret, const Facts &facts, const Ourselves &us);
// Sets owner and owner_why of each secret.
void tell_owners(std::vector<SecretFact> &secrets, const Facts &facts, const Ourselves &us);

}  // namespace dislodge::identity
