// Passwords: which account is meant by a name that stands beside one.

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/encode.hpp"
#include "identity/binder.hpp"
#include "identity/ids.hpp"
#include "secret/said_owner.hpp"

namespace dislodge::identity {

using base::lower;
using secret::HintKind;

std::vector<Binder::Candidate> Binder::users_of(const SecretFact &one) const {
  std::set<std::string> authors;
  for (const SecretPlace &place : one.places) {
    if (!place.people.empty()) authors.insert(lower(place.people.front()));
  }
  std::map<std::string, Candidate> found;
  for (const SecretPlace &place : one.places) {
    std::size_t index = 0;
    for (const secret::Hint &hint : place.hints) {
      if (hint.kind != HintKind::user) continue;
      std::string name = lower(base::trim(hint.value));
      ++index;
      // "your password": the one to whom it was written; several may each be meant, so that none is.
      const bool reader = name == secret::kTheRecipient;
      const bool said = reader || name == secret::kTheAuthor;
      if (said) {
        if (place.quote_depth > 0 || place.people.empty() || (reader && place.people.size() != 2)) continue;
        name = lower(place.people[reader ? 1 : 0]);
      }
      const bool on_message =
          std::any_of(place.people.begin(), place.people.end(),
                      [&](const std::string &who) { return base::equal_ignoring_case(who, name); });
      // Who wrote the message, or the message that is quoted, signs it; but people mail their own logins too.
      const bool named = said || is_login(place, hint.value);
      if (name.empty() || (!named && (authors.count(name) != 0 || (on_message && place.quote_depth > 0))))
        continue;
      Candidate &c = found[name];
      const double score = (place.quote_depth == 0 ? 1.0 : 0.5) / static_cast<double>(index) *
                           (on_message && !named ? 0.5 : 1.0);
      if (score > c.score) {
        c.score = score;
        c.place = &place;
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
  if (!host.empty() && host.find('.') != std::string::npos && netbios.empty()) {
    const std::string id = account(user + "@" + host, user + " at " + host, one, c.place);
    add(one, id, "password", 0.8, fmt::format("the account {} and the host {} stand beside it", user, host),
        c.place);
    return true;
  }
  std::vector<std::uint32_t> fits = names_.find_local(user);
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
  why_ = fits.empty()
             ? fmt::format("the name {} beside it is in no directory, and nothing says of which system it is",
                           c.name)
             : fmt::format("the name {} beside it fits {} accounts", c.name, fits.size());
  return false;
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
  add(one, account(user, user, one, c.place), "password", strength,
      fmt::format("{} stands beside it; no directory lists it", user), c.place);
}

void Binder::until_changed(const SecretFact &one, const Principal &p, Binding &b) {
  base::Time written = base::kTimeMin;
  for (const SecretPlace &place : one.places) {
    if (place.present_from == base::kTimeMin) return;  // cannot say
    written = std::max(written, place.present_from);
  }
  // The log tells every change, the directory the last.
  const auto resets = resets_.find(p.id);
  if (resets != resets_.end()) {
    for (const Sweep *reset : resets->second) {  // in order of time
      if (reset->time <= written || reset->time >= b.valid.until) continue;
      b.valid.until = reset->time;
      b.why += fmt::format("; it was changed {}, after it was written here ({})",
                           base::format_time(reset->time), reset->evidence);
      break;
    }
  }
  const auto changed = p.attributes.find("last-password-change");
  if (changed == p.attributes.end()) return;
  const auto when = base::parse_time(changed->second);
  if (!when || *when <= written || *when >= b.valid.until) return;
  b.valid.until = *when;
  b.why += fmt::format("; the directory says that it was changed {}, after it was written here",
                       base::format_time(*when));
}

}  // namespace dislodge::identity
