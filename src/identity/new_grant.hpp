#pragma once
// A right with its id, as evidence gives it: valid always, with unknown ends, until somebody says more.

#include <string>
#include <string_view>
#include <utility>

#include "identity/fact.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {

inline Grant new_grant(std::string_view kind, std::string from, std::string to, std::string evidence) {
  Grant one;
  one.kind = kind;
  one.from = std::move(from);
  one.to = std::move(to);
  one.id = grant_id(one.kind, one.from, one.to);
  one.evidence = std::move(evidence);
  return one;
}

}  // namespace dislodge::identity
