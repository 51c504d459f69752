#pragma once
// Facts and detections become the program that reach solves: nodes for what can be known, authenticated, held
// as a token, acted as and read, and an edge for every fact that leads from one to the other (docs/reach.md
// has the list).
//
//   const Program program = make_program(facts, rights, detections, options);
//
// What the edges of a principal look like (credentials to the left, acting to the right):
//
//   secret ──binding──┐                    ┌─session──► token refresh ─account─┐
//   planted ──────────┴─► authenticated ───┤          (until revoked)          ├─► token access ──► principal
//                                          └────────────account────────────────┘      (1 h)
// so that each action cuts where it cuts in truth: a new password at `binding`, revoking sessions at
// `refresh`, disabling the account at `account`, and an access token that was issued lives on for its hour.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "detect/detection.hpp"
#include "detect/set_credential.hpp"
#include "identity/disabled.hpp"
#include "identity/fact.hpp"
#include "identity/rights.hpp"
#include "identity/sweeps.hpp"
#include "reach/reach.hpp"
#include "reach/watched.hpp"

namespace dislodge::reach {

// The intruder as a principal: acts always. Forwarding rules, guest rights and webhooks of theirs are grants
// to it.
inline constexpr std::string_view kIntruder = "principal:intruder";

struct ProgramOptions {
  // Entra issues access tokens for 60 to 90 minutes; one hour is what its revocation page promises by default
  // (learn.microsoft.com/entra/identity/users/users-revoke-access). Configurable there from 10 minutes to 1
  // day.
  std::int64_t access_token_us = base::kHour;
  // Sessions made with an AWS access key live on after it, at most 36 hours (GetSessionToken,
  // GetFederationToken).
  std::int64_t aws_session_us = 36 * base::kHour;
  // Who may set a credential may have set one that nobody saw. false: such a right is control while it is
  // held, and planted credentials come from the logs. true: what may have been set counts until the principal
  // is swept.
  bool minted_until_swept = false;
  // A Kerberos ticket: ten hours by the default domain policy (MaxTicketAge).
  std::int64_t ticket_us = 10 * base::kHour;
  // People use one password in several places: one that opens an account may open their others.
  bool reused_passwords = false;
  // What the log of mail access testifies about (watched.hpp).
  std::vector<Watched> watched;
  std::vector<identity::Sweep> sweeps;                 // what was ended when
  std::vector<identity::Disabled> disabled;            // when accounts were shut
  std::vector<identity::Requirement> requirements;     // where a secret alone does not suffice
  std::vector<detect::SetCredential> set_credentials;  // by whom the logs show what to be set
  std::map<std::string, std::string, std::less<>>
      secret_names;  // secret id -> "app secret (abc…)", for people
};

Program make_program(const identity::Facts &facts, const identity::Rights &rights,
                     const std::vector<detect::Detection> &detections, const ProgramOptions &options = {});

// One clause that says what an edge says, for a person.
std::string clause(const Program &program, EdgeId edge);

// The program, solved at both grades, with rows, proofs and missing evidence.
Reach compute_reach(const identity::Facts &facts, const identity::Rights &rights,
                    const std::vector<detect::Detection> &detections, const ProgramOptions &options = {});

// The same from a program that is there already; `held_in` and kinds are taken from the resources of the
// facts.
Reach compute_reach(Program program, const identity::Facts &facts);

}  // namespace dislodge::reach
