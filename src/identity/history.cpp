#include "identity/history.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/right_periods.hpp"
#include "log/operation.hpp"

namespace dislodge::identity {
namespace {

using base::lower;
using log::Event;
using log::EventClass;

// The text of a GUID-valued property, which may be a list of one or carry quotes.
std::string id_in(std::string_view text) {
  for (std::size_t i = 0; i + 36 <= text.size(); ++i) {
    if (is_guid(text.substr(i, 36))) return lower(text.substr(i, 36));
  }
  return {};
}

std::string canonical(const log::EventTable &events, const Event &event) {
  return log::canonical_operation(events.text(event.operation));
}

bool failed(const Event &event) {
  return event.outcome == log::Outcome::error || event.outcome == log::Outcome::blocked;
}

struct KeyParts {
  std::string slot, name;
};
KeyParts key_parts(std::string_view description) {
  const auto value = [&](std::string_view name) {
    const std::size_t at = description.find(name);
    if (at == std::string_view::npos) return std::string_view();
    const std::string_view rest = description.substr(at + name.size());
    return rest.substr(0, rest.find(','));
  };
  const std::string type = lower(value("KeyType="));
  KeyParts parts;
  parts.slot = type == "password" || type == "symmetric" ? "app-secret"
               : lower(value("KeyUsage=")) == "sign"     ? "saml-signing"
                                                         : "certificate";
  parts.name = value("DisplayName=");
  return parts;
}

class Historian {
 public:
  Historian(const log::EventTable &events, const Rights &rights, Facts &facts)
      : events_(events), rights_(rights), facts_(facts) {}

  void run() {
    std::vector<std::uint32_t> order(events_.events.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return events_.events[a].time < events_.events[b].time;
    });
    for (const std::uint32_t i : order) one(events_.events[i]);
    finish();
  }

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // kind, from, to

  std::string text(base::StringId id) const { return std::string(events_.text(id)); }
  std::string extra(const Event &event, std::string_view key) const {
    return std::string(events_.extra(event, key));
  }

  void one(const Event &event) {
    seen(event);
    if (failed(event)) return;
    if (event.event_class == EventClass::directory_audit)
      change(event);
    else if (event.event_class == EventClass::mail_admin)
      mail_change(event);
  }

  // Whoever acts, and whatever mailbox is touched, exists.
  void seen(const Event &event) {
    const std::string_view tenant = events_.text(event.tenant), actor = events_.text(event.actor_id);
    const std::string_view type = events_.text(event.actor_type), name = events_.text(event.actor_name);
    if (!tenant.empty() && is_guid(actor) && type != "system") {
      const bool user = type == "user";
      Principal *p = principal(entra_principal(tenant, actor),
                               user ? PrincipalKind::user : PrincipalKind::service_principal, event);
      if (p != nullptr) {
        if (user && looks_like_address(name)) {
          p->names.emplace_back(name);
          p->attributes.emplace("upn", name);
          p->name = name;
        } else if (!user) {
          p->name = name;
          const std::string_view app = events_.text(event.application_id);
          if (is_guid(app) &&
              (event.event_class == EventClass::service_principal_signin || type == "service-principal")) {
            p->names.emplace_back(app);
            p->attributes.emplace("app-id", app);
          }
        }
      }
    }
    const std::string_view box = events_.text(event.mailbox);
    if (event.event_class == EventClass::mail_access && looks_like_address(box) && !tenant.empty())
      mailbox(std::string(tenant), std::string(box), event);
  }

  // Adds a principal once; null where it was already added.
  Principal *principal(std::string id, PrincipalKind kind, const Event &event) {
    if (!principals_.insert(id).second) return nullptr;
    Principal one;
    one.tenant = entra_parts(id).tenant;
    one.names.emplace_back(entra_parts(id).object);
    one.id = std::move(id);
    one.kind = kind;
    one.evidence = events_.source_of(event);
    facts_.principals.push_back(std::move(one));
    return &facts_.principals.back();
  }

