#include <algorithm>

#include <fmt/format.h>

#include "base/encode.hpp"
#include "identity/certificates.hpp"
#include "identity/ids.hpp"
#include "identity/linker.hpp"
#include "identity/okta_roles.hpp"
#include "identity/placed_repositories.hpp"
#include "identity/workflows.hpp"

namespace dislodge::identity {

using base::lower;

namespace {

// Tenants in which Microsoft's own applications live: who controls a customer's tenant does not control
// those.
constexpr std::string_view kMicrosoftTenants[] = {"f8cdef31-a31e-4b4a-93e4-5f571e91255a",
                                                  "72f988bf-86f1-41af-91ab-2d7cd011db47"};

}  // namespace

bool is_microsofts(const Principal &p) {
  const std::string_view home = attribute(p, "app-owner-tenant");
  return std::find(std::begin(kMicrosoftTenants), std::end(kMicrosoftTenants), home) !=
         std::end(kMicrosoftTenants);
}

Linker::Linker(Facts &facts, const Rights &rights) : facts_(facts), rights_(rights) {}

void Linker::link() {
  place_repositories(facts_);
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
  federations();
  link_certificates(facts_, new_principals_, new_grants_);
  link_workflows(facts_, new_grants_);
  link_okta_roles(facts_, new_grants_);
  composites();
  facts_.principals.insert(facts_.principals.end(), std::make_move_iterator(new_principals_.begin()),
                           std::make_move_iterator(new_principals_.end()));
  facts_.grants.insert(facts_.grants.end(), std::make_move_iterator(new_grants_.begin()),
                       std::make_move_iterator(new_grants_.end()));
  facts_.settle();
  clip();
}

void Linker::clip() {
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

void Linker::index() {
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

void Linker::add(std::string_view kind, const std::string &from, const std::string &to,
                 const std::string &evidence, const Grant *like) {
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

void Linker::runs_as(const Principal &p) {
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

std::string Linker::tenant_name(const std::string &tenant) const {
  const Principal *p = facts_.principal(entra_principal(tenant, tenant));
  return p == nullptr || p->name.empty() ? tenant : p->name;
}

void Linker::resource(const std::string &id, std::string_view kind, const std::string &name,
                      const std::string &evidence) {
  Resource one;
  one.id = id;
  one.kind = kind;
  one.name = name;
  one.evidence = evidence;
  facts_.resources.push_back(std::move(one));
}

void Linker::tenants_and_mailboxes() {
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
    if (r.kind != "mailbox" || !r.id.starts_with("resource:exchange/") || !seen.insert(r.id).second) continue;
    const std::string tenant = r.id.substr(18, r.id.rfind('/') - 18);
    add("mailbox-contains", all_mailboxes_id(tenant), r.id, r.evidence);
  }
}

void Linker::describe_people() {
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

// Which accounts of one address are joined with all others of it: each, unless the address is no person's but
// a value that thousands of accounts carry. Then a few stand for all: an account of each realm reaches every
// account of another, and through these the same accounts reach each other as if all pairs were written.
std::size_t Linker::hubs_first(std::vector<const Principal *> &accounts) {
  constexpr std::size_t kAllPairs = 64, kOfARealm = 8;
  if (accounts.size() <= kAllPairs) return accounts.size();
  std::map<std::pair<std::string_view, bool>, std::size_t> taken;  // realm, guest -> how many
  const auto middle = std::stable_partition(accounts.begin(), accounts.end(), [&](const Principal *one) {
    const std::string_view realm = std::string_view(one->id).substr(0, one->id.find('/'));
    return ++taken[{realm, is_guest(*one)}] <= kOfARealm;
  });
  return static_cast<std::size_t>(middle - accounts.begin());
}

void Linker::people() {
  std::map<std::string, std::vector<const Principal *>, std::less<>> by_address;
  for (const Principal &p : facts_.principals) {
    if (p.kind != PrincipalKind::user || p.id.starts_with("principal:people/")) continue;
    std::set<std::string_view> own;
    for (const std::string &name : p.names) {
      if (looks_like_address(name) && name.find("#ext#") == std::string::npos) own.insert(name);
    }
    for (const std::string_view name : own) by_address[std::string(name)].push_back(&p);
  }
  for (auto &[address, list] : by_address) {
    const std::size_t hubs = hubs_first(list);
    for (std::size_t i = 0; i < hubs; ++i) {
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

void Linker::federations() {
  std::unordered_map<std::string_view, std::vector<const Principal *>> by_domain;
  for (const Principal &p : facts_.principals)
    if (const std::string_view domain = attribute(p, "signs-for"); !domain.empty())
      by_domain[domain].push_back(&p);
  if (by_domain.empty()) return;
  std::set<std::pair<std::string, std::string>> told;  // federation, tenant
  for (const Principal &p : facts_.principals) {
    if (p.kind != PrincipalKind::user || !in_entra(p) || is_guest(p)) continue;
    const std::string_view upn = attribute(p, "upn");
    const auto found = by_domain.find(upn.substr(std::min(upn.size(), upn.find('@') + 1)));
    const EntraId parts = entra_parts(p.id);
    if (found == by_domain.end() || parts.tenant.empty() || parts.tenant == kUnknownTenant) continue;
    const std::string tenant = entra_principal(parts.tenant, parts.tenant);
    for (const Principal *federation : found->second)
      if (told.emplace(federation->id, tenant).second)
        add("federation-signs", federation->id, tenant, federation->evidence + "; " + p.evidence);
  }
}

void Linker::synchronised() {
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

void Linker::composites() {
  // Halves are few among millions of grants.
  std::unordered_set<std::string_view> kinds;
  for (const Right &right : rights_.all()) kinds.insert(right.all_of.begin(), right.all_of.end());
  std::vector<const Grant *> halves;
  for (const Grant &g : facts_.grants)
    if (kinds.contains(g.kind)) halves.push_back(&g);
  for (const Right &right : rights_.all()) {
    if (right.all_of.empty()) continue;
    std::map<std::pair<std::string, std::string>, std::set<std::string>> held;
    std::map<std::pair<std::string, std::string>, const Grant *> one;
    for (const Grant *g : halves) {
      if (std::find(right.all_of.begin(), right.all_of.end(), g->kind) == right.all_of.end()) continue;
      held[{g->from, g->to}].insert(g->kind);
      one[{g->from, g->to}] = g;
    }
    for (const auto &[pair, held_kinds] : held) {
      if (held_kinds.size() == right.all_of.size())
        add(right.kind, pair.first, pair.second, one[pair]->evidence);
    }
  }
}

void link_facts(Facts &facts, const Rights &rights) {
  Linker(facts, rights).link();
}

}  // namespace dislodge::identity
