#include "identity/link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/encode.hpp"
#include "identity/certificates.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

using base::lower;

// Tenants in which Microsoft's own applications live: who controls a customer's tenant does not control
// those.
constexpr std::string_view kMicrosoftTenants[] = {"f8cdef31-a31e-4b4a-93e4-5f571e91255a",
                                                  "72f988bf-86f1-41af-91ab-2d7cd011db47"};

std::string_view attribute(const Principal &p, std::string_view key) {
  const auto found = p.attributes.find(std::string(key));
  return found == p.attributes.end() ? std::string_view() : std::string_view(found->second);
}

bool is_microsofts(const Principal &p) {
  const std::string_view home = attribute(p, "app-owner-tenant");
  return std::find(std::begin(kMicrosoftTenants), std::end(kMicrosoftTenants), home) !=
         std::end(kMicrosoftTenants);
}

bool is_guest(const Principal &p) {
  return attribute(p, "user-type") == "guest" || attribute(p, "upn").find("#ext#") != std::string_view::npos;
}

bool in_entra(const Principal &p) {
  return p.id.starts_with("principal:entra/");
}

class Linker {
 public:
  Linker(Facts &facts, const Rights &rights) : facts_(facts), rights_(rights) {}

  void link() {
    facts_.settle();
    index();
    name_tenants();
    facts_.settle();
    index();
    expand_roles();
    for (const Principal &p : facts_.principals) {
      if (in_entra(p)) runs_as(p);
    }
    tenants_and_mailboxes();
    describe_people();
    people();
    synchronised();
    link_certificates(facts_, new_principals_, new_grants_);
    composites();
    facts_.principals.insert(facts_.principals.end(), std::make_move_iterator(new_principals_.begin()),
                             std::make_move_iterator(new_principals_.end()));
    facts_.grants.insert(facts_.grants.end(), std::make_move_iterator(new_grants_.begin()),
                         std::make_move_iterator(new_grants_.end()));
    facts_.settle();
    clip();
  }

 private:
  // A right whose start is unknown is not older than those it joins.
  void clip() {
    std::unordered_map<std::string_view, base::Time> created;
    for (const Principal &p : facts_.principals) {
      const auto time = base::parse_time(attribute(p, "created"));
      if (time) created.emplace(p.id, *time);
    }
    for (Grant &g : facts_.grants) {
      if (g.start_known) continue;
      for (const std::string *id : {&g.from, &g.to}) {
        const auto found = created.find(*id);
        if (found != created.end() && found->second < g.valid.until)
          g.valid.from = std::max(g.valid.from, found->second);
      }
    }
  }

  void index() {
    by_object_.clear();
    applications_.clear();
    members_.clear();
    for (std::size_t i = 0; i < facts_.principals.size(); ++i) {
      const Principal &p = facts_.principals[i];
      if (!in_entra(p)) continue;
      const EntraId id = entra_parts(p.id);
      if (id.tenant != kUnknownTenant) by_object_[std::string(id.object)].push_back(i);
      members_[std::string(id.tenant)].push_back(i);
      if (p.kind == PrincipalKind::application || p.kind == PrincipalKind::service_principal) {
        if (const std::string_view app = attribute(p, "app-id"); !app.empty())
          applications_[std::string(app)].push_back(i);
      }
    }
  }

  // Object ids are unique in the world, so an unknown tenant is told by any directory that has the object. An
  // application id in the place of an object id stands for the application object of that tenant.
  std::string resolved(const std::string &id) {
    constexpr std::string_view kByName = "/?name=";
    if (const auto at = id.find(kByName); at != std::string::npos)
      return by_name(id, id.substr(at + kByName.size()));
    const EntraId parts = entra_parts(id);
    if (parts.object.empty()) return id;
    const std::string object(parts.object);
    if (parts.tenant != kUnknownTenant && facts_.principal(id) != nullptr) return id;
    const auto found = by_object_.find(object);
    if (parts.tenant == kUnknownTenant && found != by_object_.end() && found->second.size() == 1) {
      return facts_.principals[found->second.front()].id;
    }
    const auto app = applications_.find(object);
    if (app != applications_.end()) {
      const Principal *only = nullptr;
      for (const std::size_t i : app->second) {
        const Principal &p = facts_.principals[i];
        const bool here = parts.tenant == kUnknownTenant || entra_parts(p.id).tenant == parts.tenant;
        // The application object before a service principal of the same tenant.
        if (here && (only == nullptr ||
                     (only->kind != PrincipalKind::application && p.kind == PrincipalKind::application)))
          only = &p;
      }
      if (only != nullptr) return only->id;
    }
    return id;
  }

