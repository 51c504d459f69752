// Passwords: which account is meant by a name that stands beside one.

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/encode.hpp"
#include "identity/binder.hpp"
#include "identity/foreign_site.hpp"
#include "identity/ids.hpp"
#include "identity/owner.hpp"
#include "secret/named_account.hpp"
#include "secret/said_owner.hpp"

namespace dislodge::identity {

using base::lower;
using secret::HintKind;

namespace {

// Strength of a binding to the account of the same address here, of a password that somebody chose for a site
// elsewhere.
constexpr double kReused = 0.3;
// A password that is set within this time of the message that tells it is the one that was told.
constexpr std::int64_t kAnnounced = 15 * base::kMinute;

bool of_domain(const Principal &p, const std::string &host) {
  const std::string domain = registrable_domain(host);
  return !domain.empty() && std::any_of(p.names.begin(), p.names.end(), [&](const std::string &name) {
    return looks_like_address(name) && registrable_domain(domain_of_address(name)) == domain;
  });
}

}  // namespace

std::vector<Binder::Candidate> Binder::users_of(const SecretFact &one) const {
  std::set<std::string> authors;
  for (const SecretPlace &place : one.places) {
    if (!place.people.empty()) authors.insert(lower(place.people.front()));
  }
  std::map<std::string, Candidate> found;
  for (const SecretPlace &place : one.places) {
    std::size_t index = 0;
    for (const secret::Hint &hint : place.hints) {
      const bool mention = hint.kind == HintKind::mention;
      if (hint.kind != HintKind::user && !mention) continue;
      std::string name = lower(base::trim(hint.value));
      if (mention && names_.find_local(std::string_view(name).substr(name.rfind('\\') + 1)).size() != 1)
        continue;
      ++index;
      const bool reader = name == secret::kTheRecipient;
      const bool said = reader || name == secret::kTheAuthor;
      if (said) {
        name = reader                                          ? reader_of(place)
               : place.quote_depth > 0 || place.people.empty() ? std::string()
                                                               : lower(place.people.front());
        if (name.empty()) continue;
      }
      const bool on_message =
          std::any_of(place.people.begin(), place.people.end(),
                      [&](const std::string &who) { return base::equal_ignoring_case(who, name); });
      // Who wrote the message, or the message that is quoted, signs it; but people mail their own logins too.
      const bool named = said || mention || is_login(place, hint.value);
      if (name.empty() || (!named && (authors.count(name) != 0 || (on_message && place.quote_depth > 0))))
        continue;
      Candidate &c = found[name];
      const double score = (place.quote_depth == 0 ? 1.0 : 0.5) / static_cast<double>(index) *
                           (on_message && !named ? 0.5 : 1.0);
      if (score > c.score) {
        c.score = score;
        c.place = &place;
        c.mention = mention;
      }
      c.name = name;
    }
  }
  std::vector<Candidate> list;
  for (auto &[name, c] : found) list.push_back(std::move(c));
  std::stable_sort(list.begin(), list.end(),
                   [](const Candidate &a, const Candidate &b) { return a.score > b.score; });
  return list;
}

// To whom "your password" is said: who is greeted, of those on the message; else the one to whom it was
// written. Several may each be meant, so that none is. Quoted, the people are those of another message, but
// whom that one greeted may have sent it on.
std::string Binder::reader_of(const SecretPlace &place) const {
  const std::string greeted = lower(first_hint(place, HintKind::greeted));
  std::vector<std::string> called;
  for (const std::string &who : place.people)
    if (!greeted.empty() && is_called(lower(who), greeted)) called.push_back(lower(who));
  if (called.size() == 1) return called.front();
  return place.quote_depth == 0 && place.people.size() == 2 ? lower(place.people[1]) : std::string();
}

// Whether the words of a name are among those of an address before its @, or of what the directory displays.
bool Binder::is_called(const std::string &address, const std::string &name) const {
  std::vector<std::string> words;
  const auto add = [&words](std::string_view text) {
    std::string word;
    for (const char c : text) {
      const bool ends = c == ' ' || c == '.' || c == '_' || c == '-' || c == ',' || c == '+';
      if (!ends) word += c;
      if (ends && !word.empty()) words.push_back(std::exchange(word, {}));
    }
    if (!word.empty()) words.push_back(word);
  };
  add(address.substr(0, address.find('@')));
  for (const std::uint32_t i : names_.find(address)) add(lower(facts_.principals[i].name));
  std::vector<std::string> known = std::exchange(words, {});
  add(name);
  return !words.empty() && std::all_of(words.begin(), words.end(), [&](const std::string &word) {
    return std::find(known.begin(), known.end(), word) != known.end();
  });
}

void Binder::password(const SecretFact &one) {
  std::vector<Candidate> users = users_of(one);
  if (users.empty()) {
    why_ = "no account stands beside it";
    return;
  }
  // Names as near as the first are as likely; what stands further off is not tried. One at each place: the
  // same password may open different accounts at different hosts.
  std::set<const void *> told;
  for (const Candidate &c : users) {
    if (c.score + 1e-9 < users.front().score) break;
    if (!told.contains(c.place) && user_password(one, c)) told.insert(c.place);
  }
}

bool Binder::user_password(const SecretFact &one, const Candidate &c) {
  std::string user = c.name;
  // DOMAIN\user: the short name counts.
  std::string netbios;
  if (const auto slash = user.find('\\'); slash != std::string::npos) {
    netbios = user.substr(0, slash);
    user.erase(0, slash + 1);
  }
  if (looks_like_address(user)) {
    address_password(one, c, user);
    return true;
  }
  std::string host = lower(first_hint(*c.place, HintKind::host));
  if (host.empty()) host = lower(first_hint(*c.place, HintKind::domain));
  // The account of that domain, where a directory held says which it is; else the one of that name.
  std::vector<std::uint32_t> fits;
  if (!netbios.empty()) fits = names_.find(netbios + '\\' + user);
  if (fits.empty()) {
    fits = names_.find_local(user);
    if (!fits.empty() && !netbios.empty() && foreign_realm(netbios)) {
      why_ = fmt::format("{} beside it is of a domain that no directory held is of", c.name);
      return false;
    }
  }
  one_of_synchronised(fits);
  if (!c.mention && !host.empty() && host.find('.') != std::string::npos && netbios.empty()) {
    const std::string id = account(user + "@" + host, user + " at " + host, one, c.place);
    add(one, id, "password", 0.8, fmt::format("the account {} and the host {} stand beside it", user, host),
        c.place);
    // A host of our own domain may ask the directory, or know an account of the same name itself.
    if (fits.size() != 1 || !of_domain(facts_.principals[fits.front()], host)) return true;
  }
  // "Boris Lund": as the directory displays it.
  if (fits.empty() && user.find(' ') != std::string::npos)
    for (std::size_t i = 0; i < facts_.principals.size(); ++i) {
      const Principal &p = facts_.principals[i];
      if (p.kind == PrincipalKind::user && base::equal_ignoring_case(p.name, user))
        fits.push_back(static_cast<std::uint32_t>(i));
    }
  if (fits.size() == 1) {
    const Principal &p = facts_.principals[fits.front()];
    Binding &b =
        add(one, p.id, "password", 0.6,
            fmt::format("{} stands beside it, and one account of the directories has that name", c.name),
            c.place);
    until_changed(one, p, b);
    return true;
  }
  if (fits.empty()) {
    why_.clear();
    if (logged_password(one, c, user, netbios)) return true;
    if (!why_.empty()) return false;
  }
  why_ = fits.empty()
             ? fmt::format("the name {} beside it is in no directory, and nothing says of which system it is",
                           c.name)
             : fmt::format("the name {} beside it fits {} accounts", c.name, fits.size());
  return false;
}

// Whether the domain in DOMAIN\user is another's: ours are in the directories, and it is not named like one
// of them, nor like where our mail is.
bool Binder::foreign_realm(const std::string &name) {
  if (!realms_) {
    realms_.emplace();
    for (const Principal &p : facts_.principals)
      for (const std::string &one : p.names) {
        if (const auto slash = one.find('\\'); slash != std::string::npos) {
          realms_->insert(one.substr(0, slash));
          domains_held_ = domains_held_ || p.id.starts_with("principal:ad/");
        }
        if (!looks_like_address(one)) continue;
        std::string_view labels = std::string_view(one).substr(one.find('@') + 1);
        for (; !labels.empty(); labels.remove_prefix(std::min(labels.size(), labels.find('.') + 1))) {
          realms_->emplace(labels.substr(0, labels.find('.')));
          if (labels.find('.') == std::string_view::npos) break;
        }
      }
  }
  return domains_held_ && !realms_->contains(name);
}

// An account of the domain and its copy in Entra are one person's: the domain's counts, and reach knows that
// the copy follows it.
void Binder::one_of_synchronised(std::vector<std::uint32_t> &fits) const {
  if (fits.size() < 2) return;
  std::set<std::string> sids;
  for (const std::uint32_t i : fits)
    if (constexpr std::string_view kDomain = "principal:ad/"; facts_.principals[i].id.starts_with(kDomain))
      sids.insert(facts_.principals[i].id.substr(kDomain.size()));
  std::erase_if(fits, [&](std::uint32_t i) {
    const Principal &p = facts_.principals[i];
    return p.id.starts_with("principal:entra/") &&
           std::any_of(p.names.begin(), p.names.end(),
                       [&](const std::string &one) { return sids.contains(one); });
  });
}

void Binder::synchronised_passwords() {
  std::unordered_map<std::string_view, std::vector<std::string_view>> others;  // both ways
  std::unordered_map<std::string_view, const SecretFact *> secrets;
  std::set<std::pair<std::string_view, std::string_view>> made;  // secret, principal
  for (const Binding &b : made_)
    if (b.slot == "password") made.emplace(b.secret, b.principal);
  if (made.empty()) return;
  for (const Grant &grant : facts_.grants) {
    if (grant.kind != "SyncedToEntraUser") continue;
    others[grant.from].push_back(grant.to);
    others[grant.to].push_back(grant.from);
  }
  if (others.empty()) return;
  for (const SecretFact &one : secrets_) secrets.emplace(one.id, &one);
  std::vector<Binding> twins;
  for (Binding &b : made_) {
    const auto found = others.find(b.principal);
    if (b.slot != "password" || found == others.end()) continue;
    const SecretFact &one = *secrets.at(b.secret);
    for (const std::string_view other : found->second) {
      const Principal *twin = facts_.principal(other);
      if (twin == nullptr) continue;
      until_changed(one, *twin, b);
      if (made.contains({b.secret, other})) continue;
      Binding &copy = twins.emplace_back(b);
      copy.principal = twin->id;
      copy.why = fmt::format("{} has the password of {}, with which it is synchronised: {}",
                             name_of(twin->id), name_of(b.principal), b.why);
    }
  }
  made_.insert(made_.end(), std::make_move_iterator(twins.begin()), std::make_move_iterator(twins.end()));
}

void Binder::address_password(const SecretFact &one, const Candidate &c, const std::string &user) {
  std::vector<const Principal *> fits;
  for (const std::uint32_t i : names_.find(user)) {
    const Principal &p = facts_.principals[i];
    if (p.kind == PrincipalKind::user || p.kind == PrincipalKind::account) fits.push_back(&p);
  }
  // The account with the mailbox before others with that address.
  const auto entra = std::find_if(fits.begin(), fits.end(), [](const Principal *p) {
    const auto type = p->attributes.find("user-type");
    return p->id.starts_with("principal:entra/") && (type == p->attributes.end() || type->second != "guest");
  });
  const double strength = 0.8 * (c.score >= 0.5 ? 1.0 : 0.6);
  // Elsewhere the address is only what the account is called; whoever chose the password may have used it
  // here as well, unless the site itself sent it.
  if (const std::string site = foreign_site(*c.place, domain_of_address(user)); !site.empty()) {
    add(one, account(user + "@" + site, user + " at " + site, one, c.place), "password", 0.8,
        fmt::format("the account {} and the page {} stand beside it", user, site), c.place);
    const bool sent =
        !c.place->people.empty() &&
        registrable_domain(domain_of_address(c.place->people.front())) == registrable_domain(site);
    if (fits.empty() || sent) return;
    const Principal &p = entra != fits.end() ? **entra : *fits.front();
    Binding &b = add(one, p.id, "password", kReused,
                     fmt::format("{} may use the password of {} here too", user, site), c.place);
    until_changed(one, p, b);
    return;
  }
  if (!fits.empty()) {
    const Principal &p = entra != fits.end() ? **entra : *fits.front();
    Binding &b = add(one, p.id, "password", strength, fmt::format("{} stands beside it", user), c.place);
    until_changed(one, p, b);
    return;
  }
  const auto seen = seen_.find(user);
  if (seen != seen_.end()) {
    Principal p;
    p.id = seen->second.first;
    p.kind = PrincipalKind::user;
    p.name = user;
    p.names = {user};
    p.tenant = entra_parts(p.id).tenant;
    p.attributes["upn"] = user;
    p.evidence = seen->second.second;
    const std::string id = p.id;
    principals_.push_back(std::move(p));
    add(one, id, "password", strength, fmt::format("{} stands beside it; a sign-in log gives its id", user),
        c.place);
    return;
  }
  const std::size_t sign = user.find('@');
  if (logged_password(one, c, user.substr(0, sign), user.substr(sign + 1))) return;
  add(one, account(user, user, one, c.place), "password", strength,
      fmt::format("{} stands beside it; no directory lists it", user), c.place);
}

bool Binder::logged_password(const SecretFact &one, const Candidate &c, std::string_view user,
                             std::string_view domain) {
  const auto found = signed_in_.find(std::string(user));
  if (found == signed_in_.end()) return false;
  // The short name of a domain is how its long one begins.
  const auto begins = [](std::string_view text) { return text.substr(0, text.find('.')); };
  const Signed *only = nullptr;
  for (const Signed &may : found->second) {
    const bool same = domain.empty() || may.domain.empty() ||
                      (may.principal.starts_with("principal:ad/")
                           ? base::equal_ignoring_case(begins(may.domain), begins(domain))
                           : base::equal_ignoring_case(may.domain, domain));
    if (!same) continue;
    if (only != nullptr) {
      why_ = fmt::format("the name {} beside it is that of several accounts that sign in", c.name);
      return false;
    }
    only = &may;
  }
  if (only == nullptr) return false;
  if (facts_.principal(only->principal) == nullptr) {
    Principal p;
    p.id = only->principal;
    p.kind = PrincipalKind::user;
    p.name = only->name;
    p.names = {only->name};
    p.tenant = only->domain;
    p.attributes["signs-in"] = only->evidence;
    p.evidence = only->evidence;
    principals_.push_back(std::move(p));
  }
  const double strength = (domain.empty() ? 0.6 : 0.8) * (c.score >= 0.5 ? 1.0 : 0.6);
  add(one, only->principal, "password", strength,
      fmt::format("{} stands beside it, and a log shows that account sign in ({})", c.name, only->evidence),
      c.place);
  return true;
}

void Binder::until_changed(const SecretFact &one, const Principal &p, Binding &b) {
  base::Time written = base::kTimeMin;
  for (const SecretPlace &place : one.places) {
    if (place.present_from == base::kTimeMin) return;  // cannot say
    written = std::max(written, place.present_from);
  }
  // The log tells every change, the directory the last. Who announces a password may set it just after, by
  // another clock; whose it is changes it later.
  const auto slack = [](const Sweep &reset) { return reset.by_themselves ? 0 : kAnnounced; };
  const auto resets = resets_.find(p.id);
  if (resets != resets_.end()) {
    for (const Sweep *reset : resets->second) {  // in order of time
      if (reset->time <= written + slack(*reset) || reset->time >= b.valid.until) continue;
      b.valid.until = reset->time;
      b.why += fmt::format("; it was changed {}, after it was written here ({})",
                           base::format_time(reset->time), reset->evidence);
      break;
    }
  }
  const auto changed = p.attributes.find("last-password-change");
  if (changed == p.attributes.end()) return;
  const auto when = base::parse_time(changed->second);
  if (!when || *when <= written + kAnnounced || *when >= b.valid.until) return;
  b.valid.until = *when;
  b.why += fmt::format("; the directory says that it was changed {}, after it was written here",
                       base::format_time(*when));
}

}  // namespace dislodge::identity
