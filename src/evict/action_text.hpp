#pragma once
// One action as people read it: what it is done to, why, what it cuts and leaves, by whom and how.

#include <string>
#include <string_view>
#include <vector>

#include "evict/schedule.hpp"

namespace dislodge::evict {

class ActionText {
 public:
  explicit ActionText(const Situation &situation) : s_(situation), program_(situation.program()) {}

  // All of an action but its id, what it waits for and what would leak without it.
  PlannedAction action(const Step &step) const;
  // The name of a thing in the program; its id where it has none.
  std::string_view name(std::string_view id) const;
  // What an action leaves alive, each with how long.
  static std::vector<std::string> leaves(const Action &rule);

 private:
  std::string fill_in(std::string text, const Candidate &one) const;
  // What the rights of a principal lead to, by name.
  std::string opens(std::string_view principal) const;
  std::string_view evidence_of(const Candidate &one) const;
  std::string_view party_of(const Candidate &one) const;
  std::string delivery(const Step &step, const Candidate &candidate) const;
  std::string why(const Step &step, const Candidate &candidate) const;
  // How they come to hold what an action shuts: the last fact on that way for which there is evidence.
  std::string way_in(const Candidate &candidate) const;

  const Situation &s_;
  const reach::Program &program_;
};

}  // namespace dislodge::evict