  // Names are looked up for edges of other collectors only, so their index is made at first need.
  void index_names() {
    if (!names_.empty()) return;
    for (std::size_t i = 0; i < facts_.principals.size(); ++i) {
      for (const std::string &name : facts_.principals[i].names) names_.emplace_back(name, i);
    }
    std::sort(names_.begin(), names_.end());
    for (std::size_t i = 0; i < facts_.principals.size(); ++i) {
      const Principal &p = facts_.principals[i];
      if (p.kind != PrincipalKind::user || !in_entra(p) || is_guest(p) || p.name.empty()) continue;
      const auto [at, fresh] = displays_.try_emplace(lower(p.name), i);
      if (!fresh && at->second != i) at->second = kSeveral;
    }
  }

  std::string by_name(const std::string &id, const std::string &name) {
    index_names();
    const std::string realm = id.substr(0, id.find('/') + 1);  // "principal:entra/"
    const Principal *only = nullptr;
    for (auto at = std::lower_bound(names_.begin(), names_.end(),
                                    std::pair<std::string_view, std::size_t>(name, 0));
         at != names_.end() && at->first == name; ++at) {
      const Principal &p = facts_.principals[at->second];
      if (!p.id.starts_with(realm)) continue;
      if (only != nullptr && only->kind == p.kind) return id;  // several: cannot say which
      if (only == nullptr || p.kind == PrincipalKind::user) only = &p;
    }
    return only == nullptr ? id : only->id;
  }

  // A mailbox that a listing names by an address, an object id or a display name; all mailboxes of the one
  // tenant that there is.
  bool mailbox_of(std::string &id) {
    const std::string name = id.substr(id.rfind('/') + 1);
    if (name == "*") {
      std::set<std::string> tenants;
      for (const auto &[tenant, list] : members_) {
        if (tenant != kUnknownTenant && !tenant.empty()) tenants.insert(tenant);
      }
      if (tenants.size() != 1) return false;
      id = all_mailboxes_id(*tenants.begin());
      need_mailboxes_.insert(*tenants.begin());
      return true;
    }
    index_names();
    const Principal *only = nullptr;
    for (auto at = std::lower_bound(names_.begin(), names_.end(),
                                    std::pair<std::string_view, std::size_t>(name, 0));
         at != names_.end() && at->first == name; ++at) {
      const Principal &p = facts_.principals[at->second];
      if (p.kind != PrincipalKind::user || !in_entra(p) || is_guest(p)) continue;
      if (only != nullptr && only != &p) return false;
      only = &p;
    }
    if (only == nullptr) {  // Exchange names mailboxes by what people are called
      const auto called = displays_.find(name);
      if (called == displays_.end() || called->second == kSeveral) return false;
      only = &facts_.principals[called->second];
    }
    const std::string_view upn = attribute(*only, "upn"), mail = attribute(*only, "mail");
    const EntraId parts = entra_parts(only->id);
    if (parts.tenant == kUnknownTenant || (upn.empty() && mail.empty())) return false;
    id = mailbox_id(parts.tenant, upn.empty() ? mail : upn);
    return true;
  }

  void name_tenants() {
    std::unordered_set<std::string_view> known;
    known.reserve(facts_.principals.size());
    for (const Principal &p : facts_.principals) {
      if (entra_parts(p.id).tenant != kUnknownTenant) known.insert(p.id);
    }
    std::unordered_map<std::string, std::string> cache;
    // True where the id was changed.
    const auto resolve = [&](std::string &id) {
      if (id.starts_with("resource:exchange/?/")) return mailbox_of(id);
      if (known.count(id) != 0 || id.starts_with("resource:")) return false;
      const auto [at, fresh] = cache.try_emplace(id);
      if (fresh) at->second = resolved(id);
      if (at->second == id) return false;
      id = at->second;
      return true;
    };
    for (Grant &g : facts_.grants) {
      const bool from = resolve(g.from), to = resolve(g.to);
      if (from || to) g.id = grant_id(g.kind, g.from, g.to);
    }
    for (Credential &c : facts_.credentials) {
      if (resolve(c.principal)) {
        c.id = credential_id(c.principal, c.slot, !c.key_id.empty() ? c.key_id : c.thumbprint);
      }
    }
    // Looked up first and changed after, since looking up needs the order of ids.
    std::vector<std::pair<std::size_t, std::string>> moved;
    for (std::size_t i = 0; i < facts_.principals.size(); ++i) {
      const Principal &p = facts_.principals[i];
      if (in_entra(p) && entra_parts(p.id).tenant == kUnknownTenant) moved.emplace_back(i, resolved(p.id));
    }
    for (auto &[i, id] : moved) {
      facts_.principals[i].id = std::move(id);
      facts_.principals[i].tenant = entra_parts(facts_.principals[i].id).tenant;
    }
  }

