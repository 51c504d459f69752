#include "evict/numbering.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace dislodge::evict {

std::string key_of(const PlannedAction &action) {
  std::string key = action.action + " " + action.target;
  if (!action.principal.empty() || !action.secret.empty() || !action.fact.empty())
    key += "\t" + action.principal + "\t" + action.secret + "\t" + action.fact;
  return key;
}

namespace {

// "a7": 7; 0 for what is no such id.
unsigned number_of(std::string_view id) {
  unsigned number = 0;
  if (id.size() < 2) return 0;
  const auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), number);
  return error == std::errc() && end == id.data() + id.size() ? number : 0;
}

}  // namespace

Numbering::Numbering(const std::vector<Numbered> &known) {
  for (const Numbered &one : known) {
    if (one.id.empty()) continue;
    by_key_.emplace(one.key, &one);
    unsigned &last = last_[one.id.front()];
    last = std::max(last, number_of(one.id));
  }
}

const Numbered *Numbering::find(const PlannedAction &action) const {
  const auto [begin, end] = by_key_.equal_range(key_of(action));
  const Numbered *found = nullptr;
  for (auto at = begin; at != end; ++at) {
    if (at->second->name == action.name) return at->second;
    if (found == nullptr) found = at->second;
  }
  // The words of a rule may have changed since; but of two that differ in words only, neither is meant.
  return begin != end && std::next(begin) == end ? found : nullptr;
}

std::string Numbering::id_of(const PlannedAction &action, char prefix) {
  if (const Numbered *known = find(action); known != nullptr && reserve(known->id)) return known->id;
  std::string id;
  do id = fmt::format("{}{}", prefix, ++last_[prefix]);
  while (!reserve(id));
  return id;
}

bool Numbering::reserve(const std::string &id) {
  return !id.empty() && given_.insert(id).second;
}

}  // namespace dislodge::evict
