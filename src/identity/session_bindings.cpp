#include "identity/session_bindings.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "identity/history.hpp"
#include "identity/realm_accounts.hpp"

namespace dislodge::identity {

void bind_sessions(const std::vector<SecretFact> &secrets, const log::EventTable &events,
                   const std::function<std::string(std::string_view)> &secret_id, Facts &facts,
                   std::vector<Unbound> &unbound) {
  std::set<std::string_view> cookies;
  for (const SecretFact &secret : secrets)
    if (secret.kind == kSessionCookie) cookies.insert(secret.id);
  if (cookies.empty()) return;
  std::map<base::StringId, std::string_view> asked;  // session or token id of a log -> the cookie, or ""
  std::map<std::pair<std::string_view, std::string>, Binding> made;  // by cookie and account
  std::vector<Principal> unknown;                                    // accounts that no listing has
  std::set<std::string> ids;
  {
    const RealmAccounts accounts(facts);
    for (const log::Event &event : events.events)
      for (const base::StringId id : {event.session, event.token}) {
        if (id == 0) continue;
        const auto [place, fresh] = asked.try_emplace(id);
        if (fresh)
          if (const auto found = cookies.find(secret_id(events.text(id))); found != cookies.end())
            place->second = *found;
        if (place->second.empty()) continue;
        std::string account = accounts.actor(events, event);
        if (account.empty()) account = actor_of(events, event);
        if (account.empty()) continue;
        if (facts.principal(account) == nullptr && ids.insert(account).second) {
          Principal unlisted;
          unlisted.id = account;
          unlisted.kind = PrincipalKind::user;
          unlisted.name = events.text(event.actor_name);
          unlisted.names = {base::lower(unlisted.name)};
          unlisted.evidence = events.source_of(event);
          unknown.push_back(std::move(unlisted));
        }
        Binding &one = made[{place->second, account}];
        if (!one.secret.empty()) {
          one.valid.from = std::min(one.valid.from, event.time);
          continue;
        }
        one.secret = place->second;
        one.principal = std::move(account);
        one.slot = kSessionCookie;
        one.valid = {event.time, base::kTimeMax};
        one.strength = 1.0;
        one.why = "the log has a session of this very value";
        one.evidence = events.source_of(event);
      }
  }
  if (made.empty()) return;
  std::erase_if(unbound, [&](const Unbound &one) {
    return std::any_of(made.begin(), made.end(),
                       [&](const auto &bound) { return bound.first.first == one.secret; });
  });
  // What stood beside it was a guess at the same.
  std::erase_if(facts.bindings, [&](const Binding &one) {
    return std::any_of(made.begin(), made.end(),
                       [&](const auto &bound) { return bound.first.first == one.secret; });
  });
  std::move(unknown.begin(), unknown.end(), std::back_inserter(facts.principals));
  for (auto &[key, binding] : made) facts.bindings.push_back(std::move(binding));
  facts.settle();
}

}  // namespace dislodge::identity
