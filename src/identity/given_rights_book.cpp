#include "identity/given_rights_book.hpp"

#include <iterator>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/new_grant.hpp"

namespace dislodge::identity {

using base::lower;
using log::Event;

GivenRights::GivenRights(const log::EventTable &events, Facts &facts)
    : events_(events), facts_(facts), accounts_(facts) {}

void GivenRights::learn_groups() const {
  groups_.emplace("", "");
  for (const Principal &p : facts_.principals) {
    if (p.kind != PrincipalKind::group && p.kind != PrincipalKind::tenant) continue;
    const std::size_t slash = p.id.find('/');
    if (slash == std::string::npos || p.id.starts_with("principal:entra/")) continue;
    const std::string realm = p.id.substr(10, slash - 10) + '\n';
    const auto add = [&](std::string_view name) {
      if (name.empty()) return;
      const auto [at, fresh] = groups_.try_emplace(realm + lower(name), p.id);
      if (!fresh && at->second != p.id) at->second.clear();
    };
    add(p.name);
    add(std::string_view(p.id).substr(slash + 1));
    for (const std::string &name : p.names) add(name);
  }
}

std::string GivenRights::group(std::string_view realm, std::string_view name) const {
  if (name.empty()) return {};
  if (groups_.empty()) learn_groups();
  const auto found = groups_.find(std::string(realm) + '\n' + lower(name));
  return found == groups_.end() ? std::string() : found->second;
}

// What a listing says of a holder is ended by events as what events gave is.
void GivenRights::learn_listed(const std::string &from) {
  if (!holders_.insert(from).second) return;
  if (listed_.empty()) {
    listed_[""];
    for (std::uint32_t i = 0; i < facts_.grants.size(); ++i)
      if (!facts_.grants[i].from.starts_with("principal:entra/")) listed_[facts_.grants[i].from].push_back(i);
  }
  const auto found = listed_.find(from);
  if (found == listed_.end()) return;
  for (const std::uint32_t i : found->second) {
    const Grant &grant = facts_.grants[i];
    rights_[{grant.from, grant.to, grant.kind}];
  }
}

void GivenRights::give(std::string_view kind, const std::string &from, const std::string &to,
                       const Event &event) {
  if (from.empty() || to.empty() || from == to) return;
  begin_period(rights_[{from, to, std::string(kind)}], events_, event);
}

void GivenRights::take(std::string_view kind, const std::string &from, const std::string &to,
                       const Event &event) {
  if (from.empty() || to.empty()) return;
  learn_listed(from);
  if (!kind.empty()) {
    end_period(rights_[{from, to, std::string(kind)}], events_, event);
    return;
  }
  for (auto at = rights_.lower_bound({from, to, ""});
       at != rights_.end() && std::get<0>(at->first) == from && std::get<1>(at->first) == to; ++at)
    end_period(at->second, events_, event);
}

template <typename Each>
void GivenRights::each_within(const std::string &from, std::string_view prefix, Each each) {
  for (auto at = rights_.lower_bound({from, std::string(prefix), ""});
       at != rights_.end() && std::get<0>(at->first) == from && std::get<1>(at->first).starts_with(prefix);
       ++at)
    each(at->second);
}

void GivenRights::take_within(const std::string &from, std::string_view prefix, const Event &event) {
  if (from.empty()) return;
  learn_listed(from);
  each_within(from, prefix, [&](auto &periods) { end_period(periods, events_, event); });
}

void GivenRights::take_given(const std::string &from, std::string_view prefix, const Event &event) {
  each_within(from, prefix, [&](auto &periods) {
    if (!periods.empty()) end_period(periods, events_, event);
  });
}

bool GivenRights::knows(const std::string &from, const std::string &to) {
  learn_listed(from);
  const auto at = rights_.lower_bound({from, to, ""});
  return at != rights_.end() && std::get<0>(at->first) == from && std::get<1>(at->first) == to;
}

void GivenRights::give_named(std::string_view name, std::string_view kind, const std::string &from,
                             const std::string &to, const Event &event, std::string_view whose) {
  give(kind, from, to, event);
  named_[{std::string(whose.empty() ? std::string_view(from) : whose), std::string(name)}].push_back(
      {from, to, std::string(kind)});
}

void GivenRights::take_named(const std::string &whose, std::string_view name, const Event &event) {
  const auto found = named_.find({whose, std::string(name)});
  if (found == named_.end()) return;
  for (const auto &[from, to, kind] : found->second) take(kind, from, to, event);
  named_.erase(found);
}

void GivenRights::used(std::string_view kind, const std::string &from, const std::string &to,
                       const Event &event, std::vector<base::Interval> times) {
  if (from.empty() || to.empty() || from == to) return;
  learn_listed(from);
  const std::string evidence = events_.source_of(event);
  // Any right on the thing may have been the one that was used; only where none is known is there another.
  auto at = rights_.lower_bound({from, to, ""});
  if (at == rights_.end() || std::get<0>(at->first) != from || std::get<1>(at->first) != to)
    at = rights_.try_emplace({from, to, std::string(kind)}).first;
  if (at->second.empty()) {
    at->second.push_back({});
    at->second.back().evidence = evidence;
  }
  at->second.back().used = std::move(times);
}

void GivenRights::moment(std::string_view kind, const std::string &from, const std::string &to,
                         const Event &event) {
  if (from.empty() || to.empty() || from == to) return;
  Grant one;
  one.kind = kind;
  one.from = from;
  one.to = to;
  one.valid = {event.time, event.time + 1};
  one.start_known = one.end_known = true;
  one.used = {one.valid};
  one.evidence = events_.source_of(event);
  one.id = grant_id(kind, from, to, base::format_time(event.time));
  moments_.push_back(std::move(one));
}

Principal *GivenRights::principal(const std::string &id, PrincipalKind kind, std::string_view name,
                                  const Event &event) {
  if (id.empty() || facts_.principal(id) != nullptr) return nullptr;
  Principal &one = principals_[id];
  if (!one.id.empty()) return nullptr;
  one.id = id;
  one.kind = kind;
  one.name = name;
  one.evidence = events_.source_of(event);
  return &one;
}

void GivenRights::key(const std::string &principal, const std::string &fingerprint, std::string_view name,
                      std::string_view slot, const Event &event) {
  Credential one;
  one.principal = principal;
  one.slot = slot;
  one.id = credential_id(one.principal, one.slot, fingerprint);
  one.thumbprint = fingerprint;
  one.name = name;
  one.evidence = events_.source_of(event);
  credentials_.try_emplace(one.id, std::move(one));
}

void GivenRights::resource(const std::string &id, std::string_view kind, std::string_view name,
                           const Event &event) {
  Resource &one = resources_[id];
  if (!one.id.empty()) return;
  one.id = id;
  one.kind = kind;
  one.name = name;
  one.evidence = events_.source_of(event);
}

void GivenRights::set_of(const std::string &set, std::string_view kind, std::string_view prefix) {
  sets_.try_emplace(set, kind, prefix);
}

void GivenRights::finish() {
  std::vector<Grant> added = std::move(moments_);
  for (const auto &[key, periods] : rights_) {
    const auto &[from, to, kind] = key;
    add_grants(periods, kind, from, to, added);
  }
  for (auto &[id, one] : resources_) facts_.resources.push_back(std::move(one));
  for (auto &[id, one] : credentials_) facts_.credentials.push_back(std::move(one));
  for (auto &[id, one] : principals_) facts_.principals.push_back(std::move(one));
  for (const auto &[set, what] : sets_) {
    const auto &[kind, prefix] = what;
    const auto contain = [&](const std::string &id, const std::string &evidence) {
      if (id == set || !id.starts_with(prefix) || id.ends_with("/*")) return;
      added.push_back(new_grant(kind, set, id, evidence));
    };
    if (prefix.starts_with("resource:"))
      for (const Resource &one : facts_.resources) contain(one.id, one.evidence);
    else
      for (const Principal &one : facts_.principals) contain(one.id, one.evidence);
  }
  facts_.grants.insert(facts_.grants.end(), std::make_move_iterator(added.begin()),
                       std::make_move_iterator(added.end()));
  facts_.settle();
}

}  // namespace dislodge::identity
