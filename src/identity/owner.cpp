#include "identity/owner.hpp"

#include <fmt/format.h>
#include <libpsl.h>

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "identity/foreign_site.hpp"
#include "identity/ids.hpp"
#include "identity/session_bindings.hpp"

namespace dislodge::identity {
namespace {

using base::lower;
using secret::HintKind;

// Names under which a provider gives each customer one of their own.
constexpr std::array<std::string_view, 22> kProviderSuffixes = {
    "onmicrosoft.com",    "github.io",        "gitlab.io",       "azurewebsites.net", "cloudapp.net",
    "cloudapp.azure.com", "herokuapp.com",    "netlify.app",     "vercel.app",        "pages.dev",
    "workers.dev",        "web.app",          "firebaseapp.com", "blogspot.com",      "sharepoint.com",
    "okta.com",           "oktapreview.com",  "auth0.com",       "atlassian.net",     "zendesk.com",
    "slack.com",          "my.salesforce.com"};
constexpr std::array<std::string_view, 30> kFreeMail = {
    "gmail.com",  "googlemail.com", "outlook.com",    "hotmail.com", "live.com",     "msn.com",
    "yahoo.com",  "ymail.com",      "rocketmail.com", "aol.com",     "icloud.com",   "me.com",
    "mac.com",    "proton.me",      "protonmail.com", "pm.me",       "gmx.net",      "gmx.de",
    "gmx.com",    "web.de",         "t-online.de",    "freenet.de",  "mail.ru",      "yandex.ru",
    "yandex.com", "qq.com",         "163.com",        "zoho.com",    "fastmail.com", "tutanota.com"};
constexpr std::array<std::string_view, 52> kShared = {"github.com",       "githubusercontent.com",
                                                      "gitlab.com",       "bitbucket.org",
                                                      "amazonaws.com",    "windows.net",
                                                      "azure.com",        "azure.net",
                                                      "azurecr.io",       "microsoftonline.com",
                                                      "microsoft.com",    "office.com",
                                                      "office365.com",    "live.net",
                                                      "windowsazure.com", "google.com",
                                                      "googleapis.com",   "gserviceaccount.com",
                                                      "appspot.com",      "cloudfunctions.net",
                                                      "run.app",          "cloudflare.com",
                                                      "slack.com",        "sendgrid.com",
                                                      "sendgrid.net",     "twilio.com",
                                                      "stripe.com",       "npmjs.org",
                                                      "npmjs.com",        "docker.com",
                                                      "docker.io",        "pypi.org",
                                                      "quay.io",          "ghcr.io",
                                                      "mongodb.net",      "snowflakecomputing.com",
                                                      "datadoghq.com",    "newrelic.com",
                                                      "sentry.io",        "mailgun.org",
                                                      "mailgun.net",      "pagerduty.com",
                                                      "salesforce.com",   "openai.com",
                                                      "digitalocean.com", "digitaloceanspaces.com",
                                                      "w3.org",           "schemas.microsoft.com",
                                                      "hooks.slack.com",  "api.slack.com",
                                                      "app.slack.com",    "files.slack.com"};
// Kinds of keys that open an account with the one service that makes them, wherever it is hosted that uses
// them: whose hosts stand beside them says nothing.
constexpr std::array<std::string_view, 16> kOfOneService = {
    "aws-",     "gcp-",       "stripe-",  "openai-",       "anthropic-", "slack-",   "sendgrid-",   "twilio-",
    "mailgun-", "pagerduty-", "datadog-", "digitalocean-", "telegram-",  "discord-", "npm-access-", "pypi-"};

template <typename List>
bool holds(const List &list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::string host_of(std::string_view text) {
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find_first_of("/?#"));
  if (const auto at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
  if (const auto colon = text.find(':'); colon != std::string_view::npos) text = text.substr(0, colon);
  return lower(base::trim(text));
}

// Host names in a certificate's subject: what follows "CN=" or "O=", where it is one.
std::vector<std::string> hosts_in(std::string_view subject) {
  std::vector<std::string> hosts;
  std::size_t at = 0;
  while (at < subject.size()) {
    const std::size_t end = std::min(subject.find_first_of(",/+ \n", at), subject.size());
    std::string_view part = subject.substr(at, end - at);
    at = end + 1;
    if (const auto equals = part.find('='); equals != std::string_view::npos) part.remove_prefix(equals + 1);
    if (part.starts_with("*.")) part.remove_prefix(2);
    if (const auto host = host_of(part); !registrable_domain(host).empty()) hosts.push_back(host);
  }
  return hosts;
}

bool is_of_one_service(std::string_view kind) {
  return std::any_of(kOfOneService.begin(), kOfOneService.end(),
                     [&](std::string_view service) { return kind.starts_with(service); });
}

class Ballot {
 public:
  explicit Ballot(const Ourselves &us) : us_(us) {}
  void vote(std::string_view domain, double weight, std::string why) {
    std::string organisation = registrable_domain(domain);
    if (const auto served = us_.served.find(organisation); served != us_.served.end()) {
      why += fmt::format(", a name of {}", served->second);
      organisation = served->second;
    }
    if (organisation.empty() || is_free_mail(organisation) || is_shared_service(organisation)) return;
    for (Vote &one : votes_) {
      if (one.organisation != organisation) continue;
      // The same reason from many places is one reason.
      if (one.why.find(why) == std::string::npos) {
        one.weight += weight;
        one.why += "; " + why;
      }
      return;
    }
    votes_.push_back({organisation, weight, std::move(why)});
  }
  std::vector<Vote> take() {
    std::stable_sort(votes_.begin(), votes_.end(), [](const Vote &a, const Vote &b) {
      return a.weight != b.weight ? a.weight > b.weight : a.organisation < b.organisation;
    });
    return std::move(votes_);
  }

 private:
  const Ourselves &us_;
  std::vector<Vote> votes_;
};

}  // namespace

bool is_free_mail(std::string_view domain) {
  return holds(kFreeMail, domain);
}
bool is_shared_service(std::string_view domain) {
  return holds(kShared, domain);
}

std::string registrable_domain(std::string_view host) {
  std::string name = host_of(host);
  while (!name.empty() && name.back() == '.') name.pop_back();
  if (name.size() > 253 || name.find('.') == std::string::npos) return {};
  // An IPv4 address is no name.
  if (std::all_of(name.begin(), name.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; }))
    return {};
  std::vector<std::string_view> labels;
  std::string_view rest = name;
  while (true) {
    const std::size_t dot = rest.find('.');
    const std::string_view label = rest.substr(0, dot);
    if (label.empty() || label.size() > 63) return {};
    for (const char c : label) {
      const auto byte = static_cast<unsigned char>(c);
      if (!(byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
            byte == '_'))
        return {};
    }
    labels.push_back(label);
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  // The longest public suffix of those that registries keep. The list's private part would make an
  // organisation of every bucket and site of a provider, so those that name customers stand above.
  std::size_t suffix = 1;
  for (std::size_t i = 1; i < labels.size(); ++i) {
    const std::string tail(name.substr(static_cast<std::size_t>(labels[i].data() - name.data())));
    if (psl_is_public_suffix2(psl_builtin(), tail.c_str(), PSL_TYPE_ICANN) == 0) continue;
    suffix = labels.size() - i;
    break;
  }
  if (psl_is_public_suffix2(psl_builtin(), name.c_str(), PSL_TYPE_ICANN) != 0) return {};
  for (const std::string_view provider : kProviderSuffixes) {
    if (name == provider) return {};
    if (name.size() > provider.size() && name.ends_with(provider) &&
        name[name.size() - provider.size() - 1] == '.') {
      suffix =
          std::max(suffix, static_cast<std::size_t>(std::count(provider.begin(), provider.end(), '.')) + 1);
    }
  }
  if (labels.size() <= suffix) return {};
  const std::string_view first = labels[labels.size() - suffix - 1];
  return name.substr(static_cast<std::size_t>(first.data() - name.data()));
}

std::string foreign_site(const SecretPlace &place, std::string_view domain) {
  const std::string own = registrable_domain(domain);
  const auto name_in = [](std::string_view registrable) {
    return registrable.substr(0, registrable.find('.'));
  };
  for (const secret::Hint &hint : place.hints) {
    if (hint.kind != HintKind::url) continue;
    std::string host = host_of(hint.value);
    const std::string site = registrable_domain(host);
    if (site.empty() || is_free_mail(site) || is_shared_service(site)) continue;
    if (site == own || (!own.empty() && name_in(site) == name_in(own))) continue;
    return host;
  }
  return {};
}

namespace {

// The domain of most accounts that act in the logs of one system; "" where no domain has more than half.
std::string domain_of_most(const log::EventTable &events, std::initializer_list<log::Source> sources) {
  std::set<base::StringId> seen;
  std::map<std::string, std::size_t> accounts;  // by domain
  for (const log::Event &event : events.events) {
    if (std::find(sources.begin(), sources.end(), event.source) == sources.end() || event.actor_name == 0 ||
        event.outcome != log::Outcome::ok || !seen.insert(event.actor_name).second)
      continue;
    const std::string domain = registrable_domain(domain_of_address(lower(events.text(event.actor_name))));
    if (!domain.empty() && !is_free_mail(domain)) ++accounts[domain];
  }
  std::size_t all = 0;
  std::pair<std::string, std::size_t> most;
  for (const auto &[domain, count] : accounts) {
    all += count;
    if (count > most.second) most = {domain, count};
  }
  return 2 * most.second > all ? most.first : std::string();
}

// An organisation of Okta whose listing was handed in: its host is ours, and so is the domain of most
// accounts.
void add_listed_okta(const Facts &facts, Ourselves &us) {
  std::map<std::string, std::size_t> accounts;  // by domain
  std::vector<std::string> hosts;
  for (const Principal &p : facts.principals) {
    if (!p.id.starts_with("principal:okta/")) continue;
    const auto collected = p.attributes.find("collected");
    if (p.kind == PrincipalKind::tenant && collected != p.attributes.end() && collected->second == "true") {
      hosts.push_back(registrable_domain(p.name));
    } else if (p.kind == PrincipalKind::user) {
      for (const std::string &name : p.names) {
        const std::string domain = registrable_domain(domain_of_address(name));
        if (domain.empty()) continue;
        if (!is_free_mail(domain)) ++accounts[domain];
        break;
      }
    }
  }
  if (hosts.empty()) return;
  const auto most = std::max_element(accounts.begin(), accounts.end(),
                                     [](const auto &a, const auto &b) { return a.second < b.second; });
  if (most != accounts.end()) us.domains.insert(most->first);
  for (const std::string &host : hosts) {
    if (host.empty()) continue;
    us.domains.insert(host);
    if (most != accounts.end() && most->first != host) us.served.emplace(host, most->first);
  }
}

}  // namespace

// Providers serve an organisation under a name that it chose, mostly its own. Another organisation of that
// name in another country is rarer than one's own address at the provider, and the vote says why.
void add_served_names(Ourselves &us) {
  const std::set<std::string, std::less<>> domains = us.domains;
  for (const std::string &domain : domains) {
    const std::string label = domain.substr(0, domain.find('.'));
    const std::string suffix = domain.substr(std::min(label.size() + 1, domain.size()));
    if (holds(kProviderSuffixes, suffix) || is_shared_service(domain) || is_free_mail(domain)) continue;
    for (const std::string_view provider : kProviderSuffixes)
      us.served.emplace(fmt::format("{}.{}", label, provider), domain);
    for (const std::string_view provider : {"okta.com", "oktapreview.com", "okta-emea.com"})
      us.served.emplace(fmt::format("{}-admin.{}", label, provider), domain);
  }
}

Ourselves ourselves(const Facts &facts, const std::vector<std::string> &custodians,
                    const log::EventTable *events) {
  Ourselves us;
  std::map<std::string, std::map<std::string, std::size_t>> users;  // tenant -> domain -> users
  for (const Principal &p : facts.principals) {
    if (p.kind != PrincipalKind::user || !p.id.starts_with("principal:entra/")) continue;
    const auto upn = p.attributes.find("upn");
    if (upn == p.attributes.end() || upn->second.find("#ext#") != std::string::npos) continue;
    const std::string domain = registrable_domain(domain_of_address(upn->second));
    if (!domain.empty()) ++users[p.tenant][domain];
  }
  std::map<std::string, std::size_t> weight;
  for (const Principal &p : facts.principals) {
    if (p.kind != PrincipalKind::tenant || !p.id.starts_with("principal:entra/")) continue;
    const auto collected = p.attributes.find("collected");
    const bool ours = collected != p.attributes.end() && collected->second == "true";
    std::string own;
    if (const auto domain = p.attributes.find("default-domain"); domain != p.attributes.end())
      own = registrable_domain(domain->second);
    if (ours) {
      for (const std::string &name : p.names) {
        const std::string domain = registrable_domain(name);
        if (!domain.empty() && !is_free_mail(domain)) us.domains.insert(domain);
      }
    }
    const auto counted = users.find(p.tenant);
    if (counted != users.end()) {
      const auto most = std::max_element(counted->second.begin(), counted->second.end(),
                                         [](const auto &a, const auto &b) { return a.second < b.second; });
      if (own.empty()) own = most->first;
      if (ours) weight[own] += most->second;
    }
    if (!own.empty()) us.tenants[p.tenant] = own;
  }
  // An AD domain whose export was handed in is ours; its name (corp.local) is seldom that of the mail.
  for (const Principal &p : facts.principals) {
    const auto type = p.attributes.find("type"), collected = p.attributes.find("collected");
    if (!p.id.starts_with("principal:ad/") || type == p.attributes.end() || type->second != "Domain")
      continue;
    if (collected != p.attributes.end() && collected->second != "true") continue;
    const std::string domain = registrable_domain(p.tenant.empty() ? p.name : p.tenant);
    if (!domain.empty()) us.domains.insert(domain);
  }
  // Tenants that only logs know: the domain of the accounts seen in them.
  for (const auto &[tenant, domains] : users) {
    const auto most = std::max_element(domains.begin(), domains.end(),
                                       [](const auto &a, const auto &b) { return a.second < b.second; });
    us.tenants.emplace(tenant, most->first);
  }
  for (const std::string &custodian : custodians) {
    const std::string domain = registrable_domain(domain_of_address(custodian));
    if (domain.empty() || is_free_mail(domain)) continue;
    us.domains.insert(domain);
    weight[domain] += 1;
  }
  if (events != nullptr) {
    if (const std::string domain = domain_of_most(*events, {log::Source::google, log::Source::google_cloud});
        !domain.empty())
      us.domains.insert(domain);
    if (const std::string domain = domain_of_most(*events, {log::Source::okta}); !domain.empty())
      us.domains.insert(domain);
  }
  add_listed_okta(facts, us);
  add_served_names(us);
  for (const auto &[domain, count] : weight) {
    if (us.primary.empty() || count > weight[us.primary]) us.primary = domain;
  }
  if (us.primary.empty() && !us.domains.empty()) us.primary = *us.domains.begin();
  return us;
}

std::vector<Vote> votes_for(const SecretFact &secret, const Facts &facts, const Ourselves &us) {
  Ballot ballot(us);
  std::set<std::string> people;
  for (const SecretPlace &place : secret.places) {
    for (const std::string &who : place.people) people.insert(lower(who));
  }
  bool identified = false;  // something says which system it opens
  for (const SecretPlace &place : secret.places) {
    for (const secret::Hint &hint : place.hints) {
      switch (hint.kind) {
        case HintKind::tenant: {
          const auto tenant = us.tenants.find(lower(hint.value));
          if (tenant != us.tenants.end())
            ballot.vote(tenant->second, 5,
                        fmt::format("tenant {} beside it is that of {}", hint.value, tenant->second));
          identified = true;
          break;
        }
        case HintKind::subject:
          for (const std::string &host : hosts_in(hint.value))
            ballot.vote(host, 4, fmt::format("the subject names {}", host));
          identified = true;
          break;
        case HintKind::issuer:
          for (const std::string &host : hosts_in(hint.value))
            ballot.vote(host, 4, fmt::format("the issuer is {}", host));
          identified = true;
          break;
        case HintKind::url:
        case HintKind::host: {
          const std::string host = host_of(hint.value);
          if (us.ours(registrable_domain(host)) || !is_of_one_service(secret.kind)) {
            ballot.vote(host, 3, fmt::format("the host {} stands beside it", host));
            if (hint.kind == HintKind::url) ballot.vote(host, 2, fmt::format("it is used at {}", host));
          }
          identified = true;
          break;
        }
        case HintKind::domain:
          ballot.vote(hint.value, 2, fmt::format("the domain {} stands beside it", hint.value));
          break;
        case HintKind::user:
          // Correspondents' own addresses are their signatures, unless the sentence itself names them.
          if (people.count(lower(hint.value)) != 0 && !is_login(place, hint.value)) break;
          // A site names its customers by their addresses: theirs is the account, its is the password.
          if (looks_like_address(lower(hint.value)))
            ballot.vote(domain_of_address(hint.value),
                        foreign_site(place, domain_of_address(hint.value)).empty() ? 3 : 1,
                        fmt::format("the account {} stands beside it", lower(hint.value)));
          identified = true;
          break;
        case HintKind::account:
        case HintKind::application:
        case HintKind::key_id:
        case HintKind::ssh_fingerprint:
        case HintKind::thumbprint:
        case HintKind::thumbprint_sha256:
          identified = true;
          break;
        case HintKind::prefix:
        case HintKind::expires:
        case HintKind::login:
        case HintKind::mention:
        case HintKind::greeted:
          break;
      }
    }
  }
  const auto first = std::lower_bound(facts.bindings.begin(), facts.bindings.end(), secret.id,
                                      [](const Binding &b, const std::string &id) { return b.secret < id; });
  for (auto at = first; at != facts.bindings.end() && at->secret == secret.id; ++at) {
    const EntraId id = entra_parts(at->principal);
    if (!id.tenant.empty()) {
      const auto tenant = us.tenants.find(id.tenant);
      if (tenant != us.tenants.end())
        ballot.vote(tenant->second, 5 * at->strength,
                    fmt::format("it opens an account in the tenant of {}", tenant->second));
    } else if (at->slot == kSessionCookie) {
      const Principal *account = facts.principal(at->principal);
      const std::string domain =
          account == nullptr ? std::string() : registrable_domain(domain_of_address(lower(account->name)));
      ballot.vote(domain.empty() ? us.primary : domain, 5,
                  "a log of ours has the session whose cookie it is");
    } else if (const Principal *account = facts.principal(at->principal);
               account != nullptr && account->attributes.contains("signs-in")) {
      ballot.vote(us.primary, 5 * at->strength, "it opens an account that signs in by a log of ours");
    } else if (at->principal.starts_with("principal:github/") && !at->credential.empty()) {
      ballot.vote(us.primary, 3, "it is registered in a directory of ours");
    }
  }
  // Who wrote it down first knows whose it is, unless it is a bare password that says nothing of its system.
  if (identified || secret.kind != "password") {
    const auto earliest = std::min_element(
        secret.places.begin(), secret.places.end(), [](const SecretPlace &a, const SecretPlace &b) {
          return std::pair(a.present_from, a.quote_depth) < std::pair(b.present_from, b.quote_depth);
        });
    if (earliest != secret.places.end() && !earliest->people.empty()) {
      const std::string &author = earliest->people.front();
      ballot.vote(domain_of_address(author), 1, fmt::format("{} wrote it first", author));
    }
    for (const SecretPlace &place : secret.places) {
      if (place.resource.starts_with("resource:github/") && !us.primary.empty()) {
        ballot.vote(us.primary, 1, "it lies in a repository of ours");
        break;
      }
    }
  }
  return ballot.take();
}

void tell_owners(std::vector<SecretFact> &secrets, const Facts &facts, const Ourselves &us) {
  for (SecretFact &one : secrets) {
    const std::vector<Vote> votes = votes_for(one, facts, us);
    one.owner.clear();
    if (votes.empty()) {
      one.owner_why = "nothing beside it says whose it is";
    } else if (votes.size() > 1 && votes[0].weight <= votes[1].weight + 1e-9) {
      one.owner_why = fmt::format("undecided between {} ({}) and {} ({})", votes[0].organisation,
                                  votes[0].why, votes[1].organisation, votes[1].why);
    } else {
      one.owner = votes[0].organisation;
      one.owner_why = votes[0].why;
      // By how much the vote was won: a grouping is for people to judge.
      if (votes.size() > 1)
        one.owner_why +=
            fmt::format("; margin {:.1f} of {:.1f} over {} ({})", votes[0].weight - votes[1].weight,
                        votes[0].weight, votes[1].organisation, votes[1].why);
    }
  }
}

}  // namespace dislodge::identity
