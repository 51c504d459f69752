#pragma once
// Many passwords tried on one account from one place, or from very many. The essays are in guessing.cpp and
// guessing_scattered.cpp.

#include <string_view>
#include <vector>

#include "detect/attribution.hpp"
#include "detect/spray.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

inline constexpr std::string_view kScatteredWhy =
    "its password was guessed at from very many networks, and a right one came from another that it never "
    "had";

struct Guessing {
  std::vector<EventIndex> tries;  // failed, in order of time: one account, one address unless scattered
  std::vector<EventIndex> right;  // right passwords from there by the same program, during and after
  bool at_home = false;           // the account signs in there itself
  bool scattered = false;         // each from elsewhere: what was right there is concluded, not seen
};

// In order of time. What belongs to a campaign is no guessing.
std::vector<Guessing> find_guessing(const View &view, const std::vector<Campaign> &campaigns);
// guessing_scattered.cpp: those that come from very many places. `taken`: tries that are explained.
std::vector<Guessing> find_scattered_guessing(const View &view, const std::vector<EventIndex> &taken);
// The sign-ins with the passwords that it found.
void add_guessing_seeds(const View &view, const std::vector<Guessing> &found,
                        std::vector<Attribution::Seed> &seeds);

// Second factors that were asked for and refused: whoever asks has the password (factor_refusals.cpp).
void tell_factor_refusals(const View &view, const Attribution &attribution, std::vector<Detection> &out);

}  // namespace dislodge::detect