  void give(std::string kind, std::string from, std::string to, const Event &event) {
    if (from.empty() || to.empty()) return;
    begin_period(grants_[{std::move(kind), std::move(from), std::move(to)}], events_, event);
  }
  void take(std::string kind, std::string from, std::string to, const Event &event) {
    if (from.empty() || to.empty()) return;
    end_period(grants_[{std::move(kind), std::move(from), std::move(to)}], events_, event);
  }

  void made(const Event &event, PrincipalKind kind) {
    const std::string tenant = text(event.tenant), object = text(event.target_id);
    if (tenant.empty() || !is_guid(object)) return;
    Principal *p = principal(entra_principal(tenant, object), kind, event);
    if (p == nullptr) {  // seen before it was made: another log is behind; the date still counts
      Principal later;
      later.id = entra_principal(tenant, object);
      later.kind = kind;
      later.tenant = tenant;
      later.evidence = events_.source_of(event);
      facts_.principals.push_back(std::move(later));
      p = &facts_.principals.back();
    }
    p->attributes.emplace("created", base::format_time(event.time));
    p->attributes.emplace("created-by", actor_of(events_, event));
    const std::string name = text(event.target_name);
    if (p->name.empty()) p->name = name;
    if (kind == PrincipalKind::user && looks_like_address(name)) {
      p->names.push_back(lower(name));
      p->attributes.emplace("upn", lower(name));
    }
    for (const char *key : {"target-app-id", "new:AppId", "new:AppPrincipalId"}) {
      const std::string app = id_in(extra(event, key));
      if (app.empty() || kind == PrincipalKind::user) continue;
      p->names.push_back(app);
      p->attributes.emplace("app-id", app);
      break;
    }
  }

  void credentials(const Event &event) {
    const std::string tenant = text(event.tenant), object = text(event.target_id);
    if (tenant.empty() || !is_guid(object)) return;
    const auto descriptions = events_.extras_of(event, "key-description");
    std::size_t index = 0;
    for (const std::string_view key : events_.extras_of(event, "key-added")) {
      const KeyParts parts =
          key_parts(index < descriptions.size() ? descriptions[index] : std::string_view());
      ++index;
      Credential one;
      one.principal = entra_principal(tenant, object);
      one.slot = parts.slot;
      one.key_id = key;
      one.name = parts.name;
      one.valid.from = event.time;
      one.evidence = events_.source_of(event);
      one.id = credential_id(one.principal, one.slot, one.key_id);
      slot_of_key_[one.key_id] = one.slot;
      facts_.credentials.push_back(std::move(one));
    }
    for (const std::string_view key : events_.extras_of(event, "key-removed")) {
      const auto slot = slot_of_key_.find(std::string(key));
      for (const std::string_view guess : {std::string_view("app-secret"), std::string_view("certificate"),
                                           std::string_view("saml-signing")}) {
        if (slot != slot_of_key_.end() && slot->second != guess) continue;
        Credential one;
        one.principal = entra_principal(tenant, object);
        one.slot = guess;
        one.key_id = key;
        one.valid.until = event.time;
        one.evidence = events_.source_of(event);
        one.id = credential_id(one.principal, one.slot, one.key_id);
        // The slot of a key that was never seen added is not known: kept only where a directory lists it
        // (finish()).
        (slot == slot_of_key_.end() ? removed_ : facts_.credentials).push_back(std::move(one));
      }
    }
  }

