// Accounts and keys of systems other than Entra that the intruder used, where no rule says anything of what
// was done: a key that they made and listed buckets with, an account that they signed in to. What attribution
// gives to them must be told, or nobody learns that the account is held.

#include "detect/hands.hpp"

#include <map>
#include <set>

#include "base/encode.hpp"
#include "detect/came_by.hpp"
#include "detect/passes.hpp"

namespace dislodge::detect {

namespace {

using log::Event;

constexpr std::size_t kNamed = 5;  // operations and addresses of a sentence

std::string list_of(const std::set<std::string> &names) {
  std::string out;
  std::size_t named = 0;
  for (const std::string &name : names) {
    if (named == kNamed) return out + " and " + counted(names.size() - named, "other", "others");
    out += (named++ == 0 ? "" : ", ") + name;
  }
  return out;
}

std::string role_of_session(const View &view, const Event &event) {
  constexpr std::string_view kSession = ":assumed-role/";
  const std::string_view arn = view.text(event.actor_name);
  const std::size_t at = arn.find(kSession);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = arn.substr(at + kSession.size());
  const std::string_view role = rest.substr(0, rest.find('/')), account = view.text(event.tenant);
  for (const identity::Principal &one : view.facts().principals)
    if (one.kind == identity::PrincipalKind::role && one.id.starts_with("principal:aws/") &&
        (account.empty() || one.tenant.empty() || one.tenant == account) &&
        base::equal_ignoring_case(std::string_view(one.id).substr(one.id.rfind('/') + 1), role))
      return one.id;
  return "principal:aws/" + std::string(account) + '/' + base::lower(role);
}

}  // namespace

std::string rights_in_use(const View &view, const Event &event) {
  if (event.source == log::Source::aws_cloudtrail) return role_of_session(view, event);
  const std::string_view operation = view.text(event.operation);
  if (event.source == log::Source::syslog && event.outcome == log::Outcome::ok &&
      (operation == "sudo" || operation == "su"))
    return view.target(event);
  return {};
}

void tell_hands(const View &view, const Attribution &attribution, const std::vector<Detection> &uses,
                std::vector<Detection> &out) {
  std::set<EventReference> told;
  std::set<std::string> held;
  for (const std::vector<Detection> *list : {&uses, static_cast<const std::vector<Detection> *>(&out)})
    for (const Detection &one : *list) {
      if (!one.intruder) continue;
      told.insert(one.events.begin(), one.events.end());
      for (const Foothold &foothold : one.footholds) held.insert(foothold.principal);
    }
  std::map<std::string, std::vector<EventIndex>> rest;  // by account
  for (const EventIndex index : attribution.events()) {
    const Event &event = view.event(index);
    if (identity::realm_of(event.source).empty() || told.count(view.reference(index)) != 0) continue;
    // Who fails is told as a try, if at all.
    if (is_failed_try(event) || event.outcome == log::Outcome::error) continue;
    std::string account = view.actor(event);
    if (!account.empty()) rest[std::move(account)].push_back(index);
  }
  for (const auto &[account, events] : rest) {
    // One that is told as held already is in reach, and its acts were looked at by every rule.
    if (held.count(account) != 0) continue;
    Detection one = make_detection(view, "unusual-use", events);
    attribute(one, attribution, events);
    add_unique(one.principals, account);
    std::set<std::string> addresses, operations;
    for (const EventIndex index : events) {
      const Event &event = view.event(index);
      if (event.address != 0) addresses.emplace(view.text(event.address));
      operations.emplace(view.text(event.operation));
    }
    const base::Interval since{one.first, base::kTimeMax};
    came_by(view, account, events.front(), one);
    if (std::string rights = rights_in_use(view, view.event(events.front())); !rights.empty())
      one.footholds.push_back({std::move(rights), since, ""});
    one.says = view.name_of(account) + " was used by the intruder" +
               (addresses.empty() ? std::string() : " from " + list_of(addresses)) + " between " +
               spoken(one.first) + " and " + spoken(one.last) + ": " + list_of(operations);
    out.push_back(std::move(one));
  }
}

}  // namespace dislodge::detect
