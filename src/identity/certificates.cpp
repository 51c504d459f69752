#include "identity/certificates.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "identity/ids.hpp"
#include "identity/new_grant.hpp"

namespace dislodge::identity {
namespace {

// Rights by which a principal is issued a certificate: the right itself and what includes it.
bool enrols(std::string_view kind) {
  return kind == "Enroll" || kind == "AutoEnroll" || kind == "AllExtendedRights" || kind == "GenericAll";
}

std::string_view attribute(const Principal &p, const char *key) {
  const auto found = p.attributes.find(key);
  return found == p.attributes.end() ? std::string_view() : std::string_view(found->second);
}
bool flag(const Principal &p, const char *key) {
  return attribute(p, key) == "true";
}

class Certificates {
 public:
  Certificates(const Facts &facts, std::vector<Principal> &principals, std::vector<Grant> &grants)
      : facts_(facts), principals_(principals), grants_(grants) {}

  void link() {
    for (const Principal &p : facts_.principals) {
      const std::string_view type = attribute(p, "type");
      if (type == "EnterpriseCA" || type == "CertTemplate") {
        of_certificates_.emplace(p.id, &p);
      } else if (type == "NTAuthStore") {
        stores_known_ = true;
        trusted_ += " " + std::string(attribute(p, "certthumbprints"));
      } else if (type == "Domain" && !p.tenant.empty()) {
        domains_.emplace(p.tenant, p.id);
      }
    }
    if (of_certificates_.empty()) return;
    for (const Grant &g : facts_.grants) {
      const bool target = of_certificates_.contains(g.to);
      if (target && enrols(g.kind)) enrolment_[g.to].push_back(&g);
      if (target && g.kind == "PublishedTo") published_.push_back(&g);
      if (g.kind == "HostsCAService") hosts_.push_back(&g);
      if (g.kind == "OIDGroupLink") groups_of_policy_[g.from] = g.to;
    }
    for (const Principal &p : facts_.principals) {
      if (attribute(p, "type") == "IssuancePolicy") policies_.emplace(attribute(p, "certtemplateoid"), &p);
    }
    for (const auto &[id, authority] : of_certificates_) {
      // Who controls the authority issues what they like.
      if (attribute(*authority, "type") == "EnterpriseCA" && believed(*authority))
        add("ca-issues-for-domain", id, domain_of(*authority), authority->evidence);
    }
    for (const Grant *host : hosts_) {
      const auto authority = of_certificates_.find(host->to);
      if (authority != of_certificates_.end() && believed(*authority->second))
        add("GoldenCert", host->from, domain_of(*authority->second), host->evidence);
    }
    for (const Grant *one : published_) published(*one);
  }

 private:
  std::string domain_of(const Principal &p) const {
    const auto found = domains_.find(p.tenant);
    return found == domains_.end() ? std::string() : found->second;
  }

  // The domain believes certificates of an authority in NTAuth; without an export of that store it may.
  bool believed(const Principal &authority) const {
    const std::string print(attribute(authority, "certthumbprint"));
    if (!stores_known_ || print.empty()) return true;
    std::string lower = print;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return trusted_.find(lower) != std::string::npos;
  }

  void published(const Grant &grant) {
    const auto authority = of_certificates_.find(grant.to), templ = of_certificates_.find(grant.from);
    if (authority == of_certificates_.end() || templ == of_certificates_.end()) return;
    const Principal &ca = *authority->second, &t = *templ->second;
    const std::string domain = domain_of(ca);
    if (!believed(ca) || domain.empty()) return;
    // Who controls the template makes it dangerous.
    add("ADCSESC4", t.id, domain, t.evidence);
    const std::string version(attribute(t, "schemaversion"));
    const bool unsigned_request = version == "1" || attribute(t, "authorizedsignatures").empty() ||
                                  attribute(t, "authorizedsignatures") == "0";
    if (flag(t, "requiresmanagerapproval") || !unsigned_request) return;
    const std::string_view usages = attribute(t, "effectiveekus");
    const bool authenticates = flag(t, "authenticationenabled");
    const bool any_purpose = usages.find("2.5.29.37.0") != std::string_view::npos;
    const bool agent = usages.find("1.3.6.1.4.1.311.20.2.1") != std::string_view::npos || any_purpose;
    if (authenticates && flag(t, "enrolleesuppliessubject")) pair(t, ca, "ADCSESC1", domain);
    if (agent) pair(t, ca, "ADCSESC3", domain);
    if (authenticates && flag(ca, "isuserspecifiessanenabled")) pair(t, ca, "ADCSESC6a", domain);
    if (authenticates && flag(t, "nosecurityextension") && flag(ca, "isuserspecifiessanenabled"))
      pair(t, ca, "ADCSESC6b", domain);
    for (const auto &[oid, policy] : policies_) {
      if (oid.empty() || attribute(t, "certificatepolicy").find(oid) == std::string_view::npos) continue;
      const auto group = groups_of_policy_.find(policy->id);
      if (authenticates && group != groups_of_policy_.end()) pair(t, ca, "ADCSESC13", group->second);
    }
  }

  void pair(const Principal &t, const Principal &ca, std::string_view attack, const std::string &target) {
    const std::string tail = t.id.substr(t.id.rfind('/') + 1) + "@" + ca.id.substr(ca.id.rfind('/') + 1);
    const std::string id = "principal:ad/certificate/" + tail;
    if (made_.insert(id).second) {
      Principal one;
      one.id = id;
      one.name = "certificate of " + t.name + " from " + ca.name;
      one.tenant = ca.tenant;
      one.attributes["type"] = "certificate enrolment";
      one.evidence = t.evidence + "; " + ca.evidence;
      principals_.push_back(std::move(one));
      for (const Grant *g : enrolment_[t.id]) add("adcs-enrol-template", g->from, id, g->evidence);
      for (const Grant *g : enrolment_[ca.id]) add("adcs-enrol-authority", g->from, id, g->evidence);
    }
    add(attack, id, target, t.evidence);
  }

  void add(std::string_view kind, const std::string &from, const std::string &to,
           const std::string &evidence) {
    if (from.empty() || to.empty() || from == to) return;
    grants_.push_back(new_grant(kind, from, to, evidence));
  }

  const Facts &facts_;
  std::vector<Principal> &principals_;
  std::vector<Grant> &grants_;
  std::unordered_map<std::string, const Principal *> of_certificates_;
  std::unordered_map<std::string, std::string> domains_, groups_of_policy_;
  std::unordered_map<std::string, std::vector<const Grant *>> enrolment_;
  std::vector<const Grant *> published_, hosts_;
  std::unordered_map<std::string, const Principal *> policies_;
  std::unordered_set<std::string> made_;
  std::string trusted_;
  bool stores_known_ = false;
};

}  // namespace

void link_certificates(const Facts &facts, std::vector<Principal> &principals, std::vector<Grant> &grants) {
  Certificates(facts, principals, grants).link();
}

}  // namespace dislodge::identity