  // The id of a role: its template where the event has it, else by its name.
  std::string role_object(const Event &event, bool was) const {
    const std::string_view side = was ? "old:" : "new:";
    for (const char *key : {"Role.TemplateId", "Role.ObjectID"}) {
      const std::string id = id_in(extra(event, std::string(side) + key));
      if (!id.empty() && (std::string_view(key) == "Role.TemplateId" || rights_.find_by_id(id) != nullptr))
        return id;
    }
    std::string name = extra(event, std::string(side) + "Role.DisplayName");
    if (name.empty()) name = extra(event, "role");
    for (const Right &right : rights_.all()) {
      if (right.ids.empty() || right.family == "application-role") continue;
      static const std::map<std::string_view, std::string_view> kEdges = {
          {"AZGlobalAdmin", "global administrator"},
          {"AZPrivilegedRoleAdmin", "privileged role administrator"},
          {"AZPrivilegedAuthAdmin", "privileged authentication administrator"},
          {"AZAppAdmin", "application administrator"},
          {"AZCloudAppAdmin", "cloud application administrator"}};
      const auto edge = kEdges.find(right.kind);
      const std::string known =
          edge != kEdges.end() ? std::string(edge->second)
                               : lower(right.kind.starts_with("role:") ? right.kind.substr(5) : right.kind);
      // "Company Administrator" is what older logs call the first.
      if (known == lower(name) || (right.kind == "AZGlobalAdmin" && lower(name) == "company administrator"))
        return right.ids.front();
    }
    return id_in(extra(event, std::string(side) + "Role.ObjectID"));
  }

  void member_of_role(const Event &event, bool given, std::string_view kind) {
    const std::string tenant = text(event.tenant), role = role_object(event, !given);
    const std::string role_id = role.empty() ? role_object(event, given) : role;
    if (tenant.empty() || role_id.empty() || !is_guid(text(event.target_id))) return;
    const std::string from = entra_principal(tenant, text(event.target_id)),
                      to = entra_principal(tenant, role_id);
    if (Principal *p = principal(to, PrincipalKind::role, event)) p->name = extra(event, "role");
    if (given)
      give(std::string(kind), from, to, event);
    else
      take(std::string(kind), from, to, event);
  }

  void object_relation(const Event &event, bool given, std::string_view kind,
                       std::initializer_list<const char *> properties) {
    const std::string tenant = text(event.tenant), member = text(event.target_id);
    std::string object;
    for (const char *property : properties) {
      for (const std::string_view side : {given ? "new:" : "old:", given ? "old:" : "new:"}) {
        if (object.empty()) object = id_in(extra(event, std::string(side) + property));
      }
    }
    if (object.empty()) {  // Entra audit names the object as second target: "Application GUID name"
      for (const std::string_view target : events_.extras_of(event, "target")) {
        const std::string id = id_in(target);
        if (!id.empty() && id != member && object.empty()) object = id;
      }
    }
    if (tenant.empty() || object.empty() || !is_guid(member)) return;
    const std::string from = entra_principal(tenant, member), to = entra_principal(tenant, object);
    if (given)
      give(std::string(kind), from, to, event);
    else
      take(std::string(kind), from, to, event);
  }

  void app_role(const Event &event, bool given) {
    const std::string tenant = text(event.tenant);
    std::string who = id_in(extra(event, "grantee"));
    for (const char *key : {"new:ServicePrincipal.ObjectID", "old:ServicePrincipal.ObjectID",
                            "new:User.ObjectID", "old:User.ObjectID"}) {
      if (who.empty()) who = id_in(extra(event, key));
    }
    std::string role = id_in(extra(event, "new:AppRole.Id"));
    if (role.empty()) role = id_in(extra(event, "old:AppRole.Id"));
    std::string name = extra(event, "app-role");
    if (name.empty()) name = extra(event, "old:AppRole.Value");
    if (role.empty()) {
      const Right *right = rights_.find(name);
      if (right != nullptr && !right->ids.empty()) role = right->ids.front();
    }
    const std::string resource = text(event.target_id);
    if (tenant.empty() || who.empty() || !is_guid(resource)) return;
    const std::string kind = "app-role:" + (role.empty() ? name : role);
    const std::string from = entra_principal(tenant, who), to = entra_principal(tenant, resource);
    if (Principal *p = principal(from, PrincipalKind::service_principal, event)) {
      p->name = extra(event, "new:ServicePrincipal.DisplayName");
      if (const std::string app = id_in(extra(event, "grantee-app-id")); !app.empty()) {
        p->names.push_back(app);
        p->attributes.emplace("app-id", app);
      }
    }
    if (given)
      give(kind, from, to, event);
    else
      take(kind, from, to, event);
  }

