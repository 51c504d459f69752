#pragma once
// A visit: what a subject does from a network where it had never been, and what that weighs. unusual_use.cpp
// says why these things and these weights.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "detect/habit.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

struct Visit {
  std::uint32_t subject = 0;
  base::Time begin, last = base::kTimeMin;
  Place place;
  std::vector<EventIndex> events;
  std::set<std::int64_t> days;
  std::set<base::StringId> addresses, sessions, tokens;
  std::size_t refused = 0;
  bool in_use = false;    // the subject was where it belongs, at the same time
  std::size_t turns = 0;  // how often it was there again since, and half a day later here
  // What it shows; whether it is new is asked at the end.
  std::set<base::StringId> countries;
  std::set<std::uint32_t> programs;
};

struct Weighed {
  double weight = 0;
  std::string why;     // "from a network where it had never been ..., in another country"
  std::string acts;    // "role-assigned, mail read (30 records)"
  bool taken = false;  // some of the weight is that of what was read, or of a factor that somebody gave in to
};

// What a visit weighs against the habit of who made it; nothing where it weighs too little, or holds no act.
std::optional<Weighed> weigh(const View &view, Traits &traits, const Visit &visit, const Habit &habit);

}  // namespace dislodge::detect
