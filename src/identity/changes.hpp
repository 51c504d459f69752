#pragma once
// Changes since first access: every credential, consent, role, rule, device and user created or changed in a
// window, by anyone. Each is ours (a named owner says so), the intruder's, or unknown; unknown counts as the
// intruder's.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

enum class ChangeOwner : std::uint8_t { ours, intruder, unknown };
std::string_view name_of(ChangeOwner owner);

struct Change {
  base::Time time;
  std::string
      what;  // credential, consent, app-role, role, owner, member, user, application, device, rule, ...
  std::string target;  // principal or resource id, or its name where no id is known
  std::string target_name;
  std::string detail;  // key id, role, scope
  std::string by;      // principal id of the actor, or its name
  std::string by_name;
  ChangeOwner owner = ChangeOwner::unknown;
  std::string because;   // why it is whose
  std::string evidence;  // "log:line"; or the directory row where only a date says so
};

struct Attribution {
  std::set<std::string> intruder;  // principals that the intruder acted as, from detections
  std::set<std::string> claimed;   // "log:line" of changes a named owner has claimed
  std::set<std::string, std::less<>> intruder_addresses;  // addresses of the intruder
};

// From events and, where no event is held, from directory dates (user created, credential start). Sorted by
// time, target, what. An event and a directory date about one credential are one change.
std::vector<Change> changes_since(const log::EventTable &events, const Facts &facts, base::Time first_access,
                                  base::Time until, const Attribution &attribution);

}  // namespace dislodge::identity
