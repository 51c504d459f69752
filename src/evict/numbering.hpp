#pragma once
// What actions are called. Ids are for people: they stand on checklists and in tickets, so an action that had
// one keeps it, and what is new gets the next number.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "evict/plan.hpp"

namespace dislodge::evict {

class Numbering {
 public:
  explicit Numbering(const std::vector<Numbered> &known);

  // The id that this action has had, else `prefix` and the next number. Each id is given once.
  std::string id_of(const PlannedAction &action, char prefix);
  // What it was called, by its key (and by its name where several have that key); null: never seen.
  const Numbered *find(const PlannedAction &action) const;
  // Takes an id that a person has chosen; false where it is taken already.
  bool reserve(const std::string &id);

 private:
  std::multimap<std::string, const Numbered *, std::less<>> by_key_;
  std::map<char, unsigned> last_;  // highest number by prefix
  std::set<std::string> given_;
};

}  // namespace dislodge::evict
