#include "identity/put_right.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/name_index.hpp"
#include "identity/places.hpp"
#include "identity/realm_accounts.hpp"
#include "log/operation.hpp"

namespace dislodge::identity {
namespace {

using log::Event;

// A setting put right: what one operation did another undoes on the same thing. Bounds finds what was done by
// its operation and the name of its thing.
struct Opposite {
  std::string_view realm, operation, slot, done;
};
constexpr Opposite kOpposites[] = {
    {"", "remove-inboxrule", "inbox-rule", "new-inboxrule"},
    {"", "disable-inboxrule", "inbox-rule", "new-inboxrule"},
    {"", "remove-inboxrule", "inbox-rule", "set-inboxrule"},
    {"", "disable-inboxrule", "inbox-rule", "set-inboxrule"},
    {"", "remove-mailboxpermission", "delegation", "add-mailboxpermission"},
    {"", "remove-mailboxfolderpermission", "delegation", "add-mailboxfolderpermission"},
    {"", "remove-recipientpermission", "delegation", "add-recipientpermission"},
    {"", "remove-transportrule", "transport-rule", "new-transportrule"},
    {"", "disable-transportrule", "transport-rule", "new-transportrule"},
    {"", "remove-transportrule", "transport-rule", "set-transportrule"},
    {"", "disable-transportrule", "transport-rule", "set-transportrule"},
    {"", "remove-managementroleassignment", "exchange-role", "new-managementroleassignment"},
    {"", "add conditional access policy", "policy", "delete conditional access policy"},
    {"aws", "startlogging", "auditing", "stoplogging"},
    {"aws", "createtrail", "auditing", "deletetrail"},
    {"aws", "deletebucketpolicy", "sharing", "putbucketpolicy"},
    {"okta", "policy.lifecycle.activate", "policy", "policy.lifecycle.deactivate"},
    {"okta", "policy.rule.activate", "policy", "policy.rule.deactivate"},
    {"github", "protected_branch.create", "policy", "protected_branch.destroy"},
    {"github", "repository_ruleset.create", "policy", "repository_ruleset.destroy"},
    {"github", "audit_log_streaming.create", "auditing", "audit_log_streaming.destroy"},
};

// Slots in which a setting lies by the name of its operation and of its thing.
constexpr std::string_view kSettings[] = {"policy", "auditing", "transport-rule", "sharing", "azure-access"};

// A thing that was changed is as it was before anybody changed it: the values that its first changes replaced
// are back, all of them.
class Restored {
 public:
  // Whether the event brings back the last of what was changed.
  bool by(const log::EventTable &events, const Event &event, const std::string &thing) {
    Thing *one = nullptr;
    for (std::uint32_t i = 0; i < event.extra_count; ++i) {
      const log::Extra &extra = events.extras[event.extra_begin + i];
      const std::string_view key = events.text(extra.key);
      if (!key.starts_with("old:")) continue;
      const std::string_view name = key.substr(4);
      const std::string now(events.extra(event, "new:" + std::string(name)));
      if (one == nullptr) {
        if (things_.size() >= kThingsMax && !things_.contains(thing)) return false;
        one = &things_[thing];
      }
      std::string was(events.text(extra.value));
      Value &value = one->values.try_emplace(std::string(name), Value{std::move(was), {}}).first->second;
      value.now = now;
    }
    if (one == nullptr) return false;
    const bool back = std::all_of(one->values.begin(), one->values.end(),
                                  [](const auto &value) { return value.second.first == value.second.now; });
    const bool restored = back && one->differed;
    one->differed = !back;
    return restored;
  }

 private:
  static constexpr std::size_t kThingsMax = 100'000;
  struct Value {
    std::string first, now;
  };
  struct Thing {
    std::map<std::string, Value> values;
    bool differed = false;
  };
  std::unordered_map<std::string, Thing> things_;
};

// What tells a thing from others in its log, as detect/rule_hits.cpp tells it.
std::string name_of_thing(const log::EventTable &events, const Event &event) {
  std::string_view name = events.text(event.target_name);
  if (name.empty() || name == "unknown") name = events.text(event.target_id);
  if (name.empty()) name = events.text(event.mailbox);
  return std::string(name);
}

// Settings of a tenant, an organisation or one mailbox that were put right.
class PutRight {
 public:
  PutRight(const log::EventTable &events, const Facts &facts, std::vector<Sweep> &sweeps)
      : events_(events), facts_(facts), sweeps_(sweeps) {
    for (const Opposite &one : kOpposites) opposites_.emplace(one.operation, &one);
  }

