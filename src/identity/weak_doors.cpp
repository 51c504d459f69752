#include "identity/weak_doors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/encode.hpp"
#include "base/words.hpp"

namespace dislodge::identity {
namespace {

std::string_view attribute(const Principal &p, const char *key) {
  const auto found = p.attributes.find(key);
  return found == p.attributes.end() ? std::string_view() : std::string_view(found->second);
}

// Whether a word stands in a name, cut at what is no letter: "svc-test01" has "test", "contest" has not.
bool has_word(std::string_view name, std::initializer_list<std::string_view> words) {
  const std::string lower = base::lower(name);
  std::size_t begin = 0;
  while (begin < lower.size()) {
    std::size_t end = begin;
    while (end < lower.size() && std::isalpha(static_cast<unsigned char>(lower[end]))) ++end;
    const std::string_view word = std::string_view(lower).substr(begin, end - begin);
    if (std::find(words.begin(), words.end(), word) != words.end()) return true;
    begin = end + 1;
  }
  return false;
}

// The names by which people call an account: not its ids.
std::string spoken_names(const Principal &p) {
  std::string all = p.name;
  for (const char *key : {"upn", "samaccountname", "login", "alias"}) {
    std::string_view name = attribute(p, key);
    name = name.substr(0, name.find('@'));
    if (!name.empty()) all += " " + std::string(name);
  }
  return all;
}

std::int64_t days(base::Time from, base::Time until) {
  return (until.us - from.us) / base::kDay;
}

class Inspector {
 public:
  Inspector(const Facts &facts, base::Time at) : facts_(facts), at_(at) {
    if (at_ != base::kTimeMin) return;
    for (const Principal &p : facts.principals) {
      for (const char *key : {"last-sign-in", "created", "last-password-change"}) {
        if (const auto time = base::parse_time(attribute(p, key))) at_ = std::max(at_, *time);
      }
    }
  }

  std::vector<WeakDoor> inspect() {
    for (const Principal &p : facts_.principals) {
      const bool acts = p.kind == PrincipalKind::user || p.kind == PrincipalKind::service_principal ||
                        p.kind == PrincipalKind::application || p.kind == PrincipalKind::account;
      if (!acts || attribute(p, "enabled") == "false") continue;
      age(p);
      names(p);
      factors(p);
      directory_settings(p);
    }
    expiry();
    unused_rights();
    std::sort(doors_.begin(), doors_.end(), [](const WeakDoor &a, const WeakDoor &b) {
      return std::tie(a.principal, a.weakness, a.because) < std::tie(b.principal, b.weakness, b.because);
    });
    return std::move(doors_);
  }

 private:
  void name(const Principal &p, Weakness weakness, std::string because, std::string evidence = {}) {
    doors_.push_back({p.id, p.name, p.kind, weakness, std::move(because),
                      evidence.empty() ? p.evidence : std::move(evidence)});
  }

  void age(const Principal &p) {
    if (at_ == base::kTimeMin) return;
    const auto seen = base::parse_time(attribute(p, "last-sign-in"));
    const auto made = base::parse_time(attribute(p, "created"));
    if (seen && days(*seen, at_) > kDormantDays) {
      name(p, Weakness::dormant,
           fmt::format("last signed in {}, {} before", base::format_time(*seen),
                       base::counted(days(*seen, at_), "day")));
    }
    const auto changed = base::parse_time(attribute(p, "last-password-change"));
    if (made && changed && days(*made, at_) > 5 * 365 && days(*changed, at_) > 3 * 365)
      name(p, Weakness::legacy,
           fmt::format("made {}, its password unchanged since {}", base::format_time(*made),
                       base::format_time(*changed)));
  }

  void names(const Principal &p) {
    const std::string spoken = spoken_names(p);
    if (has_word(spoken, {"test", "testing", "demo", "tmp", "temp", "poc", "sandbox", "dummy", "qa"}))
      name(p, Weakness::test, "its name says so: " + p.name);
    if (has_word(spoken, {"legacy", "old", "deprecated", "obsolete", "migration"}))
      name(p, Weakness::legacy, "its name says so: " + p.name);
    if (attribute(p, "shared") == "true")
      name(p, Weakness::shared, "a shared mailbox");
    else if (p.kind == PrincipalKind::user &&
             has_word(spoken, {"shared", "info", "support", "helpdesk", "reception", "sales", "office",
                               "scanner", "admin"}))
      name(p, Weakness::shared, "its name is a function's, not a person's: " + p.name);
    if (attribute(p, "user-type") == "guest" || attribute(p, "upn").find("#ext#") != std::string_view::npos)
      name(p, Weakness::guest, "a guest: its sign-in is another organisation's");
  }

