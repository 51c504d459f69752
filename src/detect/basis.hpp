#pragma once
// What the logs show by themselves, before it is asked whose hand it was: campaigns, guessing, sessions that
// somebody else goes on with, uses out of habit. Found once, and borrowed by all who ask again as more
// becomes known: detect(), the uses of stolen secrets, the sessions.
//
//   const Basis basis(table, facts, options);  // borrows all three
//   std::vector<Detection> found = detect(basis);
//   const std::vector<Detection> uses = detect_secret_use(basis, found, known_since);
//   found = detect(basis, uses);                  // and `uses` beside them

#include <vector>

#include "detect/attribution.hpp"
#include "detect/guessing.hpp"
#include "detect/known_password.hpp"
#include "detect/passes.hpp"
#include "detect/spoken.hpp"
#include "detect/spray.hpp"
#include "detect/unopened_sessions.hpp"
#include "detect/unusual_use.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

struct Basis {
  Basis(const log::EventTable &table, const identity::Facts &facts, const DetectOptions &options,
        const Words &words = {});
  Basis(const Basis &) = delete;
  Basis &operator=(const Basis &) = delete;

  // Whose hand it was. Sign-ins that `detections` give to the intruder (stolen secrets) lead on like those of
  // a spray.
  Attribution attribution(const std::vector<Detection> &detections) const;

  const View view;
  const Spoken spoken;                    // what people say of events
  const std::vector<Campaign> campaigns;  // how they came in: programs that try passwords
  const std::vector<Guessing> guessing;
  const std::vector<StolenSession> stolen_sessions;
  const std::vector<UnusualUse> unusual_uses;
  const std::vector<KnownPasswordUse> known_passwords;
  const std::vector<Unopened> unopened;

 private:
  std::vector<Attribution::Seed> seeds_;
};

}  // namespace dislodge::detect