  // Delegated consent: only scopes that read mail are rights here; the rest shows under changes.
  void consent(const Event &event) {
    const std::string tenant = text(event.tenant), service = text(event.target_id);
    if (tenant.empty() || !is_guid(service)) return;
    bool everybody = extra(event, "new:ConsentContext.OnBehalfOfAll") == "True";
    for (const std::string_view type : events_.extras_of(event, "consent-type"))
      everybody |= type == "AllPrincipals";
    const std::string from = entra_principal(tenant, service);
    for (std::string_view scopes : events_.extras_of(event, "permissions")) {
      while (!scopes.empty()) {
        const std::size_t end = std::min(scopes.find(' '), scopes.size());
        const std::string_view scope = scopes.substr(0, end);
        scopes.remove_prefix(std::min(end + 1, scopes.size()));
        const std::string delegated = "delegated:" + std::string(scope);
        const Right *right = rights_.find(delegated);
        if (right != nullptr && right->effect != Effect::inert) {
          const std::string name = text(event.actor_name);
          const std::string to = everybody                  ? all_mailboxes_id(tenant)
                                 : looks_like_address(name) ? mailbox_id(tenant, name)
                                                            : std::string();
          give(delegated, from, to, event);
        } else if (scope == "full_access_as_app") {
          // Exists as application role only, though the consent lists it among scopes.
          give("app-role:" + rights_.find(scope)->ids.front(), from, from, event);
        }
      }
    }
  }

  void change(const Event &event) {
    const std::string what = canonical(events_, event);
    const auto is = [&](std::initializer_list<std::string_view> names) {
      return std::find(names.begin(), names.end(), what) != names.end();
    };
    if (is({"add user", "invite external user"}))
      made(event, PrincipalKind::user);
    else if (is({"add group"}))
      made(event, PrincipalKind::group);
    else if (is({"add application"}))
      made(event, PrincipalKind::application);
    else if (is({"add service principal"}))
      made(event, PrincipalKind::service_principal);
    else if (is({"add device", "register device"}) &&
             !base::equal_ignoring_case(text(event.target_type), "User"))  // some name whose it is
      made(event, PrincipalKind::device);
    else if (is({"add app role assignment to service principal", "add app role assignment grant to user",
                 "add app role assignment to group"}))
      app_role(event, true);
    else if (is({"remove app role assignment from service principal", "remove app role assignment from user",
                 "remove app role assignment from group"}))
      app_role(event, false);
    else if (is({"consent to application", "add delegated permission grant"}))
      consent(event);
    else if (is({"add member to role", "add member to role completed (pim activation)",
                 "add member to role in pim completed (permanent)"}))
      member_of_role(event, true, "AZHasRole");
    else if (is({"remove member from role", "remove member from role (pim activation expired)",
                 "remove member from role in pim completed (permanent)"}))
      member_of_role(event, false, "AZHasRole");
    else if (is({"add eligible member to role", "add eligible member to role in pim completed (permanent)"}))
      member_of_role(event, true, "AZRoleEligible");
    else if (is({"remove eligible member from role",
                 "remove eligible member from role in pim completed (permanent)"}))
      member_of_role(event, false, "AZRoleEligible");
    else if (is({"add member to group"}))
      object_relation(event, true, "AZMemberOf", {"Group.ObjectID"});
    else if (is({"remove member from group"}))
      object_relation(event, false, "AZMemberOf", {"Group.ObjectID"});
    else if (is({"add owner to application"}))
      object_relation(event, true, "AZAppOwner", {"Application.ObjectID"});
    else if (is({"remove owner from application"}))
      object_relation(event, false, "AZAppOwner", {"Application.ObjectID"});
    else if (is({"add owner to service principal"}))
      object_relation(event, true, "AZServicePrincipalOwner", {"ServicePrincipal.ObjectID"});
    else if (is({"remove owner from service principal"}))
      object_relation(event, false, "AZServicePrincipalOwner", {"ServicePrincipal.ObjectID"});
    else if (is({"add owner to group"}))
      object_relation(event, true, "AZGroupOwner", {"Group.ObjectID"});
    else if (is({"remove owner from group"}))
      object_relation(event, false, "AZGroupOwner", {"Group.ObjectID"});
    if (!events_.extras_of(event, "key-added").empty() || !events_.extras_of(event, "key-removed").empty())
      credentials(event);
  }