  void factors(const Principal &p) {
    const std::string_view factors = attribute(p, "factors");
    if (factors.empty()) return;
    if (factors == "none") {
      name(p, Weakness::no_strong_factor, "no second factor is enrolled");
      return;
    }
    for (const char *strong :
         {"fido", "passkey", "windowsHello", "hello", "x509", "certificate", "hardware", "webauthn"}) {
      if (base::contains_ignoring_case(factors, strong)) return;
    }
    name(p, Weakness::no_strong_factor, fmt::format("only factors that can be phished: {}", factors));
  }

  void directory_settings(const Principal &p) {
    const std::pair<const char *, const char *> settings[] = {
        {"passwordnotreqd", "no password is required"},
        {"dontreqpreauth", "no pre-authentication: anyone may ask for what is encrypted with its password"},
        {"pwdneverexpires", "its password never expires"},
        {"unconstraineddelegation", "it may act as whoever signs in to it"}};
    for (const auto &[key, says] : settings) {
      if (attribute(p, key) == "true") name(p, Weakness::password_weakness, says);
    }
    if (p.kind == PrincipalKind::user && attribute(p, "hasspn") == "true")
      name(p, Weakness::password_weakness,
           "it has a service name: anyone may ask for a ticket and guess its password");
  }

  void expiry() {
    for (const Credential &c : facts_.credentials) {
      if (c.slot != "app-secret" && c.slot != "access-key" && c.slot != "token" && c.slot != "certificate")
        continue;
      const Principal *p = facts_.principal(c.principal);
      if (p == nullptr || attribute(*p, "enabled") == "false") continue;
      const std::string which = c.name.empty() ? c.key_id : c.name;
      // An access key's dates do not include an end, since it has none.
      if (c.valid.until == base::kTimeMax && (c.valid.from != base::kTimeMin || c.slot == "access-key"))
        name(*p, Weakness::no_expiry, fmt::format("{} {} ends never", c.slot, which), c.evidence);
      else if (c.valid.until != base::kTimeMax && c.valid.from != base::kTimeMin &&
               days(c.valid.from, c.valid.until) > kSecretDaysMax)
        name(*p, Weakness::no_expiry,
             fmt::format("{} {} lasts {} days", c.slot, which, days(c.valid.from, c.valid.until)),
             c.evidence);
    }
  }

  // Only where some right of the same kind is seen used: then a log shows such uses, and this one has none.
  void unused_rights() {
    std::unordered_map<std::string_view, bool> shown;
    for (const Grant &g : facts_.grants) {
      if (!g.used.empty()) shown[g.kind] = true;
    }
    for (const Grant &g : facts_.grants) {
      if (!g.used.empty() || !shown.contains(g.kind) || !g.to.starts_with("resource:")) continue;
      const Principal *p = facts_.principal(g.from);
      if (p == nullptr || p->kind == PrincipalKind::tenant || p->kind == PrincipalKind::role) continue;
      if (g.kind == "owns-mailbox" || g.kind == "mailbox-contains") continue;
      name(*p, Weakness::rights_beyond_use, fmt::format("{} on {} is nowhere seen used", g.kind, g.to),
           g.evidence);
    }
  }

  const Facts &facts_;
  base::Time at_;
  std::vector<WeakDoor> doors_;
};

}  // namespace

std::string_view name_of(Weakness weakness) {
  switch (weakness) {
    case Weakness::dormant:
      return "dormant";
    case Weakness::test:
      return "test";
    case Weakness::legacy:
      return "legacy";
    case Weakness::shared:
      return "shared";
    case Weakness::guest:
      return "guest";
    case Weakness::no_strong_factor:
      return "no-strong-factor";
    case Weakness::rights_beyond_use:
      return "rights-beyond-use";
    case Weakness::no_expiry:
      return "no-expiry";
    case Weakness::password_weakness:
      return "password-weakness";
  }
  return "";
}

std::vector<WeakDoor> weak_doors(const Facts &facts, base::Time at) {
  return Inspector(facts, at).inspect();
}

}  // namespace dislodge::identity