  void add(std::string_view kind, const std::string &from, const std::string &to, const std::string &evidence,
           const Grant *like = nullptr) {
    if (from.empty() || to.empty() || from == to) return;
    Grant one;
    if (like != nullptr) {
      one.valid = like->valid;
      one.start_known = like->start_known;
      one.end_known = like->end_known;
    }
    one.kind = kind;
    one.from = from;
    one.to = to;
    one.id = grant_id(one.kind, from, to,
                      like != nullptr && like->id != grant_id(like->kind, like->from, like->to)
                          ? base::format_time(like->valid.from)
                          : "");
    one.evidence = evidence;
    new_grants_.push_back(std::move(one));
  }

  // What a role opens in a tenant, as grants from its holder.
  void open(const Right &right, const std::string &holder, const std::string &tenant,
            const std::string &evidence, const Grant *like) {
    const auto each = [&](auto &&wanted) {
      const auto found = members_.find(tenant);
      if (found == members_.end()) return;
      for (const std::size_t i : found->second) {
        const Principal &p = facts_.principals[i];
        if (p.id != holder && wanted(p)) add(right.kind, holder, p.id, evidence, like);
      }
    };
    switch (right.opens) {
      case Opens::tenant:
        add(right.kind, holder, entra_principal(tenant, tenant), evidence, like);
        break;
      case Opens::mailboxes:
        add(right.kind, holder, all_mailboxes_id(tenant), evidence, like);
        need_mailboxes_.insert(tenant);
        break;
      case Opens::sites:
        add(right.kind, holder, all_sites_id(tenant), evidence, like);
        resource(all_sites_id(tenant), "site", "all sites and files of " + tenant_name(tenant), evidence);
        break;
      case Opens::applications:
        each([](const Principal &p) {
          return (p.kind == PrincipalKind::application || p.kind == PrincipalKind::service_principal) &&
                 !is_microsofts(p);
        });
        break;
      case Opens::users:
        each([&](const Principal &p) {
          return p.kind == PrincipalKind::user && privileged_.count(p.id) == 0;
        });
        break;
      case Opens::groups:
        each([&](const Principal &p) {
          return p.kind == PrincipalKind::group && attribute(p, "role-assignable").empty() &&
                 privileged_.count(p.id) == 0;
        });
        break;
      case Opens::as_given:
      case Opens::nothing:
        break;
    }
  }

  const Right *role_right(const std::string &id) const {
    const Principal *role = facts_.principal(id);
    const std::string_view template_id =
        role == nullptr ? std::string_view() : attribute(*role, "template-id");
    const Right *right = template_id.empty() ? nullptr : rights_.find_by_id(template_id);
    // Built-in roles have their template's id.
    return right != nullptr ? right : rights_.find_by_id(entra_parts(id).object);
  }

  void expand_roles() {
    // Who holds a directory role is not open to those who may reset ordinary users; members of a group that
    // holds one neither.
    for (const Grant &g : facts_.grants) {
      if (g.kind == "AZHasRole" || g.kind == "AZRoleEligible") privileged_.insert(g.from);
    }
    for (const Grant &g : facts_.grants) {
      if (g.kind == "AZMemberOf" && privileged_.count(g.to) != 0) privileged_.insert(g.from);
    }
    std::vector<Grant> kept;
    std::set<std::string> roles_opened;
    for (Grant &g : facts_.grants) {
      if (g.kind.starts_with("app-role:")) {
        const std::string tenant(entra_parts(g.from).tenant);
        const Right *right = rights_.find_by_id(std::string_view(g.kind).substr(9));
        if (right != nullptr) {
          if (right->opens == Opens::nothing || right->opens == Opens::as_given)
            add(right->kind, g.from, g.to, g.evidence, &g);
          else
            open(*right, g.from, tenant, g.evidence, &g);
        } else {
          // A role of somebody's own API: keep its name where the directory says it. Listed as unknown, so
          // inert.
          const Principal *resource_app = facts_.principal(g.to);
          const std::string_view name =
              resource_app == nullptr ? std::string_view() : attribute(*resource_app, g.kind);
          if (!name.empty()) g.kind = fmt::format("app-role:{}", name);
          kept.push_back(std::move(g));
        }
        continue;
      }
      if (g.kind.starts_with("AZScopedRole:")) {
        const Right *right = rights_.find_by_id(std::string_view(g.kind).substr(13));
        const Principal *scope = facts_.principal(g.to);
        const bool app = scope != nullptr && (scope->kind == PrincipalKind::application ||
                                              scope->kind == PrincipalKind::service_principal);
        add(right != nullptr && right->opens == Opens::applications && app ? std::string_view(right->kind)
                                                                           : std::string_view("AZScopedRole"),
            g.from, g.to, g.evidence, &g);
        continue;
      }
      if ((g.kind == "AZHasRole" || g.kind == "AZRoleEligible") && roles_opened.insert(g.to).second) {
        if (const Right *right = role_right(g.to))
          open(*right, g.to, std::string(entra_parts(g.to).tenant), g.evidence, nullptr);
      }
      // A role's own right, given with its kind (from an event): what it opens is told here as for a
      // directory row.
      kept.push_back(std::move(g));
    }
    facts_.grants = std::move(kept);
  }

