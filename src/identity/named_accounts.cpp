#include "identity/named_accounts.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "base/encode.hpp"
#include "identity/realm_accounts.hpp"

namespace dislodge::identity {
namespace {

using log::Event;
using log::Source;

// Accounts of Windows itself, in every machine's log.
bool is_built_in(std::string_view name, std::string_view sid) {
  if (name.ends_with('$') || name.starts_with("dwm-") || name.starts_with("umfd-") ||
      name.starts_with("nt authority\\") || name.starts_with("nt-autorit") ||
      name.starts_with("window manager\\") || name.starts_with("font driver host\\"))
    return true;
  if (!sid.empty() && !sid.starts_with("S-1-5-21-") && !sid.starts_with("S-1-12-1-")) return true;
  for (const std::string_view one : {"system", "anonymous logon", "local service", "network service", "-"})
    if (name == one) return true;
  return false;
}

bool told_here(const Event &event) {
  if (event.source != Source::windows && event.source != Source::sshd) return false;
  return event.outcome == log::Outcome::ok && event.actor_name != 0 &&
         (event.event_class == log::EventClass::interactive_signin ||
          event.event_class == log::EventClass::key_use);
}

}  // namespace

void add_named_accounts(const log::EventTable &events, Facts &facts) {
  if (std::none_of(events.events.begin(), events.events.end(), told_here)) return;
  facts.settle();
  std::vector<Principal> made;
  std::set<std::tuple<Source, base::StringId, base::StringId, base::StringId>> seen;
  std::set<std::string> ids, controlled;
  {
    const RealmAccounts accounts(facts);
    for (const Event &event : events.events) {
      if (!told_here(event)) continue;
      const std::string tenant = base::lower(events.text(event.tenant));
      const bool windows = event.source == Source::windows;
      const std::string_view code = windows ? events.extra(event, "event-id") : std::string_view();
      if ((code == "4768" || code == "4769") && tenant.find('.') != std::string::npos)
        controlled.insert(tenant);
      if (!seen.emplace(event.source, event.tenant, event.actor_name, event.actor_id).second) continue;
      const std::string name = base::lower(events.text(event.actor_name));
      if (windows && is_built_in(name, events.text(event.actor_id))) continue;
      Principal one;
      one.id = accounts.actor(events, event);
      if (one.id.empty() || facts.principal(one.id) != nullptr || !ids.insert(one.id).second) continue;
      one.kind = PrincipalKind::user;
      one.name = events.text(event.actor_name);
      one.tenant = tenant;
      one.evidence = events.source_of(event);
      one.names.push_back(name);
      const std::string account = name.substr(name.find('\\') == std::string::npos ? 0 : name.find('\\') + 1);
      if (windows) {
        // Under its short name a domain knows it, and by DOMAIN\name and name@domain people write it.
        one.attributes.emplace("samaccountname", account);
        if (tenant.find('.') != std::string::npos && account.find('@') == std::string::npos)
          one.names.push_back(account + '@' + tenant);
      } else if (!tenant.empty()) {
        one.names.push_back(account + '@' + tenant);
      }
      made.push_back(std::move(one));
    }
  }
  for (const std::string &domain : controlled) {
    Principal one;
    one.id = "principal:ad/" + domain;
    one.kind = PrincipalKind::tenant;
    one.name = domain;
    one.tenant = domain;
    one.attributes.emplace("type", "Domain");
    one.evidence = "the log of its domain controller";
    made.push_back(std::move(one));
  }
  facts.principals.insert(facts.principals.end(), std::make_move_iterator(made.begin()),
                          std::make_move_iterator(made.end()));
}

}  // namespace dislodge::identity
