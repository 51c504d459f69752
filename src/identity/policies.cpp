#include "identity/policies.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/name_index.hpp"
#include "log/operation.hpp"

namespace dislodge::identity {
namespace {

using base::Interval;
using base::IntervalSet;

constexpr std::string_view kProtocols[] = {"browser", "modern", "activesync", "legacy"};

std::string_view object_of(const Policy &p) {
  return std::string_view(p.id).substr(p.id.rfind('/') + 1);
}

class Judge {
 public:
  explicit Judge(const std::vector<Policy> &policies) {
    for (const Policy &p : policies) {
      const auto &demands = p.demands;
      if (p.clients.empty() && demands.size() == 1 && demands.front() == "phishing-resistant")
        resistant_.emplace(object_of(p));  // a strength of the tenant's own, listed beside the policies
    }
  }

  // Whether what is left of the sign-ins that a policy covers cannot be had with a password and a phished
  // factor.
  bool keeps_out(const Policy &p) const {
    if (!p.enforced || !p.every_application || !p.narrowed.empty() || p.demands.empty() || p.valid.empty())
      return false;
    const auto strong = [&](const std::string &demand) {
      constexpr std::string_view kStrength = "strength:";
      return demand == "block" || demand == "phishing-resistant" ||
             (demand.starts_with(kStrength) && resistant_.contains(demand.substr(kStrength.size())));
    };
    return p.any_suffices ? std::all_of(p.demands.begin(), p.demands.end(), strong)
                          : std::any_of(p.demands.begin(), p.demands.end(), strong);
  }

 private:
  std::set<std::string> resistant_;
};

// Who is meant by "group:ID" and "role:TEMPLATE" in one tenant, and when.
class Circles {
 public:
  using Members = std::unordered_map<std::string_view, IntervalSet>;

  explicit Circles(const Facts &facts) : facts_(facts) {}

  // Members of members included. `eligible`: those who may activate a role count as well.
  const Members &of(std::string_view tenant, std::string_view circle, bool eligible) {
    const auto [at, fresh] =
        circles_.try_emplace({std::string(tenant), std::string(circle), eligible}, Members());
    if (fresh) at->second = find(tenant, circle, eligible);
    return at->second;
  }

 private:
  void index() {
    if (indexed_) return;
    indexed_ = true;
    for (const Grant &g : facts_.grants) {
      if (g.kind == "AZMemberOf" || g.kind == "AZHasRole" || g.kind == "AZRoleEligible")
        holders_.emplace(g.to, &g);
    }
    for (const Principal &p : facts_.principals) {
      if (p.kind != PrincipalKind::role || !in_entra(p)) continue;
      const EntraId id = entra_parts(p.id);
      const std::string_view given = attribute(p, "template-id");
      templates_.emplace(std::pair(id.tenant, given.empty() ? id.object : given), p.id);
    }
  }

  Members find(std::string_view tenant, std::string_view circle, bool eligible) {
    index();
    Members members;
    std::vector<std::pair<std::string_view, IntervalSet>> open;
    const std::string_view id = circle.substr(circle.find(':') + 1);
    if (circle.starts_with("group:")) {
      const Principal *group = facts_.principal(entra_principal(tenant, id));
      if (group != nullptr) open.emplace_back(group->id, IntervalSet(Interval{}));
    } else {
      const auto [first, last] = templates_.equal_range(std::pair(tenant, id));
      for (auto at = first; at != last; ++at) open.emplace_back(at->second, IntervalSet(Interval{}));
    }
    while (!open.empty()) {
      const auto [holder_of, when] = std::move(open.back());
      open.pop_back();
      const auto [first, last] = holders_.equal_range(holder_of);
      for (auto at = first; at != last; ++at) {
        const Grant &g = *at->second;
        if (g.kind == "AZRoleEligible" && !eligible) continue;
        const IntervalSet during = when.intersect(IntervalSet(g.valid));
        IntervalSet &held = members[g.from];
        if (during.empty() || held.covers(during)) continue;
        held = held.unite(during);
        open.emplace_back(g.from, held);
      }
    }
    return members;
  }

