#pragma once
// Changes that are everyday work: of a kind that gives nobody anything, of the same properties as the same
// hand changed on several days before, from a place where it worked then. A tenant has hundreds a week, and
// whoever must explain them all explains none.
//
//   const Everyday everyday(picture, since);
//   if (everyday.is(change)) ...

#include <map>
#include <set>
#include <string>

#include "engine/picture.hpp"

namespace dislodge::engine {

inline constexpr std::size_t kHabitDays = 4;  // different days on which it was done before

class Everyday {
 public:
  // Borrows the picture. Habits are of what happened before `since`.
  Everyday(const Picture &picture, base::Time since);

  bool is(const identity::Change &change) const;
  // On how many days before it was done by the same hand.
  std::size_t days(const identity::Change &change) const;

 private:
  struct Habit {
    std::set<std::int64_t> days;
    std::set<std::string> networks;
  };
  static std::string key_of(const log::EventTable &events, const log::Event &event);

  std::map<std::string, Habit> habits_;  // by actor, operation and what was changed
  struct Done {
    std::string habit, network;
  };
  std::map<std::string, Done> done_;  // since then, by evidence
};

}  // namespace dislodge::engine
