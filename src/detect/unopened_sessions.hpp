#pragma once
// Mail that was read in sessions which no sign-in opened. Every read of a mailbox names the session and token
// of the sign-in behind it. Where the sign-ins are held and everyday reads all find theirs, a read that finds
// none, from an address where nobody of the tenant ever was, was made either with a sign-in of a kind that is
// not held or with a token that nobody issued to a sign-in: a forged one. The log of reads was what gave
// Storm-0558 away. Source: Microsoft Threat Intelligence, 14 July 2023; CISA AA23-193A.
//
//   const std::vector<Unopened> unopened = find_unopened(view);
//   add_unopened_seeds(view, unopened, seeds);          // at grade possible
//   tell_unopened(view, unopened, attribution, found);

#include <string>
#include <vector>

#include "detect/attribution.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

// Of one tenant.
struct Unopened {
  std::vector<EventIndex> reads;  // in order of time
  std::size_t joined = 0;         // everyday sessions that a sign-in opened
  bool token_logs = false;        // non-interactive sign-ins are held too
};

std::vector<Unopened> find_unopened(const View &view);
void add_unopened_seeds(const View &view, const std::vector<Unopened> &found,
                        std::vector<Attribution::Seed> &seeds);
void tell_unopened(const View &view, const std::vector<Unopened> &found, const Attribution &attribution,
                   std::vector<Detection> &out);

}  // namespace dislodge::detect
