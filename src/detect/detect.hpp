#pragma once
// What the events mean: a straight list of passes, one file each.
//
//   DISLODGE_TRY_ASSIGN(const DetectOptions options, load_options(base::embedded_rules()));
//   const Basis basis(table, facts, options);        // table and facts settled
//   std::vector<Detection> found = detect(basis);
//   std::vector<Session> list = sessions(basis, found);
//
// A detection says what happened; `intruder` says whose it was, with the reason. Nothing is the intruder's
// for its address alone. The same input gives the same output, in the same order.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_rules.hpp"
#include "detect/detection.hpp"
#include "detect/sigma_rule.hpp"
#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::detect {

class SigmaMatcher;  // sigma_matcher.hpp

// A kind of detection as rules/detections/ describes it.
struct KindRule {
  std::string kind;
  std::vector<std::string> techniques;  // ATT&CK
  std::string says;                     // sentence with {places}
  std::string source;
  // What stays behind where the intruder did it, on whom it was done: "factor", "role", "user"; "federation":
  // on the tenant, whose sign-ins another issuer answers for now. Empty: nothing that the plan has to undo.
  std::string plants;
};

struct DetectOptions {
  std::vector<KindRule> kinds;  // sorted by kind
  // An application role or delegated permission that opens mail, files, or the directory itself.
  std::set<std::string, std::less<>> privileged;               // lower case
  std::set<std::string, std::less<>> mail_roles;               // those that open mailboxes
  std::map<std::string, std::string, std::less<>> role_names;  // application role id -> name
  std::set<std::string, std::less<>> mail_clients;  // application ids of Microsoft's own mail programs

  // Sigma rules, own ones and imported ones: what log/ runs over records as it reads them.
  std::shared_ptr<const SigmaMatcher> sigma;  // null in options made by hand
  SigmaAliases aliases;
  SigmaPlaceholders placeholders;

  // Spray: see spray.cpp for what they mean.
  std::uint32_t spray_addresses_min = 8;
  std::uint32_t spray_accounts_min = 3;
  std::uint32_t spray_burst_accounts_min = 4;
  std::uint32_t spray_tries_an_address_max = 3;
  std::uint32_t spray_account_cap = 3;
  double spray_surprise_min = 16;          // minus the natural logarithm of the chance
  std::uint32_t guess_addresses_min = 12;  // on one or two accounts: addresses, and
  std::uint32_t guess_networks_min = 6;    // networks that they lie in
  std::int64_t spray_slack_us =
      base::kDay;  // a success this long after the last try still belongs to the spray

  // An application that reads mail within this long from the beginning of the log was there before.
  std::int64_t learning_us = 7 * base::kDay;

  const KindRule *kind(std::string_view name) const;
};

// Reads every file whose path has "detections/". A mistake is named by file, line and key.
base::Result<DetectOptions> load_options(std::span<const base::EmbeddedRule> files);
// The rules in the binary. They were checked when it was tested; broken ones give the bare defaults.
const DetectOptions &builtin_options();

struct Basis;  // basis.hpp

// What a named person says of an event. From what is the intruder's their hand is followed; what is ours is
// never theirs, whatever else the logs would let conclude.
struct Word {
  bool intruder = false;  // false: ours
  std::string because;
};
using Words = std::map<std::string, Word, std::less<>>;  // by the event's place, "audit.json:line 12"

// With `uses` of stolen secrets, which reach makes known: what was done in sessions that those give to the
// intruder is told as theirs by every pass, as sessions() does. `uses` themselves are not in the answer.
std::vector<Detection> detect(const Basis &basis, const std::vector<Detection> &uses = {});
std::vector<Detection> detect(const log::EventTable &table, const identity::Facts &facts,
                              const DetectOptions &options);

// Sign-ins and mail access stitched by session and token ids: the sessions of the intruder, and those of
// every principal that a detection of theirs names, so that the owner's sessions stand beside the intruder's.
std::vector<Session> sessions(const Basis &basis, const std::vector<Detection> &detections);
std::vector<Session> sessions(const log::EventTable &table, const identity::Facts &facts,
                              const std::vector<Detection> &detections,
                              const DetectOptions &options = builtin_options());

}  // namespace dislodge::detect