  // A secret of the application object signs in as its service principal in every tenant that has one.
  void runs_as(const Principal &p) {
    if (p.kind != PrincipalKind::application) return;
    const std::string_view app = attribute(p, "app-id");
    const auto found = applications_.find(std::string(app));
    if (app.empty() || found == applications_.end()) return;
    for (const std::size_t i : found->second) {
      const Principal &service = facts_.principals[i];
      if (service.kind != PrincipalKind::service_principal) continue;
      const std::string_view home = attribute(service, "app-owner-tenant");
      if (!home.empty() && home != entra_parts(p.id).tenant)
        continue;  // another organisation's application id: forged or copied
      add("AZRunsAs", p.id, service.id, service.evidence);
    }
  }

  std::string tenant_name(const std::string &tenant) const {
    const Principal *p = facts_.principal(entra_principal(tenant, tenant));
    return p == nullptr || p->name.empty() ? tenant : p->name;
  }

  void resource(const std::string &id, std::string_view kind, const std::string &name,
                const std::string &evidence) {
    Resource one;
    one.id = id;
    one.kind = kind;
    one.name = name;
    one.evidence = evidence;
    facts_.resources.push_back(std::move(one));
  }

  void tenants_and_mailboxes() {
    for (const auto &[tenant, list] : members_) {
      if (tenant == kUnknownTenant || tenant.empty()) continue;
      const std::string tenant_id = entra_principal(tenant, tenant);
      const Principal *known = facts_.principal(tenant_id);
      if (known == nullptr) {
        Principal one;
        one.id = tenant_id;
        one.kind = PrincipalKind::tenant;
        one.name = tenant;
        one.tenant = tenant;
        one.names = {tenant};
        one.evidence = facts_.principals[list.front()].evidence;
        new_principals_.push_back(std::move(one));
      }
      bool mail = need_mailboxes_.count(tenant) != 0;
      for (const std::size_t i : list) {
        const Principal &p = facts_.principals[i];
        if (p.id == tenant_id) continue;
        if (p.kind != PrincipalKind::role && p.kind != PrincipalKind::tenant && !is_microsofts(p))
          add("tenant-contains", tenant_id, p.id, p.evidence);
        const std::string_view address = attribute(p, "mail"), upn = attribute(p, "upn");
        if (p.kind != PrincipalKind::user || address.empty() || is_guest(p)) continue;
        const std::string box = mailbox_id(tenant, upn.empty() ? address : upn);
        resource(box, "mailbox", std::string(upn.empty() ? address : upn), p.evidence);
        add("owns-mailbox", p.id, box, p.evidence);
        mail = true;
      }
      if (mail) {
        resource(all_mailboxes_id(tenant), "mailboxes", "all mailboxes of " + tenant_name(tenant),
                 known != nullptr ? known->evidence : facts_.principals[list.front()].evidence);
      }
    }
    // Mailboxes from events count as well.
    const std::size_t count = facts_.resources.size();
    std::set<std::string> seen;
    for (std::size_t i = 0; i < count; ++i) {
      const Resource &r = facts_.resources[i];
      if (r.kind != "mailbox" || !r.id.starts_with("resource:exchange/") || !seen.insert(r.id).second)
        continue;
      const std::string tenant = r.id.substr(18, r.id.rfind('/') - 18);
      add("mailbox-contains", all_mailboxes_id(tenant), r.id, r.evidence);
    }
  }

