#include "identity/ended_keys.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/realm_accounts.hpp"

namespace dislodge::identity {

namespace {

// The key that an event takes away. GitHub names a token by its hash; elsewhere than in events about tokens
// that is the one with which something was done.
std::string_view removed_key(const log::EventTable &events, const log::Event &event) {
  if (event.source == log::Source::aws_cloudtrail) return events.extra(event, "key-removed");
  if (event.source != log::Source::github || event.event_class != log::EventClass::admin_change) return {};
  const std::string_view what = events.text(event.operation);
  return what == "oauth_access.destroy" || what == "oauth_access.revoke" ? events.extra(event, "hashed-token")
                                                                         : std::string_view();
}

}  // namespace

void end_removed_keys(const log::EventTable &events, Facts &facts) {
  struct Removal {
    base::Time time;
    std::string principal, slot, evidence;
  };
  std::map<std::string, Removal> removed;  // key id -> the first
  {
    if (std::none_of(events.events.begin(), events.events.end(), [](const log::Event &event) {
          return event.source == log::Source::aws_cloudtrail || event.source == log::Source::github;
        }))
      return;
    facts.settle();
    const RealmAccounts accounts(facts);
    for (const log::Event &event : events.events) {
      if (event.extra_count == 0 || event.outcome != log::Outcome::ok) continue;
      const std::string key = base::lower(removed_key(events, event));
      if (key.empty()) continue;
      std::string whose = accounts.target(events, event);
      if (whose.empty()) whose = accounts.actor(events, event);
      Removal one{event.time, std::move(whose), event.source == log::Source::github ? "token" : "access-key",
                  events.source_of(event)};
      const auto [at, fresh] = removed.try_emplace(key, one);
      if (!fresh && event.time < at->second.time) at->second = std::move(one);
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
    one.slot = removal.slot;
    one.key_id = key;
    one.id = credential_id(one.principal, one.slot, key);
    one.valid.until = removal.time;
    one.evidence = removal.evidence;
    facts.credentials.push_back(std::move(one));
  }
  facts.settle();
}

}  // namespace dislodge::identity
