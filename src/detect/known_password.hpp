#pragma once
// Passwords that a spray or guessing found and that something stopped, used later from elsewhere. The essay
// is in known_password.cpp.

#include <string>
#include <vector>

#include "detect/attribution.hpp"
#include "detect/guessing.hpp"
#include "detect/spray.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

struct KnownPasswordUse {
  std::string principal;
  bool guessed = false;            // found by guessing at the one account; else by a spray
  EventIndex signin = 0;           // the first that succeeded
  std::vector<EventIndex> events;  // all that the account did at that address, in order of time
  std::string why;
};

// In order of the first event.
std::vector<KnownPasswordUse> find_known_password_uses(const View &view,
                                                       const std::vector<Campaign> &campaigns,
                                                       const std::vector<Guessing> &guessing);
void add_known_password_seeds(const std::vector<KnownPasswordUse> &uses,
                              std::vector<Attribution::Seed> &seeds);
void tell_known_passwords(const View &view, const std::vector<KnownPasswordUse> &uses,
                          const Attribution &attribution, std::vector<Detection> &out);

}  // namespace dislodge::detect