  void look(const Event &event) {
    if (event.event_class != log::EventClass::admin_change &&
        event.event_class != log::EventClass::directory_audit &&
        event.event_class != log::EventClass::mail_admin)
      return;
    const auto [at, fresh] = operations_.try_emplace(event.operation);
    if (fresh) at->second = log::canonical_operation(events_.text(event.operation));
    const std::string &what = at->second;
    const std::string_view realm = realm_of(event.source);
    const auto [first, last] = opposites_.equal_range(what);
    for (auto one = first; one != last; ++one)
      if (one->second->realm == realm) ends(event, one->second->slot, one->second->done);
    if (realm == "github" || realm == "gitlab") enabled(event, what);
    if (realm.empty()) exchange(event, what);
    if (event.extra_count > 0 && changes_.by(events_, event,
                                             std::string(realm) + '\n' + place(event) + '\n' + what + '\n' +
                                                 name_of_thing(events_, event)))
      for (const std::string_view slot : kSettings) ends(event, slot, what);
  }

 private:
  // "secret_scanning.enable" after "secret_scanning.disable".
  void enabled(const Event &event, const std::string &what) {
    const std::size_t at = what.find("enable");
    if (at == std::string::npos) return;
    const std::string done = what.substr(0, at) + "disable" + what.substr(at + 6);
    ends(event, "policy", done);
    ends(event, "auditing", done);
  }

  // Cmdlets that set a value either way (learn.microsoft.com/powershell/module/exchange).
  void exchange(const Event &event, const std::string &what) {
    const auto is = [&](const char *parameter, std::string_view value) {
      return base::equal_ignoring_case(events_.extra(event, parameter), value);
    };
    const bool audited = is("new:UnifiedAuditLogIngestionEnabled", "true") ||
                         is("new:AuditEnabled", "true") || is("new:AuditDisabled", "false") ||
                         is("new:AuditBypassEnabled", "false");
    if (audited) ends(event, "auditing", what);
    for (const std::string_view cleared : events_.extras_of(event, "cleared"))
      if (base::equal_ignoring_case(cleared, "ForwardingSmtpAddress")) ends(event, "forwarding", what);
  }

  std::string place(const Event &event) {
    const std::string_view realm = realm_of(event.source), tenant = events_.text(event.tenant);
    if (realm.empty()) return is_guid(tenant) ? entra_principal(tenant, tenant) : std::string();
    if (!tenant.empty()) return "principal:" + std::string(realm) + '/' + base::lower(tenant);
    if (!accounts_) accounts_.emplace(facts_);
    return place_of(accounts_->actor(events_, event));
  }

  // Whose a setting is: a mailbox's lie on its owner, where that is somebody known.
  std::vector<std::string> bearers(const Event &event, std::string_view slot) {
    std::vector<std::string> all = {place(event)};
    if (!is_mail_setting(slot)) return all;
    if (!names_) names_.emplace(facts_);
    for (const base::StringId box : {event.mailbox, event.target_name}) {
      if (box == 0) continue;
      std::string_view who = events_.text(box);
      who = who.substr(0, who.find('\\'));
      for (const std::uint32_t i : names_->find(who))
        if (facts_.principals[i].kind == PrincipalKind::user) all.push_back(facts_.principals[i].id);
    }
    return all;
  }

  void ends(const Event &event, std::string_view slot, std::string_view done) {
    std::string name = name_of_thing(events_, event);
    // A rule's name stands behind its mailbox, however that is written.
    if (slot == "inbox-rule" && name.rfind('\\') != std::string::npos)
      name = name.substr(name.rfind('\\') + 1);
    const std::string key = name.empty()           ? std::string(done)
                            : slot == "inbox-rule" ? name
                                                   : std::string(done) + ' ' + name;
    for (std::string &whose : bearers(event, slot))
      if (!whose.empty())
        sweeps_.push_back(
            {std::move(whose), std::string(slot) + ' ' + key, event.time, events_.source_of(event), false});
  }

  const log::EventTable &events_;
  const Facts &facts_;
  std::vector<Sweep> &sweeps_;
  std::unordered_multimap<std::string_view, const Opposite *> opposites_;
  std::unordered_map<base::StringId, std::string> operations_;
  std::optional<RealmAccounts> accounts_;
  std::optional<NameIndex> names_;
  Restored changes_;
};

}  // namespace

void add_put_right(const log::EventTable &events, const Facts &facts, std::vector<Sweep> &sweeps) {
  PutRight put_right(events, facts, sweeps);
  for (const Event &event : events.events)
    if (event.outcome != log::Outcome::error && event.outcome != log::Outcome::blocked) put_right.look(event);
}

}  // namespace dislodge::identity
