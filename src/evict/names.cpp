// Names of states and roles.

#include "evict/plan.hpp"

#include <algorithm>

#include "base/encode.hpp"

namespace dislodge::evict {

std::string_view name_of(ActionState state) {
  switch (state) {
    case ActionState::open:
      return "open";
    case ActionState::claimed:
      return "claimed";
    case ActionState::in_effect:
      return "in effect";
    case ActionState::failed:
      return "failed";
    case ActionState::rolled_back:
      return "rolled back";
  }
  return "open";
}

std::string_view name_of(Role role) {
  switch (role) {
    case Role::prepare:
      return "prepare";
    case Role::obligation:
      return "obligation";
    case Role::cut:
      return "cut";
    case Role::settle:
      return "settle";
  }
  return "cut";
}

std::string_view word_of(ActionState state) {
  switch (state) {
    case ActionState::in_effect:
      return "in-effect";
    case ActionState::rolled_back:
      return "rolled-back";
    default:
      return name_of(state);
  }
}

std::optional<ActionState> state_of(std::string_view text) {
  std::string word = base::lower(base::trim(text));
  std::replace_if(
      word.begin(), word.end(), [](char byte) { return byte == ' ' || byte == '_'; }, '-');
  for (const auto each : {ActionState::open, ActionState::claimed, ActionState::in_effect,
                          ActionState::failed, ActionState::rolled_back})
    if (word_of(each) == word) return each;
  return std::nullopt;
}

}  // namespace dislodge::evict
