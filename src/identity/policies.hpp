#pragma once
// Policies of conditional access: what the readers of listings and of ROADrecon need to fill them in, and
// telling for whom a secret alone does not suffice.
//
//   keep(policy, facts);                                         a reader
//   options.requirements = requirements_of(facts, &events);      once everything is linked
//
// At grade possible a factor counts only where a policy in evidence enforces it for that account on every
// protocol and it resists phishing. So we are strict: a policy that is off or only reports, that leaves out
// an application, a client or a circle of people, or that holds under conditions only (places, risks,
// platforms, devices), protects nobody on that path. Protocols may be covered by different policies: one
// demands a strong factor in browsers and apps, another blocks legacy clients.
//
// Guests are left out: their factors are their home tenant's (cross-tenant settings say whom it trusts).

#include <string>
#include <string_view>
#include <vector>

#include "identity/fact.hpp"
#include "identity/sweeps.hpp"

namespace dislodge::identity {

// Graph's built-in strength "Phishing-resistant MFA" (learn.microsoft.com/entra/identity/authentication/
// concept-authentication-strengths); the other two built-in ones are …0002 (any MFA) and …0003 (passwordless,
// which a push notification satisfies).
inline constexpr std::string_view kPhishingResistantStrength = "00000000-0000-0000-0000-000000000004";

// Which sign-ins a policy covers and what it demands of them. What it says by conditions that we do not
// follow (places, risks, platforms, kinds of device) makes it `narrowed`: it may not apply to the intruder.
struct Policy {
  std::string id;      // policy:entra/TENANT/OBJECTID
  std::string tenant;  // kUnknownTenant where the export does not say
  std::string name;
  bool enforced = false;  // neither off nor report-only
  // "all", "guests", "user:ID", "group:ID", "role:TEMPLATE"; lower case
  std::vector<std::string> includes, excludes;
  bool every_application = false;
  std::vector<std::string> clients;  // browser, modern, activesync, legacy; "all"
  std::string narrowed;              // by which condition; empty: by none
  // block, mfa, phishing-resistant, strength:ID (told elsewhere), device, other
  std::vector<std::string> demands;
  bool any_suffices = false;  // one of `demands`; else all of them
  base::Interval valid;       // from its last change on
  std::string evidence;
};

// A policy travels among the facts as a principal of kind `other` whose id begins with "policy:" and whose
// attributes are its parts. It acts as nobody, so reach passes it by.
inline constexpr std::string_view kPolicy = "policy:";
void keep(const Policy &policy, Facts &facts);
std::vector<Policy> policies_of(const Facts &facts);

// Whether every combination of a strength resists phishing: passkeys, Windows Hello, certificates with two
// factors. Names as Graph writes them (authenticationMethodModes), any case; an empty list does not.
bool combinations_resist(const std::vector<std::string_view> &combinations);

// Sets the clients of a policy from the names of Graph ("mobileAppsAndDesktopClients") or ROADrecon
// ("Native", "LegacyImap"); none given are all. Half of a protocol ("EasSupported" alone) does not count.
void set_clients(Policy &policy, const std::vector<std::string_view> &names);

std::string policy_id(std::string_view tenant, std::string_view object);

// One requirement a user and stretch of time, by principal. `facts` must be settled and linked. `events`,
// where given, end a policy where the log shows a change that the export does not have yet.
std::vector<Requirement> requirements_of(const Facts &facts, const log::EventTable *events = nullptr);

}  // namespace dislodge::identity