  void mailbox(const std::string &tenant, const std::string &box, const Event &event) {
    if (!boxes_.insert(mailbox_id(tenant, box)).second) return;
    Resource one;
    one.id = mailbox_id(tenant, box);
    one.kind = "mailbox";
    one.name = box;
    one.evidence = events_.source_of(event);
    facts_.resources.push_back(std::move(one));
  }

  // How a cmdlet names a mailbox: by address, "box@x:\Inbox", "box\rule", by its place in Exchange
  // ("EUR.../Microsoft Exchange Hosted Organizations/x.onmicrosoft.com/Box"), or by its alias, which is one
  // of the domain of who gave it.
  std::string mailbox_in(std::string_view written, const Event &event) const {
    std::string box = lower(written.substr(0, written.find_first_of(":\\")));
    std::string domain(events_.text(event.actor_name));
    domain = domain.substr(std::min(domain.size(), domain.find('@') + 1));
    if (const auto slash = box.rfind('/'); slash != std::string::npos) {
      const std::string before = box.substr(0, slash);
      domain = before.substr(before.rfind('/') + 1);
      box = box.substr(slash + 1);
    }
    if (box.empty() || box.find(' ') != std::string::npos) return {};
    if (box.find('@') == std::string::npos) box += '@' + lower(domain);
    return looks_like_address(box) ? box : std::string();
  }

  // Whose mail a cmdlet moves, and by which rule of theirs ("" for the mailbox itself).
  std::pair<std::string, std::string> rule_of(std::string_view what, const Event &event) const {
    const std::string identity = extra(event, "new:Identity");
    if (what == "set-mailbox") return {mailbox_in(identity, event), ""};
    const std::string mailbox = extra(event, "new:Mailbox");
    std::string name = extra(event, "new:Name");
    for (const std::string &written : {identity, text(event.target_name)})
      if (const std::size_t slash = written.rfind('\\'); name.empty() && slash != std::string::npos)
        name = written.substr(slash + 1);
    if (name.empty()) name = identity;
    return {mailbox.empty() ? lower(events_.text(event.actor_name)) : mailbox_in(mailbox, event),
            lower(name)};
  }

  // A rule that was taken away sends nothing any more. An administrator's cmdlet names the mailbox before it.
  void no_forwarding(std::string_view what, const Event &event) {
    auto [box, name] = rule_of(what, event);
    std::vector<std::string> boxes = {box};
    for (const std::string &written : {extra(event, "new:Identity"), text(event.target_name)})
      boxes.push_back(mailbox_in(written, event));
    for (const std::string &one : boxes) {
      const auto found = forwarded_.find({one, name});
      if (found == forwarded_.end()) continue;
      for (const auto &[reader, read] : found->second) take("mailbox-forwarding", reader, read, event);
      forwarded_.erase(found);
    }
  }

