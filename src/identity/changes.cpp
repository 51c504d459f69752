#include "identity/changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "base/encode.hpp"
#include "identity/history.hpp"
#include "identity/ids.hpp"
#include "log/operation.hpp"

namespace dislodge::identity {
namespace {

using log::Event;
using log::EventClass;

// What a change is, by words of its operation; the first that occurs decides. Operations that match none are
// listed as "directory" or "mailbox": nothing that was changed is left out.
constexpr std::array<std::pair<std::string_view, std::string_view>, 40> kWords = {
    {{"credentials", "credential"},
     {"certificates and secrets", "credential"},
     {"federated identity credential", "credential"},
     {"consent to application", "consent"},
     {"delegated permission grant", "consent"},
     {"app role assignment", "app-role"},
     {"eligible member to role", "role"},
     {"member to role", "role"},
     {"member from role", "role"},
     {"member to group", "member"},
     {"member from group", "member"},
     {"owner to", "owner"},
     {"owner from", "owner"},
     {"registered owner", "owner"},
     {"security info", "factor"},
     {"strong authentication", "factor"},
     {"authentication method", "factor"},
     {"password", "password"},
     {"stsrefreshtoken", "session"},
     {"federation", "federation"},
     {"domain authentication", "federation"},
     {"partner", "federation"},
     {"conditional access", "policy"},
     {"policy", "policy"},
     {"inboxrule", "rule"},
     {"transportrule", "rule"},
     {"mailboxpermission", "delegation"},
     {"mailboxfolderpermission", "delegation"},
     {"recipientpermission", "delegation"},
     {"managementrole", "role"},
     {"rolegroup", "role"},
     {"auditbypass", "auditing"},
     {"adminauditlog", "auditing"},
     {"set-mailbox", "mailbox"},
     {"service principal", "service-principal"},
     {"application", "application"},
     {"device", "device"},
     {"group", "group"},
     {"user", "user"},
     {"account", "user"}}};

std::string_view class_of(const std::string &operation, EventClass event_class) {
  for (const auto &[word, what] : kWords) {
    if (operation.find(word) != std::string::npos) return what;
  }
  return event_class == EventClass::mail_admin ? "mailbox" : "directory";
}

class Collector {
 public:
  Collector(const log::EventTable &events, const Facts &facts, base::Time from, base::Time until,
            const Attribution &attribution)
      : events_(events), facts_(facts), window_{from, until}, attribution_(attribution) {}

  std::vector<Change> collect() {
    std::set<std::string, std::less<>> seen;  // one change told by two logs: operation, target and second
    for (const Event &event : events_.events) {
      if (event.event_class != EventClass::directory_audit && event.event_class != EventClass::mail_admin)
        continue;
      if (event.outcome == log::Outcome::error || event.outcome == log::Outcome::blocked ||
          !window_.contains(event.time))
        continue;
      const std::string operation = log::canonical_operation(events_.text(event.operation));
      const std::string key = fmt::format("{}\n{}\n{}\n{}", operation, events_.text(event.target_id),
                                          events_.text(event.target_name), event.time.us / base::kSecond);
      if (seen.insert(key).second) from_event(event, operation);
    }
    from_dates();
    std::stable_sort(changes_.begin(), changes_.end(), [](const Change &a, const Change &b) {
      return std::tie(a.time, a.target, a.what, a.evidence) < std::tie(b.time, b.target, b.what, b.evidence);
    });
    return std::move(changes_);
  }

 private:
  void from_event(const Event &event, const std::string &operation) {
    Change one;
    one.time = event.time;
    one.what = class_of(operation, event.event_class);
    const std::string tenant(events_.text(event.tenant)), id(events_.text(event.target_id));
    one.target_name = events_.text(event.target_name);
    one.target = !tenant.empty() && is_guid(id) ? entra_principal(tenant, id) : one.target_name;
    const auto add = [&](std::string_view text) {
      if (text.empty()) return;
      if (!one.detail.empty()) one.detail += ", ";
      one.detail += text;
    };
    add(events_.text(event.operation));
    for (const std::string_view key : events_.extras_of(event, "key-added")) {
      add(fmt::format("key id {}", key));
      told_keys_.insert(std::string(key));
    }
    for (const std::string_view key : events_.extras_of(event, "key-removed"))
      add(fmt::format("key id {} removed", key));
    for (const char *key : {"app-role", "permissions", "consent-type", "role", "new:ForwardingSmtpAddress",
                            "new:ForwardTo", "new:RedirectTo", "new:User"}) {
      const std::string_view value = events_.extra(event, key);
      if (!value.empty()) add(fmt::format("{} {}", key, value));
    }
    one.by = actor_of(events_, event);
    one.by_name = events_.text(event.actor_name);
    if (one.by.empty()) one.by = one.by_name;
    one.evidence = events_.source_of(event);
    const std::string address(events_.text(event.address));
    if (attribution_.claimed.count(one.evidence) != 0) {
      one.owner = ChangeOwner::ours;
      one.because = "a named owner says that it is theirs";
    } else if (attribution_.intruder.count(one.by) != 0) {
      one.owner = ChangeOwner::intruder;
      one.because =
          fmt::format("made by {}, whom the intruder acted as", one.by_name.empty() ? one.by : one.by_name);
    } else if (!address.empty() && attribution_.intruder_addresses.count(address) != 0) {
      one.owner = ChangeOwner::intruder;
      one.because = fmt::format("made from {}, an address of the intruder", address);
    } else {
      one.because = "nobody has said whose it is; it counts as the intruder's";
    }
    if (!one.target.empty()) told_made_.insert(one.what + "\n" + one.target);
    changes_.push_back(std::move(one));
  }