  // What a list of people says of a person is true of each of their accounts.
  void describe_people() {
    constexpr std::string_view kPeople = "principal:people/";
    std::unordered_map<std::string_view, const Principal *> listed;
    for (const Principal &p : facts_.principals) {
      if (!p.id.starts_with(kPeople)) continue;
      for (const std::string &name : p.names) listed.emplace(name, &p);
    }
    if (listed.empty()) return;
    for (Principal &p : facts_.principals) {
      if (p.kind != PrincipalKind::user || p.id.starts_with(kPeople)) continue;
      for (const std::string &name : p.names) {
        const auto found = listed.find(name);
        if (found == listed.end()) continue;
        for (const char *key : {"title", "department", "seniority", "manager", "company", "role"}) {
          if (const std::string_view value = attribute(*found->second, key); !value.empty())
            p.attributes.emplace(key, value);
        }
        break;
      }
    }
  }

  // One person's accounts: a guest and their home account; users of different realms with one mail address.
  void people() {
    std::map<std::string, std::vector<const Principal *>, std::less<>> by_address;
    for (const Principal &p : facts_.principals) {
      if (p.kind != PrincipalKind::user || p.id.starts_with("principal:people/")) continue;
      std::set<std::string_view> own;
      for (const std::string &name : p.names) {
        if (looks_like_address(name) && name.find("#ext#") == std::string::npos) own.insert(name);
      }
      for (const std::string_view name : own) by_address[std::string(name)].push_back(&p);
    }
    for (const auto &[address, list] : by_address) {
      for (std::size_t i = 0; i < list.size(); ++i) {
        for (std::size_t j = i + 1; j < list.size(); ++j) {
          const Principal &a = *list[i], &b = *list[j];
          const std::string evidence = a.evidence + "; " + b.evidence;
          if (in_entra(a) && in_entra(b)) {
            // Two tenants: only a guest is the same person's, and signs in at home.
            if (is_guest(a) != is_guest(b))
              add("home-of-guest", is_guest(a) ? b.id : a.id, is_guest(a) ? a.id : b.id, evidence);
          } else if (a.id.substr(0, a.id.find('/')) != b.id.substr(0, b.id.find('/'))) {
            // Who holds the mail account resets the password of the other; not the other way round. Where
            // neither has the mail, each may open the other (one person, one password).
            const bool a_mail = in_entra(a), b_mail = in_entra(b);
            if (a_mail || !b_mail) add("same-person", a.id, b.id, evidence);
            if (b_mail || !a_mail) add("same-person", b.id, a.id, evidence);
          }
        }
      }
    }
  }

  // An account of Entra that a domain's account is the source of: the SID is a name of both.
  void synchronised() {
    std::unordered_map<std::string_view, const Principal *> domain_accounts;
    for (const Principal &p : facts_.principals) {
      if (p.id.starts_with("principal:ad/s-1-5-21-"))
        domain_accounts.emplace(std::string_view(p.id).substr(13), &p);
    }
    if (domain_accounts.empty()) return;
    for (const Principal &p : facts_.principals) {
      if (!in_entra(p)) continue;
      for (const std::string &name : p.names) {
        if (!name.starts_with("s-1-5-21-")) continue;
        const auto found = domain_accounts.find(name);
        if (found == domain_accounts.end()) continue;
        const std::string evidence = p.evidence + "; " + found->second->evidence;
        add("SyncedToEntraUser", found->second->id, p.id, evidence);
        add("SyncedToADUser", p.id, found->second->id, evidence);
      }
    }
  }

  // Both halves in one hand, directly; through groups reach joins them.
  void composites() {
    for (const Right &right : rights_.all()) {
      if (right.all_of.empty()) continue;
      std::map<std::pair<std::string, std::string>, std::set<std::string>> held;
      std::map<std::pair<std::string, std::string>, const Grant *> one;
      for (const Grant &g : facts_.grants) {
        if (std::find(right.all_of.begin(), right.all_of.end(), g.kind) == right.all_of.end()) continue;
        held[{g.from, g.to}].insert(g.kind);
        one[{g.from, g.to}] = &g;
      }
      for (const auto &[pair, kinds] : held) {
        if (kinds.size() == right.all_of.size())
          add(right.kind, pair.first, pair.second, one[pair]->evidence);
      }
    }
  }