  // Mail that goes elsewhere: whoever has the other mailbox reads this one's.
  void forwarding(std::string_view what, const Event &event) {
    const auto [box, name] = rule_of(what, event);
    if (!looks_like_address(box)) return;
    const std::string tenant = text(event.tenant);
    for (const char *parameter : {"new:ForwardingSmtpAddress", "new:ForwardingAddress", "new:ForwardTo",
                                  "new:RedirectTo", "new:ForwardAsAttachmentTo"}) {
      std::string list = lower(extra(event, parameter));
      for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.size(), list.find_first_of(";, ", begin));
        std::string_view to = std::string_view(list).substr(begin, end - begin);
        begin = end + 1;
        if (to.starts_with("smtp:")) to.remove_prefix(5);
        if (!looks_like_address(to)) continue;
        mailbox(tenant, box, event);
        const std::string reader = "principal:mail/" + std::string(to);
        if (principals_.insert(reader).second) {
          Principal one;
          one.id = reader;
          one.kind = PrincipalKind::account;
          one.name = to;
          one.names.emplace_back(to);
          one.evidence = events_.source_of(event);
          facts_.principals.push_back(std::move(one));
        }
        give("mailbox-forwarding", reader, mailbox_id(tenant, box), event);
        forwarded_[{box, name}].emplace(reader, mailbox_id(tenant, box));
      }
    }
  }

  // Exchange cmdlets: parameters stand as "new:<name>".
  void mail_change(const Event &event) {
    const std::string what = canonical(events_, event);
    const bool add = what == "add-mailboxpermission" || what == "add-mailboxfolderpermission";
    const bool remove = what == "remove-mailboxpermission" || what == "remove-mailboxfolderpermission";
    const std::string tenant = text(event.tenant);
    if (tenant.empty()) return;
    bool cleared = what == "remove-inboxrule" || what == "disable-inboxrule";
    for (const std::string_view parameter : events_.extras_of(event, "cleared"))
      cleared |= what == "set-mailbox" && parameter == "ForwardingSmtpAddress";
    if (cleared) no_forwarding(what, event);
    if (what == "set-mailbox" || what == "new-inboxrule" || what == "set-inboxrule") {
      forwarding(what, event);
      return;
    }
    if (!add && !remove) return;
    const std::string box = mailbox_in(extra(event, "new:Identity"), event);
    std::string user = lower(extra(event, "new:User"));
    if (user.find('/') != std::string::npos) user = mailbox_in(user, event);
    const std::string rights = lower(extra(event, "new:AccessRights"));
    const bool reads =
        rights.find("fullaccess") != std::string::npos || rights.find("reader") != std::string::npos ||
        rights.find("owner") != std::string::npos || rights.find("editor") != std::string::npos ||
        rights.find("reviewer") != std::string::npos;
    if (!looks_like_address(box) || user.empty() || (!reads && add)) return;
    // The user is written by address or by id; link_facts() resolves a name.
    const std::string from = is_guid(user) ? entra_principal(tenant, user) : "principal:entra/?name=" + user;
    const std::string kind =
        what.find("folder") == std::string::npos ? "FullAccess" : "mailbox-folder-reader";
    mailbox(tenant, box, event);
    if (add)
      give(kind, from, mailbox_id(tenant, box), event);
    else
      take(kind, from, mailbox_id(tenant, box), event);
  }

  void finish() {
    for (const auto &[key, periods] : grants_) {
      const auto &[kind, from, to] = key;
      add_grants(periods, kind, from, to, facts_.grants);
    }
    std::unordered_set<std::string> listed;
    for (const Credential &c : facts_.credentials) listed.insert(c.id);
    for (Credential &c : removed_) {
      if (listed.count(c.id) != 0) facts_.credentials.push_back(std::move(c));
    }
  }

  const log::EventTable &events_;
  const Rights &rights_;
  Facts &facts_;
  std::unordered_set<std::string> principals_, boxes_;
  std::map<Key, RightPeriods> grants_;
  std::unordered_map<std::string, std::string> slot_of_key_;
  std::vector<Credential> removed_;
  // mailbox and rule -> who reads which mailbox by it
  std::map<std::pair<std::string, std::string>, std::set<std::pair<std::string, std::string>>> forwarded_;
};

}  // namespace

void add_history(const log::EventTable &events, const Rights &rights, Facts &facts) {
  Historian(events, rights, facts).run();
}

std::string actor_of(const log::EventTable &events, const Event &event) {
  const std::string_view tenant = events.text(event.tenant), actor = events.text(event.actor_id);
  if (tenant.empty() || !is_guid(actor)) return {};
  return entra_principal(tenant, actor);
}

}  // namespace dislodge::identity