  void dated(base::Time time, std::string what, std::string target, std::string name, std::string detail,
             const std::string &evidence) {
    if (!window_.contains(time)) return;
    Change one;
    one.time = time;
    one.what = std::move(what);
    one.target = std::move(target);
    one.target_name = std::move(name);
    one.detail = std::move(detail);
    one.evidence = evidence;
    one.because = "only its date in the directory is known, not who made it; it counts as the intruder's";
    if (attribution_.claimed.count(evidence) != 0) {
      one.owner = ChangeOwner::ours;
      one.because = "a named owner says that it is theirs";
    }
    changes_.push_back(std::move(one));
  }

  // What a directory dates and no event tells.
  void from_dates() {
    std::map<std::string_view, std::string_view> names;
    for (const Principal &p : facts_.principals) {
      names.emplace(p.id, p.name);
      const auto created = p.attributes.find("created");
      const std::string what = p.kind == PrincipalKind::service_principal
                                   ? "service-principal"
                                   : std::string(identity::name_of(p.kind));
      if (created != p.attributes.end() && told_made_.count(what + "\n" + p.id) == 0) {
        if (const auto time = base::parse_time(created->second))
          dated(*time, what, p.id, p.name, "created", p.evidence);
      }
      const auto changed = p.attributes.find("last-password-change");
      if (changed != p.attributes.end() && told_made_.count("password\n" + p.id) == 0) {
        const auto time = base::parse_time(changed->second);
        // The first password of a new account is part of its creation.
        const bool fresh = created != p.attributes.end() && created->second == changed->second;
        if (time && !fresh) dated(*time, "password", p.id, p.name, "password changed", p.evidence);
      }
    }
    const auto name_of_id = [&](const std::string &id) {
      const auto found = names.find(id);
      return found == names.end() ? std::string() : std::string(found->second);
    };
    for (const Credential &c : facts_.credentials) {
      if (c.valid.from == base::kTimeMin || told_keys_.count(c.key_id) != 0) continue;
      dated(c.valid.from, "credential", c.principal, name_of_id(c.principal),
            fmt::format("{} {}", c.slot, c.key_id.empty() ? c.name : "key id " + c.key_id), c.evidence);
    }
    for (const Grant &g : facts_.grants) {
      if (!g.start_known || !window_.contains(g.valid.from)) continue;
      // An event that gave the right is among its evidence: told already.
      const bool told = std::any_of(events_.files.begin(), events_.files.end(), [&](const std::string &file) {
        return g.evidence.find(file + ":line ") != std::string::npos;
      });
      if (!told)
        dated(g.valid.from, "right", g.from, name_of_id(g.from), fmt::format("{} on {}", g.kind, g.to),
              g.evidence);
    }
  }

  const log::EventTable &events_;
  const Facts &facts_;
  base::Interval window_;
  const Attribution &attribution_;
  std::vector<Change> changes_;
  std::set<std::string> told_keys_, told_made_;
};

}  // namespace

std::string_view name_of(ChangeOwner owner) {
  switch (owner) {
    case ChangeOwner::ours:
      return "ours";
    case ChangeOwner::intruder:
      return "intruder";
    case ChangeOwner::unknown:
      return "unknown";
  }
  return "unknown";
}

std::vector<Change> changes_since(const log::EventTable &events, const Facts &facts, base::Time first_access,
                                  base::Time until, const Attribution &attribution) {
  return Collector(events, facts, first_access, until, attribution).collect();
}

}  // namespace dislodge::identity