  Facts &facts_;
  const Rights &rights_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_object_;
  std::unordered_map<std::string, std::vector<std::size_t>> applications_;  // by application id
  std::map<std::string, std::vector<std::size_t>> members_;                 // by tenant
  std::vector<std::pair<std::string_view, std::size_t>> names_;             // sorted
  static constexpr std::size_t kSeveral = SIZE_MAX;
  std::unordered_map<std::string, std::size_t> displays_;  // what users are called -> principal, or kSeveral
  std::unordered_set<std::string> privileged_;
  std::set<std::string> need_mailboxes_;
  std::vector<Principal> new_principals_;
  std::vector<Grant> new_grants_;
};

}  // namespace

void link_facts(Facts &facts, const Rights &rights) {
  Linker(facts, rights).link();
}

NameIndex::NameIndex(const Facts &facts) : facts_(facts) {
  for (std::uint32_t i = 0; i < facts.principals.size(); ++i) {
    const Principal &p = facts.principals[i];
    for (const std::string &name : p.names) {
      names_.emplace_back(name, i);
      if (p.kind == PrincipalKind::user && looks_like_address(name)) {
        locals_.emplace_back(name.substr(0, name.find('@')), i);
      }
    }
    if (p.kind == PrincipalKind::user) {
      if (const std::string_view alias = attribute(p, "alias"); !alias.empty())
        locals_.emplace_back(alias, i);
      if (const std::string_view sam = attribute(p, "samaccountname"); !sam.empty())
        locals_.emplace_back(sam, i);
    }
  }
  std::sort(names_.begin(), names_.end());
  std::sort(locals_.begin(), locals_.end());
  locals_.erase(std::unique(locals_.begin(), locals_.end()), locals_.end());
}

std::vector<std::uint32_t> NameIndex::find(std::string_view name) const {
  const std::string wanted = lower(name);
  std::vector<std::uint32_t> found;
  for (auto at = std::lower_bound(names_.begin(), names_.end(),
                                  std::pair<std::string_view, std::uint32_t>(wanted, 0));
       at != names_.end() && at->first == wanted; ++at) {
    if (found.empty() || found.back() != at->second) found.push_back(at->second);
  }
  return found;
}

std::vector<std::uint32_t> NameIndex::find_local(std::string_view local) const {
  const std::string wanted = lower(local);
  std::vector<std::uint32_t> found;
  for (auto at =
           std::lower_bound(locals_.begin(), locals_.end(), std::pair<std::string, std::uint32_t>(wanted, 0));
       at != locals_.end() && at->first == wanted; ++at) {
    if (found.empty() || found.back() != at->second) found.push_back(at->second);
  }
  return found;
}

const Principal *NameIndex::only(std::string_view name, PrincipalKind kind) const {
  const Principal *one = nullptr;
  for (const std::uint32_t i : find(name)) {
    if (facts_.principals[i].kind != kind) continue;
    if (one != nullptr) return nullptr;
    one = &facts_.principals[i];
  }
  return one;
}

std::string NameIndex::mailbox(std::string_view address) const {
  for (const std::uint32_t i : find(address)) {
    const Principal &p = facts_.principals[i];
    if (p.kind != PrincipalKind::user || !in_entra(p) || is_guest(p)) continue;
    const std::string_view upn = attribute(p, "upn"), mail = attribute(p, "mail");
    if (mail.empty() && upn.empty()) continue;
    return mailbox_id(entra_parts(p.id).tenant, upn.empty() ? mail : upn);
  }
  return {};
}

std::string resource_of_custodian(std::string_view custodian, const NameIndex &names) {
  std::string who = lower(base::trim(custodian));
  for (const std::string_view scheme : {"https://", "http://", "ssh://git@", "git@"}) {
    if (who.starts_with(scheme)) who.erase(0, scheme.size());
  }
  if (who.starts_with("github.com/") || who.starts_with("github.com:")) {
    std::string name = who.substr(11);
    if (name.ends_with(".git")) name.resize(name.size() - 4);
    while (name.ends_with('/')) name.pop_back();
    return name.find('/') == std::string::npos ? std::string() : repository_id(name);
  }
  if (looks_like_address(who)) {
    const std::string known = names.mailbox(who);
    return !known.empty() ? known : fmt::format("resource:mail/{}/{}", domain_of_address(who), who);
  }
  // Another host of repositories: gitlab.example/group/project.
  const auto slash = who.find('/');
  if (slash != std::string::npos && who.find('.') < slash) {
    if (who.ends_with(".git")) who.resize(who.size() - 4);
    return "resource:" + who;
  }
  return {};
}

}  // namespace dislodge::identity
