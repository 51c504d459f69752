#pragma once
// Whether stolen secrets were used: for each secret with a binding, every authentication of its principal
// after the secret could first be known, split into the owner's habit and the rest. One second is enough.
//
//   auto uses = detect_secret_use(basis, detections, known_since);
//   auto doubts = cannot_say(basis.view, detections, coverage, known_since);

#include <map>
#include <string>
#include <vector>

#include "detect/detect.hpp"
#include "identity/fact.hpp"
#include "log/coverage.hpp"
#include "log/event.hpp"

namespace dislodge::detect {

class View;  // view.hpp

// When the intruder could first know a secret (by secret id), or act as a principal (by principal id): from
// reach. A secret that is not in it counts from its earliest exposure in the facts, else not at all.
using KnownSince = std::map<std::string, base::Time, std::less<>>;

// Detections stolen-secret-used and stolen-secret-tried: authentications by the credential or as the
// principal of a binding that bear the intruder's fingerprint (client and agent of attributed sign-ins), or
// that differ from all that the principal's owner ever did (agent, network and client at once). Right
// passwords given by the intruder's client for accounts to which no secret is bound become
// success-after-spray. What `detections` explain already is not told again.
std::vector<Detection> detect_secret_use(const Basis &basis, const std::vector<Detection> &detections,
                                         const KnownSince &known_since);
std::vector<Detection> detect_secret_use(const log::EventTable &table, const identity::Facts &facts,
                                         const std::vector<Detection> &detections,
                                         const KnownSince &known_since,
                                         const DetectOptions &options = builtin_options());

// For principals that the intruder held and for bound secrets that they could know: the intervals in which
// the log that would show the use has a gap, was throttled, or is not held.
std::vector<CannotSay> cannot_say(const View &view, const std::vector<Detection> &detections,
                                  const std::vector<log::Coverage> &coverage, const KnownSince &known_since);
std::vector<CannotSay> cannot_say(const log::EventTable &table, const identity::Facts &facts,
                                  const std::vector<Detection> &detections,
                                  const std::vector<log::Coverage> &coverage, const KnownSince &known_since,
                                  const DetectOptions &options = builtin_options());

}  // namespace dislodge::detect
