#include "identity/named_targets.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/encode.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {

namespace {

std::optional<PrincipalKind> kind_of(std::string_view type) {
  if (base::equal_ignoring_case(type, "User")) return PrincipalKind::user;
  if (base::equal_ignoring_case(type, "Application")) return PrincipalKind::application;
  if (base::equal_ignoring_case(type, "ServicePrincipal")) return PrincipalKind::service_principal;
  if (base::equal_ignoring_case(type, "Group")) return PrincipalKind::group;
  if (base::equal_ignoring_case(type, "Device")) return PrincipalKind::device;
  return std::nullopt;  // "Role", "Policy", "Directory", "Other": no principals
}

// How much of a name is the object's id without its dashes.
std::size_t deleted_prefix(std::string_view name, std::string_view object) {
  std::string digits;
  for (const char c : object)
    if (c != '-') digits += c;
  return name.size() > digits.size() && base::equal_ignoring_case(name.substr(0, digits.size()), digits)
             ? digits.size()
             : 0;
}

// The part before the first blank, and what follows it.
std::string_view word_of(std::string_view &text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

}  // namespace

void add_named_targets(const log::EventTable &events, Facts &facts) {
  std::unordered_set<std::string> known;
  for (const Principal &one : facts.principals) known.insert(one.id);
  const auto add = [&](const log::Event &event, std::string_view type, std::string_view object,
                       std::string_view name) {
    const std::optional<PrincipalKind> kind = kind_of(type);
    const std::string_view tenant = events.text(event.tenant);
    if (!kind || tenant.empty() || !is_guid(object)) return;
    std::string id = entra_principal(tenant, object);
    if (!known.insert(id).second) return;
    Principal one;
    one.id = std::move(id);
    one.kind = *kind;
    one.tenant = tenant;
    // A user who was deleted is called by its object id and, right after it, the name that it had.
    if (*kind == PrincipalKind::user) name.remove_prefix(deleted_prefix(name, object));
    one.name = name;
    one.names.emplace_back(object);
    if (*kind == PrincipalKind::user && looks_like_address(name)) {
      one.names.push_back(base::lower(name));
      one.attributes.emplace("upn", base::lower(name));
    }
    one.evidence = events.source_of(event);
    facts.principals.push_back(std::move(one));
  };
  for (const log::Event &event : events.events) {
    if (event.event_class != log::EventClass::directory_audit) continue;
    add(event, events.text(event.target_type), events.text(event.target_id), events.text(event.target_name));
    for (std::string_view target : events.extras_of(event, "target")) {
      const std::string_view type = word_of(target), object = word_of(target);
      add(event, type, object, target);
    }
  }
}

}  // namespace dislodge::identity
