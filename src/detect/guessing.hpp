#pragma once
// Many passwords tried on one account from one place. The essay is in guessing.cpp.

#include <vector>

#include "detect/attribution.hpp"
#include "detect/spray.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

struct Guessing {
  std::vector<EventIndex> tries;  // failed, in order of time: one account, one address
  std::vector<EventIndex> right;  // right passwords from there by the same program, during and after
  bool at_home = false;           // the account signs in there itself
};

// In order of time. What belongs to a campaign is no guessing.
std::vector<Guessing> find_guessing(const View &view, const std::vector<Campaign> &campaigns);
// The sign-ins with the passwords that it found.
void add_guessing_seeds(const View &view, const std::vector<Guessing> &found,
                        std::vector<Attribution::Seed> &seeds);

}  // namespace dislodge::detect
