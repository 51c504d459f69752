#include "identity/ended_keys.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/realm_accounts.hpp"

namespace dislodge::identity {

void end_removed_keys(const log::EventTable &events, Facts &facts) {
  struct Removal {
    base::Time time;
    std::string principal, evidence;
  };
  std::map<std::string, Removal> removed;  // key id -> the first
  {
    if (std::none_of(events.events.begin(), events.events.end(),
                     [](const log::Event &event) { return event.source == log::Source::aws_cloudtrail; }))
      return;
    facts.settle();
    const RealmAccounts accounts(facts);
    for (const log::Event &event : events.events) {
      if (event.source != log::Source::aws_cloudtrail || event.extra_count == 0 ||
          event.outcome != log::Outcome::ok)
        continue;
      const std::string key = base::lower(events.extra(event, "key-removed"));
      if (key.empty()) continue;
      std::string whose = accounts.target(events, event);
      if (whose.empty()) whose = accounts.actor(events, event);
      const auto [at, fresh] = removed.try_emplace(key, Removal{event.time, whose, events.source_of(event)});
      if (!fresh && event.time < at->second.time) at->second = {event.time, whose, events.source_of(event)};
    }
  }
  for (Credential &one : facts.credentials) {
    const auto found = removed.find(base::lower(one.key_id));
    if (found == removed.end()) continue;
    one.valid.until = std::min(one.valid.until, found->second.time);
    removed.erase(found);
  }
  for (const auto &[key, removal] : removed) {
    if (removal.principal.empty()) continue;
    Credential one;
    one.principal = removal.principal;
    one.slot = "access-key";
    one.key_id = key;
    one.id = credential_id(one.principal, one.slot, key);
    one.valid.until = removal.time;
    one.evidence = removal.evidence;
    facts.credentials.push_back(std::move(one));
  }
  facts.settle();
}

}  // namespace dislodge::identity
