#include "identity/placed_repositories.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

constexpr std::string_view kRealms[] = {"resource:github/", "resource:gitlab/"};

std::string_view unplaced_name(std::string_view id, std::string_view realm) {
  const bool is = id.starts_with(realm) && id.substr(realm.size()).starts_with("?/");
  return is ? id.substr(realm.size() + 2) : std::string_view();
}

// "acme-shop" is also "shop" of acme.
bool is_called(std::string_view full, std::string_view name) {
  const std::size_t slash = full.rfind('/');
  if (full.substr(slash + 1) == name) return true;
  if (name.size() != full.size()) return false;
  for (std::size_t i = 0; i < full.size(); ++i) {
    const bool same =
        full[i] == name[i] || (full[i] == '/' && (name[i] == '-' || name[i] == '_' || name[i] == '.'));
    if (!same) return false;
  }
  return true;
}

}  // namespace

void place_repositories(Facts &facts) {
  for (const std::string_view realm : kRealms) {
    std::set<std::string> names, full, owners;
    const auto look = [&](std::string_view id) {
      if (!id.starts_with(realm)) return;
      const std::string_view name = unplaced_name(id, realm), rest = id.substr(realm.size());
      const std::size_t slash = rest.rfind('/');
      if (!name.empty()) {
        names.emplace(name);
      } else if (slash != std::string_view::npos && rest.find('*') == std::string_view::npos) {
        full.emplace(rest);
        owners.emplace(rest.substr(0, slash));
      }
    };
    for (const Resource &one : facts.resources) look(one.id);
    for (const Grant &one : facts.grants) look(one.to);
    if (names.empty()) continue;
    std::map<std::string, std::vector<std::string>>
        places;  // "resource:github/?/shop" -> those that it may be
    for (const std::string &name : names) {
      std::vector<std::string> &found = places[std::string(realm) + "?/" + name];
      for (const std::string &one : full)
        if (is_called(one, name)) found.push_back(std::string(realm) + one);
      if (found.empty() && owners.size() == 1)
        found.push_back(std::string(realm) + *owners.begin() + "/" + name);
    }
    std::vector<Grant> made;
    for (Grant &one : facts.grants) {
      const auto at = places.find(one.to);
      if (at == places.end() || at->second.empty()) continue;
      for (std::size_t i = 0; i < at->second.size(); ++i) {
        Grant placed = one;
        placed.to = at->second[i];
        placed.id = grant_id(placed.kind, placed.from, placed.to);
        if (i + 1 < at->second.size())
          made.push_back(std::move(placed));
        else
          one = std::move(placed);
      }
    }
    facts.grants.insert(facts.grants.end(), made.begin(), made.end());
    for (Resource &one : facts.resources) {
      const auto at = places.find(one.id);
      if (at == places.end() || at->second.empty()) continue;
      one.id = at->second.front();
      one.name = one.id.substr(realm.size());
    }
  }
}

}  // namespace dislodge::identity