  const Facts &facts_;
  bool indexed_ = false;
  std::unordered_multimap<std::string_view, const Grant *> holders_;
  std::multimap<std::pair<std::string_view, std::string_view>, std::string_view> templates_;
  std::map<std::tuple<std::string, std::string, bool>, Members> circles_;
};

// When a policy applies to a user of that tenant for certain.
IntervalSet applies(const Policy &policy, const Principal &user, std::string_view tenant, Circles &circles) {
  const std::string_view object = entra_parts(user.id).object;
  const auto during = [&](const std::vector<std::string> &list, bool eligible) {
    IntervalSet when;
    for (const std::string &one : list) {
      if (one == "all" || (one.starts_with("user:") && std::string_view(one).substr(5) == object))
        return IntervalSet(Interval{});
      if (!one.starts_with("group:") && !one.starts_with("role:")) continue;
      const Circles::Members &members = circles.of(tenant, one, eligible);
      if (const auto found = members.find(user.id); found != members.end()) when = when.unite(found->second);
    }
    return when;
  };
  return during(policy.includes, false)
      .subtract(during(policy.excludes, true))
      .intersect(IntervalSet(policy.valid));
}

// A policy that was changed after the state in the export held until then.
std::vector<Policy> held(const Facts &facts, const log::EventTable *events) {
  std::vector<Policy> policies = policies_of(facts);
  if (events == nullptr || policies.empty()) return policies;
  for (const log::Event &event : events->events) {
    if (event.event_class != log::EventClass::directory_audit) continue;
    const std::string what = log::canonical_operation(events->text(event.operation));
    if (what.find("conditional access policy") == std::string::npos && what != "update policy" &&
        what != "delete policy")
      continue;
    const std::string_view target = events->text(event.target_id);
    for (Policy &p : policies) {
      // The directory's own stamp of the change comes a little before the audit record.
      if (!target.empty() && object_of(p) == target && event.time.us > p.valid.from.us + base::kMinute)
        p.valid.until = std::min(p.valid.until, event.time);
    }
  }
  return policies;
}

std::string joined(const std::vector<std::string> &parts) {
  std::string text;
  for (const std::string &part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

std::vector<std::string> parted(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

void keep(const Policy &policy, Facts &facts) {
  Principal one;
  one.id = policy.id;
  one.name = policy.name;
  one.tenant = policy.tenant;
  one.evidence = policy.evidence;
  const auto flag = [](bool value) { return std::string(value ? "true" : "false"); };
  one.attributes = {{"enforced", flag(policy.enforced)},
                    {"includes", joined(policy.includes)},
                    {"excludes", joined(policy.excludes)},
                    {"every-application", flag(policy.every_application)},
                    {"clients", joined(policy.clients)},
                    {"narrowed", policy.narrowed},
                    {"demands", joined(policy.demands)},
                    {"any-suffices", flag(policy.any_suffices)},
                    {"changed", policy.valid.empty() ? "" : base::format_time(policy.valid.from)}};
  facts.principals.push_back(std::move(one));
}

std::vector<Policy> policies_of(const Facts &facts) {
  std::vector<Policy> policies;
  for (const Principal &p : facts.principals) {
    if (!p.id.starts_with(kPolicy)) continue;
    Policy one;
    one.id = p.id;
    one.name = p.name;
    one.tenant = p.tenant;
    one.evidence = p.evidence;
    one.enforced = attribute(p, "enforced") == "true";
    one.includes = parted(attribute(p, "includes"));
    one.excludes = parted(attribute(p, "excludes"));
    one.every_application = attribute(p, "every-application") == "true";
    one.clients = parted(attribute(p, "clients"));
    one.narrowed = attribute(p, "narrowed");
    one.demands = parted(attribute(p, "demands"));
    one.any_suffices = attribute(p, "any-suffices") == "true";
    one.valid = {base::parse_time(attribute(p, "changed")).value_or(base::kTimeMax), base::kTimeMax};
    policies.push_back(std::move(one));
  }
  return policies;
}

std::string policy_id(std::string_view tenant, std::string_view object) {
  return "policy:entra/" + base::lower(tenant) + "/" + base::lower(object);
}

bool combinations_resist(const std::vector<std::string_view> &combinations) {
  constexpr std::string_view kResist[] = {"fido2", "windowsHelloForBusiness", "x509CertificateMultiFactor"};
  return !combinations.empty() &&
         std::all_of(combinations.begin(), combinations.end(), [&](std::string_view one) {
           return std::any_of(std::begin(kResist), std::end(kResist),
                              [&](std::string_view each) { return base::equal_ignoring_case(one, each); });
         });
}

void set_clients(Policy &policy, const std::vector<std::string_view> &names) {
  std::set<std::string> given;
  for (const std::string_view name : names) given.insert(base::lower(name));
  const auto has = [&](std::initializer_list<const char *> all) {
    return std::all_of(all.begin(), all.end(), [&](const char *one) { return given.contains(one); });
  };
  policy.clients.clear();
  if (given.empty() || has({"all"})) policy.clients.emplace_back("all");
  if (has({"browser"})) policy.clients.emplace_back("browser");
  if (has({"mobileappsanddesktopclients"}) || has({"native"})) policy.clients.emplace_back("modern");
  if (has({"exchangeactivesync"}) || has({"eassupported", "easunsupported"}))
    policy.clients.emplace_back("activesync");
  if (has({"other"}) ||
      has({"otherlegacy", "legacysmtp", "legacypop", "legacyimap", "legacymapi", "legacyoffice"}))
    policy.clients.emplace_back("legacy");
  if (policy.clients.empty()) policy.clients.emplace_back("none-of-ours");
}

std::vector<Requirement> requirements_of(const Facts &facts, const log::EventTable *events) {
  const std::vector<Policy> all = held(facts, events);
  const Judge judge(all);
  std::vector<const Policy *> policies;
  for (const Policy &p : all) {
    if (judge.keeps_out(p)) policies.push_back(&p);
  }
  std::vector<Requirement> requirements;
  if (policies.empty()) return requirements;
  std::set<std::string_view> tenants;
  for (const Principal &p : facts.principals) {
    if (p.kind == PrincipalKind::user && in_entra(p)) tenants.insert(entra_parts(p.id).tenant);
  }
  tenants.erase(kUnknownTenant);
  Circles circles(facts);
  for (const Principal &user : facts.principals) {
    if (user.kind != PrincipalKind::user || !in_entra(user) || is_guest(user)) continue;
    const std::string_view tenant = entra_parts(user.id).tenant;
    IntervalSet covered[std::size(kProtocols)];
    std::string evidence;
    for (const Policy *policy : policies) {
      // An export that does not say its tenant is of the one whose directory is here.
      if (policy->tenant == kUnknownTenant ? tenants.size() != 1 : policy->tenant != tenant) continue;
      const IntervalSet when = applies(*policy, user, tenant, circles);
      if (when.empty()) continue;
      evidence += (evidence.empty() ? "" : "; ") + policy->evidence;
      for (std::size_t i = 0; i < std::size(kProtocols); ++i) {
        const bool here = std::any_of(
            policy->clients.begin(), policy->clients.end(),
            [&](const std::string &client) { return client == "all" || client == kProtocols[i]; });
        if (here) covered[i] = covered[i].unite(when);
      }
    }
    IntervalSet everywhere = covered[0];
    for (const IntervalSet &one : covered) everywhere = everywhere.intersect(one);
    for (const Interval &when : everywhere.items()) {
      Requirement one;
      one.principal = user.id;
      one.slot = "password";
      one.valid = when;
      one.every_protocol = true;
      one.resists_phishing = true;
      one.evidence = evidence;
      requirements.push_back(std::move(one));
    }
  }
  return requirements;
}

}  // namespace dislodge::identity
